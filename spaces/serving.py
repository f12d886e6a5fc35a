"""Serving bytes: originals and thumbnails, with validators and long caching. The caller has checked the rights."""

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotModified

from iat.kernel import filestore
from spaces.domain import assets
from spaces.models import Asset

FOR_EVER = "private, max-age=31536000, immutable"
WAITING = ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="256" height="256"><rect width="64" height="64" fill="#8883"/>'
           '<path d="M20 44l9-12 7 8 4-5 6 9z" fill="#8886"/><circle cx="42" cy="24" r="4" fill="#8886"/></svg>')


def _serve(request: HttpRequest, path: str, mime: str, tag: str, name: str = "") -> HttpResponseBase:
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified()
    answer = FileResponse(filestore.store().open(path), content_type=mime, filename=name)
    answer["ETag"], answer["Cache-Control"] = tag, FOR_EVER
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def original(request: HttpRequest, asset: Asset) -> HttpResponseBase:
    """The file's bytes as they came."""
    return _serve(request, asset.storage_uri, asset.mime_type, f'"{asset.sha256}"', asset.storage_uri.rsplit("/", 1)[1])


def thumbnail(request: HttpRequest, asset: Asset, size: int) -> HttpResponseBase:
    """The WebP of one size, or a stand-in until the worker has made it."""
    if asset.thumbs_at is None:
        answer = HttpResponse(WAITING, content_type="image/svg+xml")
        answer["Cache-Control"] = "no-store"
        return answer
    return _serve(request, assets.thumb_path(asset, size), "image/webp", f'"{asset.sha256[:32]}-{size}"')
