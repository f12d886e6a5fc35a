"""A project's storage policy, and bringing its files to their other place, a bucket or a folder: resumable file by file, verified by checksum, caught up by itself after an outage.

Files are always written here first. A copy counts once that place was seen to hold exactly those bytes; the local file goes only after that.
"""

import datetime as dt
import time
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from iat.kernel import events, fetching, leases, queue
from iat.kernel.errors import Finding, Invalid, Refused
from iat.kernel.rows import edit as write
from projects.buckets import Closed, Down
from projects.domain import accounts, copies
from projects.lifecycles import SYNC
from projects.models import Project, ProjectStorage, StorageSync, SyncedFile
from projects.models.storage import MODES
from spaces.models import Asset, User

CODE = copies.CODE
LEASE_S, BATCH, LONGEST_PAUSE_S = 120, 50, 300
FIELDS = ("mode", "local_base_dir", "s3_enabled", "s3_bucket", "s3_prefix", "s3_region", "s3_profile", "s3_endpoint_url")


def policy(project: Project) -> ProjectStorage:
    """The project's policy; one that was never set says `local`, and is not kept."""
    return ProjectStorage.objects.filter(project=project).first() or ProjectStorage(project=project, switched_at=project.created_at)


@transaction.atomic
def put(project: Project, *, by: User, **given: Any) -> ProjectStorage:
    """Sets the policy. Nothing moves: that is asked by a sync. Raises Invalid for a bucket that cannot be, Refused while only the bucket has some files."""
    row = policy(project)
    told = {f: given.get(f, getattr(row, f)) for f in FIELDS}
    _possible(told)
    elsewhere = row.place != ProjectStorage(**told).place
    if elsewhere and SyncedFile.objects.filter(project=project, is_here=False).exists():
        raise Refused("Some files lie only in that other place. Switch to `local`, run a sync with `move`, then change where it is.")
    if told["mode"] != row.mode:
        told["switched_at"] = timezone.now()
    if row._state.adding:
        row = ProjectStorage.objects.create(project=project, **{"switched_at": timezone.now(), **told})
    else:
        write(row, **told, resting_until=None, troubles=0)
    if elsewhere:
        SyncedFile.objects.filter(project=project).delete()  # another place holds none of it yet
    events.emit("storage.set", subject=row, actor=by)
    return row


def _possible(told: dict[str, Any]) -> None:
    wrong = []
    if told["mode"] not in MODES:
        wrong.append(Finding("/mode", f"one of {', '.join(MODES)}"))
    if told["mode"] == "local_root" and not told["local_base_dir"]:
        wrong.append(Finding("/local_base_dir", "local_root needs a folder"))
    if told["local_base_dir"] and told["local_base_dir"] not in settings.IAT_LOCAL_ROOTS:
        wrong.append(Finding("/local_base_dir", "not offered here; the operator names folders in IAT_LOCAL_ROOTS"))
    if told["mode"] in ("local_first", "s3") and not told["s3_enabled"]:
        wrong.append(Finding("/s3_enabled" if told["s3_bucket"] else "/s3_bucket", f"{told['mode']} needs a bucket"))
    if told["s3_enabled"] and len(told["s3_bucket"]) < 3:
        wrong.append(Finding("/s3_bucket", "a bucket's name"))
    if told["s3_profile"] and told["s3_profile"] not in settings.IAT_S3_PROFILES:
        wrong.append(Finding("/s3_profile", "not offered here; the operator names profiles in IAT_S3_PROFILES"))
    if ".." in told["s3_prefix"] or told["s3_prefix"].startswith("/"):
        wrong.append(Finding("/s3_prefix", "a plain path"))
    if told["s3_endpoint_url"]:
        wrong += _reachable(told["s3_endpoint_url"])
    if wrong:
        raise Invalid("; ".join(f"{f.pointer[1:]}: {f.detail}" for f in wrong), findings=wrong)


def _reachable(url: str) -> list[Finding]:
    """Private networks are for whoever runs this machine: a single-user installation, or IAT_FETCH_ALLOW."""
    parts = fetching.checked(url)
    if settings.IAT_SINGLE_USER:
        return []
    try:
        found = list(fetching.resolve(parts.host.decode(), parts.port or 443))
    except (OSError, UnicodeError):
        return [Finding("/s3_endpoint_url", "no server has this name")]
    return [] if found and all(map(fetching.allowed, found)) else [Finding("/s3_endpoint_url", "lies in a private network; the operator opens it with IAT_FETCH_ALLOW")]


def other(row: ProjectStorage) -> copies.Place:
    """The other place of a policy; a bucket with the keys that the project (or its space) keeps under `s3`."""
    if row.by_folder:
        return copies.opened(row, {})
    if not row.s3_enabled:
        raise Refused("This project has neither a bucket nor a folder of its own. Set one under Storage.")
    if row.s3_endpoint_url and (wrong := _reachable(row.s3_endpoint_url)):
        raise Closed(f"The bucket's address {wrong[0].detail}.")
    keys = accounts.opened(row.project.space_id, row.project_id, CODE)
    if not row.s3_profile and not keys.get("access_key"):
        raise Closed("The bucket needs keys: set the secrets s3/access_key and s3/secret_key.")
    return copies.opened(row, keys)


def try_out(project: Project) -> str:
    """The Test button."""
    return other(policy(project)).try_out()


@transaction.atomic
def start(project: Project, *, by: User | None, move: bool = False, verify: bool = False) -> StorageSync:
    """Plans a round. One at a time: asked twice, the open one is answered, and takes over what is asked more."""
    place = policy(project)
    if not place.s3_enabled and not place.by_folder:
        raise Refused("This project has neither a bucket nor a folder of its own, so there is nothing to bring anywhere. Set one first.", allowed=list(MODES))
    try:
        with transaction.atomic():
            row = StorageSync.objects.create(project=project, move=move, verify=verify, created_by=by)
    except IntegrityError:
        row = StorageSync.objects.get(project=project, status__in=["planned", "running"])
        write(row, move=row.move or move, verify=row.verify or verify, nudged_at=None)
    events.emit("storage.sync_asked", subject=row, actor=by)
    queue.enqueue("projects.sync", sync_id=str(row.pk))
    return row


def stop(row: StorageSync, *, by: User) -> StorageSync:
    """What was brought stays; a later round goes on."""
    return SYNC.move(row, "canceled", by=by, lease_until=None, finished_at=timezone.now())


def work(pk: Any) -> str:
    """One round, from claim to end. What cannot be reached is planned again after a pause that grows to five minutes."""
    row = leases.claim(StorageSync, pk, seconds=LEASE_S)
    if row is None:
        return "not mine"
    place = policy(row.project)
    try:
        facts = _round(row, place, other(place))
        ProjectStorage.objects.filter(pk=place.pk).update(troubles=0, resting_until=None)
        error = f"{facts['failed']} files could not be brought; their status says why." if facts["failed"] else ""
        SYNC.move(row, "done", by=row.created_by, where=leases.ours(row), facts=facts, error=error, lease_until=None, finished_at=timezone.now())
    except Down as error:
        pause = min(LONGEST_PAUSE_S, 2 ** min(place.troubles, 10))
        until = timezone.now() + dt.timedelta(seconds=pause)
        ProjectStorage.objects.filter(pk=place.pk).update(troubles=place.troubles + 1, resting_until=until)
        SYNC.move(row, "planned", where=leases.ours(row), facts=row.facts, error=error.detail, lease_until=None, nudged_at=until)
        queue.enqueue("projects.sync", after=pause, sync_id=str(pk))
    except _Lost:
        return "not mine"
    except Refused as error:
        SYNC.move(row, "failed", where=leases.ours(row), error=error.detail, lease_until=None, finished_at=timezone.now())
    return str(StorageSync.objects.values_list("status", flat=True).get(pk=pk))


class _Lost(Exception):
    """Somebody else has the round now, or it was stopped."""


def files(project: Project) -> QuerySet[Asset]:
    """The files a policy is about: all of the project's, but packages."""
    return Asset.objects.filter(project=project).exclude(kind__in=("export", "thumbnail"))


def behind(project: Project) -> QuerySet[Asset]:
    """Files without a verified copy."""
    return files(project).filter(Q(synced__isnull=True) | Q(synced__is_good=False))


def _round(row: StorageSync, place: ProjectStorage, there: copies.Place) -> dict[str, int]:
    facts = row.facts = {"brought": 0, "moved": 0, "verified": 0, **row.facts, "failed": 0}

    def go_on() -> None:
        if not leases.renew(row, seconds=LEASE_S, facts=facts):
            raise _Lost

    if place.mode != "local":
        for asset in _walk(behind(row.project), go_on):
            facts["brought" if copies.bring(asset, row.project, there) else "failed"] += 1
    if row.verify:
        for asset in _walk(files(row.project).filter(synced__is_good=True), go_on):
            facts["verified"] += copies.verify(asset, there)
    for asset in _walk(_to_move(row, place), go_on):
        facts["moved"] += copies.let_go(asset, there) if place.lets_go else copies.take_back(asset, there)
    return facts


def _walk(rows: QuerySet[Asset], go_on: Any) -> Iterator[Asset]:
    """Rows by id, a batch at a time, renewing the lease between them (and within a batch of slow files)."""
    last, beat = None, time.monotonic()
    while batch := list((rows.filter(pk__gt=last) if last else rows).select_related("synced").order_by("pk")[:BATCH]):
        go_on()
        for asset in batch:
            if time.monotonic() - beat > LEASE_S / 6:
                go_on()
                beat = time.monotonic()
            yield asset
        last = batch[-1].pk


def _to_move(row: StorageSync, place: ProjectStorage) -> QuerySet[Asset]:
    synced = files(row.project).filter(synced__is_good=True)
    if place.lets_go:
        kept = synced.filter(synced__is_here=True)
        return kept if row.move else kept.filter(created_at__gte=place.switched_at)
    return synced.filter(synced__is_here=False) if row.move else synced.none()


def status(project: Project) -> dict[str, Any]:
    """How many files and bytes there are, how many have a verified copy, how many lie only there, what failed, and how the last round went."""
    every = files(project).aggregate(n=Count("pk"), b=Sum("byte_size"))
    known = SyncedFile.objects.filter(project=project).aggregate(synced=Count("pk", filter=Q(is_good=True)), failed=Count("pk", filter=Q(is_good=False)), away=Count("pk", filter=Q(is_here=False)))
    last = StorageSync.objects.filter(project=project).order_by("-created_at", "-id").first()
    place = policy(project)
    resting = place.resting_until if place.resting_until and place.resting_until > timezone.now() else None
    return {"files": every["n"], "bytes": every["b"] or 0, "waiting": every["n"] - known["synced"] - known["failed"], **known, "last": last, "resting_until": resting}


def due(*, now: dt.datetime) -> list[ProjectStorage]:
    """Policies whose projects have files without a copy, and no open round."""
    free = ProjectStorage.objects.filter(Q(resting_until__isnull=True) | Q(resting_until__lt=now)).exclude(mode="local").exclude(project__syncs__status__in=["planned", "running"])
    return [row for row in free.select_related("project__space") if files(row.project).filter(synced__isnull=True).exists()]
