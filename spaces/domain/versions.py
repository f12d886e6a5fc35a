"""New versions of canon, clones into projects, variants of clones: the three ways an identity grows."""

import uuid
from typing import Any, Literal

from django.db import transaction

from iat.kernel import events
from iat.kernel.errors import Finding, Invalid, Refused
from spaces import attributes as shapes
from spaces.domain.definitions import _insert, record, tagged
from spaces.domain.spaces import named
from spaces.lifecycles import DEFINITION
from spaces.models import Definition, User

Bump = Literal["major", "minor", "patch"]


def bumped(version: str, bump: Bump) -> str:
    """The next semantic version: 1.4.2 → 2.0.0, 1.5.0 or 1.4.3."""
    major, minor, patch = (int(part) for part in version.split("."))
    return {"major": f"{major + 1}.0.0", "minor": f"{major}.{minor + 1}.0", "patch": f"{major}.{minor}.{patch + 1}"}[bump]


def _twin(row: Definition, **changes: Any) -> Definition:
    """An unsaved copy of the content; identity and place come from `changes`."""
    content = {f: getattr(row, f) for f in ("type", "space_id", "root_id", "name", "description", "canonical_tags", "attributes", "metadata",
                                           "modifiers", "style_binding_id", "active_avatar_kit_id")}
    return Definition(id=uuid.uuid4(), parent=row, **{**content, **changes})


@transaction.atomic
def new_version(row: Definition, *, by: User, bump: Bump = "major") -> Definition:
    """A draft after this canon, with the next free number of its identity. Publishing it deprecates the old one."""
    if row.scope_kind != "space":
        raise Refused("Only canon of a space has versions. Inside a project, edit the clone or make a variant.")
    if row.state not in ("canonical", "deprecated"):
        raise Refused(f"This is still {row.state}: edit it, no new version is needed.", allowed=DEFINITION.after(row.state))
    taken = set(Definition.objects.filter(root_id=row.root_id, scope_kind="space").values_list("version", flat=True))
    version = bumped(row.version or "1.0.0", bump)
    while version in taken:
        version = bumped(version, bump)
    draft = _twin(row, version=version, created_by=by)
    _insert(draft)
    record(draft, verb=f"version of {row.version}", before={}, by=by)
    events.emit("definition.versioned", subject=draft, actor=by)
    return draft


@transaction.atomic
def clone(row: Definition, *, project: Any, by: User, allow_deprecated: bool = False) -> Definition:
    """Canon into a project: a draft of the project's own that remembers the version it came from.

    Raises Refused for styles (referenced, never cloned), for what is not canonical, and for an identity that is already there.
    """
    if row.type == "style":
        raise Refused("Styles are used by reference, never cloned.")
    if row.scope_kind != "space" or row.state not in (("canonical", "deprecated") if allow_deprecated else ("canonical",)):
        more = " Deprecated canon needs allow_deprecated=true." if row.state == "deprecated" else " Publish it first."
        raise Refused(f"“{row.name}” is {row.state}; only canon can be imported.{more}", allowed=DEFINITION.after(row.state))
    if Definition.objects.filter(project=project, root_id=row.root_id, variant_type="").exclude(state="archived").exists():
        raise Refused(f"“{row.name}” is already in this project.")
    twin = _twin(row, project=project, scope_kind="project", version=None, inherits_from_type=row.type, inherited_version=row.version, created_by=by)
    _insert(twin)
    record(twin, verb=f"imported from {row.version}", before={}, by=by)
    events.emit("definition.imported", subject=twin, actor=by)
    return twin


@transaction.atomic
def variant(row: Definition, *, variant_type: str, label: str, by: User, modifiers: dict[str, Any] | None = None,
            description: str = "", canonical_tags: list[str] | None = None) -> Definition:
    """A child of a project's clone: the same identity in another expression, outfit, hour …

    A bare `expression` or `time_of_day` type takes its label as the modifier when none is given.
    """
    if row.scope_kind != "project":
        raise Refused("Variants belong to a project. Import this into a project first.")
    if row.state == "archived":
        raise Refused("This is archived; nothing new is made from it.")
    label = named(label, pointer="/label")
    variant_type = named(variant_type, pointer="/type").lower().replace(" ", "_")
    if len(variant_type) > 32:
        raise Invalid("A variant type has at most 32 characters.", findings=[Finding("/type", "at most 32 characters")])
    by_type = {"expression": "expression_profile", "outfit": "outfit", "hairstyle": "hairstyle", "pose": "pose", "time_of_day": "time_of_day", "weather": "weather", "lighting": "lighting"}
    given = dict(modifiers or {})
    if variant_type in by_type and not given.get(by_type[variant_type]):
        given[by_type[variant_type]] = label.lower() if variant_type != "outfit" else label
    child = _twin(
        row, project_id=row.project_id, scope_kind="project", version=None, inherits_from_type=row.type, inherited_version=row.inherited_version,
        name=f"{row.name} — {label}"[:120], variant_type=variant_type, variant_label=label, description=description or row.description,
        modifiers={**row.modifiers, **shapes.checked_modifiers(given)}, canonical_tags=tagged([*row.canonical_tags, *(canonical_tags or [])]), created_by=by)
    _insert(child)
    record(child, verb="variant made", before={}, by=by)
    events.emit("definition.variant_made", subject=child, actor=by)
    return child
