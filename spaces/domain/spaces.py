"""Spaces."""

from typing import Any

from django.db import transaction
from django.utils.text import slugify

from iat.kernel import events
from iat.kernel.errors import Finding, Invalid
from iat.kernel.rows import edit as write
from spaces.lifecycles import SPACE
from spaces.models import Membership, Role, Space, User


def free_slug(name: str, taken: Any) -> str:
    """A slug out of a name that `taken` (a queryset with a slug column) does not hold yet."""
    base = slugify(name)[:70] or "untitled"
    used = set(taken.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(s for n in range(len(used) + 1) if (s := base if n == 0 else f"{base}-{n + 1}") not in used)


def named(name: str, *, pointer: str = "/name") -> str:
    """A name without surrounding space; Invalid when empty or too long."""
    name = " ".join(str(name).split())
    if not name or len(name) > 120:
        raise Invalid("A name needs 1 to 120 characters.", findings=[Finding(pointer, "1 to 120 characters")])
    return name


@transaction.atomic
def create(*, name: str, description: str = "", by: User) -> Space:
    """A new space, owned by its maker."""
    name = named(name)
    space = Space.objects.create(owner=by, name=name, slug=free_slug(name, Space.objects.filter(owner=by)), description=description)
    Membership.objects.create(space=space, user=by, role=Role.OWNER)
    events.emit("space.created", subject=space, actor=by)
    return space


def edit(space: Space, *, by: User, **changes: Any) -> Space:
    """Changes name or description."""
    if "name" in changes:
        changes["name"] = named(changes["name"])
    write(space, **changes)
    events.emit("space.edited", subject=space, actor=by)
    return space


def archive(space: Space, *, by: User) -> Space:
    """Out of sight; nothing is lost."""
    return SPACE.move(space, "archived", by=by)


def restore(space: Space, *, by: User) -> Space:
    """Back into sight."""
    return SPACE.move(space, "active", by=by)
