"""Who uses a definition: projects, tasks, how many pictures. Never writes; a constant number of queries."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q

from projects.models import Project, ProjectStyle
from renders.models import RenderedAsset, RenderedSource, Task
from spaces.models import Definition
from spaces.queries import lineage

MOST = 200


@dataclass(frozen=True)
class Use:
    """One project: its clones of the definition, its tasks, and how many pictures show it."""

    project: Project
    clones: list[Definition]
    tasks: list[Task]
    pictures: int


def of(row: Definition) -> list[Use]:
    """Projects that use a definition or what grew from it, newest first (at most 200 tasks are named)."""
    ids = lineage.below(row)
    clones: dict[Any, list[Definition]] = {}
    for clone in Definition.objects.filter(pk__in=ids, scope_kind="project").order_by("name", "id"):
        clones.setdefault(clone.project_id, []).append(clone)
    if row.type == "style":
        asked, shown = Q(style_id__in=ids), RenderedAsset.objects.filter(style_id__in=ids)
        known = set(ProjectStyle.objects.filter(style_id__in=ids).values_list("project_id", flat=True))
    elif row.type == "scene":
        asked, shown, known = Q(scene_id__in=ids), RenderedAsset.objects.filter(source_scene_id__in=ids, project__isnull=False), set()
    else:
        asked, known = Q(cast__character_id__in=ids), set()
        shown = RenderedAsset.objects.filter(pk__in=RenderedSource.objects.filter(definition_id__in=ids).values("rendered_id"))
    tasks: dict[Any, list[Task]] = {}
    for task in Task.objects.filter(asked).distinct().order_by("branch", "sequence", "id")[:MOST]:
        tasks.setdefault(task.project_id, []).append(task)
    pictures = {r["project_id"]: r["n"] for r in shown.filter(project__isnull=False).values("project_id").annotate(n=Count("id"))}
    found = Project.objects.filter(pk__in={*clones, *tasks, *pictures, *known}).exclude(status="deleted").order_by("-created_at", "-id")
    return [Use(p, clones.get(p.pk, []), tasks.get(p.pk, []), pictures.get(p.pk, 0)) for p in found]
