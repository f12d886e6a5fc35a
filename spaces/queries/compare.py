"""Two versions of one identity, or two kits, side by side. Never writes."""

from dataclasses import dataclass
from typing import Any

from spaces import merging
from spaces.models import AvatarAsset, AvatarKit, Definition

FIELDS = ("name", "description", "canonical_tags", "attributes", "metadata", "modifiers", "style_binding_id")


@dataclass(frozen=True)
class Side:
    """One version with the kit it follows and that kit's anchors."""

    row: Definition
    kit: AvatarKit | None
    anchors: list[AvatarAsset]

    @property
    def label(self) -> str:
        """The version, or the project whose clone it is."""
        return self.row.version or str(self.row.project or "")


@dataclass(frozen=True)
class Comparison:
    """Both sides and the leaves in which they differ."""

    left: Side
    right: Side
    changes: list[merging.Change]

    @property
    def same_anchors(self) -> bool:
        """Whether both show the same pictures, by content."""
        return [a.asset.sha256 for a in self.left.anchors] == [a.asset.sha256 for a in self.right.anchors]


def definitions(left: Definition, right: Definition) -> Comparison:
    """Fields and anchors of two definitions."""
    def said(row: Definition) -> dict[str, Any]:
        return {k.removesuffix("_id"): str(v) if (v := getattr(row, k)) is not None and k.endswith("_id") else v for k in FIELDS}

    kits = {k.pk: k for k in AvatarKit.objects.filter(pk__in=[left.active_avatar_kit_id, right.active_avatar_kit_id]).select_related("primary_anchor__asset", "secondary_anchor__asset")}

    def side(row: Definition) -> Side:
        kit = kits.get(row.active_avatar_kit_id)
        return Side(row, kit, [a for a in (kit.primary_anchor, kit.secondary_anchor) if a] if kit else [])

    return Comparison(side(left), side(right), merging.differences(said(left), said(right)))


@dataclass(frozen=True)
class Pair:
    """One place of the sheet in both kits; None where a kit has nothing there."""

    shelf: str
    label: str
    left: AvatarAsset | None
    right: AvatarAsset | None

    @property
    def same(self) -> bool:
        """Whether both show the same file, by content."""
        return bool(self.left and self.right and self.left.asset.sha256 == self.right.asset.sha256)


def kits(left: AvatarKit, right: AvatarKit) -> list[Pair]:
    """The accepted pictures of two kits by place: shelf, then expression and outfit."""
    found: dict[tuple[str, str, str, int], dict[Any, AvatarAsset]] = {}
    counts: dict[Any, int] = {}
    order = {shelf: at for at, shelf in enumerate(("anchor_portrait", "anchor_fullbody", "expression", "outfit", "pose"))}
    for p in AvatarAsset.objects.filter(avatar_kit__in=[left, right], is_active=True, review="accepted").select_related("asset").order_by("created_at", "id"):
        place = (p.asset_type, p.expression, p.outfit)
        nth = counts.get((p.avatar_kit_id, *place), 0)
        counts[(p.avatar_kit_id, *place)] = nth + 1
        found.setdefault((*place, nth), {})[p.avatar_kit_id] = p
    keys = sorted(found, key=lambda k: (order[k[0]], k[1:]))
    return [Pair(k[0], " ".join(filter(None, (k[2], k[1]))) or k[0].replace("_", " "), found[k].get(left.pk), found[k].get(right.pk)) for k in keys]
