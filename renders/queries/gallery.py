"""Questions about pictures: the gallery, a picture's way back to canon, the pictures of an identity."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from projects.models import Project
from projects.queries import overview
from renders.models import RenderedAsset, RenderedSource, RenderedWords, Task
from renders.queries import canon
from spaces import words
from spaces.domain import assets
from spaces.models import Asset, AvatarAsset, AvatarKit, Definition, Holds, User
from spaces.queries import lineage


@dataclass(frozen=True)
class Wanted:
    """What a gallery is narrowed to. `likeness` is the least score, 0–1; `since` and `until` are days; `search` words by their beginning."""

    state: str = ""
    root: Any = None
    older: bool = False
    scene: Any = None
    style: Any = None
    provider: str = ""
    likeness: float | None = None
    since: dt.date | None = None
    until: dt.date | None = None
    search: str = ""


def renders(project: Project | None, wanted: Wanted | None = None) -> QuerySet[RenderedAsset]:
    """Pictures of a project: discarded and archived ones only when asked for; `older` narrows to those made from canon that moved on."""
    want = wanted or Wanted()
    rows = RenderedAsset.objects.filter(project=project) if project else RenderedAsset.objects.all()
    rows = rows.filter(state=want.state) if want.state else rows.filter(state__in=["draft", "approved"])
    if want.root:
        rows = rows.filter(pk__in=RenderedSource.objects.filter(root_id=want.root).values("rendered_id"))
    exact = {"source_scene_id": want.scene, "style_id": want.style, "provider_code": want.provider, "likeness__gte": want.likeness}
    rows = rows.filter(**{k: v for k, v in exact.items() if v not in (None, "")})
    if want.since:
        rows = rows.filter(created_at__gte=dt.datetime.combine(want.since, dt.time(), dt.UTC))
    if want.until:
        rows = rows.filter(created_at__lt=dt.datetime.combine(want.until, dt.time(), dt.UTC) + dt.timedelta(days=1))
    if want.search.strip() and project:
        found = tuple(dict.fromkeys(words.words(want.search)))[:12]
        held = RenderedWords.objects.filter(Holds((words.place(project.pk, "renders"),), found, index="renders_words"))
        rows = rows.filter(pk__in=held.values("rendered_id")) if found else rows.none()
    return (canon.only_older(rows) if want.older else rows).select_related("asset", "origin_task")


def of_ids(project: Project, ids: list[Any]) -> QuerySet[RenderedAsset]:
    """Some pictures of a project, oldest first."""
    return RenderedAsset.objects.filter(project=project, pk__in=ids).select_related("asset", "origin_task").order_by("created_at", "id")


def choices(project: Project) -> dict[str, list[tuple[str, str]]]:
    """What a gallery can be narrowed to: identities, scenes, styles. Two queries."""
    out: dict[str, list[tuple[str, str]]] = {"who": [], "scene": [], "style": []}
    for row in Definition.objects.filter(project=project).exclude(state="archived").order_by("name", "id"):
        if row.type == "scene":
            out["scene"].append((str(row.pk), row.name))
        elif not row.variant_type:
            out["who"].append((str(row.root_id), row.name))
    out["style"] = [(str(s.style_id), s.style.name) for s in overview.styles(project)]
    return out


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


def scene_images(project: Project) -> QuerySet[RenderedAsset]:
    """Scene images of a project that were not thrown away."""
    return RenderedAsset.objects.filter(project=project, type="scene_image").exclude(state="discarded").select_related("asset")


def memories(person: User) -> QuerySet[RenderedAsset]:
    """Scene images a person made and kept, in all projects in scope."""
    return RenderedAsset.objects.filter(created_by=person, is_memory=True).exclude(state="discarded").exclude(project__status="deleted").select_related("asset")
