"""Runs, jobs, candidates, and what people decide about them."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Header, Router, Status

from iat.kernel import http
from iat.kernel.errors import Finding, Invalid
from projects.access import project as enter_project
from renders import access, serving
from renders.domain import candidates, runs
from renders.models import RunCandidate, RunJob, Task
from renders.pipeline import plan, runner
from renders.queries import board
from renders.schemas import PreferIn, RatingIn, ReviewBulkIn, RunIn, RunPatch, candidate_out, job_out, rendered_out, report_out, run_out
from spaces.domain import repeats
from spaces.models import Role
from spaces.schemas import Page, listed

router = Router(tags=["Runs"])


@router.get("/projects/{p}/runs", response=Page, summary="Runs of a project")
def index(request: HttpRequest, p: str, limit: int = 50, cursor: str | None = None, count: bool = False):
    """Newest first."""
    return listed(board.runs(enter_project(request.user, p)), run_out, order=["-created_at", "-id"], limit=limit, cursor=cursor, count=count)


@router.post("/projects/{p}/runs", response={202: dict}, summary="Render several tasks in one run")
def start(request: HttpRequest, p: str, body: RunIn, idempotency_key: str | None = Header(None, alias="Idempotency-Key")):
    """A job per task."""
    project = enter_project(request.user, p, Role.ARTIST)
    told = body.dict()
    ids = told.pop("task_ids")
    found = {t.pk: t for t in Task.objects.filter(project=project, pk__in=ids)}
    if missing := [Finding(f"/task_ids/{at}", "no task of this project") for at, pk in enumerate(ids) if pk not in found]:
        raise Invalid("Some of these tasks are not in this project.", findings=missing)

    def go():
        run = runner.start([found[pk] for pk in dict.fromkeys(ids)], plan.Wish(**told), by=request.user)
        return 202, {"run": run_out(run), "poll": f"/api/runs/{run.pk}"}

    return Status(*repeats.once(request.user, idempotency_key, {"project": project.pk, "ids": ids, **told}, go))


@router.get("/runs/{pk}", summary="A run")
def one(request: HttpRequest, response: HttpResponse, pk: uuid.UUID):
    """How far it is, and its settings."""
    run = access.run(request.user, pk)
    seen = board.progress(run)
    response["ETag"] = http.etag(run)
    return {**run_out(run), "progress": {"done": seen.done, "total": seen.total}, "snapshot": run.settings_snapshot,
            "jobs": [{**job_out(j), "candidates": [candidate_out(c) for c in j.candidates.all()]} for j in seen.jobs]}


@router.patch("/runs/{pk}", summary="Put a run before or behind others")
def reorder(request: HttpRequest, pk: uuid.UUID, body: RunPatch):
    """Within its project; between projects places are shared evenly."""
    run = access.run(request.user, pk, Role.ARTIST)
    http.check_match(request, run)
    return run_out(runs.prefer(run, body.priority, by=request.user))


@router.get("/runs/{pk}/replay", summary="Whether a rerun made the same pictures")
def replay(request: HttpRequest, pk: uuid.UUID):
    """bit_exact (equal pixels), perceptually_equal, different or missing, candidate by candidate; null while either run still draws, or for a run that repeats nothing."""
    run = access.run(request.user, pk)
    return {"rerun_of": run.rerun_of_id, "replay": run.replay or None}


@router.get("/runs/{pk}/jobs", response=Page, summary="Jobs of a run")
def jobs(request: HttpRequest, pk: uuid.UUID, limit: int = 50, cursor: str | None = None):
    """In their order."""
    return listed(RunJob.objects.filter(run=access.run(request.user, pk)), job_out, order=["job_key", "id"], limit=limit, cursor=cursor)


@router.get("/jobs/{pk}", summary="A job")
def job(request: HttpRequest, pk: uuid.UUID):
    """With the guard's reports and people's decisions."""
    desk = board.desk(access.job(request.user, pk))
    return {**job_out(desk.job), "candidates": [{**candidate_out(x.candidate), "rank": x.rank, "guard": x.guard, "scores": {k: v for k, v in x.scores.items() if k != "style_vector"}, "decision": x.decision or None} for x in desk.looks]}


@router.get("/jobs/{pk}/candidates", summary="Candidates of a job")
def of_job(request: HttpRequest, pk: uuid.UUID):
    """By index."""
    desk = board.desk(access.job(request.user, pk))
    return {"items": [candidate_out(x.candidate) for x in desk.looks], "next": None, "total": len(desk.looks)}


@router.get("/runs/{pk}/events", summary="What happens, as it happens")
def events(request: HttpRequest, pk: uuid.UUID, after: str = "", last_event_id: str = Header("", alias="Last-Event-ID")):
    """Server-sent events: those behind `Last-Event-ID`, then the end of the answer; EventSource asks again by itself after a second. No thread is held meanwhile. After the run's end comes `event: end`: close."""
    return serving.events(access.run(request.user, pk), after or last_event_id)


@router.get("/runs/{pk}/log", summary="The log of a run")
def log(request: HttpRequest, pk: uuid.UUID):
    """JSON lines, one event a line, oldest first, streamed."""
    return serving.log(access.run(request.user, pk))


@router.post("/runs/{pk}/cancel", summary="Cancel a run")
def cancel(request: HttpRequest, pk: uuid.UUID):
    """Stops what has not been made; what is finished stays."""
    return run_out(runs.cancel(access.run(request.user, pk, Role.ARTIST), by=request.user))


@router.post("/runs/{pk}/pause", summary="Pause a run")
def pause(request: HttpRequest, pk: uuid.UUID):
    """Nothing new is begun; what is being drawn is finished."""
    return run_out(runs.hold(access.run(request.user, pk, Role.ARTIST), "", by=request.user))


@router.post("/runs/{pk}/resume", summary="Resume a run")
def resume(request: HttpRequest, pk: uuid.UUID):
    """After a pause, or when the budget was raised."""
    return run_out(runs.resume(access.run(request.user, pk, Role.ARTIST), by=request.user))


@router.post("/runs/{pk}/retry", response={202: dict}, summary="Retry what failed")
def retry(request: HttpRequest, pk: uuid.UUID):
    """What is done stays done."""
    return Status(202, run_out(runs.retry(access.run(request.user, pk, Role.ARTIST), by=request.user, now=timezone.now())))


@router.post("/runs/{pk}/rerun", response={202: dict}, summary="Repeat a run")
def rerun(request: HttpRequest, pk: uuid.UUID):
    """Same snapshot, same seeds, a new run."""
    return Status(202, run_out(runs.rerun(access.run(request.user, pk, Role.ARTIST), by=request.user, now=timezone.now())))


@router.get("/projects/{p}/review", response=Page, summary="What waits for a person")
def review(request: HttpRequest, p: str, limit: int = 50, cursor: str | None = None):
    """Jobs with an undecided draft, oldest first."""
    return listed(board.waiting(enter_project(request.user, p)), job_out, order=["created_at", "id"], limit=limit, cursor=cursor)


@router.post("/projects/{p}/review/bulk", summary="Decide about many jobs at once", tags=["Review"])
def decide_many(request: HttpRequest, p: str, body: ReviewBulkIn):
    """Approves or discards the pick of each job; what is decided already, or has no pick, is left and told."""
    project = enter_project(request.user, p, Role.ARTIST)
    done, left = candidates.together(project, body.job_ids, body.verb, by=request.user)
    return {"done": done, "left": left}


def _decision(name: str, summary: str, text: str, verb: Any, out: Any) -> None:
    @router.post(f"/candidates/{{pk}}/{name}", summary=summary, operation_id=f"{name}_candidate", tags=["Review"], description=text)
    def decide(request: HttpRequest, pk: uuid.UUID):
        """See the description given above."""
        return out(verb(access.candidate(request.user, pk, Role.ARTIST), by=request.user))


_decision("select", "Pick a candidate", "Instead of the machine's choice.", candidates.select, rendered_out)
_decision("approve", "Approve a candidate", "Picks and approves; the task gets its panel.", candidates.approve, rendered_out)
_decision("discard", "Discard a candidate", "Not this one; can be undone.", candidates.discard, candidate_out)
_decision("undo-discard", "Take a discard back", "The draft returns when it was the pick.", candidates.undo_discard, candidate_out)


@router.post("/jobs/{pk}/compare", summary="Prefer one of two candidates", tags=["Review"])
def compare(request: HttpRequest, pk: uuid.UUID, body: PreferIn):
    """A pairwise decision, kept as a report."""
    job = access.job(request.user, pk, Role.ARTIST)
    found = {c.pk: c for c in RunCandidate.objects.select_related("job__run", "job__task", "final_asset").filter(job=job, pk__in=[body.winner, body.loser])}
    if missing := [Finding(f"/{name}", "no candidate of this job") for name in ("winner", "loser") if getattr(body, name) not in found]:
        raise Invalid("These are not candidates of this job.", findings=missing)
    return candidate_out(candidates.prefer(found[body.winner], found[body.loser], by=request.user))


@router.get("/candidates/{pk}/heat", summary="Where the guide objects", tags=["Review"])
def heat(request: HttpRequest, pk: uuid.UUID):
    """A see-through PNG of 256 px to lay over the picture: red where colours are too strong, violet where they are far from the palette."""
    return serving.heat(access.candidate(request.user, pk))


@router.get("/projects/{p}/quality-reports", response=Page, summary="Judgements of machine and people", tags=["Review"])
def reports(request: HttpRequest, p: str, limit: int = 50, cursor: str | None = None):
    """Newest first."""
    return listed(board.reports(enter_project(request.user, p)), report_out, order=["-created_at", "-id"], limit=limit, cursor=cursor)


@router.get("/projects/{p}/agreement", summary="How often people kept the machine's choice", tags=["Review"])
def agreement(request: HttpRequest, p: str):
    """Over approved pictures."""
    found = board.agreement(enter_project(request.user, p))
    return {"same": found.same, "decided": found.decided, "share": found.share / 100}


@router.post("/candidates/{pk}/rate", summary="Rate a candidate", tags=["Review"])
def rate(request: HttpRequest, pk: uuid.UUID, body: RatingIn):
    """1 to 5."""
    return candidate_out(candidates.rate(access.candidate(request.user, pk, Role.ARTIST), stars=body.rating, by=request.user))
