"""A project's slice of the database as JSON lines: its own rows, and the canon that they stand on. Nothing of another project, nobody's name, no secret.

Ids of canon are held in memory; rows are streamed.
"""

import datetime as dt
import re
import uuid
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import orjson
from django.apps import apps
from django.db.models import ForeignKey

from projects.models import Project
from projects.slices import KINDS_LEFT, TRAVELS, Travels
from spaces.models import Space, User

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
CANON = ("spaces.Asset", "spaces.Definition", "spaces.AvatarKit", "spaces.AvatarAsset", "renders.RenderedAsset")
Ids = dict[str, set[uuid.UUID]]


def table(label: str) -> Any:
    """The model of a label."""
    return apps.get_model(label)


def has(label: str, column: str) -> bool:
    """Whether a table has a column of this name."""
    return any(f.name == column for f in table(label)._meta.concrete_fields)


def fields(label: str) -> list[Any]:
    """The columns that travel, by name. People and spaces stay; the project's own place is told, so that it can be checked."""
    how, model = TRAVELS[label], table(label)
    kept = [f for f in model._meta.concrete_fields if f.name not in how.without and not (f.is_relation and f.related_model in (User, Space)) and not (f.primary_key and not isinstance(f.default, type(uuid.uuid4)))]
    return sorted(kept, key=lambda f: f.attname)


def keys(model: Any) -> list[Any]:
    """Columns of a table that point to tables which travel."""
    return [f for f in model._meta.concrete_fields if isinstance(f, ForeignKey) and f.related_model._meta.label in TRAVELS]


def own(label: str, project: Project) -> Any:
    """The project's own rows of a table."""
    rows = table(label).objects
    if label == "projects.Project":
        return rows.filter(pk=project.pk)
    if label == "spaces.Asset":
        return rows.filter(project=project).exclude(kind__in=KINDS_LEFT)
    if label == "renders.RenderedWords":
        return rows.filter(rendered__project=project)
    return rows.filter(project=project) if has(label, "project") else rows.none()


def canon(project: Project) -> Ids:
    """Ids of the space's rows that the project stands on: what its rows point to, what is named in frozen snapshots, and what those need in turn."""
    found: Ids = {label: set() for label in CANON}
    fresh: Ids = {label: set() for label in CANON}
    for label in TRAVELS:
        for key in keys(table(label)):
            target = key.related_model._meta.label
            if target in CANON:
                fresh[target] |= set(own(label, project).filter(**{f"{key.name}__isnull": False, **_of_space(target, key.name)}).values_list(key.attname, flat=True).distinct().order_by())
        for column in TRAVELS[label].searched:
            _add_named(own(label, project).values_list(column, flat=True).iterator(chunk_size=200), fresh)
    while any(fresh.values()):
        for label, ids in fresh.items():
            found[label] |= ids
        fresh = {label: ids - found[label] for label, ids in _needed(fresh).items()}
    return found


def _of_space(label: str, path: str) -> dict[str, Any]:
    """The condition under which a row belongs to the space itself."""
    return {f"{path}__project__isnull": True} if has(label, "project") else {}


def _add_named(values: Iterable[Any], fresh: Ids) -> None:
    named: set[uuid.UUID] = set()
    for value in values:
        named |= {uuid.UUID(text) for text in UUID.findall(orjson.dumps(value, default=str).decode())}
    for label in CANON:
        for some in batches(named):
            fresh[label] |= set(_canon_rows(label).filter(pk__in=some).values_list("pk", flat=True))


def _canon_rows(label: str) -> Any:
    rows = table(label).objects.all()
    return rows.filter(project__isnull=True) if has(label, "project") else rows


def _needed(fresh: Ids) -> Ids:
    """What new canon needs: the rows its columns point to, the pictures of a sheet, what a file was made from, what a picture shows."""
    more: Ids = {label: set() for label in CANON}
    for label, ids in fresh.items():
        for key in keys(table(label)):
            if (target := key.related_model._meta.label) in CANON:
                for some in batches(ids):
                    more[target] |= set(_canon_rows(label).filter(pk__in=some, **{f"{key.name}__isnull": False, **_of_space(target, key.name)}).values_list(key.attname, flat=True).order_by())
    for some in batches(fresh["spaces.AvatarKit"]):
        more["spaces.AvatarAsset"] |= set(table("spaces.AvatarAsset").objects.filter(avatar_kit__in=some, is_active=True).exclude(review="rejected").values_list("pk", flat=True))
    for some in batches(fresh["spaces.Asset"]):
        more["spaces.Asset"] |= set(table("spaces.AssetLink").objects.filter(child__in=some, parent__project__isnull=True).values_list("parent_id", flat=True))
    for some in batches(fresh["spaces.Definition"]):
        more["renders.RenderedAsset"] |= set(table("renders.BaseView").objects.filter(definition__in=some, project__isnull=True, rendered_asset__project__isnull=True).values_list("rendered_asset_id", flat=True))
    for some in batches(fresh["renders.RenderedAsset"]):
        more["spaces.Definition"] |= set(table("renders.RenderedSource").objects.filter(rendered__in=some, project__isnull=True).values_list("definition_id", flat=True))
    return more


def batches(ids: set[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    """Ids in order, a few hundred at a time: what one question may hold."""
    given = sorted(ids)
    return (given[at:at + 400] for at in range(0, len(given), 400))


def lines(label: str, project: Project, ids: Ids) -> Iterator[bytes]:
    """Every row of a table as a line, the space's first, then the project's, each by age."""
    model, how, columns = table(label), TRAVELS[label], fields(label)
    order = ("created_at", "id") if has(label, "created_at") else ("rendered_id",)
    seen: set[Any] = set()
    for via in (["id"] if label in CANON else list(how.with_canon)):
        target = label if label in CANON else model._meta.get_field(via).related_model._meta.label
        for some in batches(ids[target]):
            rows = (_canon_rows(label) if label != "renders.RenderedWords" else model.objects.all()).filter(**{f"{via}__in": some})
            for row in sorted(rows, key=lambda r: tuple(str(getattr(r, o)) for o in order)):
                if row.pk not in seen and _whole(row, ids):
                    seen.add(row.pk)
                    yield _line(row, columns, how, ids)
    for row in own(label, project).order_by(*order).iterator(chunk_size=500):
        yield _line(row, columns, how, None)


def _whole(row: Any, ids: Ids) -> bool:
    """Whether every row that this one cannot do without is there."""
    return all(f.null or getattr(row, f.attname) in ids.get(f.related_model._meta.label, ()) for f in keys(type(row)))


def _line(row: Any, columns: list[Any], how: Travels, ids: Ids | None) -> bytes:
    told: dict[str, Any] = {}
    for f in columns:
        value = getattr(row, f.attname)
        if ids is not None and f.is_relation and value is not None and value not in ids.get(f.related_model._meta.label, ()):
            value = None  # canon that points into a project says nothing of it
        if f.name in how.ended and value in how.ended[f.name][1]:
            value = how.ended[f.name][0]
        if f.name in how.nameless and isinstance(value, dict):
            value = {k: v for k, v in value.items() if k not in how.nameless[f.name]}
        told[f.attname] = _plain(value)
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    return str(value) if isinstance(value, uuid.UUID | Decimal) else value
