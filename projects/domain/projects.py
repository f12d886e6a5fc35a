"""Projects: create, edit, move; styles by reference; the default style guide."""

from typing import Any

from django.db import transaction
from django.db.models import F

from iat.kernel import events
from iat.kernel.errors import NotThere, Refused
from iat.kernel.rows import edit as write
from projects import rules
from projects.lifecycles import PROJECT
from projects.models import Project, ProjectStyle, StyleGuide
from projects.queries import updates
from spaces import attributes as shapes
from spaces.domain.spaces import free_slug, named
from spaces.models import Definition, Space, User


@transaction.atomic
def create(space: Space, *, name: str, by: User, description: str = "", settings: dict[str, Any] | None = None) -> Project:
    """A new production in a space, active."""
    if space.state != "active":
        raise Refused("This space is archived. Restore it before you start something in it.", allowed=["active"])
    name = named(name)
    row = Project.objects.create(space=space, owner=by, name=name, slug=free_slug(name, Project.objects.filter(owner=by)), description=description, settings=settings or {})
    events.emit("project.created", subject=row, actor=by)
    return row


def edit(project: Project, *, by: User, **changes: Any) -> Project:
    """Changes name, description or settings."""
    if "name" in changes:
        changes["name"] = named(changes["name"])
    write(project, **changes)
    events.emit("project.edited", subject=project, actor=by)
    return project


def move(project: Project, status: str, *, by: User) -> Project:
    """active, archived, deleted (kept, out of sight)."""
    return PROJECT.move(project, status, by=by)


@transaction.atomic
def use_style(project: Project, *, style_id: Any, by: User, is_primary: bool | None = None, overrides: dict[str, Any] | None = None) -> ProjectStyle:
    """Refers to a style of the space; the first one becomes primary. Saying it again changes overrides or rank."""
    style = Definition.objects.filter(pk=style_id, type="style", scope_kind="space").first()
    if style is None:
        raise NotThere("This space has no such style.")
    row = ProjectStyle.objects.filter(project=project, style=style).first()
    if row is None and style.state != "canonical":
        raise Refused(f"“{style.name}” is {style.state}; only canon can be used.", allowed=[])
    primary = is_primary if is_primary is not None else (row.is_primary if row else not ProjectStyle.objects.filter(project=project, is_primary=True).exists())
    if primary:
        ProjectStyle.objects.filter(project=project, is_primary=True).exclude(style=style).update(is_primary=False, revision=F("revision") + 1)
    checked = shapes.checked_parameters(overrides) if overrides is not None else (row.overrides if row else {})
    if row is None:
        row = ProjectStyle.objects.create(project=project, style=style, is_primary=primary, overrides=checked)
    else:
        write(row, is_primary=primary, overrides=checked)
    events.emit("project.style_used", subject=row, actor=by)
    return row


@transaction.atomic
def drop_style(project: Project, *, style_id: Any, by: User) -> None:
    """Stops using a style; pictures made with it keep their record."""
    row = ProjectStyle.objects.filter(project=project, style_id=style_id).first()
    if row is None:
        raise NotThere("This project does not use that style.")
    events.emit("project.style_dropped", subject=row, actor=by)
    row.delete()


@transaction.atomic
def set_guide(project: Project, *, name: str, by: User, given: dict[str, Any], description: str = "", is_default: bool = True) -> StyleGuide:
    """Creates or changes the guide of that name."""
    checked = rules.checked(given)
    if is_default:
        StyleGuide.objects.filter(project=project, is_default=True).exclude(name=name).update(is_default=False, revision=F("revision") + 1)
    row, made = StyleGuide.objects.get_or_create(project=project, name=named(name), defaults={"rules": checked, "description": description, "is_default": is_default})
    if not made:
        write(row, rules=checked, description=description, is_default=is_default)
    events.emit("guide.set", subject=row, actor=by)
    return row


@transaction.atomic
def drop_guide(row: StyleGuide, *, by: User) -> None:
    """Takes a guide away; runs keep the rules they were measured by."""
    events.emit("guide.dropped", subject=row, actor=by)
    row.delete()


@transaction.atomic
def move_style(project: Project, *, style_id: Any, by: User) -> ProjectStyle:
    """Brings a style in use to the newest canon of its identity; overrides and rank stay. Refused where nothing is newer."""
    row = ProjectStyle.objects.select_related("style").filter(project=project, style_id=style_id).first()
    if row is None:
        raise NotThere("This project does not use that style.")
    newest = updates.canon_by_root({row.style.root_id}).get(row.style.root_id)
    if newest is None or newest.pk == row.style_id:
        raise Refused(f"“{row.style.name}” is already at {row.style.version}; there is nothing newer to bring it to.")
    if ProjectStyle.objects.filter(project=project, style=newest).exists():
        raise Refused(f"This project uses {newest.name} {newest.version} already; stop using the older one instead.")
    write(row, style_id=newest.pk)
    events.emit("project.style_moved", subject=row, actor=by)
    return row
