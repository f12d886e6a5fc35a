"""Does one candidate: claims it with a lease, makes it, finishes it in one transaction; then settles its job and run."""

import datetime as dt
import logging
import time
import uuid
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from iat.kernel import events, filestore, logs, queue
from iat.kernel.errors import Refused
from projects.domain import costs
from projects.rules import GuideRules
from renders.domain import calls, likeness, provenance, rendered, runs, safety, tasks
from renders.imaging import guard, png, thumbs
from renders.lifecycles import CANDIDATE, ENDED, JOB, RUN, TASK
from renders.models import RenderedAsset, Run, RunCandidate, RunJob, Task
from renders.pipeline import desks, drawing, finishing, keeping, plan, ranking, stages, turns
from renders.pipeline.keeping import LeaseLost
from renders.pipeline.recovery import me
from renders.providers.base import ProviderError
from spaces.domain import assets
from spaces.models import User

log = logging.getLogger("iat.runner")
ATTEMPTS = 5
HOLD_EVERY_S = 1.0


def start(tasks: list[Task], wish: plan.Wish, *, by: User, priority: int = 0) -> Run:
    """Plans the tasks and creates one run with a job each."""
    return start_shots([plan.shot_of(task) for task in tasks], wish, by=by, priority=priority)


def start_shots(shots: list[plan.Shot], wish: plan.Wish, *, by: User, priority: int = 0) -> Run:
    """As `start`, for what no task asks for too."""
    plans = [plan.make(shot, wish) for shot in shots]
    digest = plans[0].digest if len(plans) == 1 else plan.digest_of({"jobs": [p.digest for p in plans]})
    jobs: list[tuple[Task | None, dict[str, Any], str]] = [(shot.task, p.snapshot, p.prompt) for shot, p in zip(shots, plans, strict=True)]
    return runs.create(shots[0].project, jobs=jobs, digest=digest, by=by, now=timezone.now(), priority=priority)


@transaction.atomic
def start_changed(task: Task, wish: plan.Wish, changes: dict[str, Any], *, by: User) -> Run:
    """As `start` for one task, with its brief changed in the same breath."""
    if changes:
        tasks.edit(task, by=by, **changes)
    return start([task], wish, by=by)


def preview(task: Task, wish: plan.Wish, changes: dict[str, Any], *, by: User) -> plan.Plan:
    """The plan as it would run with these changes. Nothing is kept."""
    with transaction.atomic():
        if changes:
            tasks.edit(task, by=by, **changes)
        found = plan.make(plan.shot_of(task), wish)
        transaction.set_rollback(True)
    return found


def outcome(job: RunJob) -> RenderedAsset:
    """The picture a job selected; Refused while there is none."""
    row = RenderedAsset.objects.filter(job=job, candidate__candidate_index=job.selected_candidate_index).select_related("asset").first() if job.selected_candidate_index is not None else None
    if row is None:
        raise Refused(f"This render is {job.status.replace('_', ' ')}; it has no picture" + (" yet." if job.status in runs.OPEN else "."))
    return row


def claim(pk: Any, *, now: dt.datetime) -> RunCandidate | None:
    """Takes a planned candidate, or a running one whose lease ran out. None when somebody else has it or it is over."""
    token = uuid.uuid4()
    taken = RunCandidate.objects.filter(turns.free(now), pk=pk).update(
        status="running", lease_token=token, lease_owner=me(), lease_until=now + dt.timedelta(seconds=settings.IAT_LEASE_S),
        attempt=F("attempt") + 1, stage="compose", revision=F("revision") + 1, updated_at=now)
    if not taken:
        return None
    candidate = RunCandidate.objects.get(pk=pk)
    candidate.job = desks.of(candidate.job_id).job
    return candidate


def work(pk: Any) -> str:
    """Does one candidate from claim to settlement; returns what became of it."""
    candidate = claim(pk, now=timezone.now())
    if candidate is None:
        return "not mine"
    if Run.objects.filter(pk=candidate.job.run_id, held_at__isnull=False).exists():
        return _put_back(candidate, 0.0, "")
    with logs.about(run=candidate.job.run_id, job=candidate.job_id, candidate=candidate.pk):
        return _work(candidate)


def _work(candidate: RunCandidate) -> str:
    job, run = candidate.job, candidate.job.run
    if run.status == "planned":
        runs.started(run)
    if job.status == "planned":
        RunJob.objects.filter(pk=job.pk, status="planned").update(status="running", revision=F("revision") + 1)
    if candidate.attempt > ATTEMPTS:
        _fail(candidate, f"Given up after {ATTEMPTS} attempts: the worker died each time while drawing this.")
    else:
        try:
            _make(candidate)
        except LeaseLost:
            return "dropped"
        except calls.Later as later:
            return _put_back(candidate, later.seconds, str(later) if later.counted else "")
        except costs.OverBudget as error:
            runs.hold(run, error.detail, by=None)
            return _put_back(candidate, 0.0, "")
        except ProviderError as error:
            _fail(candidate, str(error))
        except Refused as error:
            _fail(candidate, error.detail)
        except Exception as error:
            log.exception("candidate %s of run %s failed", candidate.pk, run.pk)
            _fail(candidate, f"Something broke while drawing this ({type(error).__name__}). The log of the worker has the details.")
    if not RunCandidate.objects.filter(job=job, status__in=runs.OPEN).exists():
        settle(job.pk)
    return candidate.status


def _fail(candidate: RunCandidate, why: str) -> None:
    try:
        CANDIDATE.move(candidate, "failed", where=Q(lease_token=candidate.lease_token), error=why[:2000], lease_token=None, lease_until=None, stage="", updated_at=timezone.now())
    except Refused:
        log.info("candidate %s was taken away before it could fail", candidate.pk)


def _put_back(candidate: RunCandidate, seconds: float, why: str) -> str:
    """Not now: planned again, for later. Waiting for a place or a provider's pause is no attempt."""
    now = timezone.now()
    RunCandidate.objects.filter(pk=candidate.pk, status="running", lease_token=candidate.lease_token).update(
        status="planned", stage="waiting" if seconds else "", lease_token=None, lease_until=None, lease_owner="", attempt=F("attempt") - 1, nudged_at=now, error=why[:2000],
        not_before=now + dt.timedelta(seconds=seconds) if seconds else None, revision=F("revision") + 1, updated_at=now)
    if seconds:
        queue.enqueue("renders.candidate", after=seconds, candidate_id=str(candidate.pk))
    return "put back"


def _hold(candidate: RunCandidate, stage: str, seconds: float = 0.0) -> None:
    """Says which stage runs and renews the lease, for `seconds` where that is longer; raises LeaseLost when it is gone. Stages that follow within a second are not told one by one."""
    now, told = timezone.now(), candidate.updated_at
    if not seconds and now - told < dt.timedelta(seconds=HOLD_EVERY_S):
        return
    held = RunCandidate.objects.filter(pk=candidate.pk, status="running", lease_token=candidate.lease_token).update(
        stage=stage, lease_until=now + dt.timedelta(seconds=max(settings.IAT_LEASE_S, seconds)), updated_at=now)
    candidate.updated_at = now
    if not held:
        raise LeaseLost(over=RunCandidate.objects.filter(pk=candidate.pk, status__in=["planned", "running"]).first() is None)


def _make(candidate: RunCandidate) -> None:
    snapshot, began, cpu = runs.snapshot_of(candidate.job), time.monotonic(), time.process_time()
    drawn = drawing.draw(candidate, snapshot, lambda seconds: _hold(candidate, "provider", seconds))
    made: list[keeping.Made] = []
    waited = Waited()
    try:
        pixels = _staged(candidate, snapshot, drawn, made, waited)
        picture = finishing.finished(candidate, snapshot, pixels, lambda stage, seconds: _hold(candidate, stage, seconds))
        _hold(candidate, "guard")
        verdict = guard.look(picture.image, demands_of(snapshot))
        with waited:
            known = desks.of(candidate.job_id).known(snapshot)
        safety.look(verdict, picture.image, known.checker)
        scores = likeness.judge(snapshot, known.scores, drawn.pixels, pixels, drawn.labels)
        data, thumbnails = provenance.finished(png.encode(picture.image), candidate, snapshot, drawn.facts), thumbs.make(picture.image)
        with waited:
            made.append(keeping.store(candidate, "final", data, "png", picture.facts, picture.image.size))
            for size, small in thumbnails.items():
                filestore.store().write(assets.thumb_path(made[-1], size), small)
        keeping.finish(candidate, keeping.Outcome(drawn, made, verdict, scores, time.monotonic() - began - waited.seconds, waited.seconds, time.process_time() - cpu - waited.cpu), snapshot)
    except LeaseLost:
        keeping.drop(candidate, made)
        raise


def _staged(candidate: RunCandidate, snapshot: dict[str, Any], drawn: drawing.Drawing, made: list[keeping.Made], waited: "Waited") -> np.ndarray:
    """The picture after its stages; every stage but the last is kept as a file of its own."""
    pixels, says = drawn.pixels, provenance.packet(snapshot, drawn.facts)
    size = (pixels.shape[1], pixels.shape[0])

    def keep(name: str, parameters: dict[str, Any]) -> None:
        data = png.encode_stage(pixels, packet=says)
        with waited:
            made.append(keeping.store(candidate, name, data, "webp", parameters, size))

    if drawn.original is None:
        keep("compose", drawn.facts)
    for step in stages.of(drawn.original is None, pixels, snapshot, candidate.seed, lambda stage: _hold(candidate, stage)):
        pixels = step.pixels
        if step.name != "finish":
            keep(step.name, step.parameters)
    return pixels


class Waited:
    """Seconds, and seconds of a core, spent on rows and files instead of on the picture."""

    def __init__(self) -> None:
        self.seconds = self.cpu = 0.0
        self._since = (0.0, 0.0)

    def __enter__(self) -> None:
        self._since = (time.monotonic(), time.process_time())

    def __exit__(self, *error: Any) -> None:
        self.seconds += time.monotonic() - self._since[0]
        self.cpu += time.process_time() - self._since[1]


def demands_of(snapshot: dict[str, Any]) -> guard.Demands:
    """What the guard asks of this job's pictures."""
    rules = GuideRules.model_validate((snapshot["guide"] or {}).get("rules") or {})
    width, height = finishing.size_of(snapshot)
    return guard.Demands(width, height, finishing.wants_alpha(snapshot), rules.chroma_limit, rules.luminance_min, rules.luminance_max, tuple(rules.palette), rules.palette_tolerance, rules.text_allowed or snapshot["provider"] == "storyboard")


@transaction.atomic
def settle(job_id: Any) -> None:
    """Ends a job whose candidates have all ended: duplicates out, the best picked, a draft made; then its task and run. Idempotent."""
    job = RunJob.objects.select_for_update(of=("self",)).select_related("run__created_by", "project", "task").get(pk=job_id)
    candidates = list(RunCandidate.objects.filter(job=job).order_by("candidate_index"))
    if job.status != "running" or any(c.status in runs.OPEN for c in candidates):
        return
    for candidate in candidates:
        candidate.job = job
    _hold_back_twins(candidates)
    judged = [ranking.Judged(c.candidate_index, c.status, c.rank_hard_failures or 0, c.rank_soft_warnings or 0, c.rank_avg_chroma_exceed or 0.0, c.consistency_score) for c in candidates]
    best, end = ranking.chosen(judged), ranking.job_end(judged)
    CANDIDATE.move_all(RunCandidate.objects.filter(job=job, status="generated"), "done", updated_at=timezone.now())
    changes: dict[str, Any] = {}
    if best is not None:
        pick = candidates[best.index]
        changes = {"selected_candidate_index": best.index, "final_asset_id": pick.final_asset_id, "meta": {**job.meta, "machine_pick": best.index}}
        rendered.from_candidate(pick, job, runs.snapshot_of(job), by=job.run.created_by)
    JOB.move(job, end, **changes)
    if job.task is not None and job.task.status == "running":
        TASK.move(job.task, "completed" if end == "done" else "pending" if end == "canceled" else "failed")
    settle_run(job.run)


def _hold_back_twins(candidates: list[RunCandidate]) -> None:
    """The later one of two like pictures is a hard failure."""
    seen: list[tuple[int, str]] = []
    for candidate in candidates:
        mark = candidate.meta.get("fingerprint", "")
        twin = next((index for index, other in seen if mark and guard.distance(mark, other) <= 1), None)
        if candidate.status == "generated" and twin is not None:
            CANDIDATE.move(candidate, "failed_output_guard", rank_hard_failures=1, error=f"It is the same picture as candidate {twin + 1}.")
        elif mark:
            seen.append((candidate.candidate_index, mark))


def settle_run(run: Run) -> None:
    """Ends a run whose jobs have all ended."""
    run = Run.objects.select_for_update(of=("self",)).get(pk=run.pk)
    ends = list(RunJob.objects.filter(run=run).values_list("status", flat=True))
    if run.status == "running" and all(e in ENDED for e in ends):
        RUN.move(run, ranking.run_end(ends), finished_at=timezone.now(), stage="")
        events.emit("run.settled", subject=run)
