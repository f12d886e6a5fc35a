"""A pile of files out of uploads, folders and ZIP archives, read one at a time: memory holds one picture, never the pile."""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.conf import settings

from iat.kernel.errors import Finding, Invalid, TooLarge

MOST = 500


class Pile(Mapping[str, bytes]):
    """Names to bytes; the bytes are read when they are asked for."""

    def __init__(self) -> None:
        self._read: dict[str, Callable[[], bytes]] = {}

    def __getitem__(self, name: str) -> bytes:
        return self._read[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._read)

    def __len__(self) -> int:
        return len(self._read)

    def add(self, name: str, read: Callable[[], bytes], size: int) -> None:
        """One more file; a second one of the same name gets a number. Raises TooLarge for a file or pile over the limits."""
        limit = settings.IAT_MAX_UPLOAD_BYTES
        if size > limit:
            raise TooLarge(f"{name} has {size / 1e6:.0f} MB; at most {limit / 1e6:.0f} MB are taken.", findings=[Finding("/file", "too many bytes")])
        if len(self._read) >= MOST:
            raise TooLarge(f"More than {MOST} files at once. Bring them in parts.", findings=[Finding("/file", "too many files")])
        path, number = PurePosixPath(name), 2
        while name in self._read:
            name, number = f"{path.with_suffix('')} ({number}){path.suffix}", number + 1
        self._read[name] = read

    def add_archive(self, name: str, file: IO[bytes] | Path) -> None:
        """Every file of a ZIP archive. Raises Invalid for one that is damaged or locked; sizes are checked before and while unpacking."""
        try:
            archive = zipfile.ZipFile(file)  # stays open as long as the pile: its members are read later
        except (zipfile.BadZipFile, OSError, ValueError):
            raise Invalid(f"{name} is not a ZIP archive, or it is damaged.", findings=[Finding("/file", "not a ZIP archive")]) from None
        for member in archive.infolist():
            inner = PurePosixPath(member.filename.replace("\\", "/"))
            if member.is_dir() or inner.parts[:1] == ("__MACOSX",) or inner.name.startswith("."):
                continue
            if member.flag_bits & 1:
                raise Invalid(f"{name} is locked with a password.", findings=[Finding("/file", "encrypted archive")])
            self.add(str(inner).lstrip("/"), lambda member=member: _unpack(archive, member), member.file_size)  # type: ignore[misc]

    def add_folder(self, folder: Path) -> None:
        """Every file below a folder, by its path in it."""
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                self.add(str(path.relative_to(folder)), path.read_bytes, path.stat().st_size)


def is_archive(name: str) -> bool:
    """Whether a file is taken as a ZIP archive."""
    return name.lower().endswith(".zip")


def _unpack(archive: zipfile.ZipFile, member: Any) -> bytes:
    limit = settings.IAT_MAX_UPLOAD_BYTES
    try:
        with archive.open(member) as file:
            data = file.read(limit + 1)
    except Exception as error:  # zlib, lzma and zipfile each have errors of their own
        if isinstance(error, MemoryError):
            raise
        raise Invalid(f"{member.filename} cannot be unpacked: the archive is damaged there.", findings=[Finding("/file", "damaged archive")]) from None
    if len(data) > limit:
        raise TooLarge(f"{member.filename} unpacks to more than {limit / 1e6:.0f} MB.", findings=[Finding("/file", "too many bytes")])
    return data
