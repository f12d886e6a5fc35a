"""A package that came in, read with suspicion: every name, size and checksum is announced before it is read, and nothing else is taken.

Reading ends with rows in a folder of our own and an iterator over the files; what does not fit is refused with a sentence.
"""

import hashlib
import re
import shutil
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson
from django.conf import settings

from iat.kernel.errors import Invalid, Refused, TooLarge
from projects import archives
from projects.archives import Member, unreadable
from projects.slices import FORMAT, SCHEMA, TRAVELS

BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, struct.error, NotImplementedError, RuntimeError, UnicodeDecodeError, ValueError)
SHA = re.compile(r"[0-9a-f]{64}")
FILE = re.compile(r"files/[a-z_]{1,20}/[a-z0-9._-]{0,41}[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.[a-z0-9]{1,8}")
MANIFEST_BYTES, LINE_BYTES = 1_000_000, 8_000_000


@dataclass(frozen=True)
class Read:
    """What was read: the manifest, the folder with the rows, and the files still to come as (entry, pieces)."""

    manifest: dict[str, Any]
    folder: Path
    files: Iterator[tuple[dict[str, Any], Iterator[bytes]]]


def peek(members: Iterator[Member]) -> dict[str, Any]:
    """The manifest alone: quick, whatever the size of the package."""
    return _first(_careful(members))


def _first(walk: Iterator[Member]) -> dict[str, Any]:
    name, file = next(walk, ("", None))
    if name != "manifest.json" or file is None:
        raise unreadable("its first member is not a manifest")
    try:
        return _manifest(file.read(MANIFEST_BYTES + 1))
    except BROKEN as error:
        raise unreadable(error) from None


def read(members: Iterator[Member], folder: Path) -> Read:
    """Manifest and rows of a package, checked against their checksums. Raises Invalid with a reason."""
    walk = _careful(members)
    manifest = _first(walk)
    for part in manifest["parts"]:
        name, file = next(walk, ("", None))
        if name != part["name"] or file is None:
            raise unreadable(f"{part['name']} should come next, and {name[:80]!r} does" if name else f"{part['name']} is missing")
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        with (folder / name).open("wb") as out:
            for piece in _expected(file, name, part["size"], part["sha256"]):
                out.write(piece)
    return Read(manifest, folder, _files(walk, folder / "files.jsonl", manifest["counts"]))


def _careful(members: Iterator[Member]) -> Iterator[Member]:
    """The members, with everything that a broken archive may raise told as one refusal."""
    while True:
        try:
            found = next(members)
        except StopIteration:
            return
        except Refused:
            raise
        except BROKEN as error:
            raise unreadable(error) from None
        yield found


def _manifest(data: bytes) -> dict[str, Any]:
    if len(data) > MANIFEST_BYTES:
        raise unreadable("its manifest is far too long")
    try:
        told = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise unreadable("its manifest is not JSON") from None
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise unreadable("it is not a package of this toolkit")
    schema = told.get("schema")
    if not isinstance(schema, int) or isinstance(schema, bool) or schema < 1:
        raise unreadable("its manifest names no schema")
    if schema > SCHEMA:
        raise Invalid(f"This package has schema {schema}; this installation reads schemas up to {SCHEMA}. Upgrade it, then import again.")
    parts, counts, project = told.get("parts"), told.get("counts"), told.get("project")
    if not isinstance(parts, list) or not isinstance(counts, dict) or not isinstance(project, dict) or not all(isinstance(p, dict) for p in parts):
        raise unreadable("its manifest is incomplete")
    if [p.get("name") for p in parts] != [*(f"rows/{label}.jsonl" for label in TRAVELS), "files.jsonl"]:
        raise unreadable("its manifest names other tables than a package has")
    for part in parts:
        if not _size(part.get("size")) or not isinstance(part.get("sha256"), str) or not SHA.fullmatch(part["sha256"]):
            raise unreadable(f"its manifest says nothing usable of {part['name']}")
    if not _size(counts.get("bytes")) or not _size(counts.get("files")):
        raise unreadable("its manifest does not count its files")
    _room(sum(p["size"] for p in parts) + counts["bytes"])
    return told


def _size(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**50


def _room(size: int) -> None:
    if size > settings.IAT_MAX_PACKAGE_BYTES:
        raise TooLarge(f"This package unpacks to {size / 1e9:.1f} GB; at most {settings.IAT_MAX_PACKAGE_BYTES / 1e9:.1f} GB are taken (IAT_MAX_PACKAGE_GB).")
    place = Path(settings.IAT_FILES)
    while not place.exists():
        place = place.parent
    if shutil.disk_usage(place).free < size * 1.1:
        raise TooLarge(f"This package unpacks to {size / 1e9:.1f} GB, and there is less room than that on this disk.")


def _expected(file: IO[bytes], name: str, size: int, sha256: str) -> Iterator[bytes]:
    """The pieces of a member, if it is exactly as announced."""
    hashed, left = hashlib.sha256(), size
    while True:
        try:
            piece = file.read(min(archives.PIECE, left + 1))
        except Refused:
            raise
        except BROKEN as error:
            raise unreadable(error) from None
        if not piece:
            break
        left -= len(piece)
        if left < 0:
            raise unreadable(f"{name} is longer than its manifest says")
        hashed.update(piece)
        yield piece
    if left or hashed.hexdigest() != sha256:
        raise Invalid(f"{name} is not what the manifest says: it was changed or cut off. Nothing was imported.")


def rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The lines of a file as (number, object)."""
    with path.open("rb") as source:
        number = 0
        while line := source.readline(LINE_BYTES + 1):
            number += 1
            if len(line) > LINE_BYTES:
                raise unreadable(f"line {number} of {path.name} is far too long")
            try:
                told = orjson.loads(line)
            except orjson.JSONDecodeError:
                raise unreadable(f"line {number} of {path.name} is not JSON") from None
            if not isinstance(told, dict):
                raise unreadable(f"line {number} of {path.name} is not an object")
            yield number, told


def listed(path: Path, counts: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The entries of `files.jsonl`, each with a name that leads nowhere else, a size and a checksum; together as many bytes as announced."""
    total, seen = 0, set()
    for number, told in rows(path):
        good = isinstance(told.get("name"), str) and FILE.fullmatch(told["name"]) and isinstance(told.get("sha256"), str) and SHA.fullmatch(told["sha256"]) and _size(told.get("size")) and isinstance(told.get("id"), str)
        if not good or told["id"] not in told["name"] or told["id"] in seen:
            raise unreadable(f"line {number} of files.jsonl names a file in a way that packages do not")
        seen.add(told["id"])
        total += told["size"]
        if total > counts["bytes"]:
            raise unreadable("its files are larger than its manifest says")
        yield told
    if len(seen) != counts["files"] or total != counts["bytes"]:
        raise unreadable("its manifest counts other files than it lists")


def _files(walk: Iterator[Member], path: Path, counts: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Iterator[bytes]]]:
    for entry in listed(path, counts):
        name, file = next(walk, ("", None))
        if name != entry["name"] or file is None:
            raise unreadable(f"{entry['name']} should come next, and {name[:80]!r} does" if name else f"{entry['name']} is missing")
        yield entry, _expected(file, name, entry["size"], entry["sha256"])
    if (extra := next(walk, None)) is not None:
        raise unreadable(f"{extra[0][:80]!r} stands in it without being announced")


def of_folder(root: Path) -> Iterator[Member]:
    """The members of an unpacked package, in the order of its own lists."""
    yield from archives.of_folder(root, ["manifest.json"])
    manifest = _manifest((root / "manifest.json").read_bytes()[: MANIFEST_BYTES + 1])
    yield from archives.of_folder(root, [p["name"] for p in manifest["parts"]])
    yield from archives.of_folder(root, (entry["name"] for entry in listed(root / "files.jsonl", manifest["counts"])))
