"""Shapes that come in and go out of the library's API. Unknown fields in a body are refused, naming them."""

import datetime as dt
import uuid
from typing import Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field, model_validator

from iat.kernel import http

Name = Field(min_length=1, max_length=120)


def _has_nul(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_has_nul(v) for pair in value.items() for v in pair)
    if isinstance(value, list):
        return any(map(_has_nul, value))
    return isinstance(value, str) and "\x00" in value


class In(Schema):
    """What a client sends: strict."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def no_nul(cls, given: Any) -> Any:
        """PostgreSQL keeps no NUL in texts; better said here than by the database."""
        if _has_nul(getattr(given, "_obj", given)):
            raise ValueError("texts may not hold a NUL character")
        return given


class Page(Schema):
    """One keyset page. `next` is the cursor of the next one; `total` only with ?count=true."""

    items: list[dict[str, Any]]
    next: str | None = None
    total: int | None = None


class SpaceIn(In):
    """A new space."""

    name: str = Name
    description: str = Field("", max_length=20000)


class SpacePatch(In):
    """Changes of a space."""

    name: str | None = Field(None, min_length=1, max_length=120)
    description: str | None = Field(None, max_length=20000)


class DefinitionIn(In):
    """A new original."""

    name: str = Name
    description: str = Field("", max_length=20000)
    canonical_tags: list[str] = Field(default_factory=list, max_length=60)
    attributes: dict[str, Any] = Field(default_factory=dict)
    metadata: dict[str, Any] = Field(default_factory=dict)
    style_binding: uuid.UUID | None = None


class DefinitionPatch(In):
    """Changes of a draft, or of a project's definition."""

    name: str | None = Field(None, min_length=1, max_length=120)
    description: str | None = Field(None, max_length=20000)
    canonical_tags: list[str] | None = Field(None, max_length=60)
    attributes: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None
    modifiers: dict[str, Any] | None = None
    style_binding: uuid.UUID | None = None


class VersionIn(In):
    """Which number grows."""

    bump: Literal["major", "minor", "patch"] = "major"


class ArchiveIn(In):
    """`force` lets canon of a space be archived directly."""

    force: bool = False


class KitIn(In):
    """A new kit."""

    character_id: uuid.UUID
    name: str = Name
    description: str = Field("", max_length=20000)
    appearance_prompt: str = Field("", max_length=8000)
    style_prompt: str = Field("", max_length=8000)
    negative_prompt: str = Field("", max_length=8000)


class KitPatch(In):
    """Changes of a kit; `status` moves it, `is_default` makes it the one that counts."""

    name: str | None = Field(None, min_length=1, max_length=120)
    description: str | None = Field(None, max_length=20000)
    appearance_prompt: str | None = Field(None, max_length=8000)
    style_prompt: str | None = Field(None, max_length=8000)
    negative_prompt: str | None = Field(None, max_length=8000)
    status: Literal["draft", "active", "archived"] | None = None
    is_default: Literal[True] | None = None


class AnchorIn(In):
    """The picture that becomes the anchor; null takes it away."""

    asset_id: uuid.UUID | None


class ActiveKitIn(In):
    """The kit to follow; null follows the default."""

    kit_id: uuid.UUID | None


class PicturePatch(In):
    """Labels of a kit's picture."""

    asset_type: str | None = None
    expression: str | None = Field(None, max_length=80)
    outfit: str | None = Field(None, max_length=80)
    emotion_tags: list[str] | None = Field(None, max_length=40)


class TokenIn(In):
    """A new token."""

    name: str = Name
    scopes: list[str] = Field(default_factory=lambda: ["read", "write"])
    expires_at: dt.datetime | None = None


class MemberIn(In):
    """Lets a person in."""

    username: str = Field(max_length=80)
    role: Literal["viewer", "artist", "curator", "owner"]


class RoleIn(In):
    """Another role."""

    role: Literal["viewer", "artist", "curator", "owner"]


def given(body: In) -> dict[str, Any]:
    """Only what the client sent."""
    return body.dict(exclude_unset=True)


def stamp(moment: dt.datetime | None) -> str | None:
    """ISO 8601 in UTC."""
    return moment.astimezone(dt.UTC).isoformat().replace("+00:00", "Z") if moment else None


def space_out(row: Any) -> dict[str, Any]:
    """A space."""
    return {"id": row.pk, "name": row.name, "slug": row.slug, "description": row.description, "state": row.state, "owner_id": row.owner_id,
            "revision": row.revision, "created_at": stamp(row.created_at), "updated_at": stamp(row.updated_at)}


def definition_out(row: Any) -> dict[str, Any]:
    """A definition, in full."""
    return {
        "id": row.pk, "type": row.type, "scope": row.scope_kind, "space_id": row.space_id, "project_id": row.project_id, "parent_id": row.parent_id,
        "root_id": row.root_id, "name": row.name, "description": row.description, "canonical_tags": row.canonical_tags, "attributes": row.attributes,
        "metadata": row.metadata, "version": row.version, "state": row.state, "style_binding": row.style_binding_id, "inherits_from_type": row.inherits_from_type,
        "inherited_version": row.inherited_version, "variant_type": row.variant_type or None, "variant_label": row.variant_label or None, "modifiers": row.modifiers,
        "active_avatar_kit": row.active_avatar_kit_id, "revision": row.revision, "published_at": stamp(row.published_at),
        "created_at": stamp(row.created_at), "updated_at": stamp(row.updated_at)}


def asset_out(row: Any) -> dict[str, Any]:
    """A file of the registry; `content` and `thumbnail` are links of this API, `url` is signed and expires."""
    from iat.kernel import signing

    return {
        "id": row.pk, "project_id": row.project_id, "kind": row.kind, "path": f"/{row.storage_uri}", "mime_type": row.mime_type, "width": row.width, "height": row.height,
        "byte_size": row.byte_size, "sha256": row.sha256, "metadata": row.metadata, "content": f"/api/assets/{row.pk}/content",
        "thumbnail": f"/api/assets/{row.pk}/thumbnail", "url": f"/files/{signing.sign(str(row.pk))}", "revision": row.revision, "created_at": stamp(row.created_at)}


def kit_out(row: Any) -> dict[str, Any]:
    """A kit."""
    return {
        "id": row.pk, "space_id": row.space_id, "character_id": row.character_id, "name": row.name, "description": row.description,
        "appearance_prompt": row.appearance_prompt, "style_prompt": row.style_prompt, "negative_prompt": row.negative_prompt,
        "primary_anchor_id": row.primary_anchor_id, "secondary_anchor_id": row.secondary_anchor_id, "status": row.status, "is_default": row.is_default,
        "revision": row.revision, "created_at": stamp(row.created_at), "updated_at": stamp(row.updated_at)}


def picture_out(row: Any) -> dict[str, Any]:
    """A picture of a kit."""
    return {
        "id": row.pk, "avatar_kit_id": row.avatar_kit_id, "asset_type": row.asset_type, "expression": row.expression, "outfit": row.outfit, "emotion_tags": row.emotion_tags,
        "source_type": row.source_type, "derived_from_id": row.derived_from_id, "generation_metadata": row.generation_metadata, "mime_type": row.mime_type,
        "width": row.width, "height": row.height, "file_size_bytes": row.file_size_bytes, "is_canonical": row.is_canonical, "is_active": row.is_active,
        "review": row.review, "asset": asset_out(row.asset), "revision": row.revision, "created_at": stamp(row.created_at)}


def token_out(row: Any) -> dict[str, Any]:
    """A token, without its secret."""
    return {"id": row.pk, "name": row.name, "prefix": row.prefix, "scopes": row.scopes, "created_at": stamp(row.created_at),
            "last_used_at": stamp(row.last_used_at), "expires_at": stamp(row.expires_at), "revoked_at": stamp(row.revoked_at)}


def member_out(row: Any) -> dict[str, Any]:
    """A member of a space."""
    return {"user_id": row.user_id, "username": row.user.username, "display_name": row.user.display_name, "role": row.role, "created_at": stamp(row.created_at)}


def listed(rows: Any, out: Any, *, order: list[str], limit: int, cursor: str | None, count: bool = False) -> dict[str, Any]:
    """One keyset page as the API answers it."""
    found, after = http.page(rows, order=order, limit=limit, cursor=cursor)
    return {"items": [out(row) for row in found], "next": after, "total": rows.count() if count else None}
