"""Exports: a worker freezes the rows of a project, checks every file against its checksum, and writes manifest and rows into one small archive;
the download streams that and the files, so that nothing is kept twice and no memory grows.
"""

import hashlib
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import orjson
from django.db import transaction
from django.utils import timezone

from iat.kernel import events, filestore, leases, moments, queue
from iat.kernel.errors import Finding, Invalid, NotThere, Refused
from projects import archives
from projects.domain import slicing
from projects.lifecycles import EXPORT
from projects.models import Project, ProjectExport
from projects.models.packages import FORMATS
from projects.slices import FORMAT, SCHEMA, TRAVELS
from spaces.domain import assets
from spaces.models import Asset, User

LEASE_S, ATTEMPTS = 120, 3


@transaction.atomic
def start(project: Project, *, format: str, by: User) -> ProjectExport:
    """Plans one; a worker prepares it."""
    if format not in FORMATS:
        raise Invalid(f"A package is one of: {', '.join(FORMATS)}. A folder is written by `manage.py export_project --format folder`.", findings=[Finding("/format", "unknown format")])
    row = ProjectExport.objects.create(project=project, format=format, created_by=by)
    events.emit("export.planned", subject=row, actor=by)
    queue.enqueue("projects.export", export_id=str(row.pk))
    return row


@transaction.atomic
def drop(row: ProjectExport, *, by: User) -> None:
    """Away, with what was prepared for it; the project's files stay."""
    events.emit("export.dropped", subject=row, actor=by)
    asset = row.asset
    row.delete()
    if asset is not None:
        path = asset.storage_uri
        asset.delete()
        transaction.on_commit(lambda: filestore.store().delete(path))


def work(pk: Any) -> str:
    """Prepares one, from claim to end."""
    row = leases.claim(ProjectExport, pk, seconds=LEASE_S)
    if row is None:
        return "not mine"
    try:
        if row.attempt > ATTEMPTS:
            raise Refused(f"Given up after {ATTEMPTS} attempts: the worker died each time.")
        with tempfile.TemporaryDirectory() as folder:
            manifest = write(row.project, Path(folder), told=lambda facts: leases.renew(row, seconds=LEASE_S, facts=facts))
            _keep(row, Path(folder), manifest)
    except ProjectExport.DoesNotExist:
        return "gone"  # somebody deleted it meanwhile
    except Refused as error:
        if ProjectExport.objects.filter(leases.ours(row), pk=pk, status="running").exists():
            EXPORT.move(row, "failed", where=leases.ours(row), error=error.detail, lease_until=None, finished_at=timezone.now())
    return str(ProjectExport.objects.filter(pk=pk).values_list("status", flat=True).first() or "gone")


def _keep(row: ProjectExport, folder: Path, manifest: dict[str, Any]) -> None:
    data = (folder / "manifest.json").read_bytes()
    with tempfile.TemporaryFile() as packed:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for name in ["manifest.json", *(p["name"] for p in manifest["parts"])]:
                archive.write(folder / name, name)
        packed.seek(0)
        stored = filestore.store().take(f"{assets.folder(row.project)}/export/{row.pk}.zip", iter(lambda: packed.read(archives.PIECE), b""))
    with transaction.atomic():
        asset, _ = Asset.objects.update_or_create(storage_uri=stored.path, defaults={
            "space_id": row.project.space_id, "project": row.project, "kind": "export", "storage_backend": filestore.store().backend, "mime_type": archives.MIME["zip"], "byte_size": stored.byte_size, "sha256": stored.sha256, "created_by": row.created_by})
        EXPORT.move(row, "done", by=row.created_by, where=leases.ours(row), asset=asset, sha256=hashlib.sha256(data).hexdigest(), error="", lease_until=None, finished_at=timezone.now(), facts=manifest["counts"])


def write(project: Project, folder: Path, *, told: Any = lambda facts: True) -> dict[str, Any]:
    """Writes `manifest.json`, `files.jsonl` and `rows/*.jsonl` into a folder, and answers the manifest. Raises Refused, naming files that are gone or damaged.

    All rows are read as of one moment. `told` hears how far it is, and answers whether to go on.
    """
    (folder / "rows").mkdir(parents=True, exist_ok=True)
    with moments.one_moment():
        ids = slicing.canon(project)
        parts = [_part(folder, f"rows/{label}.jsonl", slicing.lines(label, project, ids)) for label in TRAVELS]
    files = _part(folder, "files.jsonl", _checked(folder / "rows/spaces.Asset.jsonl", told))
    size = sum(entry["size"] for entry in _listed(folder / "files.jsonl"))
    counts = {"files": files["lines"], "bytes": size, "rows": sum(p["lines"] for p in parts), "checked": files["lines"]}
    manifest = {"format": FORMAT, "schema": SCHEMA, "made_at": timezone.now().isoformat(), "project": {"id": str(project.pk), "name": project.name, "slug": project.slug}, "parts": [*parts, files], "counts": counts}
    (folder / "manifest.json").write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return manifest


def _part(folder: Path, name: str, lines: Iterator[bytes]) -> dict[str, Any]:
    hashed, size, count = hashlib.sha256(), 0, 0
    with (folder / name).open("wb") as out:
        for line in lines:
            out.write(line)
            hashed.update(line)
            size, count = size + len(line), count + 1
    return {"name": name, "size": size, "sha256": hashed.hexdigest(), "lines": count}


def _entry(name: str, path: Path) -> archives.Entry:
    crc = 0
    for piece in archives.pieces(lambda: path.open("rb")):
        crc = zlib.crc32(piece, crc)
    return archives.Entry(name, path.stat().st_size, crc, lambda: archives.pieces(lambda: path.open("rb")))


def name_of(told: dict[str, Any]) -> str:
    """The name of a file in a package: its kind, its label, its id. Short enough for every tar."""
    label, _, suffix = told["storage_uri"].rsplit("/", 1)[-1].rpartition(".")
    return f"files/{told['kind']}/{filestore.safe(label.removesuffix(told['id']).rstrip('_'))[:40]}_{told['id']}.{filestore.safe(suffix)[:8]}"


def _checked(rows: Path, told: Any) -> Iterator[bytes]:
    """A line for each file, which is read once and compared with its row: a package with a wrong file in it would be refused when it is imported."""
    store, wrong = filestore.store(), []
    for number, row in enumerate(_listed(rows)):
        seen = digest(lambda path=row["storage_uri"]: store.open(path))  # type: ignore[misc]
        if seen is None or seen[:2] != (row["sha256"], row["byte_size"]):
            wrong.append(row["storage_uri"])
            continue
        entry = {"id": row["id"], "name": name_of(row), "path": row["storage_uri"], "sha256": row["sha256"], "size": row["byte_size"], "crc32": seen[2]}
        yield orjson.dumps(entry, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)
        if number % 200 == 199 and not told({"checked": number + 1}):
            raise Refused("Somebody else prepares this export.")
    if wrong:
        more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        raise Refused(f"Files of this project are gone or damaged: {', '.join(wrong[:5])}{more}. `manage.py fsck` mends what can be mended; restore the others from a backup.")


def _listed(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as source:
        for line in source:
            yield orjson.loads(line)


def digest(open_it: Any) -> tuple[str, int, int] | None:
    """SHA-256, size and CRC-32 of what opens, read in pieces; None when it is gone."""
    hashed, size, crc = hashlib.sha256(), 0, 0
    try:
        for piece in archives.pieces(open_it):
            hashed.update(piece)
            size, crc = size + len(piece), zlib.crc32(piece, crc)
    except NotThere:
        return None
    return hashed.hexdigest(), size, crc


def entries(row: ProjectExport) -> Iterator[archives.Entry]:
    """What the download holds, in order: manifest, rows, files. Raises Refused for an export that is not ready, or whose files went since."""
    if row.status != "done" or row.asset is None:
        raise Refused("This export is not ready. Its status says how far it is.", allowed=["done"])
    store, path = filestore.store(), row.asset.storage_uri
    with store.open(path) as packed, zipfile.ZipFile(packed) as archive:
        parts = orjson.loads(archive.read("manifest.json"))["parts"]
        known = {i.filename: (i.file_size, i.CRC) for i in archive.infolist()}
        listed = [orjson.loads(line) for line in archive.open("files.jsonl")]
    for name in ["manifest.json", *(p["name"] for p in parts)]:
        yield archives.Entry(name, *known[name], lambda name=name: _of_archive(store, path, name))  # type: ignore[misc]
    for entry in listed:
        yield archives.Entry(entry["name"], entry["size"], entry["crc32"], lambda at=entry["path"]: archives.pieces(lambda: store.open(at)))  # type: ignore[misc]


def _of_archive(store: filestore.Store, path: str, name: str) -> Iterator[bytes]:
    with store.open(path) as packed, zipfile.ZipFile(packed) as archive:
        yield from archives.pieces(lambda: archive.open(name))


def stream(row: ProjectExport) -> tuple[Iterator[bytes], int | None]:
    """The package as pieces, and its length where it is known before (zip)."""
    if row.format == "zip":
        return archives.zipped(entries(row))
    return archives.tarred(list(entries(row))), None


def of_folder(folder: Path, manifest: dict[str, Any]) -> Iterator[archives.Entry]:
    """The same, out of a folder that `write` filled."""
    store = filestore.store()
    for name in ["manifest.json", *(p["name"] for p in manifest["parts"])]:
        yield _entry(name, folder / name)
    for entry in _listed(folder / "files.jsonl"):
        yield archives.Entry(entry["name"], entry["size"], entry["crc32"], lambda at=entry["path"]: archives.pieces(lambda: store.open(at)))  # type: ignore[misc]


def into_folder(project: Project, folder: Path) -> dict[str, Any]:
    """The package as a folder of plain files."""
    if folder.exists() and any(folder.iterdir()):
        raise Refused(f"{folder} is not empty.")
    manifest = write(project, folder)
    for entry in _listed(folder / "files.jsonl"):
        target = folder / entry["name"]
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as out:
            _copy(entry["path"], out)
    return manifest


def _copy(path: str, out: IO[bytes]) -> None:
    for piece in archives.pieces(lambda: filestore.store().open(path)):
        out.write(piece)
