"""What a project says about its look: machine-checkable rules, and words for generators."""

from django.db import models
from django.db.models import Q

from iat.kernel.rows import EditableRow
from iat.kernel.scope import Within
from projects.models.project import Project
from spaces.models import User


class StyleGuide(EditableRow):
    """`rules` holds GuideRules (see projects/rules.py): chroma and luminance limits, palette."""

    scope = Within(project="project")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="guides")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, default="")
    rules = models.JSONField(default=dict)
    is_default = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name"], name="guide_name_once"),
            models.UniqueConstraint(fields=["project"], condition=Q(is_default=True), name="guide_one_default"),
        ]


STAGES = ("panel", "cast", "scene", "style", "light", "weather", "camera", "whole")


class PromptTemplate(EditableRow):
    """Words for one section of a prompt, or its whole layout. A change is a new version; the active one of a stage is used, and a run keeps the text it used."""

    scope = Within(project="project")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="prompt_templates")
    name = models.CharField(max_length=120)
    stage = models.CharField(max_length=12, choices=[(s, s) for s in STAGES])
    template_text = models.TextField()
    version = models.PositiveIntegerField(default=1)
    is_active = models.BooleanField(default=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "name", "version"], name="prompt_version_once"),
            models.UniqueConstraint(fields=["project", "stage"], condition=Q(is_active=True), name="prompt_one_active"),
        ]
