"""Files of the registry: checked by decoding, written, then registered. Originals keep their bytes for ever."""

import base64
import binascii
import hashlib
import io
import uuid
import warnings
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import PROTECT
from django.utils import timezone
from PIL import Image

from iat.kernel import events, filestore, queue
from iat.kernel.errors import Finding, Invalid, Refused, TooLarge, WrongMedia
from iat.kernel.rows import edit as write
from spaces.models import Asset, AssetLink, Space, User

MIME = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif", "AVIF": "image/avif"}
SUFFIX = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "image/gif": "gif", "image/avif": "avif"}
THUMB_SIZES = (256, 512, 1024)
UPLOADED = ("input", "reference", "mask", "other")
TAKEN = "PNG, JPEG, WebP, GIF and AVIF pictures are taken."


@dataclass(frozen=True)
class Picture:
    """What a decoded upload is: MIME type and size in pixels; 0 for what is no picture."""

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
                mime_type=picture.mime_type, width=picture.width or None, height=picture.height or None, byte_size=stored.byte_size, sha256=stored.sha256,
                metadata=metadata or {}, created_by=by)
    except Exception:
        filestore.store().delete(path)
        raise
    events.emit("asset.registered", subject=row, actor=by)
    if thumbs:
        queue.enqueue("renders.thumbs", asset_id=str(row.pk))
    return row


def upload(space: Space, *, project: Any, data: bytes, name: str, kind: str, by: User | None, origin: str = "", parent: Asset | None = None) -> Asset:
    """A file that a person or program brings: kept byte for byte, with its own name in the metadata. The same bytes again are the same file."""
    if kind not in UPLOADED:
        raise Invalid(f"An uploaded file is one of: {', '.join(UPLOADED)}.", findings=[Finding("/kind", "unknown kind")])
    picture = inspect(data)
    twin = Asset.objects.filter(project=project, space=space, sha256=hashlib.sha256(data).hexdigest(), kind=kind).order_by("created_at", "id").first()
    if twin is not None:
        return bring_back(twin, by=by) if twin.trashed_at else twin
    pk = uuid.uuid4()
    path = f"{folder(project)}/{kind}/{filestore.safe(plain(name).rsplit('.', 1)[0])}_{pk}.{SUFFIX[picture.mime_type]}"
    told = {"filename": plain(name), **({"url": origin} if origin else {})}
    made = register(space, kind=kind, path=path, data=data, picture=picture, by=by, project=project, pk=pk, metadata=told)
    if parent is not None:
        link(made, parent)
    return made


def folder(project: Any) -> str:
    """Where a project's files lie: its slug for people, its id so that two owners' slugs never meet."""
    return f"projects/{project.slug}-{project.pk.hex[:8]}"


def edit(asset: Asset, *, by: User, **changes: Any) -> Asset:
    """Changes what is said about a file (kind, metadata); its bytes never change."""
    if "kind" in changes and changes["kind"] not in UPLOADED:
        raise Invalid(f"A file is one of: {', '.join(UPLOADED)}.", findings=[Finding("/kind", "unknown kind")])
    if "metadata" in changes:
        changes["metadata"] = {**asset.metadata, **changes["metadata"]}
    write(asset, **changes)
    events.emit("asset.edited", subject=asset, actor=by)
    return asset


def trash(asset: Asset, *, by: User) -> Asset:
    """Out of sight; the bytes stay, and it can be brought back. Refused while pictures, sheets or other files stand on it."""
    if uses := in_use(asset):
        raise Refused(f"This file is used: {uses}. Take it from there first.")
    if asset.trashed_at is None:
        write(asset, trashed_at=timezone.now())
        events.emit("asset.trashed", subject=asset, actor=by)
    return asset


def bring_back(asset: Asset, *, by: User | None) -> Asset:
    """Undoes `trash`."""
    if asset.trashed_at is not None:
        write(asset, trashed_at=None)
        events.emit("asset.restored", subject=asset, actor=by)
    return asset


def in_use(asset: Asset) -> str:
    """By what a file is held, in words, or ''. Asks every table that protects its files, and the files made from it."""
    held = [f"{n} {model._meta.verbose_name_plural}" for model, field in _holders() if (n := model._default_manager.filter(**{field: asset}).count())]
    if children := AssetLink.objects.filter(parent=asset, child__trashed_at__isnull=True).count():
        held.append(f"{children} files were made from it")
    return ", ".join(held)


def _holders() -> list[tuple[Any, str]]:
    return [(f.related_model, f.field.name) for f in Asset._meta.related_objects if f.on_delete is PROTECT]


def link(child: Asset, parent: Asset, *, link_type: str = "derived_from") -> AssetLink:
    """Says what a file was made from. Refuses other projects' files and cycles; saying it twice is fine."""
    if parent.project_id is not None and parent.project_id != child.project_id:
        raise Refused("A file can only be derived from files of its own project or of the space's canon.")
    if child.pk == parent.pk or child.pk in {a.pk for a in ancestors(parent)}:
        raise Refused("A file cannot be derived from itself, nor from what was made of it.")
    row, _ = AssetLink.objects.get_or_create(
        child=child, parent=parent, link_type=link_type, defaults={"space_id": child.space_id, "project_id": child.project_id})
    return row


def ancestors(asset: Asset) -> list[Asset]:
    """Everything a file was made from, nearest first. Two queries, at any depth."""
    pairs = related(asset, up=True)
    rows = Asset.objects.in_bulk(list(pairs))
    return [rows[pk] for pk in pairs if pk in rows]


def descendants(asset: Asset, *, most: int = 500) -> list[Asset]:
    """What was made from a file, nearest first."""
    pairs = list(related(asset, up=False))[:most]
    rows = Asset.objects.in_bulk(pairs)
    return [rows[pk] for pk in pairs if pk in rows]


def related(asset: Asset, *, up: bool) -> dict[uuid.UUID, int]:
    """Ids above (or below) a file with their distance, nearest first: one recursive query over the links, whose rows lie in the file's own space."""
    here, there = ("child_id", "parent_id") if up else ("parent_id", "child_id")
    key = AssetLink._meta.get_field("id")
    table = connection.ops.quote_name(AssetLink._meta.db_table)
    sql = f"""WITH RECURSIVE way(id, far) AS (
        SELECT {there}, 1 FROM {table} WHERE {here} = %s AND space_id = %s
        UNION SELECT l.{there}, w.far + 1 FROM {table} l JOIN way w ON l.{here} = w.id WHERE l.space_id = %s AND w.far < 200)
        SELECT id, MIN(far) FROM way GROUP BY id ORDER BY 2, 1"""  # noqa: S608 - names of ours and placeholders
    at, space = key.get_db_prep_value(asset.pk, connection), key.get_db_prep_value(asset.space_id, connection)
    with connection.cursor() as cursor:
        cursor.execute(sql, [at, space, space])
        return {key.to_python(pk): far for pk, far in cursor.fetchall()}


def thumb_path(asset: Any, size: int) -> str:
    """Where a thumbnail of an asset (or of what will be one: anything with its `pk`) lies: a cache that belongs to the row."""
    return f"thumbs/{str(asset.pk)[:2]}/{asset.pk}-{size}.webp"
