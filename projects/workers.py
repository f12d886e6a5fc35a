"""The queue's door to productions."""

from celery import shared_task
from django.utils import timezone

from iat.kernel import enter, leases, queue
from projects.domain import arrivals, audit, exports, storage, webhooks
from projects.models import PackageArrival, ProjectExport, StorageSync
from spaces.models import Asset


@shared_task(name="projects.deliver")
def deliver(delivery_id: str) -> str:
    """Sends one webhook delivery."""
    return webhooks.deliver(delivery_id, now=timezone.now())


@shared_task(name="projects.export")
def export(export_id: str) -> str:
    """Prepares one export."""
    return exports.work(export_id)


@shared_task(name="projects.arrive")
def arrive(arrival_id: str) -> str:
    """Imports one package, then asks for the thumbnails of what came."""
    row = arrivals.work(arrival_id)
    if row is None or row.project is None:
        return row.status if row else "not mine"
    with enter.in_project(row.project):
        for pk in Asset.objects.filter(thumbs_at__isnull=True, mime_type__startswith="image/").values_list("pk", flat=True).iterator():
            queue.enqueue("renders.thumbs", asset_id=str(pk))
    return row.status


@shared_task(name="projects.sync")
def sync(sync_id: str) -> str:
    """One round of bringing files to the bucket."""
    return storage.work(sync_id)


@shared_task(name="projects.sweep")
def sweep() -> int:
    """Brings new files to their buckets, nudges work again whose message was lost or whose worker died; seals what was audited since."""
    now = timezone.now()
    with enter.everywhere("deliveries, packages, buckets and audit of every project are looked after by one round"):
        found = webhooks.waiting(now=now)
        outgoing = [(row, row.project) for row in leases.waiting(ProjectExport, now=now)]
        rounds = [(row, row.project) for row in leases.waiting(StorageSync, now=now)]
        behind = [(row, row.project) for row in storage.due(now=now)]
        incoming = [(row, row.space) for row in leases.waiting(PackageArrival, now=now)]
        audit.seal_all()
    for row in found:
        with enter.in_project(row.project):
            queue.enqueue("projects.deliver", delivery_id=str(row.pk))
    for one, project in outgoing:
        with enter.in_project(project):
            queue.enqueue("projects.export", export_id=str(one.pk))
    for one, project in rounds:
        with enter.in_project(project):
            queue.enqueue("projects.sync", sync_id=str(one.pk))
    for _, project in behind:
        with enter.in_project(project):
            storage.start(project, by=None)
    for one, space in incoming:
        with enter.in_space(space):
            queue.enqueue("projects.arrive", arrival_id=str(one.pk))
    return len(found) + len(outgoing) + len(incoming) + len(rounds) + len(behind)
