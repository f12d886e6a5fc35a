"""Outcomes worth keeping, with the exact rows they were made from."""

from django.db import models
from django.db.models import Q

from iat.kernel.rows import EditableRow, Row
from iat.kernel.scope import GLOBAL, Within
from iat.kernel.walls import ScopedManager
from projects.models import Project
from renders.lifecycles import RENDERED
from renders.models.run import RunCandidate, RunJob
from renders.models.task import Task
from spaces.models import Asset, AvatarAsset, AvatarKit, Definition, Space, User

TYPES = ("character_ref", "scene_ref", "pose_ref", "pose", "dress", "composite", "scene_image")


class RenderedAsset(EditableRow):
    """A picture that a person decides about. `generation_context` is frozen when it is made."""

    scope = Within(space="space", project="project")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, related_name="renders")
    scope_kind = models.CharField(max_length=8, choices=[(s, s) for s in ("space", "project", "task")])
    type = models.CharField(max_length=16, choices=[(t, t) for t in TYPES])
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="renders")
    source_scene = models.ForeignKey(Definition, on_delete=models.PROTECT, null=True, related_name="+")
    scene_version = models.CharField(max_length=32, null=True)
    style = models.ForeignKey(Definition, on_delete=models.PROTECT, null=True, related_name="+")
    avatar_kit = models.ForeignKey(AvatarKit, on_delete=models.PROTECT, null=True, related_name="+")
    derived_from = models.ForeignKey(AvatarAsset, on_delete=models.SET_NULL, null=True, related_name="+")
    origin_task = models.ForeignKey(Task, on_delete=models.SET_NULL, null=True, related_name="renders")
    job = models.ForeignKey(RunJob, on_delete=models.SET_NULL, null=True, related_name="renders")
    candidate = models.OneToOneField(RunCandidate, on_delete=models.SET_NULL, null=True, related_name="rendered")
    generation_context = models.JSONField(default=dict)
    state = RENDERED.column()
    is_final_panel = models.BooleanField(default=False)
    is_memory = models.BooleanField(default=False)
    rating = models.PositiveSmallIntegerField(null=True)
    provider_code = models.CharField(max_length=40, blank=True, default="")
    likeness = models.FloatField(null=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            RENDERED.constraint(),
            models.UniqueConstraint(fields=["origin_task"], condition=Q(is_final_panel=True), name="one_final_panel_per_task"),
        ]
        indexes = [
            models.Index(fields=["project", "-created_at", "-id"], name="rendered_newest"),
            models.Index(fields=["project", "state", "-created_at", "-id"], name="rendered_by_state"),
            models.Index(fields=["origin_task", "state"], name="rendered_of_task"),
            models.Index(fields=["project", "provider_code", "-created_at", "-id"], name="rendered_by_provider"),
            models.Index(fields=["project", "source_scene", "-created_at", "-id"], name="rendered_by_scene"),
            models.Index(fields=["project", "style", "-created_at", "-id"], name="rendered_by_style"),
            models.Index(fields=["project", "type", "-created_at", "-id"], name="rendered_by_type"),
            models.Index(fields=["created_by", "-created_at", "-id"], name="rendered_memories", condition=Q(is_memory=True)),
        ]


class RenderedWords(models.Model):
    """One line of words a picture: prompt, task, cast, scene, style, engine. Only asked together with RenderedAsset, whose scope holds."""

    scope = GLOBAL
    id = models.BigAutoField(primary_key=True)
    rendered = models.OneToOneField(RenderedAsset, on_delete=models.CASCADE, related_name="words")
    body = models.TextField()
    objects = ScopedManager()

    def __str__(self) -> str:
        return self.body


class RenderedSource(Row):
    """Which characters a picture shows. Carries the identity's root, so that its pictures are one range scan, and the canon's version it was made from."""

    scope = Within(space="space", project="project")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, related_name="+")
    rendered = models.ForeignKey(RenderedAsset, on_delete=models.CASCADE, related_name="sources")
    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="+")
    root = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="+")
    definition_revision = models.PositiveIntegerField()
    canon_version = models.CharField(max_length=32, null=True)
    kit = models.ForeignKey(AvatarKit, on_delete=models.SET_NULL, null=True, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rendered", "definition", "position"], name="rendered_source_once")]
        indexes = [models.Index(fields=["definition", "rendered"], name="source_by_definition"), models.Index(fields=["root", "rendered"], name="source_by_root")]


class BaseView(EditableRow):
    """A definition's reference picture from one side. Clones copy the reference, not the file."""

    scope = Within(space="space", project="project")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, related_name="+")
    definition = models.ForeignKey(Definition, on_delete=models.CASCADE, related_name="base_views")
    rendered_asset = models.ForeignKey(RenderedAsset, on_delete=models.PROTECT, related_name="+")
    view = models.CharField(max_length=16, choices=[(v, v) for v in ("portrait", "three_quarter", "profile", "full_body", "wide", "mid", "close_up")])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["definition", "view"], name="base_view_once")]
