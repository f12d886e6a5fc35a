"""What a project can learn from its own pictures. It proposes; people decide."""

import io
from typing import Any

import numpy as np
from PIL import Image

from iat.kernel import filestore
from iat.kernel.errors import Finding, Invalid, Refused
from projects import rules
from projects.models import Project
from renders.imaging import learning
from renders.models import RenderedAsset
from spaces.domain import assets
from spaces.models import Asset

MOST = 24


def propose(project: Project, asset_ids: list[Any]) -> dict[str, Any]:
    """A guide's rules out of the pictures named, or of the newest approved panels where none are. Reads thumbnails where they are made. Stores nothing."""
    if asset_ids:
        rows = list(Asset.objects.filter(pk__in=asset_ids[:MOST], space_id=project.space_id, mime_type__startswith="image/"))
        known = {str(r.pk) for r in rows}
        if wrong := [Finding(f"/asset_ids/{n}", "no picture here") for n, pk in enumerate(asset_ids[:MOST]) if str(pk) not in known]:
            raise Invalid("Some of these are no pictures of this project.", findings=wrong)
    else:
        panels = RenderedAsset.objects.filter(project=project, state="approved").select_related("asset").order_by("-created_at", "-id")[:MOST]
        rows = [p.asset for p in panels]
    if not rows:
        raise Refused("There is nothing to learn from yet: approve some panels, or name pictures.")
    return rules.checked(learning.rules_of([_small(row) for row in rows]))


def _small(row: Asset) -> np.ndarray:
    store, small = filestore.store(), assets.thumb_path(row, 256)
    data = store.read(small) if store.exists(small) else store.read(row.storage_uri)
    image = Image.open(io.BytesIO(data))
    image.draft("RGB", (256, 256))
    return np.asarray(image.convert("RGB"))
