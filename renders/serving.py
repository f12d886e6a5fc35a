"""Small pictures that are made while they are asked for, because they take a few milliseconds."""

import io

from django.http import HttpResponse
from PIL import Image

from iat.kernel import filestore
from iat.kernel.errors import NotThere
from renders.domain import runs
from renders.imaging import guard, png
from renders.models import RunCandidate
from renders.pipeline.runner import demands_of
from spaces.domain import assets


def heat(candidate: RunCandidate) -> HttpResponse:
    """The guard's overlay, from the smallest thumbnail. NotThere for a candidate without a picture."""
    if candidate.final_asset is None:
        raise NotThere("This candidate has no picture.")
    asset = candidate.final_asset
    path = assets.thumb_path(asset, 256) if asset.thumbs_at else asset.storage_uri
    image = Image.open(io.BytesIO(filestore.store().read(path)))
    answer = HttpResponse(png.encode(guard.heat(image, demands_of(runs.snapshot_of(candidate.job)))), content_type="image/png")
    answer["Cache-Control"] = "private, max-age=86400"
    return answer
