"""A sync of 500 files to a real S3 server that is killed and brought back at random moments; every file must arrive once, with its own bytes.

`DATABASE_URL=postgres://… python -m bench storage [files] [kills]`; needs rclone (it serves the bucket, checks signatures and keeps what it took).
"""

import hashlib
import os
import random
import tempfile
import threading
import time
from pathlib import Path


def main(files: str = "500", kills: str = "20") -> None:
    """Prints what was brought, in how many rounds, and what differs."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"IAT_HOME": home, "IAT_FILES": f"{home}/files", "DJANGO_SETTINGS_MODULE": "iat.settings", "IAT_LOG_LEVEL": "ERROR", "IAT_SECRET_KEY": "of no use elsewhere", "IAT_FERNET_KEYS": "nor this", "IAT_SINGLE_USER": "1"}
        import django

        django.setup()
        from django.db import connection

        connection.settings_dict["TEST"]["NAME"] = "iat_bench_storage" if connection.vendor == "postgresql" else f"{home}/bench.sqlite3"
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            _measure(Path(home), int(files), int(kills))
        finally:
            connection.creation.destroy_test_db("postgres", verbosity=0)


def _measure(home: Path, files: int, kills: int) -> None:
    from iat.kernel import enter
    from projects.domain import accounts, projects, storage
    from projects.models import ProjectStorage
    from spaces.domain import assets, people, spaces
    from spaces.models import Asset
    from tests.conftest import picture
    from tests.iat.s3server import KEY, SECRET, Server

    server, by = Server(home / "s3").start(), people.local_user()
    space = spaces.create(name="Bench", by=by)
    with enter.in_space(space):
        project = projects.create(space, name="Bench", by=by)
    with enter.in_project(project):
        for name, value in (("access_key", KEY), ("secret_key", SECRET)):
            accounts.put_secret(project, "s3", name, value=value, by=by)
        storage.put(project, by=by, mode="local_first", s3_enabled=True, s3_bucket="studio", s3_endpoint_url=server.url)
        for n in range(files):
            assets.upload(space, project=project, data=picture(160, 200, (n % 256, n // 256, 7, 255)), name=f"{n}.png", kind="input", by=by)
        row, dice, done = storage.start(project, by=by), random.Random(7), 0
        stop = threading.Event()

        def kill() -> None:
            nonlocal done
            while done < kills and not stop.wait(dice.uniform(0.05, 0.35)):
                server.kill()
                done += 1
                stop.wait(dice.uniform(0, 0.3))
                server.start()

        killer = threading.Thread(target=kill)
        began, rounds, state = time.perf_counter(), 0, ""
        killer.start()
        while state != "done" and rounds < 500:
            state, rounds = storage.work(row.pk), rounds + 1
            ProjectStorage.objects.update(resting_until=None)
        took, hit = time.perf_counter() - began, done
        stop.set()
        killer.join()
        there = {key: hashlib.sha256(data).hexdigest() for key, data in server.files().items()}
        here = dict(Asset.objects.filter(project=project).values_list("storage_uri", "sha256"))
        row.refresh_from_db()
    server.kill()
    print(f"{files} files, the server killed {hit} times, {rounds} rounds, {took:.1f} s: {row.facts['brought']} brought, {len(set(here) - set(there))} missing, {len(set(there) - set(here))} too many, {sum(there[k] != here[k] for k in here if k in there)} with other bytes")
