"""Packages as streams: written as a stored zip or a tar.gz out of pieces, and read back member by member, with a limit on everything.

Pictures are never deflated: they would not shrink. What is read is bounded by what the caller expects of each member.
"""

import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from iat.kernel.errors import Invalid

PIECE = 256 * 1024  # what fits the processor's cache on its way from file to socket
MOST_MEMBERS = 400_000
ZIP, GZIP = b"PK\x03\x04", b"\x1f\x8b"
MIME = {"zip": "application/zip", "tar.gz": "application/gzip"}


@dataclass(frozen=True)
class Entry:
    """One member to write: its name, its exact size in bytes, its CRC-32, and where its pieces come from."""

    name: str
    size: int
    crc: int
    pieces: Callable[[], Iterable[bytes]]


def pieces(open_it: Callable[[], IO[bytes]], size: int = PIECE) -> Iterator[bytes]:
    """A file in pieces."""
    with open_it() as file:
        while piece := file.read(size):
            yield piece


def zipped(entries: Iterable[Entry]) -> tuple[Iterator[bytes], int]:
    """A stored zip as a stream, and its exact length. With the checksums known before, bytes go from file to socket without being looked at;
    the standard library writes the headers. A member that has another size than announced breaks the stream."""
    given, heads, at = list(entries), [], 0
    infos: list[zipfile.ZipInfo] = []
    for entry in given:
        info = zipfile.ZipInfo(entry.name)
        info.CRC, info.file_size, info.compress_size, info.header_offset, info.external_attr = entry.crc, entry.size, entry.size, at, 0o100644 << 16
        infos.append(info)
        heads.append(info.FileHeader())
        at += len(heads[-1]) + entry.size
    end = _directory(infos, at)

    def stream() -> Iterator[bytes]:
        for head, entry in zip(heads, given, strict=True):
            yield head
            yield from _exactly(entry)
        yield end

    return stream(), at + len(end)


def _exactly(entry: Entry) -> Iterator[bytes]:
    told = 0
    for piece in entry.pieces():
        told += len(piece)
        yield piece
    if told != entry.size:
        raise ValueError(f"{entry.name} has {told} bytes instead of {entry.size}")


class _From(io.BytesIO):
    """A file that begins at an offset and cannot be wound back: what the central directory is written to."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at = at

    def tell(self) -> int:
        return self.at + super().tell()

    def seek(self, *to: int) -> int:
        raise io.UnsupportedOperation("not wound back")


def _directory(infos: list[zipfile.ZipInfo], at: int) -> bytes:
    """The central directory and the end of a zip whose members end at `at`."""
    out = _From(at)
    archive = zipfile.ZipFile(out, "w")
    archive.filelist.extend(infos)
    archive.close()
    return out.getvalue()


def tarred(entries: Iterable[Entry]) -> Iterator[bytes]:
    """A tar in gzip members that store instead of deflating: any gzip reads them, and pictures cost no time."""
    packer = zlib.compressobj(0, zlib.DEFLATED, 31)
    for entry in entries:
        head = tarfile.TarInfo(entry.name)
        head.size, head.mode = entry.size, 0o644
        yield packer.compress(head.tobuf(tarfile.USTAR_FORMAT))
        for piece in _exactly(entry):
            yield packer.compress(piece)
        yield packer.compress(b"\0" * (-entry.size % 512))
    yield packer.compress(b"\0" * 1024) + packer.flush()


Member = tuple[str, IO[bytes]]


def unreadable(error: Exception | str) -> Invalid:
    """What people are told about a file that is no package, or a broken one."""
    return Invalid(f"This package cannot be read: {error if isinstance(error, str) else 'it is damaged, cut off, or no archive'}. Export it again, or fetch it again.")


def members(file: IO[bytes]) -> Iterator[Member]:
    """Every member in the order of the archive. Raises Invalid for what is no zip or tar.gz, or has anything but plain files in it."""
    magic = file.read(4)
    file.seek(0)
    if magic == ZIP:
        return _of_zip(file)
    if magic[:2] == GZIP:
        return _of_tar(file)
    raise unreadable("it is neither a zip nor a tar.gz")


def of_folder(root: Path, names: Iterable[str]) -> Iterator[Member]:
    """The named files of an unpacked package, and nothing beside them."""
    for name in names:
        path = root / name
        if path.is_symlink() or not path.is_file():
            raise unreadable(f"{name} is missing")
        with path.open("rb") as file:
            yield name, file


def _of_zip(file: IO[bytes]) -> Iterator[Member]:
    try:
        _look_at_the_end(file)
        archive = zipfile.ZipFile(file)
        infos = archive.infolist()
    except Invalid:
        raise
    except Exception as error:
        raise unreadable(error) from None
    if len({i.filename for i in infos}) != len(infos):
        raise unreadable("a name stands in it twice")
    for info in infos:
        if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise unreadable(f"{info.filename[:80]!r} is encrypted or packed in a way that packages are not")
        if info.is_dir() or (info.external_attr >> 16) & 0o170000 not in (0, 0o100000):
            raise unreadable(f"{info.filename[:80]!r} is no plain file")
        with archive.open(info) as member:
            yield info.filename, member


def _look_at_the_end(file: IO[bytes]) -> None:
    """Refuses a table of contents that would fill the memory before it is read."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(0, size - 66_000))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < 22:
        raise unreadable("it is cut off")
    count, length = struct.unpack("<HI", tail[at + 10:at + 16])
    if count == 0xFFFF or length == 0xFFFFFFFF:
        wide = tail.rfind(b"PK\x06\x06", 0, at)
        if wide < 0:
            raise unreadable("it is cut off")
        count, length = struct.unpack("<QQ", tail[wide + 32:wide + 48])
    if count > MOST_MEMBERS or length > MOST_MEMBERS * 200:
        raise unreadable(f"it holds more than {MOST_MEMBERS} files")
    file.seek(0)


def _of_tar(file: IO[bytes]) -> Iterator[Member]:
    with gzip.GzipFile(fileobj=file) as plain:
        for _ in range(MOST_MEMBERS):
            head = _read(plain, 512)
            if head == b"\0" * 512:
                return
            try:
                info = tarfile.TarInfo.frombuf(head, "utf-8", "strict")
            except (tarfile.HeaderError, UnicodeDecodeError) as error:
                raise unreadable(error) from None
            if info.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or info.size < 0:
                raise unreadable(f"{info.name[:80]!r} is no plain file")
            window = _Window(plain, info.size)
            yield info.name, window  # type: ignore[misc]
            while window.read(PIECE):
                pass
            _read(plain, -info.size % 512)
    raise unreadable(f"it holds more than {MOST_MEMBERS} files")


def _read(file: IO[bytes] | gzip.GzipFile, size: int) -> bytes:
    data = file.read(size)
    if len(data) != size:
        raise unreadable("it is cut off")
    return data


class _Window:
    """The next bytes of a stream as a file."""

    def __init__(self, file: gzip.GzipFile, size: int) -> None:
        self.file, self.left = file, size

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes; never beyond the member."""
        wanted = self.left if size < 0 else min(size, self.left)
        data = self.file.read(wanted)
        if wanted and not data:
            raise unreadable("it is cut off")
        self.left -= len(data)
        return data
