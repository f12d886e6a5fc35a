"""Projects that go out as packages, and packages that come in."""

from django.db import models

from iat.kernel.rows import EditableRow
from iat.kernel.scope import Within
from projects.lifecycles import ARRIVAL, EXPORT
from projects.models.project import Project
from spaces.models import Asset, Space, User

FORMATS = ("zip", "tar.gz")


class ProjectExport(EditableRow):
    """One export. `asset` holds its rows and manifest; the files are streamed from the store when it is downloaded. `sha256` is the manifest's."""

    scope = Within(project="project")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="exports")
    format = models.CharField(max_length=8, choices=[(f, f) for f in FORMATS])
    status = EXPORT.column()
    asset = models.ForeignKey(Asset, on_delete=models.SET_NULL, null=True, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True, default="")
    facts = models.JSONField(default=dict)
    error = models.TextField(blank=True, default="")
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    nudged_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [EXPORT.constraint(), models.CheckConstraint(condition=models.Q(format__in=FORMATS), name="export_format_known")]
        indexes = [
            models.Index(fields=["project", "-created_at", "-id"], name="export_newest"),
            models.Index(fields=["status", "lease_until"], name="export_open", condition=models.Q(status__in=["planned", "running"])),
        ]


class PackageArrival(EditableRow):
    """One package that somebody brought into a space. `asset` is the package while it waits; `project` what it became."""

    scope = Within(space="space")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200, blank=True, default="")
    status = ARRIVAL.column()
    asset = models.ForeignKey(Asset, on_delete=models.SET_NULL, null=True, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.SET_NULL, null=True, related_name="+")
    facts = models.JSONField(default=dict)
    error = models.TextField(blank=True, default="")
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    nudged_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [ARRIVAL.constraint()]
        indexes = [
            models.Index(fields=["space", "-created_at", "-id"], name="arrival_newest"),
            models.Index(fields=["status", "lease_until"], name="arrival_open", condition=models.Q(status__in=["planned", "running"])),
        ]
