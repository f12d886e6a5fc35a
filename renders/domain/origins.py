"""Where a file comes from: by its bytes where they lie in the registry, else by the ids it carries. Only what the person may see is found."""

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from iat.kernel.errors import Finding, WrongMedia
from renders.imaging import reading
from renders.models import RenderedAsset, RunCandidate
from spaces.models import Asset


@dataclass(frozen=True)
class Origin:
    """What a file says, and what it is here. `changed`: it names a candidate of ours, but its bytes are not the ones that were made."""

    told: reading.Told
    run_id: Any = None
    candidate_id: Any = None
    render_id: Any = None
    asset_id: Any = None
    project_id: Any = None
    changed: bool = False


def of(data: bytes, *, now: dt.datetime) -> Origin:
    """Reads a file in the scope of a person's spaces. Raises WrongMedia for what is no picture. At most three queries."""
    try:
        told = reading.read(data)
    except ValueError as error:
        raise WrongMedia(str(error), findings=[Finding("/file", "not a readable picture")]) from None
    asset = Asset.objects.filter(sha256=hashlib.sha256(data).hexdigest()).order_by("created_at", "id").first()
    named = _uuid(told.lineage.get("candidate") or ((asset.metadata or {}).get("candidate") if asset else None))
    candidate = RunCandidate.objects.select_related("job").filter(pk=named).first() if named else None
    if candidate is None and asset is None:
        return Origin(told)
    picture = RenderedAsset.objects.filter(asset=asset).first() if asset else RenderedAsset.objects.filter(candidate=candidate).first()
    if candidate is None:
        return Origin(told, None, None, picture.pk if picture else None, asset.pk if asset else None, asset.project_id if asset else None)
    return Origin(told, candidate.job.run_id, candidate.pk, picture.pk if picture else None, asset.pk if asset else candidate.final_asset_id, candidate.project_id, asset is None)


def _uuid(text: Any) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(text)) if text else None
    except ValueError:
        return None
