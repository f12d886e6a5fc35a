"""Gives lost work out again: expired leases, candidates whose worker is dead, nudges that went missing, jobs left unsettled."""

import datetime as dt
import os
import socket
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db.models import Exists, OuterRef, Q

from iat.kernel import enter, queue
from renders.models import RunCandidate, RunJob

NUDGE_AGAIN_S = 60
AT_ONCE = 500


@lru_cache(maxsize=8)
def _name(pid: int) -> str:
    return f"{socket.gethostname()}:{pid}:{_born(pid)}"


def me() -> str:
    """This process, so that its death can be told from a pause: host, pid, start time."""
    return _name(os.getpid())


def _born(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return ""


def is_dead(owner: str) -> bool:
    """Whether the named process surely no longer runs. Another machine's processes are never called dead."""
    host, _, rest = owner.partition(":")
    pid, _, born = rest.partition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    now_born = _born(int(pid))
    return bool(born and now_born and born != now_born)


def sweep(*, now: dt.datetime, eager: bool = False) -> dict[str, int]:
    """One round over everything in scope. `eager` (at a worker's start) nudges every planned candidate, not only those that have waited long."""
    released = _release_the_dead(now)
    late = now if eager else now - dt.timedelta(seconds=NUDGE_AGAIN_S)
    waiting = Q(status="planned", nudged_at__lte=late) & (Q(not_before__isnull=True) | Q(not_before__lte=now)) | Q(status="planned", nudged_at__isnull=True) | Q(status="running", lease_until__lt=now)
    found = list(RunCandidate.objects.filter(waiting, job__run__held_at__isnull=True).select_related("project").order_by("created_at", "candidate_index")[:AT_ONCE])
    RunCandidate.objects.filter(pk__in=[c.pk for c in found]).update(nudged_at=now)
    for candidate in found:
        _send("renders.candidate", candidate, candidate_id=str(candidate.pk))
    open_ones = RunCandidate.objects.filter(job=OuterRef("pk"), status__in=["planned", "running"])
    unsettled = list(RunJob.objects.filter(~Exists(open_ones), status="running").select_related("project")[:AT_ONCE])
    for job in unsettled:
        _send("renders.settle", job, job_id=str(job.pk))
    return {"released": released, "nudged": len(found), "unsettled": len(unsettled)}


def _release_the_dead(now: dt.datetime) -> int:
    owners = RunCandidate.objects.filter(status="running", lease_owner__startswith=f"{socket.gethostname()}:").values_list("lease_owner", flat=True).distinct()
    dead = [owner for owner in owners if is_dead(owner)]
    return RunCandidate.objects.filter(status="running", lease_owner__in=dead).update(lease_until=now - dt.timedelta(seconds=1)) if dead else 0


def _send(name: str, row: Any, **ids: str) -> None:
    with enter.in_project(row.project):
        queue.enqueue(name, after=0.0, **ids)
