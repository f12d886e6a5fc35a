"""Tasks, and rendering them."""

import uuid

from django.http import HttpRequest, HttpResponse
from ninja import Header, Router, Status

from iat.kernel import http
from projects.access import project as enter_project
from renders import access
from renders.domain import tasks
from renders.models import RunJob, Task
from renders.pipeline import plan, runner
from renders.queries import board
from renders.schemas import RenderIn, TaskIn, TaskPatch, plan_out, rendered_out, run_out, task_out, to_columns
from spaces.domain import repeats
from spaces.models import Role
from spaces.schemas import Page, given, listed

router = Router(tags=["Tasks"])
WISH = ("candidates", "width", "height", "camera", "time_of_day", "weather", "provider_code", "seed", "correct_colour", "cutout", "upscale")


@router.get("/projects/{p}/tasks", response=Page, summary="Tasks of a project")
def index(request: HttpRequest, p: str, branch: str = "", limit: int = 50, cursor: str | None = None, count: bool = False):
    """In the order of the story."""
    rows = board.tasks(enter_project(request.user, p))
    return listed(rows.filter(branch=branch) if branch else rows, task_out, order=["branch", "sequence", "id"], limit=limit, cursor=cursor, count=count)


@router.post("/projects/{p}/tasks", response={201: dict}, summary="New task")
def create(request: HttpRequest, p: str, body: TaskIn):
    """Cast and scene are the project's own."""
    project = enter_project(request.user, p, Role.ARTIST)
    told = body.dict()
    return Status(201, task_out(tasks.create(project, by=request.user, characters=told.pop("character_ids"), **told)))


@router.get("/tasks/{pk}", summary="A task")
def one(request: HttpRequest, response: HttpResponse, pk: uuid.UUID):
    """With its cast."""
    task = access.task(request.user, pk)
    response["ETag"] = http.etag(task)
    return task_out(task)


@router.patch("/tasks/{pk}", summary="Change a task")
def edit(request: HttpRequest, pk: uuid.UUID, body: TaskPatch):
    """Brief, cast, scene, style, place in the story."""
    task = access.task(request.user, pk, Role.ARTIST)
    http.check_match(request, task)
    return task_out(tasks.edit(task, by=request.user, **to_columns(given(body))))


@router.delete("/tasks/{pk}", response={204: None}, summary="Delete a task")
def delete(request: HttpRequest, pk: uuid.UUID):
    """Its pictures stay."""
    tasks.delete(access.task(request.user, pk, Role.ARTIST), by=request.user)
    return Status(204, None)


@router.post("/tasks/{pk}/render", response={200: dict, 202: dict}, summary="Render a task")
def render(request: HttpRequest, pk: uuid.UUID, body: RenderIn | None = None, idempotency_key: str | None = Header(None, alias="Idempotency-Key")):
    """202 with a run to poll; `mode: dry` answers 200 with the plan. `render_id` is the job: GET /renders/by-job/{render_id} once done."""
    task = access.task(request.user, pk, Role.ARTIST)
    told = given(body) if body else {}
    changes = to_columns({k: v for k, v in told.items() if k in ("character_ids", "scene_id", "style_id", "instructions")})
    wish = plan.Wish(**{k: v for k, v in told.items() if k in WISH})
    if told.get("mode") == "dry":
        return Status(200, plan_out(runner.preview(task, wish, changes, by=request.user)))
    return Status(*repeats.once(request.user, idempotency_key, {"task": task.pk, **told}, lambda: _start(task, wish, changes, request)))


def _start(task: Task, wish: plan.Wish, changes: dict, request: HttpRequest):
    run = runner.start_changed(task, wish, changes, by=request.user)
    job = RunJob.objects.get(run=run)
    return 202, {"render_id": job.pk, "run": run_out(run), "origin_task_id": task.pk, "poll": f"/api/runs/{run.pk}"}


@router.get("/renders/by-job/{pk}", summary="What a render made")
def by_job(request: HttpRequest, pk: uuid.UUID):
    """The picture that the job selected: file, sources, scene, style, task. 409 while it is still running."""
    job = access.job(request.user, pk)
    row = runner.outcome(job)
    sources = [s.definition_id for s in row.sources.order_by("position")]
    return {**rendered_out(row), "render_id": job.pk, "source_character_ids": sources}
