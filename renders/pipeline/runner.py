"""Does one candidate: claims it with a lease, makes it, finishes it in one transaction; then settles its job and run.

A file's name follows from its candidate and stage, so that doing it twice writes the same file, never a second one.
"""

import datetime as dt
import logging
import uuid
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from PIL import Image

from iat.kernel import events, filestore, queue
from iat.kernel.errors import Refused
from projects.domain import costs
from projects.rules import GuideRules
from renders.domain import calls, gateway, likeness, provenance, rendered, runs, tasks
from renders.imaging import guard, png, thumbs
from renders.lifecycles import CANDIDATE, ENDED, JOB, RUN, TASK
from renders.models import QualityReport, RenderedAsset, Run, RunCandidate, RunJob, Task
from renders.pipeline import drawing, plan, ranking, stages
from renders.pipeline.recovery import me
from renders.providers.base import ProviderError
from spaces.domain import assets
from spaces.models import Asset, AssetLink, User

log = logging.getLogger("iat.runner")
ATTEMPTS = 5
NAMESPACE = uuid.UUID("6f1c1ad0-3a52-4f0e-9a0c-0d9d3b3f6a11")


class LeaseLost(gateway.Stopped):
    """Somebody canceled this candidate (`over`) or took it over; what was made is dropped."""

    def __init__(self, *, over: bool = False) -> None:
        super().__init__(over=over)


@dataclass
class Made:
    """One stored stage picture on its way to becoming rows."""

    pk: uuid.UUID
    name: str
    stored: filestore.Stored
    mime: str
    parameters: dict[str, Any]


def start(tasks: list[Task], wish: plan.Wish, *, by: User) -> Run:
    """Plans the tasks and creates one run with a job each."""
    plans = [plan.make(task, wish) for task in tasks]
    digest = plans[0].digest if len(plans) == 1 else plan.digest_of({"jobs": [p.digest for p in plans]})
    jobs: list[tuple[Task | None, dict[str, Any], str]] = [(task, p.snapshot, p.prompt) for task, p in zip(tasks, plans, strict=True)]
    return runs.create(tasks[0].project, jobs=jobs, digest=digest, by=by, now=timezone.now())


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
        found = plan.make(task, wish)
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
    free = Q(status="planned") & (Q(not_before__isnull=True) | Q(not_before__lte=now + dt.timedelta(seconds=1))) | Q(status="running", lease_until__lt=now)
    taken = RunCandidate.objects.filter(free, pk=pk).update(
        status="running", lease_token=token, lease_owner=me(), lease_until=now + dt.timedelta(seconds=settings.IAT_LEASE_S),
        attempt=F("attempt") + 1, stage="compose", revision=F("revision") + 1, updated_at=now)
    if not taken:
        return None
    return RunCandidate.objects.select_related("job__run", "job__project__space", "job__task").get(pk=pk)


def work(pk: Any) -> str:
    """Does one candidate from claim to settlement; returns what became of it."""
    candidate = claim(pk, now=timezone.now())
    if candidate is None:
        return "not mine"
    if candidate.job.run.held_at is not None:
        return _put_back(candidate, 0.0, "")
    job, run = candidate.job, candidate.job.run
    runs.started(run)
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
    """Says which stage runs and renews the lease, for `seconds` where that is longer; raises LeaseLost when it is gone."""
    now = timezone.now()
    held = RunCandidate.objects.filter(pk=candidate.pk, status="running", lease_token=candidate.lease_token).update(
        stage=stage, lease_until=now + dt.timedelta(seconds=max(settings.IAT_LEASE_S, seconds)), updated_at=now)
    if not held:
        raise LeaseLost(over=RunCandidate.objects.filter(pk=candidate.pk, status__in=["planned", "running"]).first() is None)


def _make(candidate: RunCandidate) -> None:
    snapshot = runs.snapshot_of(candidate.job)
    drawn = drawing.draw(candidate, snapshot, lambda seconds: _hold(candidate, "provider", seconds))
    says = provenance.packet(snapshot, drawn.facts)
    made: list[Made] = []
    try:
        pixels = drawn.pixels
        if drawn.original is None:
            made.append(_store(candidate, "compose", png.encode_stage(pixels, packet=says), "webp", drawn.facts))
        for step in stages.of(drawn.original is None, pixels, snapshot, candidate.seed, lambda stage: _hold(candidate, stage)):
            pixels = step.pixels
            if step.name != "finish":
                made.append(_store(candidate, step.name, png.encode_stage(pixels, packet=says), "webp", step.parameters))
        _hold(candidate, "guard")
        image = Image.fromarray(pixels)
        verdict = guard.look(image, demands_of(snapshot))
        scores = likeness.judge(snapshot, drawn.pixels, pixels, drawn.labels)
        texts = provenance.texts(candidate, snapshot, drawn.facts)
        made.append(_store(candidate, "final", png.splice(png.encode(image), texts), "png", {}))
        for size, data in thumbs.make(image).items():
            filestore.store().write(assets.thumb_path(made[-1], size), data)
        _finish(candidate, made, verdict, scores, drawn, snapshot)
    except LeaseLost:
        _drop(candidate, made)
        raise


def _store(candidate: RunCandidate, stage: str, data: bytes, suffix: str, parameters: dict[str, Any]) -> Made:
    pk = uuid.uuid5(NAMESPACE, f"{candidate.pk}/{stage}")
    project, task = candidate.job.project, candidate.job.task
    folder = f"projects/{project.slug}-{project.pk.hex[:8]}/" + ("outputs" if stage == "final" else "stages")
    label = filestore.safe(task.name if task else candidate.job.job_key) + ("" if stage == "final" else f"_{stage}")
    path = f"{folder}/{label}_{pk}.{suffix}"
    return Made(pk, stage, filestore.store().write(path, data), f"image/{suffix}", parameters)


def demands_of(snapshot: dict[str, Any]) -> guard.Demands:
    """What the guard asks of this job's pictures."""
    rules = GuideRules.model_validate((snapshot["guide"] or {}).get("rules") or {})
    size = snapshot["parameters"]
    return guard.Demands(size["width"], size["height"], False, rules.chroma_limit, rules.luminance_min, rules.luminance_max, tuple(rules.palette), rules.palette_tolerance)


@transaction.atomic
def _finish(candidate: RunCandidate, made: list[Made], verdict: guard.Verdict, scores: likeness.Judged, drawn: drawing.Drawing, snapshot: dict[str, Any]) -> None:
    """All rows of a finished candidate at once, if the lease is still ours."""
    state, now = "failed_output_guard" if verdict.hard else "generated", timezone.now()
    rows = _register(candidate, made, snapshot, drawn.original, now)
    try:
        CANDIDATE.move(
            candidate, state, where=Q(lease_token=candidate.lease_token), output_asset_id=rows[0].pk, final_asset_id=rows[-1].pk, stage="", lease_token=None, lease_until=None,
            rank_hard_failures=len(verdict.hard), rank_soft_warnings=len(verdict.soft), rank_avg_chroma_exceed=verdict.chroma_exceed, consistency_score=scores.worst, updated_at=now,
            error="; ".join(f["text"] for f in verdict.hard), not_before=None,
            meta={**candidate.meta, "facts": drawn.facts, "fingerprint": verdict.fingerprint, "provider": drawn.provider, "model": drawn.model})
    except Refused:
        transaction.set_rollback(True)
        raise LeaseLost from None
    QualityReport.objects.filter(candidate=candidate, report_type="output_guard").delete()
    likeness.keep(candidate, scores)
    QualityReport.objects.create(project_id=candidate.project_id, run_id=candidate.job.run_id, job_id=candidate.job_id, candidate=candidate, report_type="output_guard", summary=verdict.as_json())


def _register(candidate: RunCandidate, made: list[Made], snapshot: dict[str, Any], original: Asset | None, now: dt.datetime) -> list[Asset]:
    project, size = candidate.job.project, snapshot["parameters"]
    AssetLink.objects.filter(child_id__in=[m.pk for m in made]).delete()
    Asset.objects.filter(pk__in=[m.pk for m in made]).delete()
    rows = Asset.objects.bulk_create([
        Asset(id=m.pk, space_id=project.space_id, project=project, kind="final" if m.name == "final" else "generated", storage_uri=m.stored.path,
              storage_backend=filestore.store().backend, mime_type=m.mime, width=size["width"], height=size["height"], byte_size=m.stored.byte_size, sha256=m.stored.sha256,
              metadata={"stage": m.name, "parameters": m.parameters, "candidate": str(candidate.pk)}, thumbs_at=now if m.name == "final" else None) for m in made])
    rows = [original, *rows] if original else rows
    AssetLink.objects.filter(child=rows[0]).delete()
    sources = [str(a.pk) for _, a in drawing.references(snapshot)] if original else [m["picture"]["asset_id"] for m in snapshot["cast"] if m["picture"]]
    sources += [snapshot["scene"]["plate"]["asset_id"]] if snapshot["scene"] and snapshot["scene"]["plate"] else []
    pairs = [(str(pk), rows[0].pk, "reference_of") for pk in dict.fromkeys(sources)]
    pairs += [(up.pk, down.pk, "derived_from") for up, down in pairwise(rows)]
    AssetLink.objects.bulk_create([AssetLink(space_id=project.space_id, project=project, parent_id=a, child_id=b, link_type=kind) for a, b, kind in pairs])
    return rows


def _drop(candidate: RunCandidate, made: list[Made]) -> None:
    """The candidate went to somebody else or was canceled: takes our files away unless another worker owns them now."""
    state = RunCandidate.objects.filter(pk=candidate.pk).values_list("status", flat=True).first()
    if state in ("canceled", None):
        for item in made:
            filestore.store().delete(item.stored.path)
            for size in assets.THUMB_SIZES:
                filestore.store().delete(assets.thumb_path(item, size))


@transaction.atomic
def settle(job_id: Any) -> None:
    """Ends a job whose candidates have all ended: duplicates out, the best picked, a draft made; then its task and run. Idempotent."""
    job = RunJob.objects.select_for_update(of=("self",)).select_related("run", "project", "task").get(pk=job_id)
    candidates = list(RunCandidate.objects.filter(job=job).order_by("candidate_index"))
    if job.status != "running" or any(c.status in runs.OPEN for c in candidates):
        return
    _hold_back_twins(candidates)
    judged = [ranking.Judged(c.candidate_index, c.status, c.rank_hard_failures or 0, c.rank_soft_warnings or 0, c.rank_avg_chroma_exceed or 0.0, c.consistency_score) for c in candidates]
    best, end = ranking.chosen(judged), ranking.job_end(judged)
    for candidate in candidates:
        if candidate.status == "generated":
            CANDIDATE.move(candidate, "done")
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
