"""Looks over a file that somebody brought: the guard against the project's guide, and likeness with a character where one is named."""

import io
from typing import Any

import numpy as np
from PIL import Image

from iat.kernel import filestore
from iat.kernel.errors import Finding, Invalid
from projects.queries import overview
from projects.rules import GuideRules
from renders.domain import likeness
from renders.imaging import guard
from renders.models import Treatment
from spaces.models import Asset, Definition
from spaces.queries import library


def identity(asset: Asset, pk: Any) -> Definition:
    """A character of the file's space or project. Raises Invalid for anybody else."""
    row = Definition.objects.filter(pk=pk, type="character", space_id=asset.space_id).first()
    if row is None:
        raise Invalid("There is no such character here.", findings=[Finding("/character_id", "unknown character")])
    return row


def look(row: Treatment) -> dict[str, Any]:
    """The verdict as plain JSON: hard failures, soft warnings, measures; `likeness` with its threshold in words."""
    image = Image.open(io.BytesIO(filestore.store().read(row.source.storage_uri)))
    image.load()
    guide = overview.guide(row.project) if row.project else None
    rules = GuideRules.model_validate(guide.rules if guide else {})
    verdict = guard.look(image, guard.Demands(image.width, image.height, False, rules.chroma_limit, rules.luminance_min, rules.luminance_max, tuple(rules.palette), rules.palette_tolerance, rules.text_allowed))
    told = {**verdict.as_json(), "passed": not verdict.hard, "guide": guide.name if guide else None}
    return {**told, "likeness": _likeness(row.parameters["root"], image)} if row.parameters.get("root") else told


def _likeness(root_id: str, image: Image.Image) -> dict[str, Any] | None:
    """Against the active kit's anchors and the newest approved panels of this identity; None where there is nothing to compare, or no figure is found."""
    root = Definition.objects.get(pk=root_id)
    kit = library.kits_by_root([root.pk]).get(root.pk)
    anchors = [str(a) for a in (kit.primary_anchor_id, kit.secondary_anchor_id) if a] if kit else []
    snapshot = {"cast": [{"id": root_id, "root_id": root_id, "name": root.name, "kit": {"anchors": anchors}, "picture": None}], "style": None}
    pixels = np.asarray(image.convert("RGB"))
    found = likeness.judge(snapshot, likeness.given(snapshot), pixels, pixels, None).members
    if not found:
        return None
    m = found[0]
    told = {"name": m.name, "score": m.score, "parts": m.parts, "threshold": m.threshold, "learned": m.learned}
    return {**told, "assessment": "like" if m.score >= m.threshold else "doubtful", "text": likeness.said(told)}
