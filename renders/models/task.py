"""What the story needs: a panel, a shot, a page. Tasks consume definitions; they never define."""

from django.db import models

from iat.kernel.rows import EditableRow, Row
from iat.kernel.scope import Within
from projects.models import Project
from renders.lifecycles import TASK
from spaces.models import Definition


class Task(EditableRow):
    """One panel to be made."""

    scope = Within(project="project")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="tasks")
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True, default="")
    branch = models.CharField(max_length=60, default="main")
    sequence = models.PositiveIntegerField()
    status = TASK.column()
    scene = models.ForeignKey(Definition, on_delete=models.SET_NULL, null=True, related_name="+")
    style = models.ForeignKey(Definition, on_delete=models.SET_NULL, null=True, related_name="+")
    instructions = models.TextField(blank=True, default="")
    workflow_data = models.JSONField(default=dict)

    class Meta:
        constraints = [TASK.constraint(), models.UniqueConstraint(fields=["project", "branch", "sequence"], name="task_sequence_once")]
        indexes = [models.Index(fields=["project", "branch", "sequence", "id"], name="task_board")]

    def __str__(self) -> str:
        return self.name


class CastMember(Row):
    """A character, or a variant of one, in a task; `position` runs from left to right."""

    scope = Within(project="project")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="cast")
    character = models.ForeignKey(Definition, on_delete=models.CASCADE, related_name="castings")
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "position"], name="cast_position_once")]
