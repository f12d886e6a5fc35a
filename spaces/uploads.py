"""What came with a request, as bytes: a multipart file or a data URL, within the limit."""

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from iat.kernel.errors import Finding, Invalid, TooLarge
from spaces.domain import assets


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
