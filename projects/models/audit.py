"""The record of what people did: append-only, and chained by hash for each space, so that a changed, removed or swapped row shows."""

from django.db import models

from iat.kernel.rows import Row
from iat.kernel.scope import GLOBAL
from projects.models.project import Project
from spaces.models import Space


class AuditEvent(Row):
    """One verb. `digest` is over its own content; sealing gives it its number in the space's chain and `hash`, over the one before and itself.

    Asked only through projects/queries/audit.py, which names space or project. The database refuses to change or delete a sealed row.
    """

    scope = GLOBAL
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, null=True, related_name="+")
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=150, blank=True, default="")
    event_code = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    at = models.DateTimeField()
    payload = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    number = models.PositiveBigIntegerField(null=True)
    prev_hash = models.CharField(max_length=64, blank=True, default="")
    hash = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["space", "number"], name="audit_number_once")]
        indexes = [
            models.Index(fields=["space", "-at", "-id"], name="audit_newest"),
            models.Index(fields=["project", "-at", "-id"], name="audit_of_project"),
            models.Index(fields=["at", "id"], name="audit_unsealed", condition=models.Q(number__isnull=True)),
        ]


class AuditHead(Row):
    """Where a space's chain ends: a row that is cut off the end shows too."""

    scope = GLOBAL
    space = models.OneToOneField(Space, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, blank=True, default="")
