"""Files of the registry: checked by decoding, written, then registered. Originals keep their bytes for ever."""

import base64
import binascii
import hashlib
import io
import uuid
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from PIL import Image

from iat.kernel import events, filestore, queue
from iat.kernel.errors import Finding, Invalid, Refused, TooLarge, WrongMedia
from spaces.models import Asset, AssetLink, Space, User

MIME = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif", "AVIF": "image/avif"}
SUFFIX = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif", "image/avif": "avif"}
THUMB_SIZES = (256, 512, 1024)
TAKEN = "PNG, JPEG, WebP, GIF and AVIF pictures are taken."


@dataclass(frozen=True)
class Picture:
    """What a decoded upload is: MIME type and size in pixels."""

    mime_type: str
    width: int
    height: int


def plain(text: str) -> str:
    """A label or file name as databases take it: no NUL, no surrounding space, at most 200 characters."""
    return text.replace("\x00", "").strip()[:200]


def inspect(data: bytes, *, pointer: str = "/file") -> Picture:
    """Decodes an upload once; raises WrongMedia, TooLarge or Invalid with a sentence for people."""
    if not data:
        raise Invalid("The file is empty.", findings=[Finding(pointer, "empty file")])
    if len(data) > settings.IAT_MAX_UPLOAD_BYTES:
        raise TooLarge(f"The file has {len(data) / 1e6:.0f} MB; at most {settings.IAT_MAX_UPLOAD_BYTES / 1e6:.0f} MB are taken.", findings=[Finding(pointer, "too many bytes")])
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=list(MIME))
    except Image.DecompressionBombError:
        raise TooLarge("The picture unpacks to far more pixels than this server takes.", findings=[Finding(pointer, "too many pixels")]) from None
    except Exception:
        raise WrongMedia(f"This is not a picture we can read. {TAKEN}", findings=[Finding(pointer, "not a readable picture")]) from None
    if image.width * image.height > settings.IAT_MAX_PIXELS:
        megapixels = image.width * image.height / 1e6
        raise TooLarge(f"The picture has {megapixels:.0f} megapixels; at most {settings.IAT_MAX_PIXELS / 1e6:.0f} are taken.", findings=[Finding(pointer, "too many pixels")])
    try:
        image.load()
    except Exception:
        raise Invalid("The picture is damaged or cut off: it starts well but cannot be decoded to the end.", findings=[Finding(pointer, "truncated or damaged")]) from None
    return Picture(MIME[image.format or ""], image.width, image.height)


def from_data_url(text: str, *, pointer: str = "/data_url") -> bytes:
    """The bytes of a base64 data URL."""
    head, _, body = text.partition(",")
    if not head.startswith("data:image/") or not head.endswith(";base64"):
        raise WrongMedia(f"A data URL looks like data:image/png;base64,… {TAKEN}", findings=[Finding(pointer, "not an image data URL")])
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid("The data URL is not valid base64.", findings=[Finding(pointer, "not base64")]) from None


def register(space: Space | Any, *, kind: str, path: str, data: bytes, picture: Picture, by: User | None, project: Any = None,
             pk: uuid.UUID | None = None, metadata: dict[str, Any] | None = None, thumbs: bool = True) -> Asset:
    """Writes the file, then its row. When the row cannot be written the file is taken away again."""
    stored = filestore.store().write(path, data)
    try:
        with transaction.atomic():
            row = Asset.objects.create(
                id=pk or uuid.uuid4(), space=space, project=project, kind=kind, storage_uri=stored.path, storage_backend=filestore.store().backend,
                mime_type=picture.mime_type, width=picture.width, height=picture.height, byte_size=stored.byte_size, sha256=stored.sha256,
                metadata=metadata or {}, created_by=by)
    except Exception:
        filestore.store().delete(path)
        raise
    events.emit("asset.registered", subject=row, actor=by)
    if thumbs:
        queue.enqueue("renders.thumbs", asset_id=str(row.pk))
    return row


def upload(space: Space, *, project: Any, data: bytes, name: str, kind: str, by: User) -> Asset:
    """A file that a person or program brings: kept byte for byte, with its own name in the metadata."""
    picture = inspect(data)
    twin = Asset.objects.filter(project=project, space=space, sha256=hashlib.sha256(data).hexdigest(), kind=kind).first()
    if twin is not None:
        return twin
    pk = uuid.uuid4()
    path = f"projects/{project.slug}-{project.pk.hex[:8]}/{kind}/{filestore.safe(name.rsplit('.', 1)[0])}_{pk}.{SUFFIX[picture.mime_type]}"
    return register(space, kind=kind, path=path, data=data, picture=picture, by=by, project=project, pk=pk, metadata={"filename": plain(name)})


def link(child: Asset, parent: Asset, *, link_type: str = "derived_from") -> AssetLink:
    """Says what a file was made from. Refuses other projects' files and cycles; saying it twice is fine."""
    if parent.project_id is not None and parent.project_id != child.project_id:
        raise Refused("A file can only be derived from files of its own project or of the space's canon.")
    if child.pk == parent.pk or child.pk in {a.pk for a in ancestors(parent)}:
        raise Refused("A file cannot be derived from itself, nor from what was made of it.")
    row, _ = AssetLink.objects.get_or_create(
        child=child, parent=parent, link_type=link_type, defaults={"space_id": child.space_id, "project_id": child.project_id})
    return row


def ancestors(asset: Asset, *, depth: int = 40) -> list[Asset]:
    """Everything a file was made from, nearest first. One query a generation."""
    found: dict[uuid.UUID, Asset] = {}
    layer: Iterable[uuid.UUID] = [asset.pk]
    for _ in range(depth):
        ups = list(AssetLink.objects.filter(child_id__in=layer).select_related("parent"))
        layer = [up.parent_id for up in ups if up.parent_id not in found]
        found |= {up.parent_id: up.parent for up in ups}
        if not layer:
            break
    return list(found.values())


def thumb_path(asset: Any, size: int) -> str:
    """Where a thumbnail of an asset (or of what will be one: anything with its `pk`) lies: a cache that belongs to the row."""
    return f"thumbs/{str(asset.pk)[:2]}/{asset.pk}-{size}.webp"
