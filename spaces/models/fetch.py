"""Files that somewhere else holds: a person named an address, the worker brings what is there."""

from django.db import models

from iat.kernel.rows import EditableRow
from iat.kernel.scope import Within
from spaces.lifecycles import FETCH
from spaces.models.asset import Asset
from spaces.models.people import User
from spaces.models.space import Space


class Fetch(EditableRow):
    """One address to bring. `target` says what becomes of it: a file of a project, or a picture of a kit."""

    scope = Within(space="space", project="project")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, null=True, related_name="+")
    url = models.CharField(max_length=2000)
    target = models.JSONField(default=dict)
    status = FETCH.column()
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    nudged_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="")
    asset = models.ForeignKey(Asset, on_delete=models.SET_NULL, null=True, related_name="+")
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [FETCH.constraint()]
        indexes = [models.Index(fields=["status", "lease_until"], name="fetch_by_status")]
