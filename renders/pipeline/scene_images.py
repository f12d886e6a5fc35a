"""Pictures asked for in words, without a task: a scene of an episode, or whatever a program wants drawn. Reference-based where a character has an active kit."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from iat.kernel.errors import Finding, Invalid, NotThere, Refused
from projects.models import Project
from renders.domain import tasks
from renders.models import CastMember, RenderedAsset, RenderedSource, Run, RunJob, Task
from renders.pipeline import plan, runner
from spaces.models import Definition, User

TITLE = 120


@dataclass(frozen=True)
class Words:
    """What a person asks for. Ids may be the project's own or the canon it was cloned from."""

    prompt: str
    character_ids: tuple[Any, ...] = ()
    scene_id: Any = None
    style_id: Any = None
    mood: str = ""
    instructions: str = ""
    kind: str = "composite"


def shot(project: Project, words: Words) -> plan.Shot:
    """The shot these words mean. Raises Invalid for anybody the project does not have."""
    if len(words.character_ids) > tasks.CAST_LIMIT:
        raise Invalid(f"At most {tasks.CAST_LIMIT} characters fit into one picture.", findings=[Finding("/character_ids", f"at most {tasks.CAST_LIMIT}")])
    cast = tuple(_here(project, pk, "character", f"/character_ids/{at}") for at, pk in enumerate(words.character_ids))
    scene = _here(project, words.scene_id, "scene", "/scene_id") if words.scene_id else None
    style = Definition.objects.filter(pk=words.style_id, type="style", scope_kind="space", state__in=["canonical", "deprecated"]).first() if words.style_id else None
    if words.style_id and style is None:
        raise Invalid("This space has no such canonical style.", findings=[Finding("/style_id", "unknown style")])
    title = words.prompt.strip().splitlines()[0][:TITLE] if words.prompt.strip() else "Scene image"
    return plan.Shot(project, title, words.prompt.strip() if words.prompt.strip() != title else "", words.instructions, cast, scene, style, mood=words.mood.strip().lower(), kind=words.kind)


def _here(project: Project, pk: Any, kind: str, pointer: str) -> Definition:
    """The project's own row: the one named, or its clone of the canon named."""
    rows = Definition.objects.select_related("active_avatar_kit").filter(type=kind).exclude(state="archived")
    found = rows.filter(pk=pk, project=project).first()
    if found is None:
        canon = Definition.objects.filter(pk=pk, type=kind, scope_kind="space").first()
        found = rows.filter(Q(variant_type="") | Q(variant_type__isnull=True), root_id=canon.root_id, project=project).order_by("created_at", "id").first() if canon else None
    if found is None:
        raise Invalid(f"This project has no such {kind}. Import it first.", findings=[Finding(pointer, f"no {kind} of this project")])
    return found


def start(project: Project, words: Words, wish: plan.Wish, *, by: User) -> Run:
    """A run of one job for these words."""
    if project.status != "active":
        raise Refused("This project is archived. Restore it before you draw in it.", allowed=["active"])
    return runner.start_shots([shot(project, words)], wish, by=by)


def again(row: RenderedAsset, *, by: User) -> Run:
    """Once more, from the canon of today: its task, or the words it was made from, with other seeds."""
    if row.job is None or row.project is None:
        raise Refused("This picture was brought, not drawn: there is nothing to draw again.")
    was = row.job.run.settings_snapshot["jobs"][row.job.meta["number"]]
    wish = _wish_of(was)
    if row.origin_task is not None:
        return runner.start([row.origin_task], wish, by=by)
    told = was["task"]
    words = Words("\n".join(filter(None, (told["name"], told["description"]))), tuple(m["id"] for m in was["cast"]), (was["scene"] or {}).get("id"), (was["style"] or {}).get("id"), instructions=told["instructions"], kind=row.type)
    return runner.start_shots([shot(row.project, words)], wish, by=by)


def _wish_of(was: dict[str, Any]) -> plan.Wish:
    size, post = was["parameters"], was["parameters"].get("post") or {}
    seed = (was["seeds"][0] + 1) % 2**53
    return plan.Wish(size["candidates"], size["width"], size["height"], size["camera"], was["time_of_day"], was["weather"], was["provider"], seed, bool(post.get("correct_colour")), bool(post.get("cutout")), post.get("upscale"))


def involving(project: Project, root_id: Any, *, drawn_only: bool) -> list[Task]:
    """The tasks whose panels show an identity, in the order of the story; those never drawn are left out where asked."""
    tasks_of = CastMember.objects.filter(project=project, character__root_id=root_id).values("task")
    scenes = Task.objects.filter(project=project, scene__root_id=root_id).values("pk")
    rows = Task.objects.filter(Q(pk__in=tasks_of) | Q(pk__in=scenes), project=project).exclude(status="running")
    if drawn_only:
        rows = rows.filter(pk__in=RenderedSource.objects.filter(root_id=root_id).values("rendered__origin_task")) | rows.filter(renders__source_scene__root_id=root_id)
    return list(rows.select_related("project", "scene", "style").order_by("branch", "sequence", "id").distinct()[:100])


def regenerate(project: Project, root_id: Any, wish: plan.Wish, *, drawn_only: bool, by: User) -> Run:
    """Every panel that involves an identity, in one run. Raises NotThere where there is none."""
    found = involving(project, root_id, drawn_only=drawn_only)
    if not found:
        raise NotThere("No panel of this project shows this identity." + (" Nothing of it was drawn yet." if drawn_only else ""))
    return runner.start(found, wish, by=by)


def generation(job: RunJob) -> dict[str, Any]:
    """A generation as programs ask for it: status, how far, the picture when there is one."""
    picture = RenderedAsset.objects.filter(job=job).exclude(state="discarded").select_related("asset").order_by("created_at").first()
    total = job.candidates.count()
    done = job.candidates.exclude(status__in=["planned", "running"]).count()
    return {"status": {"planned": "queued", "running": "processing", "done": "completed"}.get(job.status, job.status), "progress": round(done / total, 2) if total else 0.0, "picture": picture}
