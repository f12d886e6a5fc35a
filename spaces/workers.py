"""The queue's door to the library."""

import time

from celery import shared_task
from django.utils import timezone

from iat.kernel import enter, filestore, queue
from spaces.domain import beats, fetches, sweeping


@shared_task(name="spaces.sweep_files")
def sweep_files(older_than_s: float = 3600) -> int:
    """Removes files that no row knows, once they are older than any write can take."""
    with enter.everywhere("files of every space lie in one store"):
        return sweeping.sweep(filestore.store(), now=time.time(), older_than_s=older_than_s)


@shared_task(name="spaces.beat")
def beat() -> None:
    """A sign of life."""
    beats.beat(now=timezone.now())


@shared_task(name="spaces.fetch")
def fetch(fetch_id: str) -> str:
    """Brings one file by its address."""
    return fetches.bring(fetch_id, now=timezone.now())


@shared_task(name="spaces.sweep_fetches")
def sweep_fetches() -> int:
    """Nudges fetches again whose message was lost, whose worker died, or whose time has come."""
    with enter.everywhere("addresses asked for in every space are looked after by one round"):
        found = fetches.waiting(now=timezone.now())
    for row in found:
        with enter.in_project(row.project) if row.project_id else enter.in_space(row.space):
            queue.enqueue("spaces.fetch", fetch_id=str(row.pk))
    return len(found)
