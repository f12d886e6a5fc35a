"""The queue's door to the library."""

import time

from celery import shared_task

from iat.kernel import enter, filestore
from spaces.domain import sweeping


@shared_task(name="spaces.sweep_files")
def sweep_files(older_than_s: float = 3600) -> int:
    """Removes files that no row knows, once they are older than any write can take."""
    with enter.everywhere("files of every space lie in one store"):
        return sweeping.sweep(filestore.store(), now=time.time(), older_than_s=older_than_s)
