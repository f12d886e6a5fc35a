"""Which pictures were made from canon that has moved on since. Never writes; a constant number of queries."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery

from projects.queries.updates import canon_by_root
from renders.models import RenderedAsset, RenderedSource
from spaces.models import Definition


@dataclass(frozen=True)
class Older:
    """One identity in a picture: the version it was made from, and the canon of today."""

    name: str
    had: str
    now: Definition


def moved_on(used: Iterable[tuple[Any, str, str | None]]) -> dict[tuple[Any, str | None], Older]:
    """Of (root, name, version) those whose newest canon is another version. One query."""
    wanted = list(used)
    canon = canon_by_root({root for root, _, _ in wanted})
    return {(root, version): Older(canon[root].name, version, canon[root]) for root, _, version in wanted if version and root in canon and canon[root].version != version}


def marked(rows: QuerySet[RenderedAsset]) -> QuerySet[RenderedAsset]:
    """The same rows, each with the canon of today of its scene and style, for `in_page`."""
    return rows.annotate(scene_now=_newest("source_scene__root_id"), style_now=_newest("style__root_id")).select_related("source_scene", "style")


def in_page(pictures: list[RenderedAsset]) -> dict[Any, list[tuple[str, str]]]:
    """For each of some `marked` pictures what of its canon moved on, as (name, version it was made from). One query."""
    out: dict[Any, list[tuple[str, str]]] = {}
    sources = RenderedSource.objects.filter(rendered__in=[p.pk for p in pictures], canon_version__isnull=False).annotate(now=_newest("root_id"))
    for pk, name, had, now in sources.order_by("position").values_list("rendered_id", "definition__name", "canon_version", "now"):
        if now and now != had:
            out.setdefault(pk, []).append((name, had))
    for p in pictures:
        told = [(p.source_scene, p.scene_version, p.scene_now), (p.style, p.style.version if p.style else None, p.style_now)]  # type: ignore[attr-defined]
        for row, had, now in told:
            if row is not None and had and now and had != now:
                out.setdefault(p.pk, []).append((row.name, had))
    return out


def older(pictures: list[RenderedAsset]) -> dict[Any, list[Older]]:
    """For each picture what of its canon moved on; pictures made from today's canon are left out. Four queries."""
    ids = [p.pk for p in pictures]
    shown = [(s.rendered_id, s.root_id, s.canon_version) for s in RenderedSource.objects.filter(rendered__in=ids).order_by("position")]
    roots = dict(Definition.objects.filter(pk__in={i for p in pictures for i in (p.source_scene_id, p.style_id) if i}).values_list("pk", "root_id"))
    versions = dict(Definition.objects.filter(pk__in={p.style_id for p in pictures if p.style_id}).values_list("pk", "version"))
    shown += [(p.pk, roots[p.source_scene_id], p.scene_version) for p in pictures if p.source_scene_id in roots]
    shown += [(p.pk, roots[p.style_id], versions[p.style_id]) for p in pictures if p.style_id in roots]
    moved = moved_on((root, "", version) for _, root, version in shown)
    out: dict[Any, list[Older]] = {}
    for pk, root, version in shown:
        if (root, version) in moved and moved[root, version] not in out.get(pk, []):
            out.setdefault(pk, []).append(moved[root, version])
    return out


def _newest(path: str) -> Subquery:
    rows = Definition.objects.filter(root_id=OuterRef(path), scope_kind="space", state="canonical").order_by("-published_at", "-id")
    return Subquery(rows.values("version")[:1])


def only_older(rows: QuerySet[RenderedAsset]) -> QuerySet[RenderedAsset]:
    """Narrows pictures to those made from older canon."""
    sources = RenderedSource.objects.annotate(now=_newest("root_id")).filter(now__isnull=False, canon_version__isnull=False).exclude(now=F("canon_version"))
    rows = rows.annotate(scene_now=_newest("source_scene__root_id"), style_now=_newest("style__root_id"))
    scene = Q(scene_now__isnull=False, scene_version__isnull=False) & ~Q(scene_now=F("scene_version"))
    style = Q(style_now__isnull=False) & ~Q(style_now=F("style__version"))
    return rows.filter(Q(pk__in=sources.values("rendered_id")) | scene | style)
