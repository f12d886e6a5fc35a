"""Kits and pictures out of others: a duplicate kit to go on from, a crop, a kit around an avatar that exists already."""

import io
from typing import Any

from django.db import transaction
from PIL import Image, ImageOps

from iat.kernel import events, filestore
from iat.kernel.errors import Finding, Invalid
from spaces.domain import fetches, kits
from spaces.models import AvatarAsset, AvatarKit, Definition, Fetch, User

SMALLEST = 32


@transaction.atomic
def duplicate(kit: AvatarKit, *, name: str, by: User) -> AvatarKit:
    """A new draft with the same words and the same pictures: a summer look, a later chapter. Files are referred to, never copied."""
    twin = kits.create(kit.character, name=name, by=by, description=kit.description, appearance_prompt=kit.appearance_prompt, style_prompt=kit.style_prompt, negative_prompt=kit.negative_prompt)
    copies: dict[Any, AvatarAsset] = {}
    rows = list(AvatarAsset.objects.filter(avatar_kit=kit, is_active=True, review="accepted").order_by("created_at", "id"))
    for row in rows:
        same = {f: getattr(row, f) for f in ("space_id", "asset_type", "expression", "outfit", "emotion_tags", "asset_id", "source_type", "generation_metadata", "mime_type", "width", "height",
                                             "file_size_bytes", "is_canonical", "review")}
        copies[row.pk] = AvatarAsset.objects.create(avatar_kit=twin, **same, derived_from=copies.get(row.derived_from_id))
    for which in ("primary", "secondary"):
        if anchor := copies.get(getattr(kit, f"{which}_anchor_id")):
            kits.set_anchor(twin, which=which, picture_id=anchor.pk, by=by)
    events.emit("kit.duplicated", subject=twin, actor=by, was=kit.pk)
    return twin


def crop(picture: AvatarAsset, *, box: tuple[float, float, float, float], asset_type: str, by: User, expression: str = "", outfit: str = "") -> AvatarAsset:
    """A part of a picture as a picture of its own, derived from it; the original keeps its bytes.

    `box` is left, top, right, bottom as shares of the upright picture (0–1). Raises Invalid for a box outside, inside out, or under 32 px.
    """
    left, top, right, bottom = box
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        raise Invalid("The part must lie inside the picture: left before right, top before bottom, all between 0 and 1.", findings=[Finding("/box", "not inside the picture")])
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(filestore.store().read(picture.asset.storage_uri))))
    pixels = (round(left * image.width), round(top * image.height), round(right * image.width), round(bottom * image.height))
    if pixels[2] - pixels[0] < SMALLEST or pixels[3] - pixels[1] < SMALLEST:
        raise Invalid(f"The part is too small: at least {SMALLEST} × {SMALLEST} px.", findings=[Finding("/box", "too small")])
    kept = image.crop(pixels)
    out = io.BytesIO()
    (kept if kept.mode in ("RGB", "RGBA", "L", "LA") else kept.convert("RGBA")).save(out, "PNG", compress_level=1)
    kit = AvatarKit.objects.select_related("space").get(pk=picture.avatar_kit_id)
    return kits.add_picture(
        kit, data=out.getvalue(), asset_type=asset_type, expression=expression or picture.expression, outfit=outfit or picture.outfit, emotion_tags=picture.emotion_tags,
        label="portrait" if asset_type == "anchor_portrait" else "", by=by, source_type=picture.source_type, derived_from=picture,
        generation_metadata={"cropped": {"box": [round(v, 5) for v in box], "from": str(picture.pk)}})


@transaction.atomic
def around(character: Definition, *, by: User, data: bytes | None = None, url: str = "", filename: str = "", name: str = "") -> tuple[AvatarKit, AvatarAsset | None, Fetch | None]:
    """A kit with basic prompts around an avatar that exists: its portrait anchor is the file (now) or what lies at the address (when the worker has brought it)."""
    taken = set(AvatarKit.objects.filter(character=character).values_list("name", flat=True))
    base = name or f"{character.name} — imported"
    free = next(n for i in range(len(taken) + 1) if (n := base if i == 0 else f"{base} {i + 1}") not in taken)
    look = {k: v for k, v in (character.attributes.get("appearance") or {}).items() if v}
    kit = kits.create(character, name=free, by=by, appearance_prompt=", ".join(f"{k}: {v}" for k, v in look.items()) or character.description[:8000],
                      negative_prompt=", ".join((character.attributes.get("generation_prompts") or {}).get("negative_prompts", [])))
    if data is None:
        return kit, None, fetches.ask(character.space, url=url, by=by, kit=str(kit.pk), asset_type="anchor_portrait", expression="neutral", label="portrait")
    picture = kits.add_picture(kit, data=data, asset_type="anchor_portrait", expression="neutral", label="portrait", by=by, source_type="imported", filename=filename)
    kit.refresh_from_db()
    return kit, picture, None
