"""The registry of files. A row never changes its bytes; a changed picture is a new row with a link."""

from django.db import models
from django.db.models import F, Q

from iat.kernel.rows import EditableRow, Row
from iat.kernel.scope import Within
from spaces.models.people import User
from spaces.models.space import Space

KINDS = ("input", "reference", "generated", "mask", "upscaled", "bg_removed", "final", "run_log", "export", "thumbnail", "voice", "other")
LINKS = ("derived_from", "variant_of", "mask_for", "reference_of")


class Asset(EditableRow):
    """One stored file. `thumbs_at` is set once its thumbnails lie beside it in the store; `trashed_at` while it is out of sight."""

    scope = Within(space="space", project="project")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="assets")
    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, null=True, related_name="assets")
    kind = models.CharField(max_length=16, choices=[(k, k) for k in KINDS])
    storage_uri = models.CharField(max_length=400)
    storage_backend = models.CharField(max_length=8, choices=[("local", "local"), ("s3", "s3")], default="local")
    mime_type = models.CharField(max_length=80)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    byte_size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    metadata = models.JSONField(default=dict)
    thumbs_at = models.DateTimeField(null=True)
    trashed_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="asset_kind_known"),
            models.UniqueConstraint(fields=["storage_uri"], name="asset_one_row_per_file"),
        ]
        indexes = [
            models.Index(fields=["project", "kind", "-created_at", "-id"], name="asset_of_project"),
            models.Index(fields=["project", "-created_at", "-id"], name="asset_newest"),
            models.Index(fields=["project", "sha256"], name="asset_by_content"),
            models.Index(fields=["space", "sha256"], name="asset_by_content_in_space"),
        ]


class AssetLink(Row):
    """Derived-from: the child was made from the parent. Never across projects, never a cycle."""

    scope = Within(space="space", project="project")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, null=True, related_name="+")
    parent = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="links_down")
    child = models.ForeignKey(Asset, on_delete=models.CASCADE, related_name="links_up")
    link_type = models.CharField(max_length=16, choices=[(k, k) for k in LINKS])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["parent", "child", "link_type"], name="asset_link_once"),
            models.CheckConstraint(condition=Q(link_type__in=LINKS), name="asset_link_known"),
            models.CheckConstraint(condition=~Q(parent=F("child")), name="asset_link_not_itself"),
        ]
