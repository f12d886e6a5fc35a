"""Shapes of the production API."""

import uuid
from typing import Any

from pydantic import Field

from spaces.schemas import In, Name, stamp


class ProjectIn(In):
    """A new project."""

    name: str = Name
    description: str = Field("", max_length=20000)
    settings: dict[str, Any] = Field(default_factory=dict)


class ProjectPatch(In):
    """Changes of a project."""

    name: str | None = Field(None, min_length=1, max_length=120)
    description: str | None = Field(None, max_length=20000)
    settings: dict[str, Any] | None = None
    status: str | None = Field(None, pattern="^(active|archived)$")


class ImportIn(In):
    """What to bring in, by id."""

    characters: list[uuid.UUID] = Field(default_factory=list, max_length=200)
    scenes: list[uuid.UUID] = Field(default_factory=list, max_length=200)
    styles: list[uuid.UUID] = Field(default_factory=list, max_length=200)
    allow_deprecated: bool = False


class VariantIn(In):
    """A variant: what it is, and what it changes."""

    type: str = Field(min_length=1, max_length=32)
    label: str = Name
    modifiers: dict[str, Any] = Field(default_factory=dict)
    description: str = Field("", max_length=20000)


class StyleUse(In):
    """How a project uses a style."""

    is_primary: bool | None = None
    overrides: dict[str, Any] | None = None


class GuideIn(In):
    """A style guide."""

    name: str = Name
    description: str = Field("", max_length=20000)
    rules: dict[str, Any] = Field(default_factory=dict)
    is_default: bool = True


def project_out(row: Any) -> dict[str, Any]:
    """A project."""
    return {"id": row.pk, "space_id": row.space_id, "owner_id": row.owner_id, "slug": row.slug, "name": row.name, "description": row.description, "status": row.status,
            "settings": row.settings, "revision": row.revision, "created_at": stamp(row.created_at), "updated_at": stamp(row.updated_at)}


def style_out(row: Any) -> dict[str, Any]:
    """A style in use."""
    return {"style_id": row.style_id, "name": row.style.name, "version": row.style.version, "is_primary": row.is_primary, "overrides": row.overrides, "revision": row.revision}


def guide_out(row: Any) -> dict[str, Any]:
    """A style guide."""
    return {"id": row.pk, "name": row.name, "description": row.description, "rules": row.rules, "is_default": row.is_default, "revision": row.revision}


def update_out(u: Any) -> dict[str, Any]:
    """A clone or style with newer canon."""
    return {"type": u.kind, "id": u.row.pk, "name": u.row.name, "root_id": u.row.root_id, "has": u.has, "newest": {"id": u.newest.pk, "version": u.newest.version}, "pinned": u.pinned}
