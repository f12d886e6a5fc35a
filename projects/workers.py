"""The queue's door to productions."""

from celery import shared_task
from django.utils import timezone

from iat.kernel import enter, queue
from projects.domain import audit, webhooks


@shared_task(name="projects.deliver")
def deliver(delivery_id: str) -> str:
    """Sends one webhook delivery."""
    return webhooks.deliver(delivery_id, now=timezone.now())


@shared_task(name="projects.sweep")
def sweep() -> int:
    """Nudges deliveries again whose message was lost or whose worker died; seals what was audited since."""
    with enter.everywhere("deliveries and audit of every project are looked after by one round"):
        found = webhooks.waiting(now=timezone.now())
        audit.seal_all()
    for row in found:
        with enter.in_project(row.project):
            queue.enqueue("projects.deliver", delivery_id=str(row.pk))
    return len(found)
