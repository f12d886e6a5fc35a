"""Machine-checkable rules of a project's look."""

from django.db import models
from django.db.models import Q

from iat.kernel.rows import EditableRow
from iat.kernel.scope import Within
from projects.models.project import Project


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
