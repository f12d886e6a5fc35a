"""What came with a request, as bytes: a multipart file or a data URL, within the limit; or a pile of files and archives."""

from collections.abc import Iterable

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from iat.kernel.errors import Finding, Invalid, TooLarge
from spaces.domain import assets, piles


def bytes_of(file: UploadedFile | None, data_url: str = "") -> tuple[bytes, str]:
    """The bytes and the name. Raises TooLarge before anything is read into memory."""
    if file is not None:
        limit = settings.IAT_MAX_UPLOAD_BYTES
        if file.size and file.size > limit:
            raise TooLarge(f"{file.name} has {file.size / 1e6:.0f} MB; at most {limit / 1e6:.0f} MB are taken.", findings=[Finding("/file", "too many bytes")])
        return file.read(), file.name or ""
    if data_url:
        return assets.from_data_url(data_url), ""
    raise Invalid("Send a picture: multipart field `file`, or `data_url`.", findings=[Finding("/file", "missing")])


def pile_of(files: Iterable[UploadedFile]) -> piles.Pile:
    """All files of an upload by name, the members of ZIP archives among them. Nothing is read yet."""
    pile = piles.Pile()
    for file in files:
        if piles.is_archive(file.name or ""):
            pile.add_archive(file.name or "the archive", file)  # type: ignore[arg-type]
        else:
            pile.add(file.name or "file", lambda file=file: _whole(file), file.size or 0)  # type: ignore[misc]
    if not pile:
        raise Invalid("Send files, or a ZIP archive of them, in the multipart field `file`.", findings=[Finding("/file", "missing")])
    return pile


def _whole(file: UploadedFile) -> bytes:
    file.seek(0)
    return file.read()
