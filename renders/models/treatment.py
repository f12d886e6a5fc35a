"""Work on one file: cut out, enlarged, its colours corrected, set in motion: a new file, derived from the old one. Or only looked over."""

from django.db import models

from iat.kernel.rows import EditableRow
from iat.kernel.scope import Within
from projects.models import Project
from renders.lifecycles import TREATMENT
from spaces.models import Asset, Space, User

OPERATIONS = ("cutout", "upscale", "grade", "check", "video")


class Treatment(EditableRow):
    """One wish, claimed with a lease. `provider_code` empty: the chain decides; `facts` say who did it and how, and who failed before."""

    scope = Within(space="space", project="project")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, related_name="+")
    source = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="treatments")
    operation = models.CharField(max_length=12, choices=[(o, o) for o in OPERATIONS])
    provider_code = models.CharField(max_length=40, blank=True, default="")
    parameters = models.JSONField(default=dict)
    status = TREATMENT.column()
    result = models.ForeignKey(Asset, on_delete=models.SET_NULL, null=True, related_name="+")
    facts = models.JSONField(default=dict)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_owner = models.CharField(max_length=120, blank=True, default="")
    lease_until = models.DateTimeField(null=True)
    nudged_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="")
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [TREATMENT.constraint()]
        indexes = [
            models.Index(fields=["source", "-created_at", "-id"], name="treatment_of_file"),
            models.Index(fields=["status", "lease_until"], name="treatment_open", condition=models.Q(status__in=["planned", "running"])),
        ]
