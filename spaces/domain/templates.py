"""Templates: a character's or a style's values as a starting point, in versions. Applied under a definition's own values, never over."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from iat.kernel import events
from iat.kernel.errors import Finding, Invalid, NotAllowed, Refused
from iat.kernel.rows import edit as write
from spaces import attributes as shapes
from spaces.domain import definitions
from spaces.domain.spaces import named
from spaces.lifecycles import TEMPLATE
from spaces.models import Definition, Space, Template, TemplateVersion, User


def visible(user: User) -> Q:
    """Shared ones, and one's own."""
    return Q(shared=True) | Q(created_by=user)


def fitting(row: Definition, user: User) -> list[Template]:
    """Templates that may be applied to a definition, by name."""
    return list(Template.objects.filter(visible(user), space_id=row.space_id, kind=row.type, state="active").order_by("name", "id")[:100])


def _slim(kind: str, given: dict[str, Any] | None) -> dict[str, Any]:
    """Checked, and without what a definition has anyway: only values that say something."""
    full, plain = shapes.checked(kind, given, base="/generation_params"), shapes.checked(kind, {})
    return _beyond(full, plain)


def _beyond(value: dict[str, Any], plain: dict[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, inner in value.items():
        if isinstance(inner, dict) and isinstance(plain.get(key), dict):
            if deeper := _beyond(inner, plain[key]):
                out[key] = deeper
        elif inner != plain.get(key):
            out[key] = inner
    return out


@transaction.atomic
def create(space: Space, *, kind: str, name: str, by: User, description: str = "", generation_params: dict[str, Any] | None = None, shared: bool = True) -> Template:
    """A new template, version 1."""
    try:
        with transaction.atomic():
            row = Template.objects.create(space=space, kind=kind, name=named(name), description=description, generation_params=_slim(kind, generation_params), shared=shared, created_by=by)
    except IntegrityError:
        raise Refused(f"This space already has a {kind} template called “{name}”.") from None
    _keep(row, by)
    events.emit("template.created", subject=row, actor=by)
    return row


def _keep(row: Template, by: User) -> None:
    TemplateVersion.objects.create(space_id=row.space_id, template=row, number=row.version, name=row.name, description=row.description, generation_params=row.generation_params, author=by)


def _mine(row: Template, by: User) -> None:
    """A private template belongs to its maker, whatever the role of the other."""
    if not row.shared and row.created_by_id != by.pk:
        raise NotAllowed("This template is private to the person who made it.")


@transaction.atomic
def edit(row: Template, *, by: User, **changes: Any) -> Template:
    """A new version with these changes; the older ones stay readable and can be applied."""
    _mine(row, by)
    if row.state != "active":
        raise Refused("This template is archived. Restore it before you change it.", allowed=TEMPLATE.after(row.state))
    if "name" in changes:
        changes["name"] = named(changes["name"])
    if "generation_params" in changes:
        changes["generation_params"] = _slim(row.kind, changes["generation_params"])
    grows = {"name", "description", "generation_params"} & set(changes)
    try:
        with transaction.atomic():
            write(row, **changes, **({"version": row.version + 1} if grows else {}))
    except IntegrityError:
        raise Refused(f"This space already has a {row.kind} template called “{changes['name']}”.") from None
    if grows:
        _keep(row, by)
    events.emit("template.edited", subject=row, actor=by)
    return row


def archive(row: Template, *, by: User) -> Template:
    """Out of sight; it can be restored."""
    _mine(row, by)
    return TEMPLATE.move(row, "archived", by=by)


def restore(row: Template, *, by: User) -> Template:
    """Back into sight, unless its name was taken meanwhile."""
    _mine(row, by)
    if Template.objects.filter(space_id=row.space_id, kind=row.kind, name=row.name, state="active").exists():
        raise Refused(f"There is another {row.kind} template called “{row.name}” now. Rename that one first.")
    return TEMPLATE.move(row, "active", by=by)


def params_of(row: Template, version: int | None) -> dict[str, Any]:
    """The values of one version (the current one when None). Raises Invalid for a number that never was."""
    if version is None or version == row.version:
        return dict(row.generation_params)
    kept = TemplateVersion.objects.filter(template=row, number=version).first()
    if kept is None:
        raise Invalid(f"“{row.name}” has versions 1 to {row.version}.", findings=[Finding("/version", "no such version")])
    return dict(kept.generation_params)


def apply(row: Definition, template: Template, *, by: User, version: int | None = None) -> Definition:
    """Fills what the definition leaves open; what it says itself stays. Remembers in its metadata which template and version."""
    if template.kind != row.type:
        raise Refused(f"“{template.name}” is a template for a {template.kind}; this is a {row.type}.")
    filled = _under(row.attributes, params_of(template, version), shapes.checked(row.type, {}))
    used = {"id": str(template.pk), "name": template.name, "version": version or template.version}
    applied = [t for t in row.metadata.get("templates", []) if isinstance(t, dict) and t.get("id") != used["id"]] if isinstance(row.metadata.get("templates"), list) else []
    return definitions.edit(row, by=by, attributes=filled, metadata={**row.metadata, "templates": [*applied, used]})


def _under(own: dict[str, Any], lent: dict[str, Any], plain: dict[str, Any]) -> dict[str, Any]:
    out = dict(own)
    for key, value in lent.items():
        mine = own.get(key)
        if isinstance(mine, dict) and isinstance(value, dict):
            inner = plain.get(key)
            out[key] = _under(mine, value, inner if isinstance(inner, dict) else {})
        elif mine in (None, "", [], {}) or mine == plain.get(key):
            out[key] = value
    return out


def save_from(row: Definition, *, name: str, by: User, description: str = "", shared: bool = True) -> Template:
    """A template out of a definition's attributes."""
    if row.type not in ("character", "style"):
        raise Refused("Templates are made of characters and styles.")
    return create(row.space, kind=row.type, name=name, by=by, description=description or row.description, generation_params=row.attributes, shared=shared)
