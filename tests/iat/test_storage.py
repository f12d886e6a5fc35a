"""Where files lie: a bucket of a real S3 server, killed and brought back, lying about what it holds, and gone."""

import hashlib
import random
import threading
import time

import pytest

from iat.kernel import enter, filestore
from iat.kernel.errors import Invalid, NotThere, Refused
from projects import workers
from projects.buckets import Address, Bucket, Closed, Down
from projects.domain import accounts, storage
from projects.models import AuditEvent, ProjectStorage, StorageSync, SyncedFile
from spaces.domain import assets
from spaces.models import Asset
from tests.conftest import client_of, picture
from tests.iat.s3server import KEY, SECRET, Server

pytestmark = [pytest.mark.skipif(not Server.there(), reason="rclone is not installed: the S3 server of these tests"), pytest.mark.django_db]


@pytest.fixture
def server(tmp_path, settings):
    settings.IAT_FETCH_ALLOW = ["127.0.0.0/8"]
    made = Server(tmp_path / "s3").start()
    yield made
    made.kill()


@pytest.fixture
def place(bare, server):
    """Ana's project with a bucket, and five files."""
    w = bare
    with enter.in_project(w.project):
        accounts.put_secret(w.project, "s3", "access_key", value=KEY, by=w.ana)
        accounts.put_secret(w.project, "s3", "secret_key", value=SECRET, by=w.ana)
        w.place = storage.put(w.project, by=w.ana, mode="local_first", s3_enabled=True, s3_bucket="studio", s3_prefix="iat/ledger", s3_endpoint_url=server.url)
        w.assets = [assets.upload(w.space, project=w.project, data=picture(colour=(n, 9, 9, 255)), name=f"{n}.png", kind="input", by=w.art) for n in range(5)]
        yield w


def rounds(w, **wish):
    row = storage.start(w.project, by=w.ana, **wish)
    storage.work(row.pk)
    row.refresh_from_db()
    return row


def bytes_there(server, w):
    return {key: hashlib.sha256(data).hexdigest() for key, data in server.files().items()}, {f"iat/ledger/{a.storage_uri}": a.sha256 for a in Asset.objects.filter(project=w.project)}


def test_new_files_are_brought_once_and_verified(place, server):
    row = rounds(place)
    assert (row.status, row.facts) == ("done", {"brought": 5, "failed": 0, "moved": 0, "verified": 0})
    there, here = bytes_there(server, place)
    assert there == here and storage.status(place.project) | {"last": None} == {"files": 5, "bytes": sum(a.byte_size for a in place.assets), "waiting": 0, "synced": 5, "failed": 0, "away": 0, "last": None, "resting_until": None}
    assert rounds(place).facts["brought"] == 0
    more = assets.upload(place.space, project=place.project, data=picture(colour=(99, 9, 9, 255)), name="6.png", kind="input", by=place.art)
    assert rounds(place).facts["brought"] == 1 and SyncedFile.objects.get(asset=more).verified_at is not None
    with enter.everywhere("the test reads the audit"):
        assert [e.event_code for e in AuditEvent.objects.filter(event_code__startswith="storage").order_by("at")][:3] == ["storage.set", "storage.sync_asked", "storage_sync.done"]


def test_what_changed_or_went_in_the_bucket_is_found_and_brought_again(place, server):
    rounds(place)
    first, second = place.assets[:2]
    server.kill()  # it remembers its folders: behind its back means while it is off
    (server.root / "studio/iat/ledger" / first.storage_uri).write_bytes(b"rot")
    (server.root / "studio/iat/ledger" / second.storage_uri).unlink()
    server.start()
    seen = rounds(place, verify=True)
    assert seen.facts["verified"] == 3 and SyncedFile.objects.filter(is_good=False).count() == 2
    assert rounds(place).facts["brought"] == 2
    there, here = bytes_there(server, place)
    assert there == here


def test_a_damaged_local_file_is_not_sent(place, server):
    filestore.store().write(place.assets[0].storage_uri, b"rot")
    row = rounds(place)
    assert row.status == "done" and row.facts["failed"] == 1 and "could not be brought" in row.error
    assert len(server.files()) == 4 and "fsck" in SyncedFile.objects.get(is_good=False).error


def test_switching_moves_nothing_until_asked_and_back_again(place, server):
    rounds(place)
    storage.put(place.project, by=place.ana, mode="s3")
    assert rounds(place).facts["moved"] == 0 and all(filestore.store()._at(a.storage_uri).is_file() for a in place.assets)
    new = assets.upload(place.space, project=place.project, data=picture(colour=(77, 9, 9, 255)), name="new.png", kind="input", by=place.art)
    assert rounds(place).facts["moved"] == 1 and not filestore.store()._at(new.storage_uri).is_file()
    assert rounds(place, move=True).facts["moved"] == 5
    assert not [p for p, _ in filestore.store().walk() if p.startswith("projects/")]
    for asset in place.assets:
        assert hashlib.sha256(filestore.store().read(asset.storage_uri)).hexdigest() == asset.sha256 and filestore.store().exists(asset.storage_uri)
    page = client_of(place.ana).get(f"/api/assets/{new.pk}/content")
    assert page.status_code == 200 and b"".join(page.streaming_content) == picture(colour=(77, 9, 9, 255))
    with pytest.raises(Refused, match="only in that other place"):
        storage.put(place.project, by=place.ana, s3_bucket="other")
    storage.put(place.project, by=place.ana, mode="local")
    assert rounds(place).facts["moved"] == 0
    assert rounds(place, move=True).facts["moved"] == 6 and all(filestore.store()._at(a.storage_uri).is_file() for a in place.assets)
    assert len(server.files()) == 6 and storage.status(place.project)["away"] == 0


def test_a_bucket_that_lies_keeps_the_local_file(place, server):
    rounds(place)
    storage.put(place.project, by=place.ana, mode="s3")
    server.kill()
    (server.root / "studio/iat/ledger" / place.assets[0].storage_uri).write_bytes(b"x" * place.assets[0].byte_size)
    server.start()
    assert rounds(place, move=True).facts["moved"] == 4
    assert filestore.store()._at(place.assets[0].storage_uri).is_file() and not SyncedFile.objects.get(asset=place.assets[0]).is_good


def test_a_bucket_that_is_down_stops_nobody_and_is_caught_up_with(place, server):
    server.kill()
    row = rounds(place)
    assert row.status == "planned" and "does not answer" in row.error and storage.status(place.project)["resting_until"] is not None
    late = assets.upload(place.space, project=place.project, data=picture(colour=(55, 9, 9, 255)), name="late.png", kind="input", by=place.art)
    assert filestore.store().read(late.storage_uri) and storage.work(row.pk) == "planned"
    place.place.refresh_from_db()
    assert place.place.troubles == 2
    server.start()
    assert storage.work(row.pk) == "done"
    there, here = bytes_there(server, place)
    assert there == here and len(here) == 6 and storage.status(place.project)["resting_until"] is None


def test_files_that_only_the_bucket_has_are_told_missing_while_it_is_down(place, server):
    storage.put(place.project, by=place.ana, mode="s3")
    rounds(place, move=True)
    server.kill()
    with pytest.raises((Down, NotThere)):
        filestore.store().read(place.assets[0].storage_uri)
    answer = client_of(place.ana).get(f"/api/assets/{place.assets[0].pk}/content")
    assert answer.status_code == 503 and "tried again" in answer.json()["detail"]


def test_wrong_keys_and_wrong_names_are_told_and_not_repeated(place, server):
    accounts.put_secret(place.project, "s3", "secret_key", value="wrong", by=place.ana)
    row = rounds(place)
    assert row.status == "failed" and "check its name, region, address and keys" in row.error and "wrong" not in row.error
    with pytest.raises(Closed):
        storage.try_out(place.project)
    accounts.put_secret(place.project, "s3", "secret_key", value=SECRET, by=place.ana)
    assert "can be written" in storage.try_out(place.project)
    storage.put(place.project, by=place.ana, s3_bucket="nowhere")
    assert rounds(place).status == "failed" and server.files() == {}


def test_a_folder_of_their_own(bare, tmp_path, settings):
    """A root that the operator offers: files go there, verified; one that is not mounted is waited for, and never made."""
    w, root = bare, tmp_path / "nas"
    settings.IAT_LOCAL_ROOTS = [str(root)]
    with enter.in_project(w.project):
        old = assets.upload(w.space, project=w.project, data=picture(), name="old.png", kind="input", by=w.art)
        storage.put(w.project, by=w.ana, mode="local_root", local_base_dir=str(root))
        new = assets.upload(w.space, project=w.project, data=picture(colour=(1, 2, 3, 255)), name="new.png", kind="input", by=w.art)
        row = rounds(w)
        assert row.status == "planned" and "is it mounted" in row.error and not root.exists()
        root.mkdir()
        assert storage.work(row.pk) == "done" and "can be written" in storage.try_out(w.project)
        assert [p.name for p in root.rglob("*.png")] and not filestore.store()._at(new.storage_uri).is_file() and filestore.store()._at(old.storage_uri).is_file()
        assert rounds(w, move=True).facts["moved"] == 1 and [filestore.store().read(a.storage_uri) for a in (old, new)] == [picture(), picture(colour=(1, 2, 3, 255))]
        with pytest.raises(Refused, match="only in that other place"):
            storage.put(w.project, by=w.ana, mode="local_first", s3_enabled=True, s3_bucket="studio")
        assert client_of(w.ana).get(f"/api/projects/{w.project.pk}/storage").json()["local_base_dir"] == str(root)
        (root / new.storage_uri).write_bytes(b"rot")
        storage.put(w.project, by=w.ana, mode="local")
        assert rounds(w, move=True).facts["moved"] == 1 and SyncedFile.objects.get(is_good=False).asset_id == new.pk


def test_another_bucket_begins_from_nothing(place, server):
    rounds(place)
    server.kill()
    (server.root / "second").mkdir()
    server.start()
    storage.put(place.project, by=place.ana, s3_bucket="second")
    assert storage.status(place.project)["synced"] == 0 and rounds(place).facts["brought"] == 5
    assert len([p for p in (server.root / "second").rglob("*") if p.is_file()]) == 5


@pytest.mark.parametrize(("given", "says"), [({"mode": "cloud"}, "/mode"), ({"mode": "s3", "s3_enabled": False}, "/s3_enabled"), ({"mode": "local_root"}, "/local_base_dir"), ({"local_base_dir": "/etc"}, "/local_base_dir"), ({"s3_enabled": True, "s3_bucket": ""}, "/s3_bucket"), ({"s3_profile": "root"}, "/s3_profile"),
                                             ({"s3_prefix": "../x"}, "/s3_prefix"), ({"s3_endpoint_url": "http://10.0.0.1"}, "/s3_endpoint_url"), ({"s3_endpoint_url": "file:///etc"}, "/url"), ({"s3_endpoint_url": "http://169.254.169.254"}, "/s3_endpoint_url")])
def test_a_policy_that_cannot_be_is_refused(place, given, says):
    with pytest.raises(Invalid) as told:
        storage.put(place.project, by=place.ana, **given)
    assert says in [f.pointer for f in told.value.findings]


def test_by_api_and_by_the_clock(place, server):
    ana, base = client_of(place.ana), f"/api/projects/{place.project.pk}/storage"
    assert ana.get(base).json()["mode"] == "local_first"
    assert ana.put(base, data={"mode": "everywhere"}, content_type="application/json").status_code == 422
    assert client_of(place.art).put(base, data={"mode": "local"}, content_type="application/json").status_code == 403
    first = ana.post(f"{base}/sync", content_type="application/json")
    assert first.status_code == 202 and ana.post(f"{base}/sync", data={"verify": True}, content_type="application/json").json()["id"] == first.json()["id"]
    assert ana.post(f"{base}/sync/cancel", content_type="application/json").json()["status"] == "canceled" and ana.post(f"{base}/sync/cancel", content_type="application/json").status_code == 404
    workers.sweep(owner={})
    row = StorageSync.objects.get(status="planned")
    assert row.created_by is None and storage.work(row.pk) == "done"
    assert ana.get(f"{base}/status").json() | {"last_sync": None} == {"files": 5, "bytes": sum(a.byte_size for a in place.assets), "synced": 5, "waiting": 0, "failed": 0, "only_in_bucket": 0, "resting_until": None, "last_sync": None}
    assert len(ana.get(f"{base}/files?limit=2").json()["items"]) == 2 and ana.get(f"{base}/files?state=failed").json()["items"] == []
    workers.sweep(owner={})
    assert not StorageSync.objects.filter(status="planned").exists()
    form = {"mode": "local_first", "s3_bucket": "studio", "s3_prefix": "iat/ledger", "s3_endpoint_url": server.url, "s3_region": "", "access_key": "", "secret_key": ""}
    wrong = ana.post(f"/projects/{place.project.pk}/storage", {**form, "s3_bucket": "", "s3_region": "eu-kept"})
    assert wrong.status_code == 422 and "needs a bucket" in wrong.content.decode() and "eu-kept" in wrong.content.decode()
    assert ana.post(f"/projects/{place.project.pk}/storage", form).status_code == 302 and storage.status(place.project)["synced"] == 5
    page = ana.get(f"/projects/{place.project.pk}/storage").content.decode()
    assert SECRET not in page and KEY not in page and "with a verified copy" in page


def test_the_other_way_to_speak_s3(tmp_path):
    """The same connector against another server: moto, with its check of signatures switched on."""
    import os
    import subprocess
    import sys
    import urllib.request

    with __import__("socket").socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, "-m", "moto.server", "-p", str(port)], env={**os.environ, "INITIAL_NO_AUTH_ACTION_COUNT": "3"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        url, end = f"http://127.0.0.1:{port}", time.monotonic() + 30
        while time.monotonic() < end:
            try:
                urllib.request.urlopen(f"{url}/moto-api/", timeout=1)
                break
            except OSError:
                time.sleep(0.05)
        import boto3

        iam = boto3.client("iam", endpoint_url=url, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
        iam.create_user(UserName="studio")
        key = iam.create_access_key(UserName="studio")["AccessKey"]
        iam.put_user_policy(UserName="studio", PolicyName="all", PolicyDocument='{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}')
        told = Address("studio", "a", url, "us-east-1", "", key["AccessKeyId"], key["SecretAccessKey"])
        Bucket(told).client.create_bucket(Bucket="studio")
        bucket, data = Bucket(told), picture()
        assert "can be written" in bucket.try_out()
        sha, md5 = hashlib.sha256(data).hexdigest(), hashlib.md5(data).digest()
        bucket.put("p/x.png", __import__("io").BytesIO(data), size=len(data), mime="image/png", md5=md5, sha256=sha)
        assert bucket.holds("p/x.png", size=len(data), md5=md5, sha256=sha) and not bucket.holds("p/y.png", size=1, sha256=sha) and bucket.fetch("p/x.png", sha256=sha).read() == data
        with pytest.raises(Closed):
            Bucket(Address("studio", "a", url, "us-east-1", "", key["AccessKeyId"], "wrong")).try_out()
    finally:
        server.kill()
        server.wait()


@pytest.mark.postgresql  # the killer's thread and the round look at one database: in memory they would be one connection
def test_kills_of_the_server_during_a_sync_lose_nothing(place, server):
    """A short form of `python -m bench storage`: the server is killed and brought back while a round runs; every file arrives once, as it is."""
    for n in range(60):
        assets.upload(place.space, project=place.project, data=picture(colour=(n, 100, 9, 255)), name=f"more {n}.png", kind="input", by=place.art)
    row, stop = storage.start(place.project, by=place.ana), threading.Event()

    def kill():
        dice = random.Random(4)
        while not stop.wait(dice.uniform(0.05, 0.2)):
            server.kill()
            stop.wait(0.1)
            server.start()

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        end = time.monotonic() + 120
        while storage.work(row.pk) != "done" and time.monotonic() < end:
            ProjectStorage.objects.update(resting_until=None)
    finally:
        stop.set()
        killer.join()
    there, here = bytes_there(server, place)
    assert there == here and len(here) == 65
