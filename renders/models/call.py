"""Orders sent to providers: written down before they leave, so that a crash neither loses one nor sends it twice."""

from django.db import models

from iat.kernel.rows import EditableRow
from iat.kernel.scope import Within
from projects.models import Project, ProviderAccount
from renders.lifecycles import CALL
from renders.models.kitwork import KitItem
from renders.models.run import Run, RunCandidate
from spaces.models import Asset, Space


class ProviderCall(EditableRow):
    """One order. `ticket` is what its connector needs to ask for it again; `result` the picture as it came, byte for byte."""

    scope = Within(space="space", project="project")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, related_name="+")
    run = models.ForeignKey(Run, on_delete=models.SET_NULL, null=True, related_name="calls")
    candidate = models.ForeignKey(RunCandidate, on_delete=models.SET_NULL, null=True, related_name="calls")
    kit_item = models.ForeignKey(KitItem, on_delete=models.SET_NULL, null=True, related_name="calls")
    account = models.ForeignKey(ProviderAccount, on_delete=models.SET_NULL, null=True, related_name="calls")
    provider_code = models.CharField(max_length=40)
    model_name = models.CharField(max_length=200, blank=True, default="")
    operation = models.CharField(max_length=20)
    unit = models.CharField(max_length=80)
    idempotency_key = models.UUIDField(unique=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    status = CALL.column()
    remote_id = models.CharField(max_length=200, blank=True, default="")
    ticket = models.JSONField(default=dict)
    request_digest = models.CharField(max_length=64, blank=True, default="")
    http_status = models.PositiveSmallIntegerField(null=True)
    outcome = models.CharField(max_length=20, blank=True, default="")
    error = models.TextField(blank=True, default="")
    cost_usd = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    is_estimate = models.BooleanField(default=True)
    latency_ms = models.PositiveIntegerField(null=True)
    sent_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    result = models.ForeignKey(Asset, on_delete=models.SET_NULL, null=True, related_name="+")
    facts = models.JSONField(default=dict)

    class Meta:
        constraints = [CALL.constraint(), models.UniqueConstraint(fields=["unit", "operation", "attempt"], name="call_attempt_once")]
        indexes = [
            models.Index(fields=["account", "sent_at"], name="call_of_account"),
            models.Index(fields=["account"], name="call_open", condition=models.Q(status__in=["sending", "waiting"])),
            models.Index(fields=["run", "created_at", "id"], name="call_of_run"),
        ]
