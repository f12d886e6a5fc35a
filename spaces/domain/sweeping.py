"""A file without its row is swept; a row without its file is told. Thumbnails belong to their asset's row; printed sheets last a week."""

import uuid
from itertools import islice
from typing import Any

from spaces.models import Asset

PRINTED, PRINTED_S = "sheets/", 7 * 24 * 3600  # sheets for print are a cache: no row knows them, and they are drawn anew when asked for


def strays(store: Any, *, now: float, older_than_s: float) -> list[str]:
    """Paths in the store that no row knows and that are old enough not to be somebody's work in progress."""
    found: list[str] = []
    walk = store.walk()
    while batch := list(islice(walk, 500)):
        old = [path for path, at in batch if now - at > (older_than_s if not path.startswith(PRINTED) else max(older_than_s, PRINTED_S))]
        thumbs = {path: asset for path in old if path.startswith("thumbs/") and (asset := _asset_of(path))}
        known = set(Asset.objects.filter(storage_uri__in=[p for p in old if p not in thumbs]).values_list("storage_uri", flat=True))
        alive = set(Asset.objects.filter(pk__in=set(thumbs.values())).values_list("pk", flat=True))
        found += [p for p in old if (thumbs[p] not in alive if p in thumbs else p not in known)]
    return found


def sweep(store: Any, *, now: float, older_than_s: float = 3600) -> int:
    """Deletes the strays and half-written leftovers; returns how many files went."""
    gone = strays(store, now=now, older_than_s=older_than_s)
    for path in gone:
        store.delete(path)
    return len(gone) + store.sweep_temporary()


def missing(store: Any) -> list[Asset]:
    """Rows whose file is gone."""
    return [row for row in Asset.objects.order_by("id").iterator(chunk_size=500) if not store.exists(row.storage_uri)]


def _asset_of(path: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(path.rsplit("/", 1)[1][:36])
    except ValueError:
        return None
