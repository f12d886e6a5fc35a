"""(person, id, role) → the row, inside its scope, or 404 for strangers and 403 for a role that is too low.

Each door calls one of these first; the scope then holds for the rest of the request.
"""

import uuid
from typing import Any

from django.contrib.auth.models import AnonymousUser

from iat.kernel import enter, signing
from iat.kernel.errors import NotAllowed, NotSignedIn, NotThere
from spaces.models import Asset, AvatarAsset, AvatarKit, Definition, Fetch, Membership, Role, Space, Template, User

Person = User | AnonymousUser


def signed_in(user: Person) -> User:
    """The person, or 401."""
    if not isinstance(user, User) or not user.is_active:
        raise NotSignedIn("Sign in, or send a token: Authorization: Bearer …")
    return user


def _roles(user: User) -> dict[uuid.UUID, str]:
    """The person's role by space, read once a request: the person is read anew with each."""
    if not hasattr(user, "_roles"):
        user._roles = dict(Membership.objects.filter(user=user).values_list("space_id", "role"))  # type: ignore[attr-defined]
    return dict(user._roles)  # type: ignore[attr-defined]


def spaces_of(user: User, role: str = Role.VIEWER) -> list[uuid.UUID]:
    """Ids of the spaces where the person has at least this role."""
    return [pk for pk, has in _roles(user).items() if has in Role.at_least(role)]


def curates_somewhere(user: User) -> bool:
    """Whether the curator's desk has anything for them."""
    if not hasattr(user, "_curates"):  # the admin asks this many times a page
        user._curates = Membership.objects.filter(user=user, role__in=Role.at_least(Role.CURATOR)).exists()  # type: ignore[attr-defined]
    return bool(user._curates)  # type: ignore[attr-defined]


def role_in(user: User, space_id: Any) -> str:
    """The person's role in a space, or ''."""
    key = space_id if isinstance(space_id, uuid.UUID) else uuid.UUID(str(space_id))
    return _roles(user).get(key, "")


def demand(user: User, space_id: Any, role: str) -> str:
    """The person's role; 404 for strangers, 403 when it is below `role`."""
    has = role_in(user, space_id)
    if not has:
        raise NotThere("There is nothing here, or it is not shared with you.")
    if has not in Role.at_least(role):
        raise NotAllowed(f"You are {has} here; this needs {role}. Ask an owner of the space.")
    return has


def look_around(user: Person) -> User:
    """For lists across spaces: everything of every space the person belongs to."""
    person = signed_in(user)
    enter.step_into(enter.of_spaces(spaces_of(person)))
    return person


def enter_desk(user: User) -> None:
    """For the admin: the spaces where the person is a curator."""
    enter.step_into(enter.of_spaces(spaces_of(user, Role.CURATOR)))


def space(user: Person, pk: Any, role: str = Role.VIEWER) -> Space:
    """A space by id, entered."""
    person = signed_in(user)
    demand(person, pk, role)
    found = Space.objects.get(pk=pk)
    enter.step_into(enter.of_space(found))
    return found


def _anywhere(user: Person, model: Any, pk: Any, *related: str) -> Any:
    look_around(user)
    row = model.objects.select_related(*related).filter(pk=pk).first() if related else model.objects.filter(pk=pk).first()
    if row is None:
        raise NotThere("There is nothing here, or it is not shared with you.")
    return row


def definition(user: Person, pk: Any, role: str = Role.VIEWER, *, kind: str = "") -> Definition:
    """A definition by id, with its space or project entered. Canon needs a curator to change it, clones an artist."""
    row = _anywhere(user, Definition, pk, "space", "project", "parent", "style_binding", "active_avatar_kit")
    if kind and row.type != kind:
        raise NotThere(f"There is no {kind} with this id.")
    needed = Role.CURATOR if role == "edit" and row.scope_kind == "space" else Role.ARTIST if role == "edit" else role
    demand(signed_in(user), row.space_id, needed)
    enter.step_into(enter.of_project(row.project) if row.project_id else enter.of_space(row.space))
    return row


def wide(user: Person, row: Any) -> None:
    """After a row was found: see the whole space with its projects, as lineage needs it."""
    enter.step_into(enter.of_spaces([row.space_id]))


def template(user: Person, kind: str, pk: Any, role: str = Role.VIEWER) -> Template:
    """A template that this person may see (shared, or their own), with its space entered."""
    row = _anywhere(user, Template, pk, "space")
    if row.kind != kind or not (row.shared or row.created_by_id == signed_in(user).pk):
        raise NotThere(f"There is no {kind} template with this id.")
    demand(signed_in(user), row.space_id, role)
    enter.step_into(enter.of_space(row.space))
    return row


def kit(user: Person, pk: Any, role: str = Role.VIEWER) -> AvatarKit:
    """A kit by id, with its space entered."""
    row = _anywhere(user, AvatarKit, pk, "space", "character", "primary_anchor__asset", "secondary_anchor__asset")
    demand(signed_in(user), row.space_id, role)
    enter.step_into(enter.of_space(row.space))
    return row


def kit_asset(user: Person, kit_pk: Any, pk: Any, role: str = Role.VIEWER) -> AvatarAsset:
    """A picture of a kit, with its space entered."""
    owner = kit(user, kit_pk, role)
    row = AvatarAsset.objects.select_related("asset", "avatar_kit").filter(avatar_kit=owner, pk=pk).first()
    if row is None:
        raise NotThere("This kit has no such picture.")
    return row


def asset(user: Person, pk: Any, role: str = Role.VIEWER) -> Asset:
    """A file of the registry, with its space or project entered. Files of the canon need a curator to change them, a project's an artist; packages only curators see."""
    row = _anywhere(user, Asset, pk, "space", "project")
    if row.kind == "export":
        demand(signed_in(user), row.space_id, Role.CURATOR)
    demand(signed_in(user), row.space_id, (Role.ARTIST if row.project_id else Role.CURATOR) if role == "edit" else role)
    enter.step_into(enter.of_project(row.project) if row.project_id else enter.of_space(row.space))
    return row


def fetch(user: Person, pk: Any, role: str = Role.VIEWER) -> Fetch:
    """A file on its way, with its space or project entered."""
    row = _anywhere(user, Fetch, pk, "space", "project", "asset")
    demand(signed_in(user), row.space_id, role)
    enter.step_into(enter.of_project(row.project) if row.project_id else enter.of_space(row.space))
    return row


def signed_asset(token: str) -> Asset:
    """The file that a signed, expiring link names: the link itself is the permission."""
    pk = signing.unsign(token)
    with enter.everywhere("a signed link names one file and nothing else"):
        row = Asset.objects.filter(pk=pk).first()
    if row is None:
        raise NotThere("This file is gone.")
    return row
