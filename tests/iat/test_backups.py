"""Backup and restore, rehearsed by the commands themselves: an installation is written down, lost, and put back; every row and file is compared. Readiness beside it."""

import contextlib
import datetime as dt
import json
import shutil
import uuid

import psycopg
import pytest
from django.test import Client
from django.utils import timezone

from spaces.domain import beats
from spaces.models import Heartbeat
from tests import preflight
from tests.installation import Installation

TOLD = """
import hashlib, json
from django.apps import apps
from django.db import connection
from iat.kernel import filestore
rows = {}
with connection.cursor() as cursor:
    for m in sorted(apps.get_models(), key=lambda m: m._meta.db_table):
        if m._meta.app_label in ("spaces", "projects", "renders") and not m._meta.proxy:
            columns = sorted(f.column for f in m._meta.concrete_fields)
            cursor.execute(f"SELECT {', '.join(columns)} FROM {m._meta.db_table} ORDER BY id")
            rows[m._meta.db_table] = hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()
store = filestore.store()
files = {p: hashlib.sha256(store.read(p)).hexdigest() for p, _ in store.walk() if not p.startswith(("thumbs/", "sheets/"))}
print(json.dumps([rows, files]))
"""


@contextlib.contextmanager
def database(kind):
    """A database of its own: none to name for SQLite, a fresh one of the server for PostgreSQL; `again` empties it."""
    if kind == "sqlite":
        yield {}, lambda home: [f.unlink() for f in home.glob("iat.sqlite3*")]
        return
    name = f"iat_{uuid.uuid4().hex[:10]}"

    def anew(home=None):
        with psycopg.connect(preflight.POSTGRES, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            admin.execute(f"CREATE DATABASE {name}")

    anew()
    yield {"DATABASE_URL": preflight.POSTGRES.rsplit("/", 1)[0] + "/" + name, "IAT_SECRET_KEY": "a key for tests", "IAT_FERNET_KEYS": "another", "IAT_SINGLE_USER": "1"}, anew
    with psycopg.connect(preflight.POSTGRES, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


needs = pytest.mark.skipif(not preflight.answers(preflight.POSTGRES) or shutil.which("pg_dump") is None, reason="PostgreSQL or pg_dump is not here")


@pytest.mark.installation
@pytest.mark.xdist_group("installation")
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=needs)])
def test_a_backup_comes_back_whole(kind, tmp_path):
    with database(kind) as (more, lose):
        place, copy = Installation(tmp_path / "home", **more), str(tmp_path / "copy")

        def run(*command, fails=""):
            done = place.manage(*command)
            assert (done.returncode != 0) == bool(fails) and fails in done.stderr, done.stdout + done.stderr
            return done.stdout

        run("migrate", "-v", "0")
        run("seed_demo")
        first = run("backup", copy)
        assert "the database" in first and "keys" in first
        run("shell", "-c", "from spaces.domain import people; people.make_token(people.local_user(), name='after the first', scopes=['read'])")
        assert "(0 new)" in run("backup", copy)
        before = json.loads(run("shell", "-v", "0", "-c", TOLD).strip().splitlines()[-1])
        run("restore", copy, fails="has spaces already")
        run("restore", str(tmp_path / "nothing"), fails="holds no backup")
        lose(tmp_path / "home")
        shutil.rmtree(tmp_path / "home/files")
        assert "is back" in run("restore", copy)
        rows, files = json.loads(run("shell", "-v", "0", "-c", TOLD).strip().splitlines()[-1])
        assert files == before[1] and len(files) > 5
        assert {t: (rows[t], before[0][t]) for t in rows if rows[t] != before[0][t] and t != "spaces_asset"} == {}  # fsck made thumbnails anew, and says so in their rows
        run("fsck")
        assert "another owner" in place.manage("shell", "-c", "from django.db import connection as c; c.cursor().execute('UPDATE renders_task SET project_id = id')").stderr  # the walls are back
        dump = next((tmp_path / "copy").glob("database.*"))
        dump.write_bytes(dump.read_bytes()[:-10])
        run("restore", copy, fails="not what backup.json says")


@pytest.mark.django_db
def test_ready_tells_whether_a_worker_was_heard():
    now = timezone.now()
    assert Client().get("/ready").json()["checks"]["worker"] == "none was ever heard" and Client().get("/health").json()["status"] == "ok"
    beats.beat(now=now)
    heard = Client().get("/ready").json()
    assert heard["checks"]["worker"] == "ok" == heard["checks"]["database"]
    Heartbeat.objects.update(at=now - dt.timedelta(seconds=50))
    later = Client().get("/api/ready").json()
    assert "heard 5" in later["checks"]["worker"] and later["status"] in ("degraded", "not ready")
    beats.beat(now=now)
    assert Heartbeat.objects.count() == 1 and beats.silent_for(now=now + dt.timedelta(seconds=3)) == pytest.approx(3, abs=0.1)
