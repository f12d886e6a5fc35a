"""Definitions that follow the bible: made from it, and brought up to it by a three-way merge.

Base is what the definition took at the last sync, theirs what the bible says now, ours the definition: what only one side
touched merges by itself, what both touched is asked.
"""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from iat.kernel import events
from iat.kernel.errors import Finding, Invalid, NotThere, Refused
from iat.kernel.rows import edit as write
from projects.models import BibleCharacter, Project
from spaces import attributes as shapes
from spaces import merging
from spaces.domain import definitions, rebase, versions
from spaces.models import Definition, User


def told(who: BibleCharacter, *, unsaid: str = "semi_caricature") -> dict[str, Any]:
    """What the bible says, in the shape of a character's definition; where it says nothing of proportions, `unsaid`."""
    seen, inner = who.visual_traits, who.personality_traits
    parts = [inner.get("summary", ""), ", ".join(inner.get("traits", [])), f"Voice: {inner['voice']}" if inner.get("voice") else ""]
    prompts = {k: seen.get(k) or ("" if k == "visual_description" else []) for k in ("visual_description", "style_tags", "negative_prompts")}
    return {
        "description": who.description,
        "attributes": {
            "proportion_profile": seen.get("proportion_profile") or unsaid, "gender": seen.get("gender", ""), "appearance": shapes.Appearance.model_validate(seen.get("appearance", {})).model_dump(),
            "personality": ". ".join(p for p in parts if p)[:4000], "generation_prompts": prompts}}


def followed(row: Definition) -> dict[str, Any]:
    """The part of a definition that a bible speaks of."""
    return _part(row.description, row.attributes)


def _part(description: str, attributes: dict[str, Any]) -> dict[str, Any]:
    full = shapes.CharacterAttributes.model_validate(attributes).model_dump()
    full["generation_prompts"].pop("comfyui_workflow")
    return {"description": description, "attributes": full}


@dataclass(frozen=True)
class Proposal:
    """What a sync would do."""

    who: BibleCharacter
    row: Definition
    merged: merging.Merged
    theirs: dict[str, Any]


def lore_of(row: Definition) -> BibleCharacter:
    """The bible's character that a definition follows: the one linked with it, or the one of its name."""
    found = BibleCharacter.objects.filter(character=row).select_related("bible").first() or BibleCharacter.objects.filter(character__isnull=True, name__iexact=row.name).select_related("bible").first()
    if found is None:
        raise NotThere(f"The bible of this project knows nobody that “{row.name}” could follow.")
    return found


def propose(row: Definition, *, choices: dict[str, str] | None = None) -> Proposal:
    """The merge, before it is done."""
    if row.scope_kind != "project" or row.type != "character" or row.variant_type:
        raise Refused("Only a character of the project follows its bible: import it first. Variants follow their character.")
    if wrong := [k for k, v in (choices or {}).items() if v not in ("ours", "theirs")]:
        raise Invalid("A choice is ours or theirs.", findings=[Finding(f"/choices/{k}", "ours or theirs") for k in wrong])
    who = lore_of(row)
    base = who.inherited if who.inherited and who.character_id == row.pk else _part("", {})
    theirs = told(who, unsaid=base["attributes"]["proportion_profile"])
    merged = merging.merge(base, followed(row), theirs, choices)
    if unknown := set(choices or {}) - {c.pointer for c in merged.conflicts}:
        raise Invalid("Some choices are about fields without a conflict.", findings=[Finding(p, "no conflict here") for p in sorted(unknown)])
    return Proposal(who, row, merged, theirs)


@transaction.atomic
def sync(row: Definition, *, by: User, choices: dict[str, str] | None = None) -> Proposal:
    """Writes the merge as one revision of the definition. Raises Undecided, naming each conflict that nobody decided."""
    plan = propose(row, choices=choices)
    if plan.merged.open:
        raise rebase.Undecided(plan.merged.open, sides="the project and the bible")
    if plan.merged.changes:
        kept = row.attributes.get("generation_prompts", {}).get("comfyui_workflow", "")
        content = plan.merged.content["attributes"]
        merged = {**content, "generation_prompts": {**content["generation_prompts"], "comfyui_workflow": kept}}
        definitions.edit(row, by=by, description=plan.merged.content["description"], attributes=merged)
    write(plan.who, character_id=row.pk, inherited=plan.theirs)
    events.emit("bible.synced", subject=plan.who, actor=by, definition_id=row.pk)
    return plan


@dataclass(frozen=True)
class Made:
    """The project's character, and whether it had to be made: `found` (was in the project), `imported` (was canon) or `created`."""

    row: Definition
    how: str


def needs_canon(project: Project, who: BibleCharacter) -> bool:
    """Whether making this character writes canon: nobody of that name is in the project or its space."""
    return _in_project(project, who) is None and _in_space(who) is None


def follower(project: Project, who: BibleCharacter) -> Definition:
    """The project's definition that follows this character, or would."""
    row = _in_project(project, who)
    if row is None:
        raise NotThere(f"Nobody in this project follows {who.name} yet. Create them from the bible first.")
    return row


def _in_project(project: Project, who: BibleCharacter) -> Definition | None:
    if who.character_id is not None and who.character is not None and who.character.project_id == project.pk:
        return who.character
    return Definition.objects.filter(project=project, type="character", variant_type="", name__iexact=who.name).exclude(state="archived").first()


def _in_space(who: BibleCharacter) -> Definition | None:
    return Definition.objects.filter(scope_kind="space", type="character", state="canonical", name__iexact=who.name).order_by("-published_at", "-id").first()


@transaction.atomic
def create_from(project: Project, who: BibleCharacter, *, by: User, choices: dict[str, str] | None = None) -> Made:
    """The character of the bible as a definition of the project: the one that is there, else a clone of the canon of that name, else new canon with a clone of it."""
    row, how = _in_project(project, who), "found"
    if row is None:
        canon, how = _in_space(who), "imported"
        if canon is None:
            how = "created"
            content = told(who)
            canon = definitions.create(project.space, type="character", name=who.name, by=by, description=content["description"], attributes=content["attributes"], metadata={"from_bible": str(who.pk)})
            definitions.publish(canon, by=by)
        row = versions.clone(canon, project=project, by=by)
    if how == "created":
        write(who, character_id=row.pk, inherited=told(who))
    else:
        write(who, character_id=row.pk, inherited=who.inherited if who.character_id == row.pk else {})
        sync(row, by=by, choices=choices)
    return Made(row, how)
