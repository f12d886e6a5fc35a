"""Runs: created whole in one transaction, then nudged; canceled, retried, repeated. The rows are the truth."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Max
from django.utils import timezone

from iat.kernel import events, queue
from iat.kernel.errors import Finding, Invalid, Refused
from projects.models import Project
from renders.lifecycles import CANDIDATE, JOB, RUN, TASK
from renders.models import Run, RunCandidate, RunJob, Task
from spaces.models import User

OPEN = ("planned", "running")


@transaction.atomic
def create(project: Project, *, jobs: list[tuple[Task | None, dict[str, Any], str]], digest: str, by: User | None, now: dt.datetime, priority: int = 0, rerun_of: Run | None = None) -> Run:
    """A planned run with its jobs (task, snapshot, prompt) and their candidates; work is nudged once this commits."""
    first = jobs[0][1]
    run = Run.objects.create(
        project=project, provider_code=first["provider"], model_name=first["model"], time_of_day=first["time_of_day"], weather=first["weather"],
        settings_snapshot={"jobs": [snapshot for _, snapshot, _ in jobs]}, digest=digest, created_by=by, stage="queued", priority=priority, rerun_of=rerun_of)
    for number, (task, snapshot, prompt) in enumerate(jobs):
        if task is not None and task.status == "running":
            raise Refused(f"“{task.name}” is being rendered already. Wait for it, or cancel that run.", allowed=["cancel the run"])
        job = RunJob.objects.create(project=project, run=run, task=task, job_key=f"shot-{number + 1:03d}", prompt_text=prompt, meta={"number": number})
        RunCandidate.objects.bulk_create([
            RunCandidate(project=project, job=job, candidate_index=index, seed=seed, nudged_at=now) for index, seed in enumerate(snapshot["seeds"])])
        if task is not None:
            TASK.move(task, "running", by=by)
    nudge(run)
    events.emit("run.planned", subject=run, actor=by)
    return run


def snapshot_of(job: RunJob) -> dict[str, Any]:
    """The frozen settings of one job."""
    return job.run.settings_snapshot["jobs"][job.meta["number"]]


def nudge(run: Run) -> None:
    """One message a planned candidate; sending twice does no harm."""
    for pk in RunCandidate.objects.filter(job__run=run, status="planned").order_by("job__job_key", "candidate_index").values_list("pk", flat=True):
        queue.enqueue("renders.candidate", candidate_id=str(pk))


@transaction.atomic
def cancel(run: Run, *, by: User | None) -> Run:
    """Stops what has not been made. What is finished stays; a worker that is still drawing finds its lease gone and drops its picture."""
    if run.status not in OPEN:
        raise Refused(f"This run is {run.status}; there is nothing left to cancel.", allowed=RUN.after(run.status))
    for candidate in RunCandidate.objects.filter(job__run=run, status__in=OPEN):
        CANDIDATE.move(candidate, "canceled", by=by, lease_token=None, lease_until=None, stage="")
    for job in RunJob.objects.filter(run=run, status__in=OPEN):
        JOB.move(job, "canceled", by=by)
        if job.task_id:
            _let_go(Task.objects.get(pk=job.task_id), by)
    return RUN.move(run, "canceled", by=by, finished_at=timezone.now(), stage="")


def _let_go(task: Task, by: User | None) -> None:
    if task.status == "running":
        TASK.move(task, "pending", by=by)


@transaction.atomic
def retry(run: Run, *, by: User | None, now: dt.datetime) -> Run:
    """Plans the failed candidates of a failed or partial run again; what is done stays done."""
    if run.status not in ("failed", "partial"):
        raise Refused(f"This run is {run.status}; only a failed or partial one can be retried. Use rerun to repeat it whole.", allowed=RUN.after(run.status))
    RUN.move(run, "running", by=by, finished_at=None)
    for job in RunJob.objects.filter(run=run, status__in=("failed", "failed_output_guard")):
        JOB.move(job, "running", by=by)
        if job.task_id:
            TASK.move(Task.objects.get(pk=job.task_id), "running", by=by)
        for candidate in RunCandidate.objects.filter(job=job, status__in=("failed", "failed_output_guard")).annotate(orders=Count("calls")):
            CANDIDATE.move(candidate, "planned", by=by, attempt=0, error="", lease_token=None, lease_until=None, nudged_at=now, not_before=None, meta={**candidate.meta, "orders_before": candidate.orders})
    nudge(run)
    return run


@transaction.atomic
def rerun(run: Run, *, by: User | None, now: dt.datetime) -> Run:
    """The same snapshot, the same seeds, as a new run; when it ends, its pictures are compared with the first ones (`replays`)."""
    jobs = [(job.task, snapshot_of(job), job.prompt_text) for job in RunJob.objects.filter(run=run).select_related("task", "run").order_by("job_key")]
    return create(run.project, jobs=jobs, digest=run.digest, by=by, now=now, rerun_of=run)


@transaction.atomic
def prefer(run: Run, priority: int, *, by: User) -> Run:
    """Before or behind the project's other runs: a higher priority goes first, equal ones by age. What is being drawn is finished."""
    if not -100 <= priority <= 100:
        raise Invalid("A priority is a number from -100 to 100.", findings=[Finding("/priority", "-100 to 100")])
    if run.status not in OPEN:
        raise Refused(f"This run is {run.status}; its place in the queue is history.", allowed=RUN.after(run.status))
    Run.objects.filter(pk=run.pk).update(priority=priority, revision=F("revision") + 1)
    run.refresh_from_db()
    events.emit("run.reordered", subject=run, actor=by)
    return run


def first(run: Run, *, by: User) -> Run:
    """Ahead of every other run of its project."""
    top = Run.objects.filter(project_id=run.project_id, status__in=OPEN).exclude(pk=run.pk).aggregate(top=Max("priority"))["top"]
    return prefer(run, min(100, (top if top is not None else -1) + 1), by=by)


def hold(run: Run, why: str, *, by: User | None) -> Run:
    """Pauses: nothing new is begun until somebody resumes. What is being drawn is finished."""
    if run.status not in OPEN:
        raise Refused(f"This run is {run.status}; there is nothing to pause.", allowed=RUN.after(run.status))
    if Run.objects.filter(pk=run.pk, held_at__isnull=True).update(held_at=timezone.now(), held_why=why[:400], revision=F("revision") + 1):
        events.emit("run.held", subject=run, actor=by)
    run.refresh_from_db()
    return run


@transaction.atomic
def resume(run: Run, *, by: User | None) -> Run:
    """Goes on after a pause."""
    if not Run.objects.filter(pk=run.pk, held_at__isnull=False, status__in=OPEN).update(held_at=None, held_why="", revision=F("revision") + 1):
        raise Refused("This run is not paused.", allowed=RUN.after(run.status))
    run.refresh_from_db()
    events.emit("run.resumed", subject=run, actor=by)
    nudge(run)
    return run


def started(run: Run) -> None:
    """planned → running, by whoever starts the first candidate; later ones find it done."""
    if Run.objects.filter(pk=run.pk, status="planned").update(status="running", started_at=timezone.now(), revision=F("revision") + 1, stage="rendering"):
        run.refresh_from_db()
        events.emit("run.running", subject=run, actor=None, was="planned")
