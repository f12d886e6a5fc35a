"""Projects go out as packages and come in again: the same, whole, or not at all."""

import hashlib
import io
import tarfile
import uuid
import warnings
import zipfile

import orjson
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import Count

from iat.kernel import enter, filestore
from iat.kernel.errors import Refused
from projects import archives, slices
from projects.domain import accounts, arrivals, exports, packages
from projects.models import PackageArrival, Project, ProjectExport
from renders.models import RenderedAsset, RenderedSource, Run, RunCandidate
from spaces.domain import spaces
from spaces.models import Asset, AssetLink, AvatarAsset, AvatarKit, Definition
from tests.conftest import client_of


def pack(w, format="zip"):
    """The package of ana's project, as the download gives it."""
    with enter.in_project(w.project):
        row = exports.start(w.project, format=format, by=w.ana)
        assert exports.work(row.pk) == "done", ProjectExport.objects.get(pk=row.pk).error
        row = ProjectExport.objects.select_related("asset", "project").get(pk=row.pk)
        pieces, length = exports.stream(row)
        data = b"".join(pieces)
        assert length in (None, len(data))
        return data


def wipe():
    """An empty installation: every row and every file of this test's database and store are gone."""
    from django.db import connection

    tables = [m._meta.db_table for m in apps.get_models() if m._meta.managed and m._meta.app_label in ("spaces", "projects", "renders") and m._meta.label != "spaces.User"]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {', '.join(tables)} CASCADE; SET CONSTRAINTS ALL DEFERRED")
        else:
            cursor.execute("PRAGMA defer_foreign_keys=ON")
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit%'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            for table in tables:
                cursor.execute(f"DELETE FROM {table}")
            for _, sql in triggers:
                cursor.execute(sql)
    store = filestore.store()
    for path, _ in list(store.walk()):
        store.delete(path)


def everything():
    with enter.everywhere("the test compares"):
        rows = {m._meta.label: m._base_manager.aggregate(n=Count("pk"))["n"] for m in apps.get_models() if m._meta.app_label in ("spaces", "projects", "renders") and not m._meta.proxy and m._meta.label not in ("projects.AuditEvent", "projects.AuditHead")}
    return rows, sorted(path for path, _ in filestore.store().walk())


def manifest_of(data):
    if data[:2] == archives.GZIP:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            told = orjson.loads(archive.extractfile("manifest.json").read())
    else:
        told = orjson.loads(zipfile.ZipFile(io.BytesIO(data)).read("manifest.json"))
    told.pop("made_at")
    return told


def bring(space, data, by):
    with enter.in_space(space):
        return arrivals.bring(space, archives.members(io.BytesIO(data)), by=by)


def test_every_table_travels_or_stays_with_a_reason():
    ours = {m._meta.label for m in apps.get_models() if m._meta.app_label in ("spaces", "projects", "renders") and not m._meta.proxy}
    assert set(slices.TRAVELS) | set(slices.STAYS) == ours and not set(slices.TRAVELS) & set(slices.STAYS)


@pytest.mark.parametrize("format", ["zip", "tar.gz"])
def test_out_and_into_an_empty_installation_and_out_again(rendered_world, format):
    w = rendered_world
    with enter.in_project(w.project):
        AvatarKit.objects.filter(pk=w.kit.pk).update(description="a mark that must come back")
    data = pack(w, format)
    before = manifest_of(data)
    assert before["counts"]["files"] > 8 and {p["name"]: p["lines"] for p in before["parts"]}["rows/renders.RunCandidate.jsonl"] == 2
    wipe()
    space = spaces.create(name="Anywhere", by=w.sam)
    project = bring(space, data, w.sam)
    assert (project.pk, project.slug, project.owner_id) == (w.project.pk, w.project.slug, w.sam.pk)
    with enter.in_project(project):
        assert AvatarKit.objects.get().description == "a mark that must come back"
        panel = RenderedAsset.objects.get(pk=w.rendered.pk)
        source = RenderedSource.objects.get(rendered=panel)
        assert (source.definition_id, source.root_id, source.canon_version) == (w.variant.pk, w.mara.pk, "1.0.0")
        assert filestore.store().read(panel.asset.storage_uri) and AssetLink.objects.filter(child=panel.asset).exists()
        assert Definition.objects.filter(pk=w.clone.pk, parent=w.mara.pk, created_at=w.clone.created_at).exists()
    w.project, w.ana = project, w.sam
    assert manifest_of(pack(w, format)) == before
    assert client_of(w.sam).get(f"/projects/{project.pk}").status_code == 200 and client_of(w.sam).get(f"/runs/{w.run.pk}").status_code == 200
    assert client_of(w.sam).get(f"/jobs/{w.job.pk}/review").status_code == 200 and client_of(w.sam).get(f"/projects/{project.pk}/bible").status_code == 200
    assert client_of(w.sam).get(f"/renders/{panel.pk}").status_code == 200 and len(client_of(w.sam).get(f"/api/spaces/{space.pk}/characters?search=mara").json()["items"]) == 1


def test_a_second_copy_in_the_same_space_shares_the_canon_and_nothing_else(rendered_world):
    w = rendered_world
    data = pack(w)
    rows, files = everything()
    twin = bring(w.space, data, w.ana)
    now, more = everything()
    assert twin.pk != w.project.pk and (twin.slug, twin.name) == ("ledger", "Ledger (2)") and w.project.owner == w.art
    assert (now["spaces.AvatarKit"], now["spaces.AvatarAsset"]) == (rows["spaces.AvatarKit"], rows["spaces.AvatarAsset"])
    assert now["renders.RunCandidate"] == 2 * rows["renders.RunCandidate"] and now["projects.Project"] == rows["projects.Project"] + 1
    with enter.in_project(twin):
        panel = RenderedAsset.objects.get(project=twin)
        assert panel.pk != w.rendered.pk and panel.candidate.job.run.project_id == twin.pk
        context = orjson.dumps(Run.objects.get().settings_snapshot).decode()
        assert str(w.clone.pk) not in context and str(w.variant.pk) not in context and str(w.mara.pk) in context
        clone = Definition.objects.get(project=twin, variant_type="", type="character")
        assert (clone.root_id, clone.parent_id) == (w.mara.pk, w.mara.pk)
        assert all(twin.pk.hex[:8] in a.storage_uri for a in Asset.objects.filter(project=twin))
        words = panel.words.body
        assert twin.pk.hex in words and w.project.pk.hex not in words
    with enter.in_project(w.project):
        assert RenderedAsset.objects.get(project=w.project).pk == w.rendered.pk
    assert set(files) < set(more)


def test_into_another_space_of_the_same_installation_everything_is_new(rendered_world):
    w = rendered_world
    project = bring(w.sams, pack(w), w.sam)
    with enter.in_project(project):
        canon = Definition.objects.get(scope_kind="space", type="character", name="Mara")
        assert canon.pk != w.mara.pk and canon.space_id == w.sams.pk and canon.active_avatar_kit.space_id == w.sams.pk
        assert AvatarAsset.objects.filter(avatar_kit__character=canon).count() == 2
        for picture in AvatarAsset.objects.select_related("asset"):
            assert filestore.store().read(picture.asset.storage_uri)
    assert client_of(w.sam).get(f"/definitions/{canon.pk}").status_code == 200


def test_nothing_of_others_no_secret_and_no_canon_that_nobody_needs(rendered_world):
    w = rendered_world
    with enter.in_project(w.project):
        accounts.put_secret(w.project, "bfl", "key", value="sk-very-secret-4711", by=w.ana)
    data = pack(w)
    archive = zipfile.ZipFile(io.BytesIO(data))
    everything = b"".join(archive.read(name) for name in archive.namelist())
    text = everything.decode("utf-8", "replace")
    for hidden in ("sk-very-secret-4711", str(w.draft.pk), str(w.other.pk), str(w.sams_project.pk), "ear.example", str(w.art.pk), "whsec_", '"art"'):
        assert hidden not in text, hidden
    assert str(w.mara.pk) in text and str(w.ink.pk) in text and str(w.street.pk) in text
    assert not [n for n in archive.namelist() if "Secret" in n or "Account" in n or "Call" in n]


def test_work_in_progress_is_told_as_stopped(rendered_world):
    w = rendered_world
    with enter.in_project(w.project):
        Run.objects.filter(pk=w.run.pk).update(status="running")
        RunCandidate.objects.filter(pk=w.candidates[0].pk).update(status="running", lease_owner="somebody")
    data = pack(w)
    project = bring(w.sams, data, w.sam)
    with enter.in_project(project):
        assert Run.objects.get().status == "canceled" and set(RunCandidate.objects.values_list("status", "lease_owner")) == {("canceled", ""), ("done", "")}


def test_damaged_files_are_named_and_not_exported(rendered_world):
    w = rendered_world
    store = filestore.store()
    store.write(w.rendered.asset.storage_uri, b"rot")
    with enter.in_project(w.project):
        row = exports.start(w.project, format="zip", by=w.ana)
        assert exports.work(row.pk) == "failed"
        row.refresh_from_db()
        assert w.rendered.asset.storage_uri in row.error and "fsck" in row.error
        with pytest.raises(Refused, match="not ready"):
            exports.stream(row)


def test_by_api_and_worker(rendered_world, django_capture_on_commit_callbacks):
    w = rendered_world
    ana, key = client_of(w.ana), {"Idempotency-Key": "once"}
    url = f"/api/projects/{w.project.pk}/exports"
    first = ana.post(url, data={"format": "zip"}, content_type="application/json", headers=key)
    assert first.status_code == 202 and ana.post(url, data={"format": "zip"}, content_type="application/json", headers=key).json() == first.json()
    assert ana.post(url, data={"format": "rar"}, content_type="application/json").status_code == 422
    pk = first.json()["id"]
    assert ana.get(f"/api/exports/{pk}/download").status_code == 409
    with enter.in_project(w.project):
        exports.work(pk)
    told = ana.get(f"/api/exports/{pk}").json()
    assert told["status"] == "done" and len(told["sha256"]) == 64
    answer = ana.get(told["download"])
    data = answer.getvalue()
    assert answer["Content-Length"] == str(len(data)) and answer["Content-Disposition"] == 'attachment; filename="ledger.zip"'
    assert client_of(w.art).get(told["download"]).status_code == 403
    sam = client_of(w.sam)
    refused = sam.post(f"/api/spaces/{w.sams.pk}/import-package", {"file": io.BytesIO(b"no package at all")})
    assert refused.status_code == 422 and "neither a zip nor a tar.gz" in refused.json()["detail"]
    given = io.BytesIO(data)
    given.name = "ledger.zip"
    came = sam.post(f"/api/spaces/{w.sams.pk}/import-package", {"file": given})
    assert came.status_code == 202
    with enter.in_space(w.sams):
        done = arrivals.work(came.json()["id"])
    assert done.status == "done" and sam.get(f"/api/package-imports/{done.pk}").json()["project_id"] == str(done.project_id)
    assert {p["name"] for p in sam.get("/api/projects").json()["items"]} == {"Ledger", "Sam's"}
    assert not [path for path, _ in filestore.store().walk() if path.endswith(".package")]
    assert ana.delete(f"/api/exports/{pk}").status_code == 204 and ana.get(f"/api/exports/{pk}").status_code == 404


def test_commands_write_and_read_folders_and_archives(rendered_world, tmp_path, capsys):
    w = rendered_world
    call_command("export_project", str(w.project.pk), to=tmp_path / "folder", format="folder")
    call_command("export_project", "ledger", to=tmp_path / "ledger.tar.gz", format="tar.gz")
    assert "rows" in capsys.readouterr().out and (tmp_path / "folder/manifest.json").exists()
    with tarfile.open(tmp_path / "ledger.tar.gz") as archive:
        assert archive.getnames()[0] == "manifest.json"
    for path in ("folder", "ledger.tar.gz"):
        call_command("import_package", tmp_path / path, space=str(w.sams.pk), by="sam")
    with enter.in_space(w.sams):
        assert Project.objects.filter(name__startswith="Ledger").count() == 2 and PackageArrival.objects.count() == 0


def test_two_imports_of_one_package_never_touch_each_others_files(rendered_world):
    """The second finds every path taken after it was planned, fails, and takes away only what it wrote itself."""
    w = rendered_world
    data = pack(w)
    wipe()
    space = spaces.create(name="Anywhere", by=w.sam)
    real, project = packages.read, None

    def in_between(members, folder):
        nonlocal project
        got = real(members, folder)
        plan = arrivals.plan_for

        def planned(rows, at, by):
            nonlocal project
            made = plan(rows, at, by)
            arrivals.plan_for = plan
            project = bring(space, data, w.sam)
            return made

        arrivals.plan_for = planned
        packages.read = real
        return got

    packages.read = in_between
    try:
        with pytest.raises(Refused, match="clash"):
            bring(space, data, w.sam)
    finally:
        packages.read = real
    with enter.in_project(project):
        files = list(Asset.objects.values_list("storage_uri", "sha256"))
        assert len(files) > 8 and all(hashlib.sha256(filestore.store().read(uri)).hexdigest() == sha for uri, sha in files)
    assert sorted(p for p, _ in filestore.store().walk()) == sorted(uri for uri, _ in files)


def test_an_export_deleted_while_it_is_prepared_is_no_trouble(rendered_world):
    w = rendered_world
    with enter.in_project(w.project):
        row = exports.start(w.project, format="zip", by=w.ana)
        real, counted = exports.write, []

        def meanwhile(*args, **kwargs):
            counted.append(1)
            ProjectExport.objects.filter(pk=row.pk).delete()
            return real(*args, **kwargs)

        exports.write = meanwhile
        try:
            assert exports.work(row.pk) == "gone" and counted
        finally:
            exports.write = real
        assert not Asset.objects.filter(kind="export", storage_uri__contains=str(row.pk)).exists()


def test_a_worker_that_dies_twice_leaves_nothing(rendered_world):
    w = rendered_world
    data = pack(w)
    with enter.in_space(w.sams):
        row = arrivals.start(w.sams, file=io.BytesIO(data), name="x.zip", by=w.sam)
        PackageArrival.objects.filter(pk=row.pk).update(attempt=2)
        assert arrivals.work(row.pk).status == "failed"
        assert Project.objects.filter(name="Ledger").count() == 0 and arrivals.work(row.pk) is None
    assert uuid.UUID(str(row.pk))


class Broken:
    """A real package, taken apart so that one thing about it can be made wrong."""

    def __init__(self, data):
        archive = zipfile.ZipFile(io.BytesIO(data))
        self.members = {name: archive.read(name) for name in archive.namelist()}

    @property
    def manifest(self):
        return orjson.loads(self.members["manifest.json"])

    def told(self, **changes):
        self.members["manifest.json"] = orjson.dumps({**self.manifest, **changes})
        return self

    def lines(self, label):
        return [orjson.loads(line) for line in self.members[f"rows/{label}.jsonl"].splitlines()]

    def rows(self, label, rows, name=""):
        """Other rows in a table, with a manifest that agrees."""
        return self.part(name or f"rows/{label}.jsonl", b"".join(r if isinstance(r, bytes) else orjson.dumps(r) + b"\n" for r in rows))

    def part(self, name, data):
        import hashlib

        self.members[name] = data
        parts = [{**p, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()} if p["name"] == name else p for p in self.manifest["parts"]]
        return self.told(parts=parts)

    def change(self, label, at=0, **changes):
        rows = self.lines(label)
        rows[at] = {**rows[at], **changes}
        return self.rows(label, rows)

    def file(self, at=0):
        return [n for n in self.members if n.startswith("files/")][at]

    def zip(self, pack=zipfile.ZIP_STORED, order=None):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", pack) as archive:
            for name in order or self.members:
                archive.writestr(name, self.members[name])
        return out.getvalue()

    def tar(self, tamper=lambda info: info):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w:gz", format=tarfile.USTAR_FORMAT) as archive:
            for name, data in self.members.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                info = tamper(info)
                archive.addfile(info, io.BytesIO(data) if info.isreg() else None)
        return out.getvalue()


def linked(kind):
    def tamper(info):
        if info.name.startswith("files/"):
            info.type, info.linkname, info.size = kind, "/etc/passwd", 0
        return info
    return tamper


def renamed(name):
    def tamper(info):
        info.name = name if info.name.startswith("files/") else info.name
        return info
    return tamper


def without(b, name):
    b.members.pop(name)
    return b


def moved(b, name, to):
    b.members = {to if n == name else n: d for n, d in b.members.items()}
    return b


def listed(b, **changes):
    rows = [orjson.loads(line) for line in b.members["files.jsonl"].splitlines()]
    rows[0] = {**rows[0], **changes}
    return b.rows("", rows, "files.jsonl")


def bomb(b):
    """Gigabytes of zeros that deflate to nothing, under an honest name."""
    name = b.file()
    b.members[name] = b"\0" * 60_000_000
    return b.zip(zipfile.ZIP_DEFLATED)


def twice(b):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, warnings.catch_warnings(action="ignore"):
        for name, data in [*b.members.items(), *list(b.members.items())[-1:]]:
            archive.writestr(name, data)
    return out.getvalue()


def picture_of(b, data):
    """Another file in place of the first picture, everything else in agreement."""
    import hashlib

    name, sha = b.file(), hashlib.sha256(data).hexdigest()
    rows = [orjson.loads(line) for line in b.members["files.jsonl"].splitlines()]
    at = next(i for i, r in enumerate(rows) if r["name"] == name)
    pk, old = rows[at]["id"], rows[at]["size"]
    rows[at] |= {"sha256": sha, "size": len(data)}
    b.members[name] = data
    b.rows("", rows, "files.jsonl").told(counts={**b.manifest["counts"], "bytes": b.manifest["counts"]["bytes"] - old + len(data)})
    assets = [{**r, "sha256": sha, "byte_size": len(data)} if r["id"] == pk else r for r in b.lines("spaces.Asset")]
    return b.rows("spaces.Asset", assets).zip()


def parts(b, **changes):
    return b.told(parts=[{**p, **(changes if i == 3 else {})} for i, p in enumerate(b.manifest["parts"])])


NOBODY = "00000000-0000-4000-8000-000000000000"
HOSTILE = {
    "nothing": lambda b: b"", "text": lambda b: b"hello", "a picture": lambda b: b"\x89PNG\r\n\x1a\n" + b"0" * 99, "half a zip": lambda b: b.zip()[: len(b.zip()) // 2], "a zip without its end": lambda b: b.zip()[:-30],
    "an empty zip with a head": lambda b: b"PK\x03\x04" + b"\0" * 200, "half a tar": lambda b: b.tar()[: len(b.tar()) // 2], "gzip of nothing": lambda b: __import__("gzip").compress(b""), "gzip of noise": lambda b: __import__("gzip").compress(b"noise" * 999),
    "flipped byte in a file": lambda b: moved(b, b.file(), b.file()).zip().replace(b.members[b.file()][-40:-20], b"x" * 20), "changed file": lambda b: (b.members.update({b.file(): b.members[b.file()] + b"!"}), b.zip())[1],
    "shorter file": lambda b: (b.members.update({b.file(): b.members[b.file()][:-9]}), b.zip())[1], "changed rows": lambda b: (b.members.update({"rows/renders.Task.jsonl": b.members["rows/renders.Task.jsonl"].replace(b"Panel 1", b"Panel 2")}), b.zip())[1],
    "missing file": lambda b: without(b, b.file()).zip(), "missing rows": lambda b: without(b, "rows/renders.Task.jsonl").zip(), "no manifest": lambda b: without(b, "manifest.json").zip(), "manifest last": lambda b: b.zip(order=[*list(b.members)[1:], "manifest.json"]),
    "one file more": lambda b: (b.members.update({"files/other/evil.png": b"x"}), b.zip())[1], "a name twice": twice, "files in another order": lambda b: b.zip(order=[*[n for n in b.members if not n.startswith("files/")], *reversed([n for n in b.members if n.startswith("files/")])]),
    "path out of the store": lambda b: moved(b, b.file(), "../../etc/cron.d/x").zip(), "absolute path": lambda b: moved(b, b.file(), "/etc/cron.d/x").zip(), "path out, announced": lambda b: moved(listed(b, name="files/../../../x.png"), b.file(), "files/../../../x.png").zip(),
    "windows path": lambda b: moved(listed(b, name="files\\..\\x.png"), b.file(), "files\\..\\x.png").zip(), "tar path out": lambda b: b.tar(renamed("../../../srv/x")), "tar symlinks": lambda b: b.tar(linked(tarfile.SYMTYPE)), "tar hard links": lambda b: b.tar(linked(tarfile.LNKTYPE)),
    "tar devices": lambda b: b.tar(linked(tarfile.CHRTYPE)), "tar folders": lambda b: b.tar(linked(tarfile.DIRTYPE)), "zip bomb": bomb, "bomb announced": lambda b: b.told(counts={**b.manifest["counts"], "bytes": 10**14}).zip(), "part of a terabyte": lambda b: parts(b, size=10**13).zip(),
    "manifest of noise": lambda b: (b.members.update({"manifest.json": b"{"}), b.zip())[1], "manifest is a list": lambda b: (b.members.update({"manifest.json": b"[]"}), b.zip())[1], "manifest too long": lambda b: b.told(pad="x" * 1_100_000).zip(), "another format": lambda b: b.told(format="zip").zip(),
    "newer schema": lambda b: b.told(schema=2).zip(), "schema in words": lambda b: b.told(schema="one").zip(), "no parts": lambda b: b.told(parts=[]).zip(), "a part of another table": lambda b: parts(b, name="rows/spaces.User.jsonl").zip(), "negative size": lambda b: parts(b, size=-1).zip(),
    "wrong checksum": lambda b: parts(b, sha256="0" * 64).zip(), "counts nothing": lambda b: b.told(counts={}).zip(), "counts another number": lambda b: b.told(counts={**b.manifest["counts"], "files": 1}).zip(), "file listed twice": lambda b: b.rows("", b.members["files.jsonl"].splitlines(keepends=True) * 2, "files.jsonl").zip(),
    "row is no JSON": lambda b: b.rows("renders.Task", [b"{nope\n"]).zip(), "row is a list": lambda b: b.rows("renders.Task", [b"[]\n"]).zip(), "unknown column": lambda b: b.change("renders.Task", is_superuser=True).zip(), "missing column": lambda b: b.rows("renders.Task", [{"id": NOBODY}]).zip(),
    "id twice": lambda b: b.rows("renders.Task", b.lines("renders.Task") * 2).zip(), "id of noise": lambda b: b.change("renders.Task", id="1").zip(), "key to nobody": lambda b: b.change("renders.Task", scene_id=NOBODY).zip(), "another project's row": lambda b: b.change("renders.Task", project_id=NOBODY).zip(),
    "two projects": lambda b: b.rows("projects.Project", [*b.lines("projects.Project"), {**b.lines("projects.Project")[0], "id": NOBODY}]).zip(), "unknown state": lambda b: b.change("renders.Run", status="root").zip(), "text for a number": lambda b: b.change("renders.Task", sequence="one").zip(), "number out of range": lambda b: b.change("renders.Task", sequence=2**63 + 1).zip(),
    "NUL in a name": lambda b: b.change("renders.Task", name="a\0b").zip(), "name too long": lambda b: b.change("renders.Task", name="x" * 121).zip(), "time of noise": lambda b: b.change("renders.Task", created_at="yesterday").zip(), "list for an object": lambda b: b.change("projects.Project", settings=[]).zip(),
    "attributes of noise": lambda b: b.change("spaces.Definition", attributes={"root": "shell"}).zip(), "snapshot of noise": lambda b: b.change("renders.Run", settings_snapshot={"jobs": [{}]}).zip(), "rules of noise": lambda b: b.change("projects.StyleGuide", rules={"palette": ["javascript:"]}).zip(),
    "a circle of parents": lambda b: b.rows("spaces.Definition", [{**r, "parent_id": r["id"]} for r in b.lines("spaces.Definition")]).zip(), "a page for a picture": lambda b: b.change("spaces.Asset", mime_type="text/html").zip(), "script in a picture": lambda b: picture_of(b, b"<script>alert(1)</script>"),
    "a tiny picture of gigapixels": lambda b: picture_of(b, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\1\0\0\0\1\0\0\x08\x06\0\0\0" + b"\0" * 50), "two rows for one file": lambda b: b.change("spaces.Asset", sha256="0" * 64).zip(), "a final panel twice": lambda b: b.rows("renders.RenderedAsset", [{**r, "id": i, "candidate_id": None, "is_final_panel": True, "state": "approved"} for r in b.lines("renders.RenderedAsset") for i in (r["id"], NOBODY)]).zip(),
}


def test_hostile_packages_are_refused_with_a_reason_and_leave_nothing(rendered_world, settings):
    w = rendered_world
    data = pack(w)
    assert len(HOSTILE) >= 60
    before, reasons = everything(), {}
    for name, make in HOSTILE.items():
        try:
            bring(w.sams, make(Broken(data)), w.sam)
        except Refused as told:
            reasons[name] = told.detail
        assert everything() == before, name
    assert set(HOSTILE) - set(reasons) == set()
    assert all(len(r) > 30 and "Traceback" not in r and "/tmp" not in r for r in reasons.values()), reasons
    assert "schema 2" in reasons["newer schema"] and "Upgrade" in reasons["newer schema"]
    assert bring(w.sams, Broken(data).zip(), w.sam).name == "Ledger"
    assert bring(w.sams, Broken(data).tar(), w.sam).name == "Ledger (2)"
    assert bring(w.sams, Broken(data).zip(zipfile.ZIP_DEFLATED), w.sam).name == "Ledger (3)"
