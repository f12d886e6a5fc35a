"""Do files and rows agree? Finds what is missing, changed, orphaned or out of step, and mends what can be mended from what is there.

Nothing is invented: a row's checksum is believed over a file's bytes, and a lost file comes back only from bytes with that checksum.
"""

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import F

from iat.kernel import filestore
from iat.kernel.errors import NotThere
from spaces.domain import assets, indexing, sweeping
from spaces.models import Asset, AvatarAsset, Definition, DefinitionWords

PIECE = 1024 * 1024


@dataclass(frozen=True)
class Trouble:
    """One thing that is not as it should be: `kind` is missing, changed, orphan, thumbnails, link or words."""

    kind: str
    path: str
    text: str
    row: Any = None


def digest(store: filestore.Store, path: str) -> tuple[str, int] | None:
    """SHA-256 and size of a stored file, read in pieces; None when it is gone."""
    hashed, size = hashlib.sha256(), 0
    try:
        with store.open(path) as file:
            while piece := file.read(PIECE):
                hashed.update(piece)
                size += len(piece)
    except NotThere:
        return None
    return hashed.hexdigest(), size


def check(store: filestore.Store, *, now: dt.datetime, grace_s: float = 60, quick: bool = False) -> Iterator[Trouble]:
    """Every trouble, rows first, then files. `quick` does not read the bytes. Files younger than `grace_s` may be somebody's work in progress."""
    for row in Asset.objects.order_by("id").iterator(chunk_size=500):
        yield from _row(store, row, quick)
    for path in sweeping.strays(store, now=now.timestamp(), older_than_s=grace_s):
        yield Trouble("orphan", path, "no row knows this file")
    yield from _links()
    for definition in Definition.objects.filter(words__isnull=True).order_by("id").iterator(chunk_size=500):
        yield Trouble("words", definition.name, "not in the search index", definition)
    yield from _words()


def _row(store: filestore.Store, row: Asset, quick: bool) -> Iterator[Trouble]:
    found = (row.sha256, row.byte_size) if quick and store.exists(row.storage_uri) else None if quick else digest(store, row.storage_uri)
    if found is None:
        yield Trouble("missing", row.storage_uri, f"the file of asset {row.pk} is gone", row)
    elif found != (row.sha256, row.byte_size):
        yield Trouble("changed", row.storage_uri, f"the bytes are not those of asset {row.pk}: {found[1]} bytes here, {row.byte_size} in the row", row)
    if row.thumbs_at is not None and not all(store.exists(assets.thumb_path(row, size)) for size in assets.THUMB_SIZES):
        yield Trouble("thumbnails", row.storage_uri, "a thumbnail is gone", row)


def _links() -> Iterator[Trouble]:
    """Pictures of sheets know what they were derived from; their files must say the same."""
    for picture in AvatarAsset.objects.filter(derived_from__isnull=False).select_related("asset", "derived_from__asset").order_by("id").iterator(chunk_size=500):
        parent = picture.derived_from.asset
        if parent.pk != picture.asset_id and not picture.asset.links_up.filter(parent=parent).exists():
            yield Trouble("link", picture.asset.storage_uri, f"was derived from {parent.storage_uri}, and its link is gone", picture)


def _words() -> Iterator[Trouble]:
    rows = DefinitionWords.objects.select_related("definition").order_by("id").iterator(chunk_size=500)
    while batch := list(islice(rows, 500)):
        known = Definition.objects.in_bulk([line.definition_id for line in batch])
        for line in batch:
            row = known.get(line.definition_id)
            if row is not None and line.body != indexing.line_of(row):
                yield Trouble("words", row.name, "the search index says something else", row)


def mend(store: filestore.Store, troubles: list[Trouble]) -> dict[str, str]:
    """Mends what can be; answers what was done by path. What is left out could not be mended."""
    done: dict[str, str] = {}
    lost = [t for t in troubles if t.kind in ("missing", "changed")]
    donors = _donors(store, {t.row.sha256 for t in lost}, troubles)
    for trouble in troubles:
        if trouble.kind in ("missing", "changed") and (source := donors.get(trouble.row.sha256)):
            store.write(trouble.path, store.read(source))
            done[trouble.path] = f"copied back from {source}"
        elif trouble.kind == "thumbnails" and trouble.row.sha256 == (digest(store, trouble.path) or ("", 0))[0]:
            Asset.objects.filter(pk=trouble.row.pk).update(thumbs_at=None, revision=F("revision") + 1)
            done.setdefault(trouble.path, "thumbnails will be made again")
        elif trouble.kind == "link":
            assets.link(trouble.row.asset, trouble.row.derived_from.asset)
            done[trouble.path] = "linked again"
        elif trouble.kind == "words":
            indexing.index(trouble.row)
            done[trouble.path] = "indexed again"
    for trouble in troubles:
        if trouble.kind == "orphan" and trouble.path in donors.values():
            store.delete(trouble.path)
            done[trouble.path] = "was the lost file of a row, and lies there again"
    return done


def _donors(store: filestore.Store, wanted: set[str], troubles: list[Trouble]) -> dict[str, str]:
    """For each checksum a stored file that really has it: an intact twin, else an orphan."""
    found: dict[str, str] = {}
    if not wanted:
        return found
    broken = {t.path for t in troubles if t.kind in ("missing", "changed")}
    for row in Asset.objects.filter(sha256__in=wanted).exclude(storage_uri__in=broken).order_by("id"):
        found.setdefault(row.sha256, row.storage_uri)
    for trouble in troubles:
        if trouble.kind == "orphan" and not trouble.path.startswith("thumbs/"):
            seen = digest(store, trouble.path)
            if seen and seen[0] in wanted:
                found.setdefault(seen[0], trouble.path)
    return found
