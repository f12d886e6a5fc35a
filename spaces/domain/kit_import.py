"""Brings a folder or a pile of uploads onto a model sheet: first the plan, then the writing. Nothing is dropped silently."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from iat.kernel.errors import Finding, Invalid, Refused
from spaces.domain import assets, kit_names, kits
from spaces.models import AvatarAsset, AvatarKit, User


@dataclass(frozen=True)
class Preview:
    """What goes where, and what fits nothing, before anything is written."""

    placed: list[kit_names.Placing]
    left: list[kit_names.Placing]


def preview(files: Iterable[tuple[str, bytes]], character: str, *, pattern: str = "") -> Preview:
    """Reads names (by their words, or by a pattern) and decodes pictures; unreadable ones are listed with their reason."""
    sizes, broken = {}, {}
    names = []
    for name, data in files:
        names.append(name)
        if Path(name).suffix.lower() in kit_names.PICTURES:
            try:
                picture = assets.inspect(data)
                sizes[name] = (picture.width, picture.height)
            except Refused as error:
                broken[name] = kit_names.Placing(name, "", why=error.detail)
    try:
        plan = kit_names.plan([n for n in names if n not in broken], character, sizes=sizes, pattern=pattern)
    except ValueError as error:
        raise Invalid(str(error), findings=[Finding("/pattern", "not a usable pattern")]) from None
    return Preview([p for p in plan if p.asset_type], [*[p for p in plan if not p.asset_type], *broken.values()])


@transaction.atomic
def write(kit: AvatarKit, found: Preview, files: Mapping[str, bytes], *, by: User) -> list[AvatarAsset]:
    """Puts every placed file on the sheet, anchors first. All or nothing."""
    order = sorted(found.placed, key=lambda p: not p.asset_type.startswith("anchor"))
    return [kits.place(kit, placing, data=files[placing.name], by=by) for placing in order]
