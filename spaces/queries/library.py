"""Questions about the library: lists, counts, who follows what. Never writes."""

import uuid
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, QuerySet, Sum

from spaces import words
from spaces.models import Asset, AvatarAsset, AvatarKit, Definition, DefinitionWords, Holds, Membership, Space, User

ORDERS = {"name": ["name", "version", "id"], "newest": ["-created_at", "-id"], "changed": ["-updated_at", "-id"]}


def spaces_for(user: User, *, archived: bool = False) -> QuerySet[Space]:
    """The spaces a person belongs to."""
    return Space.objects.filter(memberships__user=user, state="archived" if archived else "active").select_related("owner")


def definitions(*, type: str, owner: Space | Any, search: str = "", tag: str = "", states: tuple[str, ...] = ()) -> QuerySet[Definition]:
    """Definitions of one type: a space's canon and drafts, or a project's clones and variants. Archived only when asked for.

    `search` finds words by their beginning, in names, descriptions, tags and prompts; all of them must be there. Both ask the full-text index.
    """
    inside = {"space": owner, "project": None, "scope_kind": "space"} if isinstance(owner, Space) else {"space_id": owner.space_id, "project": owner, "scope_kind": "project"}
    rows = Definition.objects.filter(type=type, **inside)
    rows = rows.filter(state__in=states) if states else rows.exclude(state="archived")
    wanted = tuple(dict.fromkeys(words.words(search)))[:12]
    if search.strip() and not wanted:
        return rows.none()
    if wanted or tag.strip():
        marks = (words.place(owner.pk, type), *([words.tag(tag)] if tag.strip() else []))
        rows = rows.filter(pk__in=DefinitionWords.objects.filter(Holds(marks, wanted)).values("definition_id"))
    return rows.select_related("active_avatar_kit__primary_anchor__asset")


def summary(space: Space) -> dict[str, Any]:
    """Counts per type and state, and what the files weigh."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for row in Definition.objects.filter(scope_kind="space").values("type", "state").annotate(n=Count("id")):
        counts[row["type"]][row["state"]] = row["n"]
    weight = Asset.objects.filter(space=space).aggregate(files=Count("id"), bytes=Sum("byte_size"))
    return {"definitions": dict(counts), "kits": AvatarKit.objects.count(), "files": weight["files"], "bytes": weight["bytes"] or 0}


def members(space: Space) -> list[Membership]:
    """Members by role and name."""
    return list(Membership.objects.filter(space=space).select_related("user").order_by("user__username", "id"))


@dataclass(frozen=True)
class Sheet:
    """A kit as a settei board."""

    kit: AvatarKit
    anchors: list[AvatarAsset]
    expressions: list[AvatarAsset]
    outfits: list[AvatarAsset]
    poses: list[AvatarAsset]
    proposals: list[AvatarAsset]
    retired: list[AvatarAsset]
    missing: list[str] = field(default_factory=list)


CORE = ("neutral", "happy", "sad", "angry", "surprised", "shy")


def sheet(kit: AvatarKit) -> Sheet:
    """All pictures of a kit, sorted onto their shelves; `missing` names the core expressions without a picture."""
    rows = list(AvatarAsset.objects.filter(avatar_kit=kit).select_related("asset").order_by("asset_type", "created_at", "id"))
    active = [r for r in rows if r.is_active]
    shown = [r for r in active if r.review == "accepted"]

    def shelf(*types: str) -> list[AvatarAsset]:
        return [r for r in shown if r.asset_type in types]

    have = {r.expression for r in shown}
    return Sheet(
        kit=kit, anchors=shelf("anchor_portrait", "anchor_fullbody"), expressions=shelf("expression"), outfits=shelf("outfit"), poses=shelf("pose"),
        proposals=[r for r in active if r.review == "proposed"], retired=[r for r in rows if not r.is_active or r.review == "rejected"],
        missing=[e for e in CORE if e not in have])


def kits_by_root(root_ids: list[uuid.UUID]) -> dict[uuid.UUID, AvatarKit]:
    """The kit that each identity follows where no definition names one: its active default, else its newest active kit."""
    found: dict[uuid.UUID, AvatarKit] = {}
    rows = AvatarKit.objects.filter(character__root_id__in=root_ids, status="active").select_related("character", "primary_anchor__asset").order_by("is_default", "created_at", "id")
    for kit in rows:
        found[kit.character.root_id] = kit
    return found


def faces(*, limit: int) -> list[AvatarKit]:
    """Active default kits of the scope, with their portraits."""
    rows = AvatarKit.objects.filter(status="active", is_default=True).select_related("character", "primary_anchor")
    return list(rows.order_by("name", "id")[:limit])
