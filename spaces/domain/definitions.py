"""Definitions: create, edit, and the moves of their lifecycle. Every change is kept as a revision."""

import uuid
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from iat.kernel import events
from iat.kernel.errors import Finding, Invalid, NotThere, Refused, Stale
from iat.kernel.lifecycle import TransitionRefused
from iat.kernel.rows import edit as write
from spaces import attributes as shapes
from spaces import merging
from spaces.domain import indexing
from spaces.domain.spaces import named
from spaces.lifecycles import DEFINITION
from spaces.models import AvatarKit, Definition, DefinitionRevision, Space, User, VersionPin

KEPT = ("name", "description", "canonical_tags", "attributes", "metadata", "modifiers", "variant_label", "style_binding_id", "active_avatar_kit_id", "state",
        "parent_id", "inherited_version")
CONTENT = ("name", "description", "canonical_tags", "attributes", "metadata", "style_binding_id", "active_avatar_kit_id")
EDITABLE = ("name", "description", "canonical_tags", "attributes", "metadata", "modifiers", "style_binding_id")


def record(row: Definition, *, verb: str, before: dict[str, Any], by: User | None, part_of: Any = None) -> DefinitionRevision:
    """Keeps what changed, and the words it is found by; `before` holds the old values of KEPT fields."""
    after = facts(row)
    indexing.index(row)
    changed = {k for k in after if before.get(k) != after[k]} if before else set(after)
    return DefinitionRevision.objects.create(
        space_id=row.space_id, project_id=row.project_id, definition=row, number=row.revision, author=by, verb=verb, part_of=part_of,
        before={k: before[k] for k in changed if k in before}, after={k: after[k] for k in changed})


def facts(row: Definition) -> dict[str, Any]:
    """The kept fields of a definition, as JSON."""
    return {k: str(v) if isinstance(v := getattr(row, k), uuid.UUID) else v for k in KEPT}


def content(row: Definition) -> dict[str, Any]:
    """What a merge works on: the content that a clone takes from its canon."""
    known = facts(row)
    return {k: known[k] for k in CONTENT}


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
    put(row, changes)
    record(row, verb="edited", before=before, by=by)
    events.emit("definition.edited", subject=row, actor=by)
    return row


def put(row: Definition, changes: dict[str, Any]) -> None:
    """Writes checked changes. Raises Refused for a taken name; Stale, telling what changed, when somebody was faster."""
    seen = row.revision
    try:
        with transaction.atomic():
            write(row, **changes)
    except IntegrityError:
        raise Refused(f"There is already a {row.type} called “{changes.get('name')}”. Choose another name.") from None
    except Stale:
        raise told_stale(row, seen) from None


def told_stale(row: Definition, seen: int) -> Stale:
    """The refusal for somebody who saw revision `seen`: who changed what since then."""
    since = DefinitionRevision.objects.filter(definition_id=row.pk, number__gt=seen).select_related("author").order_by("number")[:50]
    found = [Finding(change.pointer, f"{revision.author or 'somebody'} {revision.verb}: {short(change.before)} → {short(change.after)}")
             for revision in since for change in merging.differences(revision.before, revision.after)]
    fields = ", ".join(dict.fromkeys(f.pointer.strip("/").split("/")[0].removesuffix("_id").replace("_", " ") for f in found))
    names = ", ".join(dict.fromkeys(str(r.author) for r in since if r.author)) or "Somebody else"
    return Stale(f"{names} changed {fields or 'this'} while you were working. Nothing of yours was written; look at their change, then save again.", changed=found)


def short(value: Any) -> str:
    """A value in a sentence."""
    text = "nothing" if value is merging.MISSING or value in ("", None, [], {}) else str(value)
    return f"“{text[:57]}…”" if len(text) > 60 else f"“{text}”" if text != "nothing" else text


def _move(row: Definition, to: str, *, by: User, force: bool = False, **changes: Any) -> Definition:
    with transaction.atomic():
        before = facts(row)
        try:
            DEFINITION.move(row, to, by=by, force=force, updated_at=timezone.now(), **changes)
        except TransitionRefused as error:
            raise _who_was_faster(row, to, before["state"]) or error from None
        record(row, verb=to, before=before, by=by)
    return row


def _who_was_faster(row: Definition, to: str, seen: str) -> Refused | None:
    if row.state == seen:
        return None
    last = DefinitionRevision.objects.filter(definition_id=row.pk, verb=row.state).select_related("author").order_by("-number").first()
    who = f"{last.author or 'Somebody'} was faster: " if last else ""
    return Refused(f"{who}this is {row.state} now; a moment ago it was {seen}. Nothing was done twice.", allowed=DEFINITION.after(row.state))


@transaction.atomic
def publish(row: Definition, *, by: User) -> Definition:
    """draft → canonical. In a space the older canon of the same identity becomes deprecated, unless a project stays with it (a pin).

    The row of the root is locked first, so that two drafts of one identity are published one after the other.
    """
    if row.scope_kind == "space":
        Definition.objects.select_for_update(of=("self",)).get(pk=row.root_id)
        if row.state == "draft":
            deprecate_older(row, by=by)
    return _move(row, "canonical", by=by, published_at=timezone.now())


def deprecate_older(row: Definition, *, by: User) -> None:
    """Deprecates other canon of the identity that no project pins."""
    pinned = VersionPin.objects.filter(definition=OuterRef("pk"))
    for old in Definition.objects.filter(~Exists(pinned), root_id=row.root_id, scope_kind="space", state="canonical").exclude(pk=row.pk):
        _move(old, "deprecated", by=by)


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
