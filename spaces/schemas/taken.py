"""Shapes that come into the library's API. Unknown fields in a body are refused, naming them."""

import datetime as dt
import math
import uuid
from typing import Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field, model_validator

Name = Field(min_length=1, max_length=120)


DEEPEST = 40


def unkeepable(value: Any, depth: int = 0) -> str:
    """Why a JSON value cannot be kept by both databases and told again by the API, or ''."""
    if depth > DEEPEST:
        return f"values may be nested {DEEPEST} deep"
    if isinstance(value, dict):
        return next((why for pair in value.items() for v in pair if (why := unkeepable(v, depth + 1))), "")
    if isinstance(value, list):
        return next((why for v in value if (why := unkeepable(v, depth + 1))), "")
    if isinstance(value, str):
        return "texts may not hold a NUL character" if "\x00" in value else "texts must be valid Unicode" if any("\ud800" <= c <= "\udfff" for c in value) else ""
    if isinstance(value, float):
        return "" if math.isfinite(value) else "numbers must be finite"
    return "whole numbers must fit 64 bits" if isinstance(value, int) and abs(value) >= 2**63 else ""


class In(Schema):
    """What a client sends: strict."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def keepable(cls, given: Any) -> Any:
        """PostgreSQL keeps no NUL, JSON no infinity; better said here than by the database."""
        if why := unkeepable(getattr(given, "_obj", given)):
            raise ValueError(why)
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


class RevertIn(In):
    """Which revision to take back."""

    number: int = Field(ge=1, le=2**31 - 1)


class RebaseIn(In):
    """`target` names another version than the newest canon; `choices` decides conflicts by pointer; `preview` as in the address."""

    target: uuid.UUID | None = None
    choices: dict[str, Literal["ours", "theirs"]] = Field(default_factory=dict)


class TemplateIn(In):
    """A new template."""

    space_id: uuid.UUID
    name: str = Name
    description: str = Field("", max_length=20000)
    generation_params: dict[str, Any] = Field(default_factory=dict)
    shared: bool = True


class TemplatePut(In):
    """A new version of a template."""

    name: str = Name
    description: str = Field("", max_length=20000)
    generation_params: dict[str, Any] = Field(default_factory=dict)
    shared: bool = True


class SaveTemplateIn(In):
    """A template out of a definition."""

    name: str = Name
    description: str = Field("", max_length=20000)
    shared: bool = True


class PreferencesIn(In):
    """Each kind is replaced as a whole; what is left out stays."""

    style: dict[str, Any] | None = None
    generation: dict[str, Any] | None = None
    review: dict[str, Any] | None = None
    ui: dict[str, Any] | None = None


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


class NameIn(In):
    """Only a name."""

    name: str = Name


class CropIn(In):
    """A part of a picture: left, top, right, bottom as shares of its sides (0–1), and the shelf it goes to."""

    box: tuple[float, float, float, float]
    asset_type: Literal["anchor_portrait", "anchor_fullbody", "expression", "pose", "outfit"] = "anchor_portrait"
    expression: str = Field("", max_length=80)
    outfit: str = Field("", max_length=80)


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


class AssetPatch(In):
    """What is said about a file; metadata is added to what is known."""

    kind: str | None = Field(None, max_length=16)
    metadata: dict[str, Any] | None = None


class LinkIn(In):
    """What a file was made from."""

    parent_id: uuid.UUID
    link_type: Literal["derived_from", "variant_of", "mask_for", "reference_of"] = "derived_from"


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
