"""What a person decides about candidates. Every decision is a `human_review` report and outranks the machine."""

from typing import Any

from django.db import transaction
from django.db.models import F

from iat.kernel import events
from iat.kernel.errors import Finding, Invalid, Refused
from projects.models import Project
from renders.domain import rendered, runs
from renders.lifecycles import JOB
from renders.models import QualityReport, RenderedAsset, RunCandidate, RunJob
from spaces.models import User


def _report(candidate: RunCandidate, decision: str, by: User, **more: Any) -> QualityReport:
    return QualityReport.objects.create(
        project_id=candidate.project_id, run_id=candidate.job.run_id, job_id=candidate.job_id, candidate=candidate, report_type="human_review", author=by,
        summary={"decision": decision, **more})


def _job(candidate: RunCandidate) -> RunJob:
    job = RunJob.objects.select_for_update(of=("self",)).select_related("run", "project").get(pk=candidate.job_id)
    if job.status not in ("done", "failed_output_guard"):
        raise Refused(f"This job is {job.status.replace('_', ' ')}; its candidates are judged once it has ended.", allowed=[])
    if candidate.final_asset_id is None:
        raise Refused("This candidate has no picture: " + (candidate.error or candidate.status) + ".", allowed=[])
    return job


@transaction.atomic
def select(candidate: RunCandidate, *, by: User) -> RenderedAsset:
    """Picks this candidate instead of the machine's choice. The earlier draft is discarded (it can be brought back)."""
    job = _job(candidate)
    row = _pick(candidate, job, by)
    _report(candidate, "selected", by)
    return row


def _pick(candidate: RunCandidate, job: RunJob, by: User) -> RenderedAsset:
    for other in RenderedAsset.objects.filter(job=job, state="draft").exclude(candidate=candidate):
        rendered.discard(other, by=by)
    row = rendered.from_candidate(candidate, job, runs.snapshot_of(job), by=by)
    if row.state == "discarded":
        rendered.bring_back(row, by=by)
    changes: dict[str, Any] = {"selected_candidate_index": candidate.candidate_index, "final_asset_id": candidate.final_asset_id}
    if job.status == "failed_output_guard":
        JOB.move(job, "done", by=by, **changes)
    else:
        RunJob.objects.filter(pk=job.pk).update(revision=F("revision") + 1, **changes)
    events.emit("candidate.selected", subject=candidate, actor=by)
    return row


@transaction.atomic
def approve(candidate: RunCandidate, *, by: User) -> RenderedAsset:
    """Picks and approves in one step; the task gets its panel."""
    job = _job(candidate)
    row = RenderedAsset.objects.filter(candidate=candidate).first()
    if row is None or row.state != "draft" or job.selected_candidate_index != candidate.candidate_index:
        row = _pick(candidate, job, by)
    rendered.approve(row, by=by)
    _report(candidate, "approved", by)
    return row


@transaction.atomic
def discard(candidate: RunCandidate, *, by: User) -> RunCandidate:
    """Not this one. Its draft, if it was the pick, is discarded too."""
    _job(candidate)
    row = RenderedAsset.objects.filter(candidate=candidate, state="draft").first()
    if row is not None:
        rendered.discard(row, by=by)
    _report(candidate, "discarded", by)
    return candidate


@transaction.atomic
def undo_discard(candidate: RunCandidate, *, by: User) -> RunCandidate:
    """Takes a discard back; the draft returns when it was the pick."""
    job = _job(candidate)
    row = RenderedAsset.objects.filter(candidate=candidate, state="discarded").first()
    if row is not None and job.selected_candidate_index == candidate.candidate_index:
        rendered.bring_back(row, by=by)
    _report(candidate, "undone", by)
    return candidate


@transaction.atomic
def together(project: Project, job_ids: list[Any], verb: str, *, by: User) -> tuple[int, list[str]]:
    """Approves or discards the standing pick of many jobs: how many were decided, and why the others were not. Each is a decision of its own, kept as a report."""
    done, left = 0, []
    picks = {r.job_id: r for r in RenderedAsset.objects.filter(project=project, job__in=job_ids, state="draft", candidate__isnull=False).select_related("candidate__job__run", "candidate__final_asset").order_by("created_at")}
    for pk in dict.fromkeys(job_ids):
        row = picks.get(pk)
        if row is None or row.candidate is None:
            left.append("A job of these has no draft that waits for a decision.")
            continue
        try:
            (approve if verb == "approve" else discard)(row.candidate, by=by)
            done += 1
        except Refused as error:
            left.append(error.detail)
    return done, left


@transaction.atomic
def prefer(winner: RunCandidate, loser: RunCandidate, *, by: User) -> RunCandidate:
    """Of two candidates of one job this one: a decision of its own, kept as a report."""
    if winner.job_id != loser.job_id or winner.pk == loser.pk:
        raise Invalid("Two different candidates of one job are compared.", findings=[Finding("/loser", "another candidate of the same job")])
    _job(winner)
    _report(winner, "preferred", by, over=str(loser.pk))
    return winner


@transaction.atomic
def rate(candidate: RunCandidate, *, stars: int, by: User) -> RunCandidate:
    """1 to 5."""
    if not 1 <= stars <= 5:
        raise Invalid("A rating is 1 to 5.", findings=[Finding("/rating", "1 to 5")])
    RunCandidate.objects.filter(pk=candidate.pk).update(rating=stars, revision=F("revision") + 1)
    RenderedAsset.objects.filter(candidate=candidate).update(rating=stars)
    _report(candidate, "rated", by, rating=stars)
    candidate.refresh_from_db()
    return candidate
