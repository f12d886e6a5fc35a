"""What a finished candidate becomes: its stage pictures as files, then all of its rows in one transaction.

A file's name follows from its candidate and stage, so that doing it twice writes the same file, never a second one.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from iat.kernel import filestore
from iat.kernel.errors import Refused
from renders.domain import gateway, likeness, runs
from renders.imaging import guard
from renders.lifecycles import CANDIDATE
from renders.models import ConsistencyScore, QualityReport, RunCandidate
from renders.pipeline import drawing
from spaces.domain import assets
from spaces.models import Asset, AssetLink

NAMESPACE = uuid.UUID("6f1c1ad0-3a52-4f0e-9a0c-0d9d3b3f6a11")


class LeaseLost(gateway.Stopped):
    """Somebody canceled this candidate (`over`) or took it over; what was made is dropped."""

    def __init__(self, *, over: bool = False) -> None:
        super().__init__(over=over)


@dataclass
class Made:
    """One stored stage picture on its way to becoming rows; width and height in px."""

    pk: uuid.UUID
    name: str
    stored: filestore.Stored
    mime: str
    parameters: dict[str, Any]
    size: tuple[int, int]


@dataclass
class Outcome:
    """All that is known of a finished candidate: what was drawn, every stage's file, the guard's verdict, the scores, seconds spent on the picture and on files, and of a core on the picture."""

    drawn: drawing.Drawing
    made: list[Made]
    verdict: guard.Verdict
    scores: likeness.Judged
    picture_s: float = 0.0
    files_s: float = 0.0
    picture_cpu_s: float = 0.0


def store(candidate: RunCandidate, stage: str, data: bytes, suffix: str, parameters: dict[str, Any], size: tuple[int, int]) -> Made:
    """Writes one stage's file, under the name that follows from candidate and stage; scene images lie with the person who asked for them."""
    pk = uuid.uuid5(NAMESPACE, f"{candidate.pk}/{stage}")
    project, task, job = candidate.job.project, candidate.job.task, candidate.job
    folder = f"projects/{project.slug}-{project.pk.hex[:8]}/" + ("outputs" if stage == "final" else "stages")
    label = filestore.safe(task.name if task else job.job_key) + ("" if stage == "final" else f"_{stage}")
    path = f"{folder}/{label}_{pk}.{suffix}"
    if stage == "final" and runs.snapshot_of(job).get("kind") == "scene_image":
        path = f"scenes/{job.run.created_by_id}/{project.pk}/{pk}.{suffix}"
    return Made(pk, stage, filestore.store().write(path, data), f"image/{suffix}", parameters, size)


@transaction.atomic
def finish(candidate: RunCandidate, done: Outcome, snapshot: dict[str, Any]) -> None:
    """All rows of a finished candidate at once, if the lease is still ours."""
    verdict, drawn, again = done.verdict, done.drawn, candidate.final_asset_id is not None
    state, now = "failed_output_guard" if verdict.hard else "generated", timezone.now()
    if again:
        _forget(candidate, done.made)
    rows = _register(candidate, done.made, snapshot, drawn.original, now)
    try:
        CANDIDATE.move(
            candidate, state, where=Q(lease_token=candidate.lease_token), output_asset_id=rows[0].pk, final_asset_id=rows[-1].pk, stage="", lease_token=None, lease_until=None,
            rank_hard_failures=len(verdict.hard), rank_soft_warnings=len(verdict.soft), rank_avg_chroma_exceed=verdict.chroma_exceed, consistency_score=done.scores.worst, updated_at=now,
            error="; ".join(f["text"] for f in verdict.hard), not_before=None,
            meta={**candidate.meta, "facts": drawn.facts, "fingerprint": verdict.fingerprint, "provider": drawn.provider, "model": drawn.model, "picture_s": round(done.picture_s, 4), "files_s": round(done.files_s, 4), "picture_cpu_s": round(done.picture_cpu_s, 4)})
    except Refused:
        transaction.set_rollback(True)
        raise LeaseLost from None
    report = QualityReport(project_id=candidate.project_id, run_id=candidate.job.run_id, job_id=candidate.job_id, candidate=candidate, report_type="output_guard", summary=verdict.as_json())
    QualityReport.objects.bulk_create([report, *likeness.keep(candidate, done.scores)])


def _forget(candidate: RunCandidate, made: list[Made]) -> None:
    """A candidate that was drawn before and held back: its first drawing's rows make room."""
    AssetLink.objects.filter(child_id__in=[m.pk for m in made]).delete()
    Asset.objects.filter(pk__in=[m.pk for m in made]).delete()
    QualityReport.objects.filter(candidate=candidate, report_type__in=["output_guard", "model_score"]).delete()
    ConsistencyScore.objects.filter(candidate=candidate).delete()


def _register(candidate: RunCandidate, made: list[Made], snapshot: dict[str, Any], original: Asset | None, now: dt.datetime) -> list[Asset]:
    project = candidate.job.project
    rows = Asset.objects.bulk_create([
        Asset(id=m.pk, space_id=project.space_id, project=project, kind="final" if m.name == "final" else "generated", storage_uri=m.stored.path,
              storage_backend=filestore.store().backend, mime_type=m.mime, width=m.size[0], height=m.size[1], byte_size=m.stored.byte_size, sha256=m.stored.sha256,
              metadata={"stage": m.name, "parameters": m.parameters, "candidate": str(candidate.pk)}, thumbs_at=now if m.name == "final" else None) for m in made])
    rows = [original, *rows] if original else rows
    if original:
        AssetLink.objects.filter(child=original).delete()
    sources = [str(a.pk) for _, a in drawing.references(snapshot)] if original else [m["picture"]["asset_id"] for m in snapshot["cast"] if m["picture"]]
    sources += [snapshot["scene"]["plate"]["asset_id"]] if snapshot["scene"] and snapshot["scene"]["plate"] else []
    pairs = [(str(pk), rows[0].pk, "reference_of") for pk in dict.fromkeys(sources)]
    pairs += [(up.pk, down.pk, "derived_from") for up, down in pairwise(rows)]
    AssetLink.objects.bulk_create([AssetLink(space_id=project.space_id, project=project, parent_id=a, child_id=b, link_type=kind) for a, b, kind in pairs])
    return rows


def drop(candidate: RunCandidate, made: list[Made]) -> None:
    """The candidate went to somebody else or was canceled: takes our files away unless another worker owns them now."""
    state = RunCandidate.objects.filter(pk=candidate.pk).values_list("status", flat=True).first()
    if state in ("canceled", None):
        for item in made:
            filestore.store().delete(item.stored.path)
            for size in assets.THUMB_SIZES:
                filestore.store().delete(assets.thumb_path(item, size))
