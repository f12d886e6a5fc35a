"""What a character, scene or style is. Originals, versions, clones and variants live in one table.

`root` names the identity and `parent` the step before; both stay inside the space and the type
(checked by triggers, see migration 0002).
"""

from django.db import models
from django.db.models import Q

from iat.kernel.rows import EditableRow, Row
from iat.kernel.scope import Within
from spaces.lifecycles import DEFINITION
from spaces.models.people import User
from spaces.models.space import Space

TYPES = ("character", "scene", "style")


class Definition(EditableRow):
    """One definition. `scope_kind` is what the API calls `scope`: the name `scope` is taken by the read wall."""

    scope = Within(space="space", project="project")
    type = models.CharField(max_length=16, choices=[(t, t) for t in TYPES])
    scope_kind = models.CharField(max_length=8, choices=[("space", "space"), ("project", "project")], default="space")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="definitions")
    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, null=True, related_name="definitions")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    root = models.ForeignKey("self", on_delete=models.PROTECT, related_name="identity")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, default="")
    canonical_tags = models.JSONField(default=list)
    attributes = models.JSONField(default=dict)
    metadata = models.JSONField(default=dict)
    version = models.CharField(max_length=32, null=True)
    state = DEFINITION.column()
    style_binding = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="+")
    inherits_from_type = models.CharField(max_length=16, null=True)
    inherited_version = models.CharField(max_length=32, null=True)
    variant_type = models.CharField(max_length=32, blank=True, default="")
    variant_label = models.CharField(max_length=120, blank=True, default="")
    modifiers = models.JSONField(default=dict)
    active_avatar_kit = models.ForeignKey("spaces.AvatarKit", on_delete=models.SET_NULL, null=True, related_name="+")
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            DEFINITION.constraint(),
            models.CheckConstraint(condition=Q(type__in=TYPES), name="definition_type_known"),
            models.CheckConstraint(
                condition=Q(scope_kind="space", project__isnull=True) | Q(scope_kind="project", project__isnull=False),
                name="definition_scope_and_project_agree"),
            models.CheckConstraint(condition=~Q(type="style") | Q(scope_kind="space"), name="definition_style_never_in_project"),
            models.CheckConstraint(
                condition=Q(scope_kind="space", version__isnull=False) | Q(scope_kind="project", version__isnull=True),
                name="definition_version_only_in_space"),
            models.UniqueConstraint(fields=["root", "version"], condition=Q(scope_kind="space"), name="definition_version_once"),
            models.UniqueConstraint(fields=["space", "type", "name", "version"], condition=Q(scope_kind="space"), name="definition_name_in_space"),
            models.UniqueConstraint(fields=["project", "type", "name"], condition=Q(scope_kind="project"), name="definition_name_in_project"),
        ]
        indexes = [
            models.Index(fields=["root", "id"], name="definition_by_root"),
            models.Index(fields=["space", "scope_kind", "type", "name", "version", "id"], name="definition_library"),
            models.Index(fields=["space", "type", "state", "name", "id"], name="definition_by_state"),
            models.Index(fields=["project", "type", "name", "id"], name="definition_in_project"),
            models.Index(fields=["parent"], name="definition_by_parent"),
            models.Index(fields=["space", "scope_kind", "type", "-created_at", "-id"], name="definition_newest"),
            models.Index(fields=["space", "scope_kind", "type", "-updated_at", "-id"], name="definition_changed"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}" if self.version else self.name

    @property
    def is_variant(self) -> bool:
        """A project definition that changes something about a clone."""
        return bool(self.variant_type)


class _OfType(models.Manager):
    def get_queryset(self):  # type: ignore[no-untyped-def]
        rows = super().get_queryset().filter(type=self.model.kind)
        return rows.filter(Definition.scope.condition())


class Character(Definition):
    """Definitions of type character."""

    kind = "character"
    objects = _OfType()

    class Meta:
        proxy = True


class Scene(Definition):
    """Definitions of type scene."""

    kind = "scene"
    objects = _OfType()

    class Meta:
        proxy = True


class Style(Definition):
    """Definitions of type style."""

    kind = "style"
    objects = _OfType()

    class Meta:
        proxy = True


class DefinitionRevision(Row):
    """Every change of a definition: who, when, what it was and what it became. `part_of` names the revision of another definition that this one followed."""

    scope = Within(space="space", project="project")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, null=True, related_name="+")
    definition = models.ForeignKey(Definition, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    verb = models.CharField(max_length=32)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    part_of = models.UUIDField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["definition", "number"], name="definition_revision_once")]
        indexes = [models.Index(fields=["definition", "-number", "-id"], name="revision_newest")]


class VersionPin(Row):
    """A project stays with a version of the canon: publishing a newer one leaves the pinned one canonical, and nobody is told to move on."""

    scope = Within(space="space")
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="+")
    definition = models.ForeignKey(Definition, on_delete=models.CASCADE, related_name="pins")
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["definition", "project"], name="version_pin_once")]
        indexes = [models.Index(fields=["project"], name="version_pin_of_project")]
