"""Answers that are no JSON: the guard's overlay, a run's events, its log."""

import io

from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from PIL import Image

from iat.kernel import filestore
from iat.kernel.errors import NotThere
from renders.domain import runlog, runs
from renders.imaging import guard, png
from renders.models import Run, RunCandidate
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


def events(run: Run, after: str) -> HttpResponse:
    """At most 200 events behind `after` as an event stream that ends at once."""
    found = list(runlog.events(run, after=after, now=timezone.now())[:200])
    parts = ["retry: 1000\n\n", *(f"id: {e.pk}\nevent: {e.code}\ndata: {runlog.line(e).decode().strip()}\n\n" for e in found)]
    if run.status in runlog.ENDED and len(found) < 200:
        parts.append(f"event: end\ndata: {run.status}\n\n")
    answer = HttpResponse("".join(parts), content_type="text/event-stream")
    answer["Cache-Control"] = "no-store"
    return answer


def log(run: Run) -> StreamingHttpResponse:
    """Every event, a line each."""
    rows = runlog.events(run, now=timezone.now())
    first = list(rows[:5000])  # read inside the request's scope; a run of forty pictures has a few hundred
    answer = StreamingHttpResponse((runlog.line(e) for e in first), content_type=runlog.MIME)
    answer["Content-Disposition"] = f'attachment; filename="run-{run.pk}.jsonl"'
    return answer
