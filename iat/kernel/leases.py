"""Work that a worker claims for a while: a row is taken by one UPDATE, kept by renewing, and free again when its worker is gone."""

import datetime as dt
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

NUDGED_AGAIN_S = 30


def claim(model: Any, pk: Any, *, seconds: float, now: dt.datetime | None = None) -> Any:
    """The row, running and ours, with its attempt counted; None where somebody else has it or it has ended."""
    now = now or timezone.now()
    free = Q(status="planned") | Q(status="running", lease_until__lt=now)
    taken = model.objects.filter(free, pk=pk).update(status="running", attempt=F("attempt") + 1, lease_until=now + dt.timedelta(seconds=seconds), revision=F("revision") + 1, updated_at=now)
    return model.objects.get(pk=pk) if taken else None


def renew(row: Any, *, seconds: float, **facts: Any) -> bool:
    """Keeps it for longer, and writes how far it is. False: it is not ours any more, stop."""
    now = timezone.now()
    return bool(type(row).objects.filter(pk=row.pk, status="running", attempt=row.attempt).update(lease_until=now + dt.timedelta(seconds=seconds), updated_at=now, **facts))


def ours(row: Any) -> Q:
    """The condition under which the end may be written."""
    return Q(attempt=row.attempt)


def waiting(model: Any, *, now: dt.datetime, at_once: int = 50) -> list[Any]:
    """Rows whose message was lost or whose worker died; they are marked as nudged."""
    late = Q(nudged_at__isnull=True) | Q(nudged_at__lt=now - dt.timedelta(seconds=NUDGED_AGAIN_S))
    found = list(model.objects.filter(Q(status="planned") & late | Q(status="running", lease_until__lt=now)).order_by("created_at", "id")[:at_once])
    model.objects.filter(pk__in=[row.pk for row in found]).update(nudged_at=now)
    return found
