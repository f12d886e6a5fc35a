"""Shapes of the bible's API. The parts themselves have theirs in projects/lore.py."""

import uuid
from typing import Any, Literal

from pydantic import Field

from projects import lore
from projects.domain import bible
from projects.queries.findings import LoreFinding
from spaces.schemas import In, change_out, conflict_out, stamp


class BibleIn(In):
    """A bible, or the sections of one that change; characters only when it is begun."""

    title: str | None = Field(None, max_length=200)
    description: str | None = Field(None, max_length=20000)
    visual_style: lore.VisualStyle | None = None
    world_setting: lore.WorldSetting | None = None
    narrative_guidelines: lore.NarrativeGuidelines | None = None


class BibleNew(BibleIn):
    """A new bible, with its characters if it brings some."""

    characters: list[lore.CharacterLore] = Field(default_factory=list, max_length=lore.MOST)


class CharacterPut(In):
    """What changes about a character; what is not named stays."""

    name: lore.Name | None = None
    description: str | None = Field(None, max_length=20000)
    visual_traits: lore.VisualTraits | None = None
    personality_traits: lore.PersonalityTraits | None = None
    relationships: list[lore.Relationship] | None = Field(None, max_length=100)
    evolution_arc: list[lore.Step] | None = Field(None, max_length=100)


class CharacterNew(In):
    """A character of a bible."""

    name: lore.Name
    description: str = Field("", max_length=20000)
    visual_traits: lore.VisualTraits = Field(default_factory=lore.VisualTraits)
    personality_traits: lore.PersonalityTraits = Field(default_factory=lore.PersonalityTraits)
    relationships: list[lore.Relationship] = Field(default_factory=list, max_length=100)
    evolution_arc: list[lore.Step] = Field(default_factory=list, max_length=100)


class DocumentIn(In):
    """A document as `export` gives it. `replace`: it becomes the bible; `merge`: it is laid over what is there."""

    document: dict[str, Any]
    mode: Literal["replace", "merge"] = "replace"


class FromBibleIn(In):
    """Whom to make; `choices` decides conflicts where a definition of that name is there already."""

    name: lore.Name
    choices: dict[str, Literal["ours", "theirs"]] = Field(default_factory=dict)


class SyncIn(In):
    """`choices` decides conflicts by pointer: ours is the definition, theirs the bible."""

    choices: dict[str, Literal["ours", "theirs"]] = Field(default_factory=dict)


class ProjectKey(In):
    """Which project's bible."""

    project: str = Field(min_length=1, max_length=80)


class CharacterOf(CharacterNew):
    """A character, and whose bible it goes into."""

    project: str = Field(min_length=1, max_length=80)


def said(body: In) -> dict[str, Any]:
    """What a body names, as plain JSON, without what is null."""
    return {k: v for k, v in body.dict(exclude_unset=True).items() if v is not None}


def bible_out(row: Any) -> dict[str, Any]:
    """A bible without its characters."""
    return {"id": row.pk, "project_id": row.project_id, **{f: getattr(row, f) for f in bible.SECTIONS}, "revision": row.revision, "created_at": stamp(row.created_at), "updated_at": stamp(row.updated_at)}


def lore_out(row: Any) -> dict[str, Any]:
    """A character of a bible."""
    return {"id": row.pk, "bible_id": row.bible_id, **{f: getattr(row, f) for f in bible.TOLD}, "character_id": row.character_id, "revision": row.revision, "updated_at": stamp(row.updated_at)}


def finding_out(f: LoreFinding) -> dict[str, Any]:
    """A finding."""
    return {"rule": f.rule, "severity": f.severity, "pointer": f.pointer, "detail": f.detail, "character": f.who or None}


def revision_out(row: Any) -> dict[str, Any]:
    """A revision, without its snapshot."""
    return {"number": row.number, "summary": row.summary, "author": row.author.username if row.author else None, "created_at": stamp(row.created_at)}


def sync_out(plan: Any) -> dict[str, Any]:
    """A sync as it would be, or was, done."""
    return {"character_id": plan.row.pk, "bible_character_id": plan.who.pk, "merged": plan.merged.content, "changes": [change_out(c) for c in plan.merged.changes], "conflicts": [conflict_out(c) for c in plan.merged.conflicts]}


def named(character_id: uuid.UUID, how: str) -> dict[str, Any]:
    """Who was made, and how."""
    return {"character_id": character_id, "how": how}
