"""Files by address: a row says what is wanted, the worker brings it. A lost message or a dead worker loses nothing."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from iat.kernel import events, fetching, queue
from iat.kernel.errors import Refused
from spaces.domain import assets, kits
from spaces.lifecycles import FETCH
from spaces.models import Asset, AvatarKit, Fetch, Space, User

ATTEMPTS = 4
LEASE_S = 60


@transaction.atomic
def ask(space: Space, *, url: str, by: User, project: Any = None, **target: Any) -> Fetch:
    """Wants the file behind an address, for a project (`kind`) or for a kit (`kit`, `asset_type`, …). Raises Invalid for what is no address."""
    fetching.checked(url)
    row = Fetch.objects.create(space=space, project=project, url=url.strip()[:2000], target=target, created_by=by)
    queue.enqueue("spaces.fetch", fetch_id=str(row.pk))
    events.emit("fetch.asked", subject=row, actor=by)
    return row


def bring(pk: Any, *, now: dt.datetime) -> str:
    """Does one fetch from claim to end; returns what became of it."""
    free = Q(status="planned") | Q(status="running", lease_until__lt=now)
    taken = Fetch.objects.filter(free, pk=pk).update(
        status="running", attempt=F("attempt") + 1, lease_until=now + dt.timedelta(seconds=LEASE_S), revision=F("revision") + 1, updated_at=now)
    if not taken:
        return "not mine"
    row = Fetch.objects.select_related("space", "project", "created_by").get(pk=pk)
    try:
        if row.attempt > ATTEMPTS:
            raise Refused(f"Given up after {ATTEMPTS} attempts: the worker died each time.")
        found = fetching.fetch(row.url, most=settings.IAT_MAX_UPLOAD_BYTES)
        _keep(row, found)
    except Refused as error:
        again = isinstance(error, fetching.Unfetchable) and not error.lasting and row.attempt < ATTEMPTS
        FETCH.move(row, "planned" if again else "failed", where=Q(attempt=row.attempt), error=error.detail, updated_at=now, nudged_at=now)
    return row.status


@transaction.atomic
def _keep(row: Fetch, found: fetching.Fetched) -> None:
    """File, rows and end of the fetch in one transaction; a second worker that was slower finds the fetch gone and writes nothing."""
    FETCH.move(row, "done", where=Q(attempt=row.attempt))
    target = dict(row.target)
    if kit_id := target.pop("kit", ""):
        kit = AvatarKit.objects.select_related("space").get(pk=kit_id)
        picture = kits.add_picture(kit, data=found.data, by=row.created_by, source_type="imported", filename=found.name, generation_metadata={"url": row.url}, **target)
        asset: Asset = picture.asset
    else:
        asset = assets.upload(row.space, project=row.project, data=found.data, name=found.name or "file", kind=target.get("kind", "input"), by=row.created_by, origin=row.url)
    Fetch.objects.filter(pk=row.pk).update(asset=asset)
    row.asset = asset


def again(row: Fetch, *, by: User) -> Fetch:
    """failed → planned."""
    FETCH.move(row, "planned", by=by, attempt=0, error="")
    queue.enqueue("spaces.fetch", fetch_id=str(row.pk))
    return row


def waiting(*, now: dt.datetime, at_once: int = 50) -> list[Fetch]:
    """Fetches whose nudge was lost, whose worker died, or whose time to try again has come; marks them as nudged."""
    late = now - dt.timedelta(seconds=30)
    due = Q(status="planned", nudged_at__lte=late) | Q(status="planned", nudged_at__isnull=True, created_at__lte=late) | Q(status="running", lease_until__lt=now)
    rows = list(Fetch.objects.filter(due).select_related("space", "project").order_by("created_at")[:at_once])
    Fetch.objects.filter(pk__in=[r.pk for r in rows]).update(nudged_at=now)
    return rows
