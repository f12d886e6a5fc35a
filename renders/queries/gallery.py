"""Questions about pictures: the gallery, a picture's way back to canon, the pictures of an identity."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from projects.models import Project
from renders.models import RenderedAsset, RenderedSource, Task
from renders.queries import canon
from spaces.domain import assets
from spaces.models import Asset, AvatarAsset, AvatarKit, Definition
from spaces.queries import lineage


def renders(project: Project | None, *, state: str = "", root: Any = None, older: bool = False) -> QuerySet[RenderedAsset]:
    """Pictures of a project: discarded ones only when asked for; `older` narrows to those made from canon that moved on."""
    rows = RenderedAsset.objects.filter(project=project) if project else RenderedAsset.objects.all()
    rows = rows.filter(state=state) if state else rows.exclude(state__in=["discarded", "archived"])
    if root:
        rows = rows.filter(pk__in=RenderedSource.objects.filter(root_id=root).values("rendered_id"))
    return (canon.only_older(rows) if older else rows).select_related("asset", "origin_task")


def of_identity(row: Definition, scope: str) -> QuerySet[RenderedAsset]:
    """Pictures that show a definition itself, its descendants, or its whole identity."""
    if row.type == "character":
        sources = RenderedSource.objects.filter(**_reach("definition", "root_id", row, scope))
        found = RenderedAsset.objects.filter(pk__in=sources.values("rendered_id"))
    else:
        column = "source_scene" if row.type == "scene" else "style"
        found = RenderedAsset.objects.filter(**_reach(column, f"{column}__root_id", row, scope))
    return found.select_related("asset", "origin_task")


def _reach(column: str, root: str, row: Definition, scope: str) -> dict[str, Any]:
    if scope == "identity":
        return {root: row.root_id}
    return {f"{column}_id": row.pk} if scope == "self" else {f"{column}_id__in": lineage.below(row)}


@dataclass(frozen=True)
class Source:
    """One character of a picture: who was drawn, from which clone and canon, with which kit picture."""

    definition: Definition
    clone: Definition | None
    canon: Definition | None
    kit: AvatarKit | None
    picture: AvatarAsset | None
    anchors: list[AvatarAsset]
    revision: int
    moved_on: bool


@dataclass(frozen=True)
class Origin:
    """A picture's whole way back."""

    row: RenderedAsset
    sources: list[Source]
    scene_line: list[Definition]
    stages: list[Asset]
    siblings: list[RenderedAsset]


def origin(row: RenderedAsset) -> Origin:
    """From a panel back to task, run, candidate, variant, clone, canon, kit and anchors. A constant number of queries."""
    snapshot = row.job.run.settings_snapshot["jobs"][row.job.meta["number"]] if row.job_id else {"cast": []}
    told = {m["id"]: m for m in snapshot["cast"]}
    links = list(RenderedSource.objects.filter(rendered=row).select_related("definition", "kit").order_by("position"))
    roots = {link.root_id for link in links} | ({row.source_scene.root_id} if row.source_scene else set())
    family = {d.pk: d for d in Definition.objects.filter(root_id__in=roots)}
    wanted = [pk for m in snapshot["cast"] for pk in [*((m["kit"] or {}).get("anchors") or []), (m["picture"] or {}).get("id")] if pk]
    pictures = {str(p.pk): p for p in AvatarAsset.objects.filter(pk__in=wanted).select_related("asset")}
    sources = [_source(link, told.get(str(link.definition_id), {}), family, pictures) for link in links]
    ups = assets.ancestors(row.asset)
    siblings = list(RenderedAsset.objects.filter(origin_task_id=row.origin_task_id).exclude(pk=row.pk).select_related("asset").order_by("-created_at", "-id")[:12]) if row.origin_task_id else []
    return Origin(row, sources, _line(row.source_scene, family), [a for a in ups if a.metadata.get("stage")][::-1], siblings)


def _line(row: Definition | None, family: dict[Any, Definition]) -> list[Definition]:
    """A definition and its parents, nearest first."""
    line = []
    while row is not None:
        line.append(row)
        row = family.get(row.parent_id)
    return line


def _source(link: RenderedSource, told: dict[str, Any], family: dict[Any, Definition], pictures: dict[str, AvatarAsset]) -> Source:
    line = _line(family.get(link.definition_id), family)
    clone = next((d for d in line if d.scope_kind == "project" and not d.variant_type), None)
    canon = next((d for d in line if d.scope_kind == "space"), None)
    anchors = [pictures[a] for a in ((told.get("kit") or {}).get("anchors") or []) if a in pictures]
    return Source(link.definition, clone, canon, link.kit, pictures.get((told.get("picture") or {}).get("id", "")), anchors, link.definition_revision, link.definition.revision != link.definition_revision)


def recent(*, limit: int = 12) -> list[RenderedAsset]:
    """The newest approved pictures of the scope."""
    return list(RenderedAsset.objects.filter(state="approved", project__isnull=False).select_related("asset", "origin_task", "project").order_by("-created_at", "-id")[:limit])


def running(*, limit: int = 8) -> list[Task]:
    """Tasks at work."""
    return list(Task.objects.filter(status="running").select_related("project").order_by("-updated_at", "-id")[:limit])


def counts_by_definition(ids: list[Any]) -> dict[Any, int]:
    """How many pictures show each definition itself. One query."""
    rows = RenderedSource.objects.filter(definition_id__in=ids).values("definition_id").annotate(n=Count("id"))
    return {row["definition_id"]: row["n"] for row in rows}
