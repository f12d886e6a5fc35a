"""Scores of a finished picture: each member of the cast against model sheet and approved pictures, the whole against the style's accepted ones.

A score ranks and warns; it never decides. What counts as doubtful is learned from what people accepted, character by character.
"""

import io
import logging
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image

from iat.kernel import filestore
from renders.imaging import likeness
from renders.models import ConsistencyScore, QualityReport, RenderedSource, RunCandidate
from spaces.models import Asset, AvatarAsset

log = logging.getLogger("iat.likeness")
START, ENOUGH, MISSES = 0.5, 10, 0.05
APPROVED = 2


@dataclass(frozen=True)
class Member:
    """One member of the cast: who, the score, its parts, which file came closest, and what counted as doubtful then."""

    definition_id: str
    root_id: str
    name: str
    score: float
    parts: dict[str, float]
    reference_id: Any
    threshold: float
    learned: bool


@dataclass(frozen=True)
class Judged:
    """All scores of a picture. `style` is the distance in usual spreads, None where too little was accepted yet."""

    members: list[Member] = field(default_factory=list)
    style_vector: list[float] = field(default_factory=list)
    style: float | None = None
    style_parts: dict[str, float] = field(default_factory=dict)

    @property
    def worst(self) -> float | None:
        """The least like of the cast: a panel is as good as its worst likeness."""
        return min((m.score for m in self.members), default=None)


@lru_cache(maxsize=128)
def _figure(sha256: str, uri: str) -> likeness.Figure | None:
    """The largest figure of a reference picture; the same bytes are looked at once a process."""
    try:
        image = Image.open(io.BytesIO(filestore.store().read(uri)))
        image.load()
    except OSError:
        return None
    found = likeness.figures(image, most=1)
    return found[0] if found else None


def references(snapshot: dict[str, Any]) -> dict[str, list[Asset]]:
    """The files each identity is compared with: the kit picture that was used, the anchors, the newest approved panels that show nobody else. Three queries."""
    by_picture = {pk: m["root_id"] for m in snapshot["cast"] for pk in [*((m["kit"] or {}).get("anchors") or []), (m["picture"] or {}).get("id")] if pk}
    found: dict[str, list[Asset]] = {m["root_id"]: [] for m in snapshot["cast"]}
    for row in AvatarAsset.objects.filter(pk__in=by_picture).select_related("asset").order_by("created_at", "id"):
        found[by_picture[str(row.pk)]].append(row.asset)
    for root in found:
        links = RenderedSource.objects.filter(root_id=root, rendered__state="approved", rendered__candidate__isnull=False).exclude(rendered__sources__position=1)
        found[root] += [link.rendered.asset for link in links.select_related("rendered__asset").order_by("-created_at", "-id")[:APPROVED]]
    return found


def thresholds(roots: list[Any]) -> dict[str, tuple[float, bool]]:
    """By identity: below what a likeness is doubtful, and whether people's decisions taught it. One query."""
    scores: dict[str, list[float]] = {}
    rows = ConsistencyScore.objects.filter(root_id__in=roots, candidate__rendered__state__in=["approved", "archived"], scorer=likeness.VERSION)
    for root, score in rows.order_by("-created_at", "-id").values_list("root_id", "score")[:1000]:
        scores.setdefault(str(root), []).append(score)
    return {str(root): (round(float(np.quantile(scores[str(root)], MISSES)), 4), True) if len(scores.get(str(root), [])) >= ENOUGH else (START, False) for root in roots}


@dataclass(frozen=True)
class Given:
    """What pictures of one job are compared with: reference files by identity, what counts as doubtful, the style's accepted vectors."""

    files: dict[str, list[Asset]]
    limits: dict[str, tuple[float, bool]]
    style: list[list[float]] | None


def given(snapshot: dict[str, Any]) -> Given:
    """Reads it: five queries, the same for every candidate of a job."""
    files = references(snapshot)
    return Given(files, thresholds(list(files)) if any(files.values()) else {}, _accepted(snapshot["style"]["id"]) if snapshot["style"] else None)


def judge(snapshot: dict[str, Any], known: Given, drawn: np.ndarray, final: np.ndarray, labels: np.ndarray | None) -> Judged:
    """Every score of a picture: likeness before light and weather change its colours, style on what people see; RGB uint8 both.

    `labels` say who stands where when the engine knows; otherwise the figures are looked for. A scorer that breaks is logged and leaves its score out: no picture is lost to it.
    """
    try:
        vector = likeness.style_of(final)
        distance = likeness.style_distance(vector, known.style) if known.style is not None else None
        return Judged(_members(snapshot, known, Image.fromarray(drawn), labels), vector, *(distance or (None, {})))
    except Exception:
        log.exception("a picture could not be scored")
        return Judged()


def _members(snapshot: dict[str, Any], known: Given, image: Image.Image, labels: np.ndarray | None) -> list[Member]:
    usable = {root: [(a, f) for a in assets if (f := _figure(a.sha256, a.storage_uri))] for root, assets in known.files.items()}
    if not any(usable.values()):
        return []
    cast, out = snapshot["cast"], {}
    placed = likeness.labelled(image, labels, len(cast)) if labels is not None else None
    seen = likeness.figures(image) if placed is None else []
    for number, m in enumerate(cast, 1):
        here = seen if placed is None else [placed[number]] if number in placed else []
        found = likeness.best(here, [f for _, f in usable[m["root_id"]]])
        if found is not None:
            score, parts, at = found
            out[m["id"]] = Member(m["id"], m["root_id"], m["name"], score, parts, usable[m["root_id"]][at][0].pk, *known.limits[m["root_id"]])
    return list(out.values())


def _accepted(style_id: Any) -> list[list[float]]:
    rows = QualityReport.objects.filter(report_type="model_score", candidate__rendered__state="approved", candidate__rendered__style_id=style_id).order_by("-created_at", "-id")
    return [v for v in (row["style_vector"] for row in rows.values_list("summary", flat=True)[:60]) if v]


def keep(candidate: RunCandidate, scores: Judged) -> list[QualityReport]:
    """Stores each member's score and hands back the report, to be stored with the guard's; within the transaction that ends the candidate."""
    if scores.members:
        ConsistencyScore.objects.bulk_create([
            ConsistencyScore(project_id=candidate.project_id, candidate=candidate, character_id=m.definition_id, root_id=m.root_id, reference_id=m.reference_id, score=m.score, threshold=m.threshold, parts=m.parts,
                             assessment="like" if m.score >= m.threshold else "doubtful", scorer=likeness.VERSION) for m in scores.members])
    if not scores.style_vector:
        return []
    return [QualityReport(project_id=candidate.project_id, run_id=candidate.job.run_id, job_id=candidate.job_id, candidate=candidate, report_type="model_score", summary={
        "version": likeness.VERSION, "style_vector": scores.style_vector, "style_distance": scores.style, "style_parts": scores.style_parts,
        "likeness": [{"character": m.definition_id, "name": m.name, "score": m.score, "parts": m.parts, "threshold": m.threshold, "learned": m.learned} for m in scores.members]})]


def said(told: dict[str, Any]) -> str:
    """One member's score in words."""
    share, limit = round(100 * told["score"]), round(100 * told["threshold"])
    if told["learned"]:
        return f"{share} % like the sheet; what people accepted before lay above {limit} % (that misses at most 1 in 20)."
    return f"{share} % like the sheet; under {limit} % counts as doubtful until ten pictures of {told['name']} are approved."
