"""What rows of this app and of the library must say when they come in with a package: the typed shapes that their verbs demand."""

from typing import Any

from projects import lore, rules, slices
from projects.domain import bible, prompts
from spaces import attributes as shapes
from spaces.domain.spaces import named

Row = dict[str, Any]


def _definition(row: Row) -> None:
    shapes.checked(row["type"], row["attributes"])
    shapes.checked_modifiers(row["modifiers"])
    named(row["name"])
    if (row["scope_kind"] == "space") != (row["project_id"] is None) or not all(isinstance(t, str) for t in row["canonical_tags"]):
        raise ValueError("a definition")


def _bible(row: Row) -> None:
    lore.checked(lore.Lore, {f: row[f] for f in bible.SECTIONS})


def _somebody(row: Row) -> None:
    lore.checked(lore.CharacterLore, {f: row[f] for f in bible.TOLD})
    if row["inherited"]:
        shapes.checked("character", {k: v for k, v in row["inherited"]["attributes"].items() if k != "generation_prompts"})


def register() -> None:
    """Tells the packages' gate."""
    slices.check("spaces.Definition", _definition)
    slices.check("spaces.AvatarAsset", lambda row: [t.lower() for t in row["emotion_tags"]])
    slices.check("projects.Project", lambda row: named(row["name"]))
    slices.check("projects.ProjectStyle", lambda row: shapes.checked_parameters(row["overrides"]))
    slices.check("projects.StyleGuide", lambda row: rules.checked(row["rules"]))
    slices.check("projects.PromptTemplate", lambda row: prompts.checked(row["stage"], row["template_text"]))
    slices.check("projects.ProjectBible", _bible)
    slices.check("projects.BibleCharacter", _somebody)
    slices.check("projects.BibleRevision", lambda row: lore.checked(lore.Document, row["snapshot"]))
