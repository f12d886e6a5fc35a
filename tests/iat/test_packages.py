"""Projects go out as packages and come in again: the same, whole, or not at all."""

import hashlib
import io
import tarfile
import uuid
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
