"""The queue's door to the renders: each task calls one verb."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from iat.kernel import enter, filestore, logs
from renders.domain import files, replays, runlog, sheets
from renders.models import Run
from renders.pipeline import kitwork, recovery, runner, treatments, turns

LINE = turns.Line()


@shared_task(name="renders.candidate")
def candidate(candidate_id: str) -> str:
    """Draws one candidate: the one whose turn it is, of whatever project; the message's own where nobody else waits."""
    with enter.everywhere("a free worker takes whoever's turn it is, of all projects"):
        due = LINE.next(now=timezone.now())
    for each in due:
        with enter.in_project(each.project), logs.about(project_id=each.project_id, candidate_id=each.pk):
            if (became := runner.work(each.pk)) != "not mine":
                return became
    return runner.work(candidate_id)


@shared_task(name="renders.settle")
def settle(job_id: str) -> None:
    """Ends a job whose candidates have ended."""
    runner.settle(job_id)


@shared_task(name="renders.thumbs")
def thumbs(asset_id: str) -> None:
    """Makes the thumbnails of one asset."""
    files.make_thumbs(asset_id, now=timezone.now())


@shared_task(name="renders.kit_item")
def kit_item(item_id: str) -> str:
    """Draws one picture for a model sheet."""
    return kitwork.work(item_id)


@shared_task(name="renders.sheet")
def sheet(kit_id: str, format: str) -> None:
    """Draws a model sheet for print."""
    sheets.draw(kit_id, format)


@shared_task(name="renders.treatment")
def treatment(treatment_id: str) -> str:
    """Works on one file."""
    return treatments.work(treatment_id)


@shared_task(name="renders.runlog")
def run_log(run_id: str) -> None:
    """Compares a rerun with its first run, then writes the log of the run that is over."""
    run = Run.objects.select_related("project__space", "created_by", "rerun_of").filter(pk=run_id).first()
    if run is not None:
        replays.check(run)
        runlog.write(run, now=timezone.now())


@shared_task(name="renders.sweep")
def sweep() -> dict[str, int]:
    """One round of the sweeper."""
    with enter.everywhere("the sweeper looks after the runs and files of all projects"):
        found = recovery.sweep(now=timezone.now())
        files.make_missing_thumbs(now=timezone.now())
        found["kit_items"] = kitwork.sweep(now=timezone.now())
        found["treatments"] = treatments.sweep(now=timezone.now())
    return found


@worker_ready.connect
def wake(**facts: Any) -> None:
    """A worker that starts looks first for what a dead one left."""
    filestore.store().sweep_temporary()
    with enter.everywhere("a worker that starts looks after the runs of all projects"):
        recovery.sweep(now=timezone.now(), eager=True)
        kitwork.sweep(now=timezone.now(), eager=True)
        treatments.sweep(now=timezone.now(), eager=True)
