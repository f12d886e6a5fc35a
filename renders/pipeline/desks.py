"""What is the same for every candidate of a job, read once for those that one process draws within half a minute.

Only what does not decide a race: states, leases and pauses are always asked of the database.
"""

import time
from dataclasses import dataclass
from typing import Any

from renders.domain import likeness, safety
from renders.models import RunJob

FRESH_S, MOST = 30.0, 4


@dataclass(frozen=True)
class Known:
    """What a job's pictures are compared with, and who looks whether they are safe."""

    scores: likeness.Given
    checker: safety.Checker | None


class Desk:
    """One job with its run, project and task."""

    def __init__(self, job: RunJob) -> None:
        self.job, self.since = job, time.monotonic()
        self._known: Known | None = None

    def known(self, snapshot: dict[str, Any]) -> Known:
        """Read at the first picture."""
        if self._known is None:
            self._known = Known(likeness.given(snapshot), safety.checker(self.job.project.space_id, self.job.project_id))
        return self._known


_desks: dict[Any, Desk] = {}


def of(job_id: Any) -> Desk:
    """The desk of a job, in the job's own scope."""
    found = _desks.get(job_id)
    if found is None or time.monotonic() - found.since > FRESH_S:
        if len(_desks) >= MOST:
            _desks.clear()
        found = _desks[job_id] = Desk(RunJob.objects.select_related("run__created_by", "project__space", "task").get(pk=job_id))
    return found
