"""What every store can do, and what it answers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Protocol


@dataclass(frozen=True)
class Stored:
    """What lies in the store: path, size in bytes, SHA-256 in hex."""

    path: str
    byte_size: int
    sha256: str


class Store(Protocol):
    """What both stores can do."""

    backend: str

    def write(self, path: str, data: bytes) -> Stored: ...
    def take(self, path: str, pieces: Iterable[bytes], *, new: bool = False) -> Stored: ...
    def open(self, path: str) -> IO[bytes]: ...
    def read(self, path: str) -> bytes: ...
    def exists(self, path: str) -> bool: ...
    def delete(self, path: str) -> None: ...
    def walk(self) -> Iterator[tuple[str, float]]: ...
    def sweep_temporary(self, *, older_than_s: float = 3600) -> int: ...
