"""A project's rules of world, look and story, its characters, and every revision of the whole."""

from django.db import models
from django.db.models.functions import Lower

from iat.kernel.rows import EditableRow, Row
from iat.kernel.scope import Within
from projects.models.project import Project
from spaces.models import Definition, User


class ProjectBible(EditableRow):
    """One a project. The JSON columns have the shapes of projects/lore.py."""

    scope = Within(project="project")
    project = models.OneToOneField(Project, on_delete=models.CASCADE, related_name="bible")
    title = models.CharField(max_length=200, blank=True, default="")
    description = models.TextField(blank=True, default="")
    visual_style = models.JSONField(default=dict)
    world_setting = models.JSONField(default=dict)
    narrative_guidelines = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.title


class BibleCharacter(EditableRow):
    """Somebody in the story. `character` is the definition that follows; `inherited` what it took at the last sync."""

    scope = Within(project="project")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    bible = models.ForeignKey(ProjectBible, on_delete=models.CASCADE, related_name="characters")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, default="")
    visual_traits = models.JSONField(default=dict)
    personality_traits = models.JSONField(default=dict)
    relationships = models.JSONField(default=list)
    evolution_arc = models.JSONField(default=list)
    character = models.ForeignKey(Definition, on_delete=models.SET_NULL, null=True, related_name="lore")
    inherited = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint("bible", Lower("name"), name="bible_character_once")]
        indexes = [models.Index(fields=["bible", "name", "id"], name="bible_cast")]

    def __str__(self) -> str:
        return self.name


class BibleRevision(Row):
    """The whole bible as it stood after a change."""

    scope = Within(project="project")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    bible = models.ForeignKey(ProjectBible, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    snapshot = models.JSONField()
    summary = models.CharField(max_length=200, blank=True, default="")
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bible", "number"], name="bible_revision_once")]
        indexes = [models.Index(fields=["bible", "-number", "-id"], name="bible_newest")]
