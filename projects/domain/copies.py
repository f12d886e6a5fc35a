"""Copies of files in another place (a bucket, a folder), one file at a time: brought, verified, let go here, taken back, found again. A copy counts once that place was seen to hold exactly those bytes."""

import hashlib
from typing import IO

from django.utils import timezone

from iat.kernel import filestore
from iat.kernel.errors import NotThere, Refused
from projects.buckets import Address, Bucket
from projects.domain import accounts
from projects.folders import Folder
from projects.models import Project, ProjectStorage, SyncedFile
from spaces.models import Asset

Place = Bucket | Folder
CODE, KEYS = "s3", ("access_key", "secret_key")


def opened(row: ProjectStorage, keys: dict[str, str]) -> Place:
    """The other place of a policy: its bucket, or its folder."""
    if row.by_folder:
        return Folder(row.local_base_dir)
    return Bucket(Address(row.s3_bucket, row.s3_prefix, row.s3_endpoint_url, row.s3_region, row.s3_profile, keys.get("access_key", ""), keys.get("secret_key", "")))


def bring(asset: Asset, project: Project, there: Place) -> bool:
    """Sends one file, if it is what its row says, and notes the verified copy."""
    key = there.key(asset.storage_uri)
    try:
        md5 = _md5(asset)
        if not there.holds(asset.storage_uri, size=asset.byte_size, md5=md5, sha256=asset.sha256):
            with filestore.store().open(asset.storage_uri) as file:
                there.put(asset.storage_uri, file, size=asset.byte_size, mime=asset.mime_type, md5=md5, sha256=asset.sha256)
    except (NotThere, _Damaged) as error:
        SyncedFile.objects.update_or_create(asset=asset, defaults={"project": project, "is_good": False, "key": key, "error": error.detail[:400], "verified_at": None})
        return False
    SyncedFile.objects.update_or_create(asset=asset, defaults={"project": project, "is_good": True, "key": key, "error": "", "is_here": True, "verified_at": timezone.now()})
    return True


class _Damaged(Refused):
    """A file here is not what its row says."""


def _md5(asset: Asset) -> bytes:
    """What the service will compare; the file is compared with its row at the same time."""
    md5, sha, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
    with filestore.store().open(asset.storage_uri) as file:
        while piece := file.read(1024 * 1024):
            md5.update(piece)
            sha.update(piece)
            size += len(piece)
    if (sha.hexdigest(), size) != (asset.sha256, asset.byte_size):
        raise _Damaged("The file here is not what its row says; `manage.py fsck` looks closer. It was not sent.")
    return md5.digest()


def verify(asset: Asset, there: Place) -> int:
    """Reads a copy again; one that is gone or changed is brought anew by the next round, if the file is here."""
    if there.digest(asset.storage_uri) == asset.sha256:
        SyncedFile.objects.filter(asset=asset).update(verified_at=timezone.now())
        return 1
    SyncedFile.objects.filter(asset=asset).update(is_good=False, error="It is not held there any more, or another file in its place.", verified_at=None)
    return 0


def let_go(asset: Asset, there: Place) -> int:
    """Reads the copy once more, then lets the local file go: row first, so that a crash leaves a file too many, never one too few."""
    if there.digest(asset.storage_uri) != asset.sha256:
        SyncedFile.objects.filter(asset=asset).update(is_good=False, error="Something else is held there; the file here was kept.", verified_at=None)
        return 0
    SyncedFile.objects.filter(asset=asset).update(is_here=False, verified_at=timezone.now())
    Asset.objects.filter(pk=asset.pk).update(storage_backend="s3")
    filestore.store().delete(asset.storage_uri)
    return 1


def take_back(asset: Asset, there: Place) -> int:
    """Brings a file back here, verified; the bucket keeps its copy."""
    try:
        with there.fetch(asset.storage_uri, sha256=asset.sha256) as file:
            filestore.store().take(asset.storage_uri, iter(lambda: file.read(1024 * 1024), b""))
    except LookupError:
        SyncedFile.objects.filter(asset=asset).update(is_good=False, error="It is not held there any more, or another file in its place.", verified_at=None)
        return 0
    SyncedFile.objects.filter(asset=asset).update(is_here=True)
    Asset.objects.filter(pk=asset.pk).update(storage_backend=filestore.store().backend)
    return 1


def holder(path: str) -> IO[bytes] | None:
    """Who has a file that is not here: the bucket of the project it belongs to. One query, and only for files that the store misses."""
    known = SyncedFile._base_manager.select_related("asset", "project__storage", "project__space").filter(asset__storage_uri=path, is_here=False).first()
    if known is None:
        return None
    place = ProjectStorage._base_manager.select_related("project").get(project_id=known.project_id)
    keys = accounts.opened_for(place.project, CODE)
    try:
        return opened(place, keys).fetch(path, sha256=known.asset.sha256)
    except LookupError:
        return None


def away(path: str) -> bool:
    """Whether a file was let go to its project's bucket."""
    return SyncedFile._base_manager.filter(asset__storage_uri=path, is_here=False, is_good=True).exists()
