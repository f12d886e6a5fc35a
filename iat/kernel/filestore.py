"""Files: written first, fsynced, hashed, then registered. Paths are relative to the store, never absolute.

Two stores behind one face: a local folder here, and any S3 bucket in objectstore.py.
"""

import contextlib
import errno
import hashlib
import os
import re
import socket
import time
import uuid
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import IO

from django.conf import settings

from iat.kernel import elsewhere
from iat.kernel.errors import NoRoom, NotThere
from iat.kernel.storeface import Store, Stored

__all__ = ["LocalStore", "Store", "Stored", "another", "safe", "store"]
SAFE = re.compile(r"[^a-z0-9._-]+")
TMP = ".tmp"


def safe(label: str) -> str:
    """A label as one path segment: lower case, no separators, never empty, at most 60 characters."""
    return SAFE.sub("-", label.lower()).strip("-.")[:60] or "file"


class LocalStore:
    """A folder. A file appears under its name whole or not at all."""

    backend = "local"

    def __init__(self, root: Path) -> None:
        self.root = root

    def _at(self, path: str) -> Path:
        full = (self.root / path).resolve()
        if not full.is_relative_to(self.root.resolve()):
            raise NotThere("no such file")
        return full

    def write(self, path: str, data: bytes) -> Stored:
        """As `take`, out of bytes at hand."""
        return self.take(path, [data])

    def take(self, path: str, pieces: Iterable[bytes], *, new: bool = False) -> Stored:
        """Writes beside, fsyncs, then renames over: a crash leaves the old file or the new one. Hashes on the way; memory holds one piece.

        `new` never replaces a file: where one lies already, this one gets a name of its own, told in the answer.
        """
        full = self._at(path)
        full.parent.mkdir(parents=True, exist_ok=True)
        tmp = self.root / TMP
        tmp.mkdir(parents=True, exist_ok=True)
        beside = tmp / f"{socket.gethostname()}.{os.getpid()}.{time.monotonic_ns()}"
        hashed, size = hashlib.sha256(), 0
        try:
            with beside.open("wb") as out:
                for piece in pieces:
                    out.write(piece)
                    hashed.update(piece)
                    size += len(piece)
                out.flush()
                os.fsync(out.fileno())
            if new:
                path, full = self._beside(path, beside)
            else:
                beside.replace(full)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
                raise
            raise NoRoom("The disk of the store is full. Nothing was kept of this file; make room and try again.") from None
        finally:
            beside.unlink(missing_ok=True)
        return Stored(path, size, hashed.hexdigest())

    def _beside(self, path: str, written: Path) -> tuple[str, Path]:
        """Puts a written file under the path, or under one that is free: by a link, which of two at once only one can make."""
        for _ in range(9):
            full = self._at(path)
            with contextlib.suppress(FileExistsError):
                os.link(written, full)
                return path, full
            path = another(path)
        raise FileExistsError(errno.EEXIST, "no free name", path)

    def open(self, path: str) -> IO[bytes]:
        """The file for reading; NotThere when it is gone."""
        try:
            return self._at(path).open("rb")
        except (FileNotFoundError, IsADirectoryError):
            if (file := elsewhere.find(path)) is not None:
                return file
            raise NotThere("The file is missing from the store. `manage.py doctor` lists such files.") from None

    def read(self, path: str) -> bytes:
        """All bytes of a file."""
        with self.open(path) as file:
            return file.read()

    def exists(self, path: str) -> bool:
        """Whether the file lies there, or where it was let go to."""
        return self._at(path).is_file() or elsewhere.has(path)

    def delete(self, path: str) -> None:
        """Takes the file away; a missing one is fine."""
        self._at(path).unlink(missing_ok=True)

    def walk(self) -> Iterator[tuple[str, float]]:
        """Every stored path with its modification time in seconds since the epoch; temporary files are left out."""
        for folder, names, files in os.walk(self.root):
            if Path(folder) == self.root and TMP in names:
                names.remove(TMP)
            for name in files:
                full = Path(folder) / name
                yield full.relative_to(self.root).as_posix(), full.stat().st_mtime

    def sweep_temporary(self, *, older_than_s: float = 3600) -> int:
        """Removes what writers that are gone left half-written; returns how many."""
        gone = 0
        for file in (self.root / TMP).glob("*"):
            host, pid, _ = file.name.rsplit(".", 2)
            dead = host == socket.gethostname() and not Path(f"/proc/{pid}").exists() and Path("/proc").exists()
            if dead or time.time() - file.stat().st_mtime > older_than_s:
                file.unlink(missing_ok=True)
                gone += 1
        return gone


def another(path: str) -> str:
    """A path beside it that nobody has."""
    at = Path(path)
    return at.with_name(f"{at.stem}-{uuid.uuid4().hex[:8]}{at.suffix}").as_posix()


@lru_cache(maxsize=1)
def store() -> Store:
    """The store of this installation, by settings."""
    if settings.IAT_S3:
        from iat.kernel.objectstore import ObjectStore, opened  # slow to import, only where a bucket is configured

        return ObjectStore(opened(settings.IAT_S3))
    return LocalStore(Path(settings.IAT_FILES))
