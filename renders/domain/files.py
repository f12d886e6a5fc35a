"""Thumbnails of registered files: made by the worker, never in a list request."""

import datetime as dt
import logging
from typing import Any

from django.db.models import F

from iat.kernel import filestore
from renders.imaging import thumbs
from spaces.domain import assets
from spaces.models import Asset

log = logging.getLogger("iat.files")
PICTURES = list(assets.SUFFIX)


def make_thumbs(asset_id: Any, *, now: dt.datetime) -> None:
    """Writes the three sizes of one picture and notes when. Doing it twice writes the same files."""
    row = Asset.objects.filter(pk=asset_id, thumbs_at__isnull=True, mime_type__in=PICTURES).first()
    if row is None:
        return
    for size, data in thumbs.from_bytes(filestore.store().read(row.storage_uri)).items():
        filestore.store().write(assets.thumb_path(row, size), data)
    Asset.objects.filter(pk=row.pk).update(thumbs_at=now, revision=F("revision") + 1)


def make_missing_thumbs(*, now: dt.datetime, at_once: int = 20) -> int:
    """Catches up on pictures whose nudge was lost. Stage pictures have none: nobody lists them."""
    waiting = Asset.objects.filter(thumbs_at__isnull=True, mime_type__in=PICTURES, created_at__lt=now - dt.timedelta(seconds=30)).exclude(kind="generated")
    ids = list(waiting.order_by("created_at").values_list("pk", flat=True)[:at_once])
    for pk in ids:
        try:
            make_thumbs(pk, now=now)
        except Exception:
            log.exception("no thumbnail for asset %s", pk)
    return len(ids)
