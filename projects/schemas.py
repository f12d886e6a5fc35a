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


class WebhookIn(In):
    """Where to send what."""

    url: str = Field(max_length=1000)
    events: list[str] = Field(min_length=1, max_length=40)


class WebhookPatch(In):
    """Changes of a webhook."""

    url: str | None = Field(None, max_length=1000)
    events: list[str] | None = Field(None, min_length=1, max_length=40)
    is_active: bool | None = None


class TemplateTextIn(In):
    """Words for a stage."""

    name: str = Name
    stage: str = Field(min_length=1, max_length=12)
    template_text: str = Field(min_length=1, max_length=8000)


class ActiveIn(In):
    """In use or not."""

    is_active: bool


def webhook_out(row: Any) -> dict[str, Any]:
    """A webhook; never its secret."""
    return {"id": row.pk, "project_id": row.project_id, "url": row.url, "events": row.events, "is_active": row.is_active, "revision": row.revision, "created_at": stamp(row.created_at)}


def delivery_out(row: Any) -> dict[str, Any]:
    """A delivery."""
    return {"id": row.pk, "webhook_id": row.webhook_id, "event": row.event_code, "body": row.body, "status": row.status, "attempt": row.attempt, "due_at": stamp(row.due_at), "http_status": row.http_status,
            "error": row.error or None, "latency_ms": row.latency_ms, "delivered_at": stamp(row.delivered_at), "created_at": stamp(row.created_at)}


def template_out(row: Any) -> dict[str, Any]:
    """A version of a prompt template."""
    return {"id": row.pk, "project_id": row.project_id, "name": row.name, "stage": row.stage, "template_text": row.template_text, "version": row.version, "is_active": row.is_active, "revision": row.revision, "created_at": stamp(row.created_at)}


class SetIn(In):
    """A reference set."""

    name: str = Name
    kind: str = Field("style", max_length=12)
    metadata: dict[str, Any] = Field(default_factory=dict)


class SetPatch(In):
    """Changes of a reference set."""

    name: str | None = Field(None, min_length=1, max_length=120)
    kind: str | None = Field(None, pattern="^(style|character|scene|lighting|other)$")
    is_active: bool | None = None


class ReferenceIn(In):
    """How much a picture counts."""

    weight: float = Field(1.0, ge=0, le=1)
    notes: str = Field("", max_length=400)


def set_out(row: Any) -> dict[str, Any]:
    """A reference set."""
    return {"id": row.pk, "project_id": row.project_id, "name": row.name, "kind": row.kind, "is_active": row.is_active, "metadata": row.metadata, "revision": row.revision, "created_at": stamp(row.created_at)}


def item_out(row: Any) -> dict[str, Any]:
    """A picture of a set."""
    return {"asset_id": row.asset_id, "weight": row.weight, "notes": row.notes, "revision": row.revision}


def audit_out(row: Any) -> dict[str, Any]:
    """One thing that was done."""
    return {"id": row.pk, "at": stamp(row.at), "project_id": row.project_id, "actor": row.actor_name or None, "event": row.event_code, "subject": {"type": row.subject_type, "id": row.subject_id}, "payload": row.payload,
            "number": row.number, "hash": row.hash or None}


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
