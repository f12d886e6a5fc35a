"""A folder of this machine, or one mounted on it, as a place for a project's files: the same face as a bucket, so that both are kept by the same rounds."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from projects.buckets import PIECE, Closed, Down, sha256_of


class Folder:
    """A root that the operator offers. A file appears under its name whole or not at all; a root that is not mounted is waited for, never made."""

    def __init__(self, root: str) -> None:
        self.root = Path(root)

    def key(self, path: str) -> str:
        """A path of the store as it lies there."""
        return path

    def _at(self, path: str) -> Path:
        if not self.root.is_dir():
            raise Down(f"The folder {self.root.name} is not there; is it mounted? It is tried again by itself.")
        full = (self.root / path).resolve()
        if not full.is_relative_to(self.root.resolve()):
            raise Closed("This path leads out of the folder.")
        return full

    def try_out(self) -> str:
        """Writes, reads and deletes a small file."""
        probe = self._at(".iat-probe")
        self._write(probe, [b"probe"])
        told = probe.read_bytes()
        probe.unlink(missing_ok=True)
        if told != b"probe":
            raise Closed(f"The folder {self.root.name} answers with other bytes than it was given.")
        return f"The folder {self.root.name} can be written, read and deleted in."

    def put(self, path: str, file: IO[bytes], *, size: int, mime: str, md5: bytes, sha256: str) -> None:
        """Brings a file, fsynced; what lies there then is read again. Raises Down where it is not what was given."""
        self._write(self._at(path), iter(lambda: file.read(PIECE), b""))
        if not self.holds(path, size=size, sha256=sha256):
            raise Down(f"The folder {self.root.name} holds something else at {path} than it was given. It is written again.")

    def _write(self, full: Path, pieces: Any) -> None:
        beside = full.with_name(f".{full.name}.{os.getpid()}.part")
        try:
            full.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("wb") as out:
                for piece in pieces:
                    out.write(piece)
                out.flush()
                os.fsync(out.fileno())
            beside.replace(full)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise Down(f"The folder {self.root.name} cannot be written ({error.strerror}). It is tried again by itself.") from None

    def holds(self, path: str, *, size: int, md5: bytes = b"", sha256: str) -> bool:
        """Whether exactly this file lies there: by reading it."""
        full = self._at(path)
        return full.is_file() and full.stat().st_size == size and self.digest(path) == sha256

    def digest(self, path: str) -> str:
        """SHA-256 of what lies there; '' for nothing."""
        return sha256_of(self.pieces(path))

    def pieces(self, path: str) -> Iterator[bytes]:
        """What lies there, in pieces. Raises LookupError where nothing does."""
        try:
            with self._at(path).open("rb") as file:
                while piece := file.read(PIECE):
                    yield piece
        except (FileNotFoundError, IsADirectoryError):
            raise LookupError(path) from None

    def fetch(self, path: str, *, sha256: str) -> IO[bytes]:
        """The file at its beginning, compared with its checksum before. Raises LookupError where it is not there or is another one."""
        if self.digest(path) != sha256:
            raise LookupError(path)
        return self._at(path).open("rb")
