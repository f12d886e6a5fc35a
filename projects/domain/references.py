"""Reference sets: pictures of a project that generators are given besides the model sheets, by weight."""

from typing import Any

from django.db import IntegrityError, transaction

from iat.kernel import events
from iat.kernel.errors import Finding, Invalid, NotThere, Refused
from iat.kernel.rows import edit as write
from projects.models import Project, ReferenceItem, ReferenceSet
from spaces.domain.spaces import named
from spaces.models import Asset, User

KINDS = ("style", "character", "scene", "lighting", "other")
MOST = 100


@transaction.atomic
def create(project: Project, *, name: str, kind: str, by: User, metadata: dict[str, Any] | None = None) -> ReferenceSet:
    """An empty set, active. Raises Refused where the name is taken."""
    if kind not in KINDS:
        raise Invalid(f"A set is one of: {', '.join(KINDS)}.", findings=[Finding("/kind", "unknown kind")])
    try:
        with transaction.atomic():
            row = ReferenceSet.objects.create(project=project, name=named(name), kind=kind, metadata=metadata or {})
    except IntegrityError:
        raise Refused(f"There is a set “{name}” already.") from None
    events.emit("references.created", subject=row, actor=by)
    return row


@transaction.atomic
def edit(row: ReferenceSet, *, by: User, **changes: Any) -> ReferenceSet:
    """Name, kind, in use or not."""
    if "name" in changes:
        changes["name"] = named(changes["name"])
        if ReferenceSet.objects.filter(project=row.project, name=changes["name"]).exclude(pk=row.pk).exists():
            raise Refused(f"There is a set “{changes['name']}” already.")
    write(row, **changes)
    events.emit("references.edited", subject=row, actor=by)
    return row


@transaction.atomic
def drop(row: ReferenceSet, *, by: User) -> None:
    """The set; its pictures stay."""
    events.emit("references.dropped", subject=row, actor=by)
    row.delete()


@transaction.atomic
def put(row: ReferenceSet, *, asset_id: Any, by: User, weight: float = 1.0, notes: str = "") -> ReferenceItem:
    """Lays a picture into the set, or changes its weight. Raises Invalid for a file that is no picture of this project or its canon."""
    asset = Asset.objects.filter(pk=asset_id, space_id=row.project.space_id, trashed_at__isnull=True, mime_type__startswith="image/").first()
    if asset is None:
        raise Invalid("There is no such picture here.", findings=[Finding("/asset_id", "unknown picture")])
    item = ReferenceItem.objects.filter(reference_set=row, asset=asset).first()
    if item is None and ReferenceItem.objects.filter(reference_set=row).count() >= MOST:
        raise Refused(f"A set has at most {MOST} pictures.")
    item = write(item, weight=weight, notes=notes) if item else ReferenceItem.objects.create(project_id=row.project_id, reference_set=row, asset=asset, weight=weight, notes=notes)
    events.emit("references.put", subject=item, actor=by)
    return item


@transaction.atomic
def take_out(row: ReferenceSet, *, asset_id: Any, by: User) -> None:
    """A picture out of the set."""
    item = ReferenceItem.objects.filter(reference_set=row, asset_id=asset_id).first()
    if item is None:
        raise NotThere("This set has no such picture.")
    events.emit("references.taken_out", subject=item, actor=by)
    item.delete()


def active(project: Project) -> list[dict[str, Any]]:
    """For a run's snapshot: the pictures of active sets, heaviest first."""
    rows = ReferenceItem.objects.filter(project=project, reference_set__is_active=True, weight__gt=0).select_related("reference_set", "asset").order_by("-weight", "reference_set__name", "id")[:MOST]
    return [{"asset_id": str(r.asset_id), "sha256": r.asset.sha256, "weight": r.weight, "set": r.reference_set.name, "kind": r.reference_set.kind, "notes": r.notes} for r in rows]
