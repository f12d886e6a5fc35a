"""A production inside a space: a sandbox of cloned definitions."""

from django.db import models
from django.db.models import Q

from iat.kernel.rows import EditableRow
from iat.kernel.scope import Within
from projects.lifecycles import PROJECT
from spaces.models import Definition, Space, User


class Project(EditableRow):
    """A comic, an episode, a campaign."""

    scope = Within(space="space")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="projects")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="projects")
    slug = models.SlugField(max_length=80)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, default="")
    status = PROJECT.column()
    settings = models.JSONField(default=dict)

    class Meta:
        constraints = [PROJECT.constraint(), models.UniqueConstraint(fields=["owner", "slug"], name="project_slug_per_owner")]
        indexes = [models.Index(fields=["space", "-created_at", "-id"], name="project_newest")]

    def __str__(self) -> str:
        return self.name


class ProjectStyle(EditableRow):
    """A style that a project uses, by reference, with its own overrides."""

    scope = Within(project="project")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="styles")
    style = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="+")
    is_primary = models.BooleanField(default=False)
    overrides = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["project", "style"], name="project_style_once"),
            models.UniqueConstraint(fields=["project"], condition=Q(is_primary=True), name="project_style_one_primary"),
        ]
