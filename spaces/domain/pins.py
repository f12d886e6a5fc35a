"""Staying with a version: a project's clone keeps its canon canonical for as long as the pin lasts."""

from django.db import transaction

from iat.kernel import events
from iat.kernel.errors import Refused
from spaces.domain import definitions
from spaces.models import Definition, User, VersionPin


def canon_of(clone: Definition) -> Definition:
    """The canon a clone came from. Raises Refused for anything but a clone."""
    if clone.scope_kind != "project" or clone.variant_type or clone.parent_id is None:
        raise Refused("Only a project's clone of canon follows a version. Variants follow their clone.")
    return Definition.objects.get(pk=clone.parent_id)


@transaction.atomic
def pin(clone: Definition, *, by: User) -> VersionPin:
    """From now on this project stays with the version it has; doing it twice is fine."""
    canon = canon_of(clone)
    row, made = VersionPin.objects.get_or_create(definition=canon, project_id=clone.project_id, defaults={"space_id": clone.space_id, "created_by": by})
    if made:
        events.emit("definition.pinned", subject=clone, actor=by)
    return row


@transaction.atomic
def unpin(clone: Definition, *, by: User) -> None:
    """The project follows again. Canon that only this pin kept, though newer canon exists, becomes deprecated."""
    canon = canon_of(clone)
    gone, _ = VersionPin.objects.filter(definition=canon, project_id=clone.project_id).delete()
    if gone:
        events.emit("definition.unpinned", subject=clone, actor=by)
        settle(canon, by=by)


def settle(canon: Definition, *, by: User) -> None:
    """Deprecates canon that is older than the newest of its identity and that nobody pins any more."""
    newest = Definition.objects.filter(root_id=canon.root_id, scope_kind="space", state="canonical").order_by("-published_at", "-id").first()
    if newest is not None and newest.pk != canon.pk:
        definitions.deprecate_older(newest, by=by)
