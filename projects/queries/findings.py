"""What does not fit in a bible: rules with ids, each finding with its place and what to do. It reads and never writes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from projects.models import BibleCharacter, ProjectBible, ProjectStyle, StyleGuide
from spaces.models import Definition

RULES = {
    "look.missing": "A character says nothing of how they look.",
    "look.differs": "The definition that follows was changed away from what it took from the bible, or the bible went on.",
    "character.undrawn": "Nobody in the project is drawn from this character.",
    "character.unknown": "The project has a character that the bible does not know.",
    "relationship.nobody": "A relationship to somebody who is not in the bible.",
    "relationship.self": "A relationship to oneself.",
    "relationship.one_sided": "A relationship that the other one does not mention.",
    "palette.clash": "A colour that the style guide in use, or the main style, would object to.",
    "palette.missing": "The bible names no colours, so nothing can be checked against the style.",
    "style.missing": "The bible does not say how it looks.",
    "world.missing": "The bible says neither when nor where it happens.",
    "arc.order": "The steps of an arc are out of order.",
}
ERRORS = ("look.missing", "relationship.nobody", "relationship.self", "palette.clash", "arc.order")


@dataclass(frozen=True)
class LoreFinding:
    """One thing: the rule's id, `error` or `hint`, a JSON pointer into the document, a sentence, and the character it is about."""

    rule: str
    pointer: str
    detail: str
    who: str = ""

    @property
    def severity(self) -> str:
        """error or hint."""
        return "error" if self.rule in ERRORS else "hint"


def of(row: ProjectBible) -> list[LoreFinding]:
    """Every finding, in the order of the document. Four queries, however many characters there are."""
    people = list(BibleCharacter.objects.filter(bible=row).select_related("character").order_by("name", "id"))
    drawn = list(Definition.objects.filter(project_id=row.project_id, type="character", variant_type="").exclude(state="archived").order_by("name", "id"))
    limits = _limits(row)
    found = [*_book(row), *_palette("/visual_style/color_palette", row.visual_style.get("color_palette", []), limits, "")]
    names = {c.name.lower(): c for c in people}
    for at, who in enumerate(people):
        base = f"/characters/{at}"
        found += [*_look(who, base, drawn), *_ties(who, base, names), *_arc(who, base), *_palette(f"{base}/visual_traits/color_palette", who.visual_traits.get("color_palette", []), limits, who.name)]
    followers = {c.character_id for c in people}
    found += [LoreFinding("character.unknown", "/characters", f"{d.name} is in the project, and the bible does not know them. Add them, or archive the definition.", d.name)
              for d in drawn if d.pk not in followers and d.name.lower() not in names]
    return found


def _book(row: ProjectBible) -> Iterator[LoreFinding]:
    if not row.visual_style.get("art_direction"):
        yield LoreFinding("style.missing", "/visual_style/art_direction", "Say in a sentence how it looks: “soft ink, muted colours, low light”.")
    if not row.visual_style.get("color_palette"):
        yield LoreFinding("palette.missing", "/visual_style/color_palette", "Name the colours of this world; they are then checked against the style.")
    if not row.world_setting.get("time_period") and not row.world_setting.get("location"):
        yield LoreFinding("world.missing", "/world_setting", "Say when and where it happens.")


def _look(who: BibleCharacter, base: str, drawn: list[Definition]) -> Iterator[LoreFinding]:
    seen = who.visual_traits
    if not any(seen.get("appearance", {}).values()) and not seen.get("visual_description"):
        yield LoreFinding("look.missing", f"{base}/visual_traits", f"Say what {who.name} looks like: hair, outfit, marks.", who.name)
    linked = next((d for d in drawn if d.pk == who.character_id), None)
    if linked is None:
        same = any(d.name.lower() == who.name.lower() for d in drawn)
        yield LoreFinding("character.undrawn", base, f"{who.name} {'is in the project, but does not follow the bible yet: sync them.' if same else 'is not in the project: create them from the bible.'}", who.name)
        return
    own = linked.attributes.get("appearance", {})
    differ = [k for k, v in seen.get("appearance", {}).items() if v and own.get(k) != v]
    if differ:
        yield LoreFinding("look.differs", f"{base}/visual_traits/appearance/{differ[0]}", f"{who.name}'s definition has another {', '.join(differ)} than the bible. Sync it, or change the bible.", who.name)


def _ties(who: BibleCharacter, base: str, names: dict[str, BibleCharacter]) -> Iterator[LoreFinding]:
    for at, tie in enumerate(who.relationships):
        other, place = names.get(tie["to"].lower()), f"{base}/relationships/{at}/to"
        if other is None:
            yield LoreFinding("relationship.nobody", place, f"{who.name} has a relationship to “{tie['to']}”, whom the bible does not know.", who.name)
        elif other.pk == who.pk:
            yield LoreFinding("relationship.self", place, f"{who.name} has a relationship to themselves.", who.name)
        elif not any(back["to"].lower() == who.name.lower() for back in other.relationships):
            yield LoreFinding("relationship.one_sided", place, f"{other.name} does not mention {who.name}.", who.name)


def _arc(who: BibleCharacter, base: str) -> Iterator[LoreFinding]:
    numbers = [step["sequence"] for step in who.evolution_arc if step.get("sequence") is not None]
    if numbers != sorted(set(numbers)):
        yield LoreFinding("arc.order", f"{base}/evolution_arc", f"The steps of {who.name}'s arc are not in the order of their panels, or two stand at one panel.", who.name)


def _limits(row: ProjectBible) -> tuple[list[str], float, str]:
    """The palette that holds: of the guide in use, else of the main style; with its tolerance in ΔE."""
    guide = StyleGuide.objects.filter(project_id=row.project_id, is_default=True).first()
    if guide is not None and guide.rules.get("palette"):
        return guide.rules["palette"], guide.rules.get("palette_tolerance", 30.0), f"the guide “{guide.name}”"
    used = ProjectStyle.objects.filter(project_id=row.project_id, is_primary=True).select_related("style").first()
    params: dict[str, Any] = {**used.style.attributes.get("parameters", {}), **used.overrides} if used is not None else {}
    return params.get("palette", []), 30.0, f"the style “{used.style.name}”" if used is not None else ""


def _palette(pointer: str, colours: list[str], limits: tuple[list[str], float, str], who: str) -> Iterator[LoreFinding]:
    allowed, tolerance, whose = limits
    if not colours or not allowed:
        return
    for at, (colour, far) in enumerate(zip(colours, _distances(colours, allowed), strict=True)):
        if far > tolerance:
            yield LoreFinding("palette.clash", f"{pointer}/{at}", f"{colour}{f' of {who}' if who else ''} is {far:.0f} ΔE from every colour of {whose}, which allows {tolerance:.0f}.", who)


def _distances(colours: list[str], allowed: list[str]) -> list[float]:
    """The distance of each colour to the nearest allowed one: CIE76 ΔE in Lab."""
    import cv2  # slow to load, and only where a palette is checked
    import numpy as np

    def lab(hexes: list[str]) -> Any:
        rgb = np.array([[[int(h[i:i + 2], 16) / 255 for i in (1, 3, 5)] for h in hexes]], dtype=np.float32)
        return cv2.cvtColor(rgb, cv2.COLOR_RGB2Lab)[0]

    return [float(d) for d in np.linalg.norm(lab(colours)[:, None] - lab(allowed)[None], axis=2).min(axis=1)]
