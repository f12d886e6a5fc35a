"""The production set-up: PostgreSQL, Redis and an S3-compatible store, the same code in the same processes."""

import contextlib
import resource
import uuid

import psycopg
import pytest
import redis

from bench import kill
from iat.kernel import filestore
from iat.kernel.errors import NoRoom, NotThere
from iat.kernel.objectstore import ObjectStore
from tests import preflight

pytestmark = pytest.mark.django_db  # a store asks the buckets for what it misses
needs_services = pytest.mark.skipif(not (preflight.answers(preflight.POSTGRES) and preflight.answers(preflight.REDIS)), reason="PostgreSQL or Redis is not here")


@pytest.fixture
def services():
    name = f"iat_{uuid.uuid4().hex[:10]}"
    with psycopg.connect(preflight.POSTGRES, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    broker = redis.Redis.from_url(preflight.REDIS)
    broker.flushdb()
    yield {"DATABASE_URL": preflight.POSTGRES.rsplit("/", 1)[0] + "/" + name, "IAT_BROKER_URL": preflight.REDIS, "IAT_SECRET_KEY": "a key for tests", "IAT_FERNET_KEYS": "another", "IAT_SINGLE_USER": "1"}
    broker.flushdb()
    with psycopg.connect(preflight.POSTGRES, autocommit=True) as admin, contextlib.suppress(psycopg.Error):
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@needs_services
@pytest.mark.installation
@pytest.mark.xdist_group("installation")
def test_kills_lose_nothing_on_postgresql_and_redis(tmp_path, services):
    found = kill.trial(tmp_path / "home", kills=2, candidates=12, **services)
    assert {k: found[k] for k in ("kills", "status", "candidates", "done", "final_assets", "drafts", "files_without_row", "rows_without_file")} == {
        "kills": 2, "status": "done", "candidates": 12, "done": 12, "final_assets": 12, "drafts": 1, "files_without_row": 0, "rows_without_file": 0}


@pytest.fixture
def bucket(monkeypatch):
    import boto3
    from moto.server import ThreadedMotoServer
    from storages.backends.s3 import S3Storage

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    how = {"endpoint_url": f"http://{host}:{port}", "region_name": "us-east-1"}
    boto3.client("s3", aws_access_key_id="a", aws_secret_access_key="b", **how).create_bucket(Bucket="canon")
    yield ObjectStore(S3Storage(bucket_name="canon", access_key="a", secret_key="b", addressing_style="path", file_overwrite=True, **how))
    server.stop()


def test_the_store_speaks_s3(bucket):
    stored = bucket.write("projects/x/outputs/a_1.png", b"bytes")
    assert (stored.byte_size, stored.sha256[:8]) == (5, "277089d9")
    assert bucket.read("projects/x/outputs/a_1.png") == b"bytes" and bucket.exists(stored.path)
    bucket.write(stored.path, b"again")
    assert [p for p, _ in bucket.walk()] == [stored.path] and bucket.read(stored.path) == b"again"
    bucket.delete(stored.path)
    assert not bucket.exists(stored.path)
    with pytest.raises(NotThere):
        bucket.open(stored.path).read()


def test_the_local_store_never_leaves_its_folder(tmp_path):
    store = filestore.LocalStore(tmp_path / "store")
    for path in ("../outside", "/etc/passwd", "a/../../b"):
        with pytest.raises(NotThere):
            store.write(path, b"x")
    assert store.write("a/b.png", b"x").path == "a/b.png"
    (tmp_path / "store" / ".tmp" / "nohost.1.2").write_bytes(b"half")
    assert [p for p, _ in store.walk()] == ["a/b.png"]
    assert store.sweep_temporary(older_than_s=-1) == 1


def test_a_full_store_says_so_and_keeps_nothing(tmp_path):
    store = filestore.LocalStore(tmp_path / "store")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(NoRoom, match="is full"):
            store.write("a.png", b"x" * 10_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not store.exists("a.png") and list((tmp_path / "store" / ".tmp").iterdir()) == []
