"""What a project says about its look: machine-checkable rules, and words for generators."""

from django.db import models
from django.db.models import Q

from iat.kernel.rows import EditableRow
from iat.kernel.scope import Within
from projects.models.project import Project
from spaces.models import Asset, User


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


class ReferenceSet(EditableRow):
    """Pictures that show how things should look. Generators that take references get an active set's pictures, heaviest first."""

    scope = Within(project="project")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="reference_sets")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=[(k, k) for k in ("style", "character", "scene", "lighting", "other")])
    is_active = models.BooleanField(default=True)
    metadata = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "name"], name="reference_set_name_once")]


class ReferenceItem(EditableRow):
    """One picture of a set; `weight` 0–1 says how much it counts, 0 leaves it out."""

    scope = Within(project="project")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    reference_set = models.ForeignKey(ReferenceSet, on_delete=models.CASCADE, related_name="items")
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="+")
    weight = models.FloatField(default=1.0)
    notes = models.CharField(max_length=400, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["reference_set", "asset"], name="reference_once_a_set"),
            models.CheckConstraint(condition=Q(weight__gte=0, weight__lte=1), name="reference_weight_0_to_1"),
        ]
