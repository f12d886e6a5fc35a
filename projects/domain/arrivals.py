"""Packages that arrive: kept, verified, and written into a space in one go, or not at all. Ids stay where they are free; lineage always.

Files are written first, then all rows in one transaction; what was written before a refusal is taken away again.
"""

import io
import logging
import re
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import orjson
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from PIL import Image

from iat.kernel import events, filestore, leases, queue
from iat.kernel.errors import Invalid, Refused
from projects import archives
from projects.archives import Member
from projects.domain import packages, slicing
from projects.domain.rowcheck import Rows
from projects.lifecycles import ARRIVAL
from projects.models import PackageArrival, Project
from projects.slices import TRAVELS
from spaces.domain import assets, indexing
from spaces.domain.spaces import free_slug
from spaces.models import Asset, Definition, Space, User

log = logging.getLogger("iat.packages")
LEASE_S, ATTEMPTS = 300, 2
PATH = re.compile(r"(projects|avatars|scenes|spaces)(/[A-Za-z0-9_-][A-Za-z0-9._-]{0,120}){1,6}")
LINES = "application/x-ndjson"


def start(space: Space, *, file: IO[bytes], name: str, by: User) -> PackageArrival:
    """Keeps the package and plans its import. Its beginning is looked at first, so that what is plainly no package is refused at once."""
    packages.peek(archives.members(file))
    file.seek(0)
    pk = uuid.uuid4()
    stored = filestore.store().take(f"spaces/{space.pk}/arrivals/{pk}.package", iter(lambda: file.read(archives.PIECE), b""))
    with transaction.atomic():
        asset = Asset.objects.create(space=space, kind="export", storage_uri=stored.path, storage_backend=filestore.store().backend, mime_type="application/octet-stream", byte_size=stored.byte_size, sha256=stored.sha256, created_by=by)
        row = PackageArrival.objects.create(id=pk, space=space, name=assets.plain(name), asset=asset, created_by=by)
        events.emit("package.planned", subject=row, actor=by)
        queue.enqueue("projects.arrive", arrival_id=str(pk))
    return row


def work(pk: Any) -> PackageArrival | None:
    """Imports one, from claim to end; the row as it ended, or None where it is not ours."""
    row = leases.claim(PackageArrival, pk, seconds=LEASE_S)
    if row is None:
        return None
    try:
        if row.attempt > ATTEMPTS or row.asset is None:
            raise Refused("Given up: the worker died while importing this. Nothing was imported.")
        with filestore.store().open(row.asset.storage_uri) as file:
            project = bring(row.space, archives.members(file), by=row.created_by, told=lambda: leases.renew(row, seconds=LEASE_S))
        ARRIVAL.move(row, "done", by=row.created_by, where=leases.ours(row), project=project, facts={"name": project.name}, error="", lease_until=None, finished_at=timezone.now())
    except Refused as error:
        ARRIVAL.move(row, "failed", where=leases.ours(row), error=error.detail[:2000], lease_until=None, finished_at=timezone.now())
    _forget(row)
    return row  # type: ignore[no-any-return]


def _forget(row: PackageArrival) -> None:
    """The package itself is not kept: what it held is here now, or was refused."""
    if row.asset is not None:
        path = row.asset.storage_uri
        row.asset.delete()
        filestore.store().delete(path)
        row.asset = None


@dataclass
class Plan:
    """What becomes of a package here: ids that change, canon that is here already, where each file goes."""

    rows: Rows
    space: Space
    by: User
    renamed: dict[str, str] = field(default_factory=dict)
    here: set[str] = field(default_factory=set)
    paths: dict[str, str] = field(default_factory=dict)
    pictures: dict[str, dict[str, Any]] = field(default_factory=dict)
    slug: str = ""

    def now(self, text: str) -> str:
        """An id of the package as it is here."""
        return self.renamed.get(text, text)


def bring(space: Space, members: Iterator[Member], *, by: User, told: Any = lambda: True) -> Project:
    """Verifies a package and writes it. Raises Refused with a reason; then nothing of it is left."""
    written: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        got = packages.read(members, Path(folder))
        rows = Rows(got.folder, got.manifest)
        rows.check()
        plan = plan_for(rows, space, by)
        try:
            for number, (entry, pieces) in enumerate(got.files):
                _take(plan, entry, pieces, written)
                if number % 100 == 99 and not told():
                    raise Refused("Somebody else imports this package.")
            if missing := set(plan.paths) - {e for e in plan.pictures if plan.pictures[e].get("came")}:
                raise Invalid(f"{len(missing)} of the package's files are not in it. Nothing was imported.")
            return _write(plan)
        except BaseException as error:
            for path in written:
                filestore.store().delete(path)
            if isinstance(error, DatabaseError):
                log.info("a package was refused by the database: %s", str(error).splitlines()[0][:300])
                raise Refused("The rows of this package do not fit together, or clash with what is in this space. Nothing was imported.") from None
            raise


def plan_for(rows: Rows, space: Space, by: User) -> Plan:
    """Which ids are taken, which canon is here already, where the files go."""
    plan = Plan(rows, space, by)
    for label in TRAVELS:
        model, ids = slicing.table(label), rows.ids[label]
        named = {f.attname for f in model._meta.concrete_fields}
        columns = ["pk", *(c for c in ("space_id", "project_id") if c in named)]
        for some in slicing.batches({uuid.UUID(pk) for pk in ids}):
            for found in model._base_manager.filter(pk__in=some).values(*columns):
                canon = ids[str(found["pk"])] and found.get("project_id") is None and found.get("space_id") == space.pk
                if canon:
                    plan.here.add(str(found["pk"]))
                else:
                    plan.renamed[str(found["pk"])] = str(uuid.uuid4())
        for column in TRAVELS[label].own_ids:
            keys = {told[column] for _, told in rows.lines(label)}
            for some in slicing.batches({uuid.UUID(k) for k in keys}):
                plan.renamed |= {str(k): str(uuid.uuid4()) for k in model._base_manager.filter(**{f"{column}__in": some}).values_list(column, flat=True)}
    told = next(iter(rows.lines("projects.Project")))[1]
    plan.slug = told["slug"] if not Project._base_manager.filter(owner=by, slug=told["slug"]).exists() else free_slug(told["name"], Project._base_manager.filter(owner=by))
    _place_files(plan)
    return plan


def _place_files(plan: Plan) -> None:
    store = filestore.store()
    place = Project(id=uuid.UUID(plan.now(plan.rows.project_id)), slug=plan.slug)
    uris: set[str] = set()
    own = {pk for ids in plan.rows.ids.values() for pk in ids}
    for number, told in plan.rows.lines("spaces.Asset"):
        if told["id"] in plan.here:
            continue
        if told["mime_type"] not in (*assets.SUFFIX, LINES):
            raise Invalid(f"Line {number} of rows/spaces.Asset.jsonl names a file of a kind that is not taken here. Nothing was imported.")
        uri, pk = told["storage_uri"], plan.now(told["id"])
        same = pk == told["id"] and plan.now(plan.rows.project_id) == plan.rows.project_id
        if not same or not PATH.fullmatch(uri) or ".." in uri or not own & set(slicing.UUID.findall(uri)) or uri in uris or Asset._base_manager.filter(storage_uri=uri).exists() or store.exists(uri):
            folder = assets.folder(place) if told["project_id"] else f"spaces/{plan.space.pk}/imported"
            uri = f"{folder}/{told['kind']}/{pk}.{assets.SUFFIX.get(told['mime_type'], 'jsonl')}"
        uris.add(uri)
        plan.paths[told["id"]], plan.pictures[told["id"]] = uri, told


def _take(plan: Plan, entry: dict[str, Any], pieces: Iterator[bytes], written: list[str]) -> None:
    """One file: as announced, of the kind and size that its row says; then it lies where it belongs."""
    told = plan.pictures.get(entry["id"])
    if told is None:
        if entry["id"] not in plan.rows.ids["spaces.Asset"]:
            raise Invalid(f"{entry['name']} belongs to no row of the package. Nothing was imported.")
        for _ in pieces:  # canon that is here already; it is read all the same, so that a changed package shows
            pass
        return
    if (entry["sha256"], entry["size"]) != (told["sha256"], told["byte_size"]):
        raise Invalid(f"{entry['name']} is another file than its row says. Nothing was imported.")
    path = filestore.store().take(plan.paths[entry["id"]], pieces, new=True).path  # another import of the same package may be at the same path
    plan.paths[entry["id"]] = path
    written.append(path)
    if told["mime_type"] != LINES:
        _looks_like(path, told, entry["name"])
    told["came"] = True


def _looks_like(path: str, told: dict[str, Any], name: str) -> None:
    """Whether the head of a picture says what its row says."""
    try:
        with filestore.store().open(path) as file:
            image = Image.open(io.BytesIO(file.read(4_000_000)), formats=list(assets.MIME))
            said = (assets.MIME[image.format or ""], image.width, image.height)
    except Exception:
        said = ("", 0, 0)
    if said != (told["mime_type"], told["width"] or 0, told["height"] or 0) or said[1] * said[2] > settings.IAT_MAX_PIXELS:
        raise Invalid(f"{name} is not the picture that its row says. Nothing was imported.")


@transaction.atomic
def _write(plan: Plan) -> Project:
    """All rows, in the order of the tables. The write wall knows one project; this one does not exist yet, so its owner was checked line by line before."""
    for label in TRAVELS:
        batch: list[Any] = []
        for number, told in _ordered(label, plan):
            if told.get("id") in plan.here:
                continue
            batch.append(_row(label, number, told, plan))
            if len(batch) == 500:
                _insert(label, batch)
                batch = []
        _insert(label, batch)
    pk = uuid.UUID(plan.now(plan.rows.project_id))
    for definition in Definition._base_manager.filter(pk__in=[uuid.UUID(plan.now(i)) for i in plan.rows.ids["spaces.Definition"] if i not in plan.here]).iterator(chunk_size=500):
        indexing.index(definition)
    project = Project._base_manager.select_related("space").get(pk=pk)
    events.emit("project.imported", subject=project, actor=plan.by)
    return project


def _ordered(label: str, plan: Plan) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows as they stand; definitions with their parents before them."""
    if label != "spaces.Definition":
        yield from plan.rows.lines(label)
        return
    waiting, done = list(plan.rows.lines(label)), set(plan.here)
    while waiting:
        ready = [(n, t) for n, t in waiting if (t["root_id"] in done or t["root_id"] == t["id"]) and (t["parent_id"] is None or t["parent_id"] in done)]
        if not ready:
            raise Invalid("The definitions of this package follow each other in a circle. Nothing was imported.")
        yield from ready
        done |= {t["id"] for _, t in ready}
        waiting = [(n, t) for n, t in waiting if t["id"] not in done]


def _row(label: str, number: int, told: dict[str, Any], plan: Plan) -> Any:
    model = slicing.table(label)
    values = plan.rows.values(label, number, told)
    values = {f.attname: _renamed(f, values[f.attname], plan) for f in plan.rows.columns[label]}
    for f in model._meta.concrete_fields:
        if f.is_relation and f.related_model is Space:
            values[f.attname] = plan.space.pk
        elif f.is_relation and f.related_model is User and not f.null:
            values[f.attname] = plan.by.pk
    if label == "spaces.Asset":
        values |= {"storage_uri": plan.paths[told["id"]], "storage_backend": filestore.store().backend}
    elif label == "projects.Project":
        values |= {"slug": plan.slug, "name": _free(values["name"], Project._base_manager.filter(space=plan.space).exclude(status="deleted"))}
    elif label == "spaces.Definition" and told["project_id"] is None:
        values["name"] = _free(values["name"], Definition._base_manager.filter(space=plan.space, scope_kind="space", type=values["type"], version=values["version"]))
    elif label == "spaces.AvatarKit" and told["character_id"] in plan.here:
        others = model._base_manager.filter(character_id=values["character_id"])
        values["name"] = _free(values["name"], others)
        values["is_default"] = values["is_default"] and not others.filter(is_default=True).exists()
    return model(**values)


def _free(name: str, others: Any) -> str:
    """The name, or with a number where somebody here has it."""
    taken = set(others.filter(name__startswith=name[:100]).values_list("name", flat=True))
    return name if name not in taken else next(n for at in range(2, len(taken) + 3) if (n := f"{name[:100]} ({at})") not in taken)


def _renamed(f: Any, value: Any, plan: Plan) -> Any:
    """A value with the ids that changed, wherever they stand in it."""
    if not plan.renamed or value is None:
        return value
    if isinstance(value, uuid.UUID):
        return uuid.UUID(plan.now(str(value)))
    if isinstance(value, dict | list):
        return orjson.loads(slicing.UUID.sub(lambda found: plan.now(found[0]), orjson.dumps(value).decode()))
    if f.name == "body":  # lines of words carry the mark of where they live
        return value.replace(uuid.UUID(plan.rows.project_id).hex, uuid.UUID(plan.now(plan.rows.project_id)).hex)
    return value


def _insert(label: str, rows: list[Any]) -> None:
    """As `bulk_create`, but with the times that the rows bring: that is what `raw` means in Django, and only `_insert` offers it for many rows."""
    if not rows:
        return
    model = slicing.table(label)
    columns = [f for f in model._meta.concrete_fields if not (f.primary_key and rows[0].pk is None)]
    most = connection.ops.bulk_batch_size(columns, rows)
    for at in range(0, len(rows), most):
        model._base_manager.all()._insert(rows[at:at + most], fields=columns, using=connection.alias, raw=True)
