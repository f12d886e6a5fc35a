"""Whose turn it is. Every free worker asks, so that nobody's panel waits behind another project's hundred.

Between projects the one with the fewest candidates being drawn comes first, lots decide among equals: over time each gets its even share, and
no counter has to be kept. Within a project a run's priority decides, then its age; within a run the order of its shots.
"""

import datetime as dt
import random
import time
from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from renders.models import Run, RunCandidate

AHEAD, FRESH_S = 8, 1.0


def free(now: dt.datetime) -> Q:
    """Candidates that may be claimed: planned and due, or running with a lease that ran out."""
    due = Q(not_before__isnull=True) | Q(not_before__lte=now + dt.timedelta(seconds=1))
    return Q(status="planned") & due | Q(status="running", lease_until__lt=now)


def run_next(*, now: dt.datetime, lots: random.Random) -> Any:
    """The run whose turn it is, or None. Two counts over partial indexes of what is open."""
    drawing = RunCandidate.objects.filter(project=OuterRef("project"), status="running", lease_until__gte=now).order_by().values("project").annotate(n=Count("pk")).values("n")
    waiting = RunCandidate.objects.filter(free(now), job__run=OuterRef("pk"))
    rows = Run.objects.filter(Exists(waiting), status__in=["planned", "running"], held_at__isnull=True)
    told = list(rows.annotate(drawing=Coalesce(Subquery(drawing, output_field=IntegerField()), 0)).order_by("-priority", "created_at", "id").values_list("pk", "project_id", "drawing")[:200])
    if not told:
        return None
    fewest = min(busy for _, _, busy in told)
    projects = sorted({project for _, project, busy in told if busy == fewest}, key=str)
    chosen = lots.choice(projects)
    return next(pk for pk, project, _ in told if project == chosen)


def whose(*, now: dt.datetime, lots: random.Random) -> list[RunCandidate]:
    """The next candidates of the run whose turn it is, with their project; more than one, because other workers ask at the same time. Empty when nothing waits."""
    run = run_next(now=now, lots=lots)
    rows = RunCandidate.objects.filter(free(now), job__run=run).order_by("job__job_key", "candidate_index").select_related("project")
    return list(rows.only("id", "project__space_id")[:AHEAD]) if run is not None else []


class Line:
    """The turns of one worker process: asked at most once a second, so that quick pictures do not spend their time on standing in line."""

    def __init__(self) -> None:
        self.lots, self.waiting, self.asked = random.Random(), [], 0.0  # type: ignore[var-annotated]

    def next(self, *, now: dt.datetime) -> list[RunCandidate]:
        """Candidates to try, best first; asked in the scope of everything."""
        if not self.waiting or time.monotonic() - self.asked > FRESH_S:
            self.waiting, self.asked = whose(now=now, lots=self.lots), time.monotonic()
        mine, self.waiting = self.waiting, self.waiting[1:]
        return mine
