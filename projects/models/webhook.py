"""Addresses that are told what happens, and the record of every telling."""

from django.db import models
from fernet_fields import EncryptedTextField

from iat.kernel.rows import EditableRow
from iat.kernel.scope import Within
from projects.lifecycles import DELIVERY
from projects.models.project import Project
from spaces.models import User


class Webhook(EditableRow):
    """One endpoint of a project. `events` are codes such as run.done, or whole families such as run.*; `secret` signs what is sent and is never told again."""

    scope = Within(project="project")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=1000)
    secret = EncryptedTextField()
    events = models.JSONField(default=list)
    is_active = models.BooleanField(default=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["project", "created_at", "id"], name="webhook_of_project")]


class WebhookDelivery(EditableRow):
    """One telling: planned, sent until it is taken, or given up. The body is frozen when the event happens."""

    scope = Within(project="project")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event_code = models.CharField(max_length=60)
    body = models.JSONField(default=dict)
    status = DELIVERY.column()
    attempt = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    http_status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=400, blank=True, default="")
    latency_ms = models.PositiveIntegerField(null=True)
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [DELIVERY.constraint()]
        indexes = [
            models.Index(fields=["webhook", "-created_at", "-id"], name="delivery_newest"),
            models.Index(fields=["due_at"], name="delivery_due", condition=models.Q(status__in=["planned", "sending"])),
        ]
