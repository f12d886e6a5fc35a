"""Accounts with providers, their secrets and what they cost. A row without a project holds for the whole space."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from fernet_fields import EncryptedTextField

from iat.kernel.rows import EditableRow, Row
from iat.kernel.scope import Within
from projects.models.project import Project
from spaces.models import Space, User


class ProviderAccount(EditableRow):
    """That a provider may be used, and how. `config` fits the connector's schema; `prices` correct its table (USD); lower `priority` goes first."""

    scope = Within(space="space", project="project")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, related_name="+")
    provider_code = models.CharField(max_length=40)
    is_enabled = models.BooleanField(default=True)
    config = models.JSONField(default=dict)
    prices = models.JSONField(default=dict)
    priority = models.PositiveSmallIntegerField(default=100)
    concurrent = models.PositiveSmallIntegerField()
    per_minute = models.PositiveSmallIntegerField()
    resting_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["space", "provider_code"], condition=Q(project__isnull=True), name="account_once_a_space"),
            models.UniqueConstraint(fields=["project", "provider_code"], name="account_once_a_project"),
        ]


class ProjectSecret(EditableRow):
    """A key, encrypted with IAT_FERNET_KEYS. It is never told again: only its name and dates."""

    scope = Within(space="space", project="project")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, related_name="+")
    provider_code = models.CharField(max_length=40)
    secret_name = models.CharField(max_length=40)
    value = EncryptedTextField()
    set_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["space", "provider_code", "secret_name"], condition=Q(project__isnull=True), name="secret_once_a_space"),
            models.UniqueConstraint(fields=["project", "provider_code", "secret_name"], name="secret_once_a_project"),
        ]

    def __repr__(self) -> str:
        return f"<secret {self.provider_code}/{self.secret_name}>"


class CostEvent(Row):
    """Money of one call: reserved before it is sent, settled with what it really cost. `is_estimate` where the provider reports nothing."""

    scope = Within(space="space", project="project")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, related_name="+")
    run = models.ForeignKey("renders.Run", on_delete=models.SET_NULL, null=True, related_name="costs")
    call_key = models.UUIDField(unique=True)
    provider_code = models.CharField(max_length=40)
    operation_code = models.CharField(max_length=20)
    model_name = models.CharField(max_length=200, blank=True, default="")
    units = models.DecimalField(max_digits=12, decimal_places=4, default=Decimal(1))
    cost_usd = models.DecimalField(max_digits=12, decimal_places=6)
    currency = models.CharField(max_length=3, default="USD")
    is_settled = models.BooleanField(default=False)
    is_estimate = models.BooleanField(default=True)
    meta = models.JSONField(default=dict)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(cost_usd__gte=0), name="cost_not_negative")]
        indexes = [
            models.Index(F("project"), F("created_at").desc(), F("id").desc(), name="cost_newest"),
            models.Index(fields=["run"], name="cost_of_run"),
        ]
