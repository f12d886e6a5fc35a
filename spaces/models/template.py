"""Starting points that are used again: a character's or a style's values, kept in versions."""

from django.db import models
from django.db.models import Q

from iat.kernel.rows import EditableRow, Row
from iat.kernel.scope import Within
from spaces.lifecycles import TEMPLATE
from spaces.models.people import User
from spaces.models.space import Space

KINDS = ("character", "style")


class Template(EditableRow):
    """The current version. `shared` shows it to every member of the space; otherwise only its maker sees it."""

    scope = Within(space="space")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="templates")
    kind = models.CharField(max_length=16, choices=[(k, k) for k in KINDS])
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, default="")
    generation_params = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    shared = models.BooleanField(default=True)
    state = TEMPLATE.column()
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [
            TEMPLATE.constraint(),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="template_kind_known"),
            models.UniqueConstraint(fields=["space", "kind", "name"], condition=Q(state="active"), name="template_name_once"),
        ]
        indexes = [models.Index(fields=["space", "kind", "name", "id"], name="template_by_name"), models.Index(fields=["kind", "name", "id"], name="template_anywhere")]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class TemplateVersion(Row):
    """What a template said in one version."""

    scope = Within(space="space")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    template = models.ForeignKey(Template, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, default="")
    generation_params = models.JSONField(default=dict)
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["template", "number"], name="template_version_once")]
