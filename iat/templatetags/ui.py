"""Small words of the pages: pictures, states, numbers. They read what they are given and query nothing."""

import json
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

TONES = {
    "draft": "soft", "experimental": "soft", "planned": "soft", "pending": "soft", "proposed": "soft", "canonical": "good", "active": "good", "approved": "good", "done": "good",
    "completed": "good", "accepted": "good", "running": "busy", "generated": "busy", "partial": "warn", "deprecated": "warn", "failed": "bad", "failed_output_guard": "bad",
    "delivered": "good", "sending": "busy", "rejected": "bad", "discarded": "bad", "canceled": "mute", "archived": "mute", "deleted": "mute",
}
WORDS = {"failed_output_guard": "held back by the guard", "canonical": "canon"}


@register.simple_tag
def badge(state: str) -> SafeString:
    """A state as a small coloured word."""
    return format_html('<span class="badge {}">{}</span>', TONES.get(state, "soft"), WORDS.get(state, state.replace("_", " ")))


@register.simple_tag
def picture(asset: Any, alt: str = "", size: int = 512, css: str = "") -> SafeString:
    """A lazily loaded thumbnail of an asset, with its real proportions reserved; empty for none."""
    if not asset:
        return format_html('<span class="pic none {}" role="img" aria-label="no picture yet"></span>', css)
    return format_html('<img class="pic {}" loading="lazy" decoding="async" src="/api/assets/{}/thumbnail?size={}" width="{}" height="{}" alt="{}">',
                       css, asset.pk, size, asset.width or 1, asset.height or 1, alt)


@register.filter
def portrait_of(definition: Any) -> Any:
    """The asset of the primary anchor of the kit a character follows, or None."""
    kit = definition.active_avatar_kit
    return kit.primary_anchor.asset if kit is not None and kit.primary_anchor is not None else None


@register.filter
def words(value: Any) -> str:
    """snake_case as words."""
    return str(value or "").replace("_", " ")


@register.filter
def cut_words(text: str) -> list[str]:
    """The words of a text, to loop over."""
    return text.split()


@register.filter
def pointer(text: str) -> str:
    """A JSON pointer as people read it: /attributes/appearance/hair_colour → appearance › hair colour."""
    steps = [s.replace("~1", "/").replace("~0", "~").replace("_", " ") for s in text.strip("/").split("/")]
    return " › ".join(steps[1:] if steps[0] == "attributes" and len(steps) > 1 else steps).removesuffix(" id")


@register.filter
def said(value: Any) -> str:
    """A JSON value in a line; '' for nothing."""
    if value in (None, "", [], {}) or repr(value) == "(nothing)":
        return ""
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 240 else text[:239] + "…"


@register.filter
def undoable(verb: str) -> bool:
    """Whether a revision of this verb is a change of content."""
    return verb == "edited" or verb.startswith(("rebased", "undone", "kit chosen"))


@register.filter
def hundredths(value: Any) -> str:
    """A number with two decimals, or a dash."""
    return "–" if value is None else f"{float(value):.2f}"


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """mapping[key], or None."""
    return mapping.get(key) if mapping else None


@register.filter
def minus(a: Any, b: Any) -> Any:
    """a − b."""
    return a - b


@register.filter
def times(a: Any, b: Any) -> Any:
    """a × b."""
    return a * b


@register.filter
def likeness(told: Any) -> str:
    """A likeness score in words."""
    from renders.domain.likeness import said as in_words  # tags load before the apps are ready

    return in_words(told)


@register.simple_tag
def bar(value: Any, peak: Any, height: int) -> str:
    """The y and height of a bar that stands on the floor of a chart; an empty one is a line."""
    tall = max(2.0, float(value) / float(peak) * height) if value and peak else 2.0
    return format_html('y="{}" height="{}"', f"{height - tall:.1f}", f"{tall:.1f}")


@register.simple_tag(takes_context=True)
def here(context: Any, prefix: str) -> str:
    """Marks the current entry of a navigation."""
    path = context["request"].path
    return "page" if path == prefix or (prefix != "/" and path.startswith(prefix)) else "false"


@register.filter
def as_json(value: Any) -> str:
    """Plain data, to be read."""
    return json.dumps(value, indent=1, ensure_ascii=False, default=str)


@register.filter
def percent(share: Any) -> str:
    """0.314 as 31%."""
    return f"{round(100 * float(share))}%"
