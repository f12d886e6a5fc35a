"""One bucket of any S3-compatible service, through boto3: put, look, read. Everything that is put is verified; it knows no table."""

import base64
import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from iat.kernel.errors import Refused

PIECE = 1024 * 1024
GONE = ("404", "NoSuchKey", "NotFound")


class Down(Refused):
    """The bucket does not answer, or is busy: the same may work later."""

    status, title = 503, "The bucket does not answer"


class Closed(Refused):
    """The bucket answers, and will not: wrong name, wrong key, no right. Somebody has to change something."""


@dataclass(frozen=True)
class Address:
    """Where a bucket is and who may use it. Empty key: the server's own credentials of `profile`."""

    bucket: str
    prefix: str = ""
    endpoint: str = ""
    region: str = ""
    profile: str = ""
    access_key: str = ""
    secret_key: str = ""


def sha256_of(pieces: Iterator[bytes]) -> str:
    """The checksum of what comes in pieces; '' where there is nothing."""
    hashed = hashlib.sha256()
    try:
        for piece in pieces:
            hashed.update(piece)
    except LookupError:
        return ""
    return hashed.hexdigest()


class Bucket:
    """A bucket that was opened."""

    def __init__(self, address: Address) -> None:
        import boto3  # slow to load, and only where a project has a bucket
        from botocore.config import Config

        session = boto3.session.Session(profile_name=address.profile or None)
        told = Config(connect_timeout=5, read_timeout=60, retries={"total_max_attempts": 2, "mode": "standard"}, signature_version="s3v4",
                      s3={"addressing_style": "path"} if address.endpoint else {}, request_checksum_calculation="when_required", response_checksum_validation="when_required")
        self.name, self.prefix = address.bucket, address.prefix.strip("/")
        self.client: Any = session.client("s3", endpoint_url=address.endpoint or None, region_name=address.region or None, aws_access_key_id=address.access_key or None,
                                          aws_secret_access_key=address.secret_key or None, config=told)

    def key(self, path: str) -> str:
        """A path of the store as a key of the bucket."""
        return f"{self.prefix}/{path}" if self.prefix else path

    def ask(self, what: str, **told: Any) -> Any:
        """One request. Raises Down or Closed with a sentence; LookupError for what is not there."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return getattr(self.client, what)(Bucket=self.name, **told)
        except ClientError as error:
            code, status = str(error.response.get("Error", {}).get("Code", "")), error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            if code in GONE and "Key" in told:
                raise LookupError(told["Key"]) from None
            if status >= 500 or status == 429 or code in ("SlowDown", "RequestTimeout", "Throttling"):
                raise Down(f"The bucket “{self.name}” is busy or in trouble ({code or status}). It is tried again by itself.") from None
            raise Closed(f"The bucket “{self.name}” refuses ({code or status}): check its name, region, address and keys.") from None
        except (BotoCoreError, OSError) as error:
            raise Down(f"The bucket “{self.name}” does not answer ({type(error).__name__}). It is tried again by itself.") from None

    def try_out(self) -> str:
        """Writes, reads and deletes a small object; what was found out, in words."""
        key, data = self.key(".iat-probe"), b"probe"
        self.ask("put_object", Key=key, Body=data)
        told = self.ask("get_object", Key=key)["Body"].read()
        self.ask("delete_object", Key=key)
        if told != data:
            raise Closed(f"The bucket “{self.name}” answers with other bytes than it was given.")
        return f"The bucket “{self.name}” can be written, read and deleted in."

    def put(self, path: str, file: IO[bytes], *, size: int, mime: str, md5: bytes, sha256: str) -> None:
        """Brings a file; the service checks its MD5, and what lies there then is looked at again. Raises Down where it is not what was sent."""
        key = self.key(path)
        self.ask("put_object", Key=key, Body=file, ContentLength=size, ContentType=mime, ContentMD5=base64.b64encode(md5).decode(), Metadata={"sha256": sha256})
        if not self.holds(path, size=size, md5=md5, sha256=sha256):
            raise Down(f"The bucket “{self.name}” holds something else at {key} than it was given. It is sent again.")

    def holds(self, path: str, *, size: int, md5: bytes = b"", sha256: str) -> bool:
        """Whether exactly this file lies there: by size and the MD5 that most services tell as ETag, else by reading it."""
        try:
            head = self.ask("head_object", Key=self.key(path))
        except LookupError:
            return False
        if head["ContentLength"] != size:
            return False
        if md5 and head.get("ETag", "").strip('"') == md5.hex():
            return True
        return self.digest(path) == sha256

    def digest(self, path: str) -> str:
        """SHA-256 of what lies there; '' for nothing."""
        return sha256_of(self.pieces(path))

    def pieces(self, path: str) -> Iterator[bytes]:
        """What lies there, in pieces. Raises LookupError where nothing does, Down where the connection breaks."""
        from botocore.exceptions import BotoCoreError

        body = self.ask("get_object", Key=self.key(path))["Body"]
        try:
            yield from body.iter_chunks(PIECE)
        except (BotoCoreError, OSError) as error:
            raise Down(f"The bucket “{self.name}” broke off ({type(error).__name__}).") from None

    def fetch(self, path: str, *, sha256: str) -> IO[bytes]:
        """The file, verified, as a temporary file at its beginning. Raises LookupError where it is not there or is another one."""
        hashed, file = hashlib.sha256(), tempfile.SpooledTemporaryFile(max_size=32 * PIECE)  # noqa: SIM115 - the caller closes it
        for piece in self.pieces(path):
            hashed.update(piece)
            file.write(piece)
        if hashed.hexdigest() != sha256:
            raise LookupError(path)
        file.seek(0)
        return file  # type: ignore[return-value]
