"""Pictures asked for in words: scene images with memories, generations, what waits in the queue, drawing again."""

import uuid
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import File, Header, Router, Status
from ninja.files import UploadedFile

from projects.access import project as enter_project
from renders import access
from renders.domain import origins, rendered
from renders.models import RunJob
from renders.pipeline import plan, scene_images
from renders.queries import board, gallery
from renders.schemas import MemoryIn, RegenerateIn, SceneImageIn, WordsIn, job_out, rendered_out, run_out
from spaces import access as doors
from spaces.domain import assets, repeats
from spaces.models import Role
from spaces.schemas import Page, listed
from spaces.uploads import bytes_of

router = Router(tags=["Scene images"])
NEWEST = ["-created_at", "-id"]
WORDS = ("prompt", "instructions", "character_ids", "scene_id", "style_id", "mood")
Key = Header(None, alias="Idempotency-Key")


def _start(request: HttpRequest, p: str, told: dict[str, Any], key: str | None, kind: str) -> Status:
    project = enter_project(request.user, p, Role.ARTIST)
    words = {k: tuple(v) if isinstance(v, list) else v for k, v in told.items() if k in WORDS}
    wish = plan.Wish(**{k: v for k, v in told.items() if k not in WORDS})

    def go():
        run = scene_images.start(project, scene_images.Words(**words, kind=kind), wish, by=request.user)
        job = RunJob.objects.get(run=run)
        return 202, {"generation_id": job.pk, "run": run_out(run), "poll": f"/api/generations/{job.pk}"}

    return Status(*repeats.once(request.user, key, {"project": project.pk, "kind": kind, **told}, go))


@router.post("/scene-images/generate", response={202: dict}, summary="Draw a scene of an episode")
def generate_scene(request: HttpRequest, body: SceneImageIn, idempotency_key: str | None = Key):
    """By the character's active kit where there is one, from words alone where there is none; `mood` picks the expression."""
    told = body.dict()
    return _start(request, told.pop("project_id"), told, idempotency_key, "scene_image")


@router.get("/projects/{p}/scene-images", response=Page, summary="Scene images of a project")
def of_project(request: HttpRequest, p: str, limit: int = 50, cursor: str | None = None):
    """Newest first."""
    return listed(gallery.scene_images(enter_project(request.user, p)), rendered_out, order=NEWEST, limit=limit, cursor=cursor)


@router.get("/scene-images/memories", response=Page, summary="My memories")
def memories(request: HttpRequest, limit: int = 50, cursor: str | None = None):
    """Scene images that I made and kept, of all my projects, newest first."""
    person = doors.look_around(request.user)
    return listed(gallery.memories(person), rendered_out, order=NEWEST, limit=limit, cursor=cursor)


@router.patch("/scene-images/{pk}/memory", summary="Keep a scene image as a memory")
def remember(request: HttpRequest, pk: uuid.UUID, body: MemoryIn):
    """Or let it go."""
    return rendered_out(rendered.remember(access.rendered(request.user, pk, Role.ARTIST), on=body.is_memory, by=request.user))


@router.post("/projects/{p}/generate", response={202: dict}, summary="Draw what words say", tags=["Runs"])
def generate(request: HttpRequest, p: str, body: WordsIn, idempotency_key: str | None = Key):
    """Without a task. 202 with a generation to poll."""
    return _start(request, p, body.dict(), idempotency_key, "composite")


@router.get("/generations/{pk}", summary="How far a generation is", tags=["Runs"])
def generation(request: HttpRequest, pk: uuid.UUID):
    """queued, processing, completed, failed …; with the picture once there is one."""
    job = access.job(request.user, pk)
    told = scene_images.generation(job)
    picture = told.pop("picture")
    return {"generation_id": job.pk, "run_id": job.run_id, **told, "render": rendered_out(picture) if picture else None}


@router.get("/queue", response=Page, summary="What is being drawn or waits to be", tags=["Runs"])
def queue(request: HttpRequest, limit: int = 50, cursor: str | None = None):
    """Jobs of all my projects, oldest first."""
    doors.look_around(request.user)
    return listed(board.open_jobs(), job_out, order=["created_at", "id"], limit=limit, cursor=cursor)


@router.post("/projects/{p}/regenerate", response={202: dict}, summary="Draw every panel of an identity again", tags=["Runs"])
def regenerate(request: HttpRequest, p: str, body: RegenerateIn, idempotency_key: str | None = Key):
    """From the canon of today, in one run."""
    project, told = enter_project(request.user, p, Role.ARTIST), body.dict()
    root, drawn = told.pop("root_id"), told.pop("drawn_only")

    def go():
        run = scene_images.regenerate(project, root, plan.Wish(**told), drawn_only=drawn, by=request.user)
        return 202, {"run": run_out(run), "poll": f"/api/runs/{run.pk}"}

    return Status(*repeats.once(request.user, idempotency_key, {"project": project.pk, "regenerate": root, "drawn": drawn, **told}, go))


@router.post("/renders/{pk}/regenerate", response={202: dict}, summary="Draw a picture again", tags=["Pictures"])
def again(request: HttpRequest, pk: uuid.UUID, idempotency_key: str | None = Key):
    """Its task or its words, the canon of today, other seeds; the old picture stays."""
    row = access.rendered(request.user, pk, Role.ARTIST)

    def go():
        run = scene_images.again(row, by=request.user)
        return 202, {"run": run_out(run), "poll": f"/api/runs/{run.pk}"}

    return Status(*repeats.once(request.user, idempotency_key, {"again": row.pk}, go))


@router.post("/read-file", summary="Read what a picture says about itself", tags=["Files"])
def read(request: HttpRequest, file: UploadedFile = File(...)):
    """Files made here, by ComfyUI, AUTOMATIC1111 or InvokeAI: words, seed, model; and the run it came from, where that is yours. Nothing is stored."""
    doors.look_around(request.user)
    data, _ = bytes_of(file)
    assets.inspect(data)
    found = origins.of(data, now=timezone.now())
    return {**found.told.as_json(), "run_id": found.run_id, "candidate_id": found.candidate_id, "render_id": found.render_id, "asset_id": found.asset_id, "project_id": found.project_id, "changed": found.changed}
