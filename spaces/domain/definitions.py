"""Definitions: create, edit, and the moves of their lifecycle. Every change is kept as a revision."""

import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from iat.kernel import events
from iat.kernel.errors import Finding, Invalid, NotThere, Refused
from iat.kernel.rows import edit as write
from spaces import attributes as shapes
from spaces.domain.spaces import named
from spaces.lifecycles import DEFINITION
from spaces.models import AvatarKit, Definition, DefinitionRevision, Space, User

KEPT = ("name", "description", "canonical_tags", "attributes", "metadata", "modifiers", "variant_label", "style_binding_id", "active_avatar_kit_id", "state")
EDITABLE = ("name", "description", "canonical_tags", "attributes", "metadata", "modifiers", "style_binding_id")


def record(row: Definition, *, verb: str, before: dict[str, Any], by: User | None) -> DefinitionRevision:
    """Keeps what changed; `before` holds the old values of KEPT fields."""
    after = facts(row)
    changed = {k for k in after if before.get(k) != after[k]} if before else set(after)
    return DefinitionRevision.objects.create(
        space_id=row.space_id, project_id=row.project_id, definition=row, number=row.revision, author=by, verb=verb,
        before={k: before[k] for k in changed if k in before}, after={k: after[k] for k in changed})


def facts(row: Definition) -> dict[str, Any]:
    """The kept fields of a definition, as JSON."""
    return {k: str(v) if isinstance(v := getattr(row, k), uuid.UUID) else v for k in KEPT}


def tagged(tags: list[str] | None) -> list[str]:
    """Tags in order, once each, lower case."""
    return list(dict.fromkeys(t.strip().lower() for t in tags or [] if t.strip()))[:60]


@transaction.atomic
def create(space: Space, *, type: str, name: str, by: User, description: str = "", attributes: dict[str, Any] | None = None,
           canonical_tags: list[str] | None = None, metadata: dict[str, Any] | None = None, style_binding_id: Any = None) -> Definition:
    """A new original in a space: draft, version 1.0.0, its own root."""
    pk = uuid.uuid4()
    row = Definition(
        id=pk, root_id=pk, space=space, type=type, name=named(name), description=description, version="1.0.0", created_by=by,
        attributes=shapes.checked(type, attributes), canonical_tags=tagged(canonical_tags), metadata=metadata or {},
        style_binding_id=_style(style_binding_id))
    _insert(row)
    record(row, verb="created", before={}, by=by)
    events.emit("definition.created", subject=row, actor=by)
    return row


def _insert(row: Definition) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        where = "project" if row.project_id else "space"
        raise Refused(f"This {where} already has a {row.type} called “{row.name}”. Choose another name.") from None


def _style(pk: Any) -> Any:
    if pk and not Definition.objects.filter(pk=pk, type="style").exists():
        raise Invalid("This space has no such style.", findings=[Finding("/style_binding", "unknown style")])
    return pk or None


def editable(row: Definition) -> str:
    """Why this definition may not be edited, or ''."""
    if row.scope_kind == "space" and row.state == "canonical":
        return "Canon is frozen: projects rely on it. Make a new version, edit that and publish it."
    if row.state in ("deprecated", "archived"):
        return f"This is {row.state}; it is kept as it was."
    return ""


@transaction.atomic
def edit(row: Definition, *, by: User, **changes: Any) -> Definition:
    """Changes fields of a draft, or of a project's definition. Raises Refused for frozen canon, Stale when raced."""
    if reason := editable(row):
        raise Refused(reason, allowed=DEFINITION.after(row.state))
    if unknown := set(changes) - set(EDITABLE):
        raise Invalid(f"{', '.join(sorted(unknown))} cannot be edited.", findings=[Finding(f"/{f}", "not editable") for f in sorted(unknown)])
    before = facts(row)
    for field, check in (("name", named), ("canonical_tags", tagged), ("style_binding_id", _style), ("modifiers", shapes.checked_modifiers)):
        if field in changes:
            changes[field] = check(changes[field])
    if "attributes" in changes:
        changes["attributes"] = shapes.checked(row.type, changes["attributes"])
    try:
        with transaction.atomic():
            write(row, **changes)
    except IntegrityError:
        raise Refused(f"There is already a {row.type} called “{changes.get('name')}”. Choose another name.") from None
    record(row, verb="edited", before=before, by=by)
    events.emit("definition.edited", subject=row, actor=by)
    return row


def _move(row: Definition, to: str, *, by: User, force: bool = False, **changes: Any) -> Definition:
    with transaction.atomic():
        before = facts(row)
        DEFINITION.move(row, to, by=by, force=force, **changes)
        record(row, verb=to, before=before, by=by)
    return row


@transaction.atomic
def publish(row: Definition, *, by: User) -> Definition:
    """draft → canonical. In a space the older canon of the same identity becomes deprecated."""
    if row.scope_kind == "space":
        for old in Definition.objects.filter(root_id=row.root_id, scope_kind="space", state="canonical").exclude(pk=row.pk):
            if row.state == "draft":
                _move(old, "deprecated", by=by)
    return _move(row, "canonical", by=by, published_at=timezone.now())


def deprecate(row: Definition, *, by: User) -> Definition:
    """Kept for history, not for new work."""
    return _move(row, "deprecated", by=by)


def archive(row: Definition, *, by: User, force: bool = False) -> Definition:
    """Out of sight. Canon of a space only with `force`."""
    return _move(row, "archived", by=by, force=force)


def experiment(row: Definition, *, by: User) -> Definition:
    """A draft that is never offered for import."""
    return _move(row, "experimental", by=by)


def restore_draft(row: Definition, *, by: User) -> Definition:
    """experimental → draft."""
    return _move(row, "draft", by=by)


@transaction.atomic
def set_active_kit(row: Definition, *, kit_id: Any, by: User) -> Definition:
    """Chooses the model sheet that pictures of this character follow. The kit must be active and of the same identity."""
    before = facts(row)
    if kit_id is not None:
        kit = AvatarKit.objects.filter(pk=kit_id, character__root_id=row.root_id).first()
        if kit is None:
            raise NotThere("This character has no such kit.")
        if kit.status != "active":
            raise Refused(f"The kit “{kit.name}” is {kit.status}; only an active kit can be the one to follow.", allowed=["active"])
    write(row, active_avatar_kit_id=kit_id)
    record(row, verb="kit chosen", before=before, by=by)
    events.emit("definition.kit_chosen", subject=row, actor=by)
    return row
