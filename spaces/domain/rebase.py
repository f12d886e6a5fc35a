"""Bringing a project's clone to newer canon by a three-way merge: base is the version it came from, theirs the newer one.

Variants follow their clone and keep their modifiers. Every rebase is a revision, and can be undone without losing later edits.
"""

from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from iat.kernel import events
from iat.kernel.errors import Finding, Invalid, NotThere, Refused
from spaces import attributes as shapes
from spaces import merging
from spaces.domain import definitions, pins
from spaces.models import Definition, DefinitionRevision, User, VersionPin


@dataclass(frozen=True)
class Follower:
    """A variant on the way: what changes in it, and where it keeps its own against the clone."""

    row: Definition
    merged: merging.Merged


@dataclass(frozen=True)
class Proposal:
    """What a rebase would do, before it is done."""

    clone: Definition
    base: Definition
    target: Definition
    merged: merging.Merged
    variants: list[Follower]


def newest(root_id: Any) -> Definition | None:
    """The newest canon of an identity."""
    return Definition.objects.filter(root_id=root_id, scope_kind="space", state="canonical").order_by("-published_at", "-id").first()


def propose(clone: Definition, *, target_id: Any = None, choices: dict[str, str] | None = None) -> Proposal:
    """The merge of a clone with newer canon (the newest, or the one named). Raises Refused where there is nothing to follow."""
    base = pins.canon_of(clone)
    target = newest(clone.root_id) if target_id is None else Definition.objects.filter(pk=target_id, root_id=clone.root_id, scope_kind="space").first()
    if target is None:
        raise NotThere("This identity has no such canon.")
    if target.state not in ("canonical", "deprecated"):
        raise Refused(f"{target.name} {target.version} is {target.state}; a clone follows only what was published.")
    if target.pk == base.pk:
        raise Refused(f"“{clone.name}” is already at {base.version}; there is nothing newer to bring it to.")
    if wrong := [k for k, v in (choices or {}).items() if v not in ("ours", "theirs")]:
        raise Invalid("A choice is ours or theirs.", findings=[Finding(f"/choices/{k}", "ours or theirs") for k in wrong])
    merged = merging.merge(definitions.content(base), definitions.content(clone), definitions.content(target), choices)
    if unknown := set(choices or {}) - {c.pointer for c in merged.conflicts}:
        raise Invalid("Some choices are about fields without a conflict.", findings=[Finding(p, "no conflict here") for p in sorted(unknown)])
    return Proposal(clone, base, target, merged, _followers(clone, merged.content))


def _followers(clone: Definition, content: dict[str, Any]) -> list[Follower]:
    """Variants, parents before children, each merged with what becomes of its parent."""
    rows = list(Definition.objects.filter(root_id=clone.root_id, project_id=clone.project_id).exclude(variant_type="").exclude(state="archived").order_by("created_at", "id"))
    known: dict[Any, tuple[dict[str, Any], dict[str, Any], str, str]] = {clone.pk: (definitions.content(clone), content, clone.name, content["name"])}
    found: list[Follower] = []
    waiting = rows
    while waiting:
        ready = [r for r in waiting if r.parent_id in known]
        waiting = [r for r in waiting if r not in ready] if ready else []
        for row in ready:
            before, after, old_name, new_name = known[row.parent_id]
            ours = definitions.content(row)
            mine = f"{old_name} — {row.variant_label}"[:120]
            named = ours["name"] == mine
            merged = merging.merge({**before, "name": mine}, ours, {**after, "name": f"{new_name} — {row.variant_label}"[:120] if named else mine})
            found.append(Follower(row, merged))
            known[row.pk] = (ours, merged.content, row.name, merged.content["name"])
    return found


@transaction.atomic
def rebase(clone: Definition, *, by: User, target_id: Any = None, choices: dict[str, str] | None = None) -> Proposal:
    """Writes the merge as one revision, and one for each variant. Raises Refused, naming each conflict that nobody decided.

    A pin moves along: the project stays with the version it is brought to.
    """
    if reason := definitions.editable(clone):
        raise Refused(reason)
    plan = propose(clone, target_id=target_id, choices=choices)
    if plan.merged.open:
        raise Undecided(plan.merged.open)
    before = definitions.facts(clone)
    version = plan.target.version
    definitions.put(clone, {**_checked(clone, plan.merged.content), "parent_id": plan.target.pk, "inherited_version": version})
    kept = definitions.record(clone, verb=f"rebased to {version}", before=before, by=by)
    for follower in plan.variants:
        _follow(follower, version, kept, by)
    _move_pin(clone, plan.base.pk, by)
    events.emit("definition.rebased", subject=clone, actor=by, was=plan.base.pk)
    return replace(plan, clone=clone)


def _follow(follower: Follower, version: str | None, kept: DefinitionRevision, by: User) -> None:
    before = definitions.facts(follower.row)
    definitions.put(follower.row, {**_checked(follower.row, follower.merged.content), "inherited_version": version})
    definitions.record(follower.row, verb=f"followed to {version}", before=before, by=by, part_of=kept.pk)


def _checked(row: Definition, content: dict[str, Any]) -> dict[str, Any]:
    """Merged content in the shape of its type."""
    return {**content, "attributes": shapes.checked(row.type, content["attributes"])}


class Undecided(Refused):
    """Both sides changed the same fields: 409, naming each."""

    def __init__(self, open_ones: list[merging.Conflict], *, sides: str = "the project and the canon") -> None:
        named = ", ".join(c.pointer for c in open_ones)
        super().__init__(f"Both {sides} changed {named}. Choose ours or theirs for each.")
        self.findings = tuple(Finding(c.pointer, f"ours: {definitions.short(c.ours)}, theirs: {definitions.short(c.theirs)}") for c in open_ones)


@dataclass(frozen=True)
class Reverted:
    """What went back, and which fields stay because they were edited again since."""

    row: Definition
    back: list[merging.Change]
    kept: list[merging.Conflict]


@transaction.atomic
def revert(row: Definition, *, number: int, by: User) -> Reverted:
    """Undoes one revision of content (an edit, a rebase with its variants). Later edits of the same fields stay, and are told."""
    revision = DefinitionRevision.objects.filter(definition=row, number=number).first()
    if revision is None:
        raise NotThere("There is no revision of this number.")
    if not revision.before or not set(revision.after) & {*definitions.CONTENT, "modifiers", "parent_id"}:
        raise Refused("Only changes of content can be undone; states move by their own buttons.")
    if reason := definitions.editable(row):
        raise Refused(reason)
    left = row.parent_id
    done = _take_back(row, revision, by, f"undone {number}")
    if done is None:
        raise Refused("Every field of this revision was edited again since; there is nothing left to undo.")
    for follower in DefinitionRevision.objects.filter(part_of=revision.pk).select_related("definition"):
        _take_back(follower.definition, follower, by, f"undone {follower.number}")
    if row.parent_id != left:
        _move_pin(row, left, by)
    events.emit("definition.reverted", subject=row, actor=by, was=left)
    return done


def _move_pin(clone: Definition, left: Any, by: User) -> None:
    """A project that stays with a version stays with the one its clone has now."""
    gone, _ = VersionPin.objects.filter(definition_id=left, project_id=clone.project_id).delete()
    if gone:
        pins.pin(clone, by=by)
        pins.settle(Definition.objects.get(pk=left), by=by)


def _take_back(row: Definition, revision: DefinitionRevision, by: User, verb: str) -> Reverted | None:
    fields = [k for k in revision.after if k in (*definitions.CONTENT, "modifiers", "parent_id", "inherited_version")]
    before = definitions.facts(row)
    merged = merging.merge({k: revision.after[k] for k in fields}, {k: before[k] for k in fields}, {k: revision.before.get(k) for k in fields})
    if not merged.changes:
        return None
    content = dict(merged.content)
    if "attributes" in content:
        content["attributes"] = shapes.checked(row.type, content["attributes"])
    definitions.put(row, content)
    definitions.record(row, verb=verb, before=before, by=by)
    return Reverted(row, merged.changes, merged.conflicts)
