"""(person, project id or slug, role) → the project, entered."""

import uuid
from typing import Any

from iat.kernel import enter
from iat.kernel.errors import Finding, Invalid, NotThere
from projects.models import PackageArrival, Project
from spaces import access
from spaces.models import Asset, Role


def project(user: access.Person, key: Any, role: str = Role.VIEWER) -> Project:
    """A project by id, or by the slug of one that the person owns or is a member of (own ones first)."""
    person = access.look_around(user)
    rows = Project.objects.select_related("space").exclude(status="deleted")
    try:
        found = rows.filter(pk=uuid.UUID(str(key))).first()
    except ValueError:
        mine = sorted(rows.filter(slug=str(key))[:20], key=lambda p: (p.owner_id != person.pk, p.created_at))
        found = mine[0] if mine else None
    if found is None:
        raise NotThere("There is no such project, or it is not shared with you.")
    access.demand(person, found.space_id, role)
    enter.step_into(enter.of_project(found))
    return found


def project_of(user: access.Person, row: Any, role: str = Role.VIEWER) -> Any:
    """Enters the project that a row belongs to, found before by `spaces.access.look_around`."""
    person = access.signed_in(user)
    access.demand(person, row.project.space_id, role)
    enter.step_into(enter.of_project(row.project))
    return row


def row_of(user: access.Person, model: Any, pk: Any, role: str = Role.VIEWER, *related: str) -> Any:
    """A row that belongs to a project, by its own id."""
    access.look_around(user)
    found = model.objects.select_related("project__space", *related).exclude(project__status="deleted").filter(pk=pk).first()
    if found is None:
        raise NotThere("There is nothing here, or it is not shared with you.")
    return project_of(user, found, role)


def arrival(user: access.Person, pk: Any, role: str = Role.VIEWER) -> PackageArrival:
    """A package that came into a space, with the space entered."""
    person = access.look_around(user)
    found = PackageArrival.objects.select_related("space").filter(pk=pk).first()
    if found is None:
        raise NotThere("There is nothing here, or it is not shared with you.")
    access.demand(person, found.space_id, role)
    enter.step_into(enter.of_space(found.space))
    return found


def makes(user: access.Person, row: Project) -> bool:
    """Whether this person may work in the project."""
    return access.role_in(access.signed_in(user), row.space_id) in Role.at_least(Role.ARTIST)


def asset_of(project: Project, pk: Any) -> Asset:
    """A file of this project, or of its space's canon; the project is entered already."""
    found = Asset.objects.filter(pk=pk).first()
    if found is None:
        raise Invalid("There is no such file here.", findings=[Finding("/derived_from", "unknown file")])
    return found
