"""The store in a bucket of any S3-compatible service, through django-storages. An object is there whole or not at all."""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any

from iat.kernel import elsewhere
from iat.kernel.errors import NotThere
from iat.kernel.filestore import another
from iat.kernel.storeface import Stored


class ObjectStore:
    """A bucket of any S3-compatible service."""

    backend = "s3"

    def __init__(self, storage: Any) -> None:
        self.storage = storage

    def write(self, path: str, data: bytes) -> Stored:
        """One PUT: an object is there whole or not at all."""
        self.storage.bucket.Object(path).put(Body=data)
        return Stored(path, len(data), hashlib.sha256(data).hexdigest())

    def take(self, path: str, pieces: Iterable[bytes], *, new: bool = False) -> Stored:
        """Collected in a temporary file, then one PUT; `new` looks first whether something lies there."""
        path = another(path) if new and self.storage.exists(path) else path
        hashed, size = hashlib.sha256(), 0
        with tempfile.TemporaryFile() as beside:
            for piece in pieces:
                beside.write(piece)
                hashed.update(piece)
                size += len(piece)
            beside.seek(0)
            self.storage.bucket.Object(path).put(Body=beside)
        return Stored(path, size, hashed.hexdigest())

    def open(self, path: str) -> IO[bytes]:
        """The object as a file; NotThere when it is gone."""
        try:
            return self.storage.open(path, "rb")
        except FileNotFoundError:
            if (file := elsewhere.find(path)) is not None:
                return file
            raise NotThere("The file is missing from the bucket.") from None

    def read(self, path: str) -> bytes:
        """All bytes of an object."""
        with self.open(path) as file:
            return file.read()

    def exists(self, path: str) -> bool:
        """Whether the object is there."""
        return bool(self.storage.exists(path)) or elsewhere.has(path)

    def delete(self, path: str) -> None:
        """Takes the object away; a missing one is fine."""
        self.storage.delete(path)

    def walk(self) -> Iterator[tuple[str, float]]:
        """Every key with its modification time."""
        for item in self.storage.bucket.objects.all():
            yield item.key, item.last_modified.timestamp()

    def sweep_temporary(self, *, older_than_s: float = 3600) -> int:
        """Nothing is ever half-written in a bucket."""
        return 0


def opened(told: dict[str, Any]) -> Any:
    """The bucket of the installation's settings."""
    from storages.backends.s3 import S3Storage

    return S3Storage(**told)
