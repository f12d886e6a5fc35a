"""Where a project's files lie besides the store of the installation: its policy, the rounds that bring files there, and what is known of each file."""

from django.db import models

from iat.kernel.rows import EditableRow
from iat.kernel.scope import Within
from projects.lifecycles import SYNC
from projects.models.project import Project
from spaces.models import Asset, User

MODES = ("local", "local_root", "local_first", "s3")


class ProjectStorage(EditableRow):
    """The policy. New files are always written here first, so that a place that is down stops nobody; `local_first` copies them to the bucket, `s3`
    and `local_root` let go of the file here once the copy there is verified. What was there before `switched_at` moves only when it is asked."""

    scope = Within(project="project")
    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="storage")
    mode = models.CharField(max_length=12, choices=[(m, m) for m in MODES], default="local")
    local_base_dir = models.CharField(max_length=400, blank=True, default="")
    s3_enabled = models.BooleanField(default=False)
    s3_bucket = models.CharField(max_length=63, blank=True, default="")
    s3_prefix = models.CharField(max_length=200, blank=True, default="")
    s3_region = models.CharField(max_length=40, blank=True, default="")
    s3_profile = models.CharField(max_length=80, blank=True, default="")
    s3_endpoint_url = models.CharField(max_length=400, blank=True, default="")
    switched_at = models.DateTimeField()
    resting_until = models.DateTimeField(null=True)
    troubles = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(mode__in=MODES), name="storage_mode_known"),
            models.CheckConstraint(condition=models.Q(mode__in=["local", "local_root"]) | models.Q(s3_enabled=True), name="storage_s3_needs_a_bucket"),
            models.CheckConstraint(condition=~models.Q(mode="local_root") | ~models.Q(local_base_dir=""), name="storage_root_needs_a_folder"),
        ]

    @property
    def by_folder(self) -> bool:
        """Whether the other place is a folder, not a bucket."""
        return self.mode == "local_root" or (self.mode == "local" and not self.s3_enabled and bool(self.local_base_dir))

    @property
    def place(self) -> tuple[str, ...]:
        """Which other place it is: where this changes, copies have to be made anew."""
        return ("folder", self.local_base_dir) if self.by_folder else ("bucket", self.s3_bucket, self.s3_prefix, self.s3_endpoint_url)

    @property
    def lets_go(self) -> bool:
        """Whether files leave this store once their copy is verified."""
        return self.mode in ("s3", "local_root")


class StorageSync(EditableRow):
    """One round: what has no verified copy gets one. `move` also brings files that were there before the policy to where it wants them; `verify` reads every copy again."""

    scope = Within(project="project")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="syncs")
    status = SYNC.column()
    move = models.BooleanField(default=False)
    verify = models.BooleanField(default=False)
    facts = models.JSONField(default=dict)
    error = models.TextField(blank=True, default="")
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    nudged_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [SYNC.constraint(), models.UniqueConstraint(fields=["project"], condition=models.Q(status__in=["planned", "running"]), name="sync_one_at_a_time")]
        indexes = [models.Index(fields=["project", "-created_at", "-id"], name="sync_newest"), models.Index(fields=["status", "lease_until"], name="sync_open", condition=models.Q(status__in=["planned", "running"]))]


class SyncedFile(EditableRow):
    """What is known of one file's copy in the bucket. `is_good`: seen there exactly as it is; else `error` says why not. `is_here` is false once the local copy was let go."""

    scope = Within(project="project")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    asset = models.OneToOneField(Asset, on_delete=models.CASCADE, related_name="synced")
    is_good = models.BooleanField()
    key = models.CharField(max_length=700)
    is_here = models.BooleanField(default=True)
    error = models.CharField(max_length=400, blank=True, default="")
    verified_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["project", "asset", "id"], name="synced_of_project"), models.Index(fields=["project", "is_good", "asset", "id"], name="synced_by_state")]
