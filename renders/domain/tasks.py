"""Tasks: the panels of the story. They consume definitions of their project; they never define."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from iat.kernel import events
from iat.kernel.errors import Finding, Invalid, Refused
from iat.kernel.rows import edit as write
from projects.models import Project
from renders.models import CastMember, Task
from spaces.domain.spaces import named
from spaces.models import Definition, User

CAST_LIMIT = 6


def _of_project(project: Project, ids: list[Any], kind: str, pointer: str) -> list[Definition]:
    found = {str(d.pk): d for d in Definition.objects.filter(pk__in=ids, project=project, type=kind).exclude(state="archived")}
    missing = [Finding(f"{pointer}/{at}" if kind == "character" else pointer, f"not a {kind} of this project") for at, pk in enumerate(ids) if str(pk) not in found]
    if missing:
        raise Invalid(f"A task uses the project's own {kind}s. Import the canon into the project first.", findings=missing)
    return [found[str(pk)] for pk in ids]


def _style(pk: Any) -> Any:
    if pk and not Definition.objects.filter(pk=pk, type="style", scope_kind="space", state__in=["canonical", "deprecated"]).exists():
        raise Invalid("This space has no such canonical style.", findings=[Finding("/style_id", "unknown style")])
    return pk or None


def _cast(task: Task, characters: list[Any]) -> None:
    if len(characters) > CAST_LIMIT:
        raise Invalid(f"At most {CAST_LIMIT} characters fit into one panel.", findings=[Finding("/character_ids", f"at most {CAST_LIMIT}")])
    people = _of_project(task.project, characters, "character", "/character_ids")
    CastMember.objects.filter(task=task).delete()
    CastMember.objects.bulk_create([CastMember(project_id=task.project_id, task=task, character=c, position=at) for at, c in enumerate(people)])


def _scene(project: Project, pk: Any) -> Definition | None:
    return _of_project(project, [pk], "scene", "/scene_id")[0] if pk else None


@transaction.atomic
def create(project: Project, *, name: str, by: User, description: str = "", branch: str = "main", sequence: int | None = None, characters: list[Any] | None = None,
           scene_id: Any = None, style_id: Any = None, instructions: str = "", workflow_data: dict[str, Any] | None = None) -> Task:
    """A pending panel. Without a sequence it goes to the end of its branch."""
    if project.status != "active":
        raise Refused("This project is archived. Restore it before you add tasks.", allowed=["active"])
    if sequence is None:
        sequence = (Task.objects.filter(project=project, branch=branch).aggregate(last=Max("sequence"))["last"] or 0) + 1
    try:
        with transaction.atomic():
            task = Task.objects.create(
                project=project, name=named(name), description=description, branch=branch or "main", sequence=sequence, scene=_scene(project, scene_id),
                style_id=_style(style_id), instructions=instructions, workflow_data=workflow_data or {})
    except IntegrityError:
        raise Refused(f"Number {sequence} on branch {branch} is taken. Choose another, or leave it out to go to the end.") from None
    _cast(task, characters or [])
    events.emit("task.created", subject=task, actor=by)
    return task


@transaction.atomic
def edit(task: Task, *, by: User, **changes: Any) -> Task:
    """Changes brief, cast, scene, style or place in the story."""
    characters = changes.pop("characters", None)
    if "name" in changes:
        changes["name"] = named(changes["name"])
    if "scene_id" in changes:
        _scene(task.project, changes["scene_id"])
    if "style_id" in changes:
        changes["style_id"] = _style(changes["style_id"])
    try:
        with transaction.atomic():
            write(task, **changes)
    except IntegrityError:
        raise Refused("That number on this branch is taken.") from None
    if characters is not None:
        _cast(task, characters)
    events.emit("task.edited", subject=task, actor=by)
    return task


@transaction.atomic
def delete(task: Task, *, by: User) -> None:
    """Removes a task. Its pictures stay, with the record of where they came from; a running one is refused."""
    if task.status == "running":
        raise Refused("This task is being rendered. Cancel the run first.", allowed=["cancel the run"])
    events.emit("task.deleted", subject=task, actor=by)
    task.delete()
