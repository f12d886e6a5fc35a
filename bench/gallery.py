"""The gallery of a project with very many pictures: the page as a browser asks for it, first, deep and narrowed, beside the same at a thousand.

`python -m bench gallery [rows]` on the database of DATABASE_URL: makes a database of its own there and drops it again.
"""

import datetime as dt
import os
import random
import statistics
import tempfile
import time
import uuid
from typing import Any

WORDS = ("harbour", "night", "baker", "captain", "lantern", "quiet", "red", "tall", "witness", "storm")


def fill(project: Any, cast: list[Any], scene: Any, style: Any, rows: int) -> None:
    """Pictures with file, sources and words; a minute apart, newest last."""
    from django.utils import timezone

    from renders.models import RenderedAsset, RenderedSource, RenderedWords
    from spaces import words
    from spaces.models import Asset

    begin, mark = timezone.now() - dt.timedelta(minutes=rows), words.place(project.pk, "renders")
    for start in range(0, rows, 2000):
        files, pictures, sources, lines = [], [], [], []
        for n in range(start, min(start + 2000, rows)):
            file = Asset(id=uuid.uuid4(), space_id=project.space_id, project=project, kind="final", storage_uri=f"bench/{project.pk}/{n}.png", mime_type="image/png", width=1024, height=1024, byte_size=1, sha256=f"{n:064x}", thumbs_at=begin)
            row = RenderedAsset(id=uuid.uuid4(), space_id=project.space_id, project=project, scope_kind="task", type="composite", asset=file, source_scene=scene, scene_version="1.0.0", style=style,
                                state="approved" if n % 3 else "draft", provider_code="storyboard" if n % 4 else "bfl", likeness=n % 100 / 100)
            files.append(file)
            pictures.append(row)
            sources.append(RenderedSource(space_id=project.space_id, project=project, rendered=row, definition=cast[n % len(cast)], root_id=cast[n % len(cast)].root_id, definition_revision=1, canon_version="1.0.0"))
            lines.append(RenderedWords(rendered=row, body=words.body([f"{WORDS[n % 10]} {WORDS[n // 10 % 10]} panel {n}"], [mark])))
        Asset.objects.bulk_create(files)
        RenderedAsset.objects.bulk_create(pictures)
        for n, row in enumerate(pictures):
            row.created_at = begin + dt.timedelta(minutes=start + n)
        RenderedAsset.objects.bulk_update(pictures, ["created_at"], batch_size=500)
        RenderedSource.objects.bulk_create(sources)
        RenderedWords.objects.bulk_create(lines)


def world(rows: int) -> Any:
    """A project with so many pictures."""
    from iat.kernel import enter
    from projects.domain import imports, projects
    from spaces.domain import definitions, people, spaces

    user = people.local_user()
    space = spaces.create(name=f"Bench {rows}", by=user)
    with enter.in_space(space):
        cast = [definitions.publish(definitions.create(space, type="character", name=f"Person {n}", by=user), by=user) for n in range(6)]
        scene = definitions.publish(definitions.create(space, type="scene", name="Quay", by=user), by=user)
        style = definitions.publish(definitions.create(space, type="style", name="Ink", by=user), by=user)
        project = projects.create(space, name=f"Many {rows}", by=user)
    with enter.in_project(project):
        got = imports.bring_in(project, by=user, characters=[c.pk for c in cast], scenes=[scene.pk], styles=[style.pk])
        fill(project, got.characters, got.scenes[0], style, rows)
    return project


def main(rows: str = "100000", rounds: str = "80") -> None:
    """A database of its own, filled, measured, dropped."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"IAT_HOME": home, "DJANGO_SETTINGS_MODULE": "iat.settings", "IAT_LOG_LEVEL": "ERROR", "IAT_SECRET_KEY": "of no use elsewhere", "IAT_FERNET_KEYS": "nor this", "IAT_SINGLE_USER": "1"}
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command
        from django.db import connection

        settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
        connection.settings_dict["TEST"]["NAME"] = "iat_bench_gallery" if connection.vendor == "postgresql" else f"{home}/bench.sqlite3"
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            few, many = world(1000), world(int(rows))
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
            call_command("check", verbosity=0)
            _measure(few, many, int(rows), int(rounds))
        finally:
            connection.creation.destroy_test_db("bench", verbosity=0)


def _measure(few: Any, many: Any, rows: int, rounds: int) -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from spaces.domain import people

    client, rng = Client(HTTP_HOST="127.0.0.1"), random.Random(1)
    client.force_login(people.local_user())
    for what, query in (("newest first", ""), ("approved", "state=approved"), ("one identity", "who={who}"), ("a word of every tenth", "search=night"), ("by a provider", "provider=bfl"), ("likeness over 90 %", "likeness=0.9")):
        told = []
        for project in (few, many):
            url = f"/projects/{project.pk}/gallery?" + query.format(who=_root(project))
            cursors = ["", *_cursors(client, url, 40 if project is many else 8)]
            took = []
            for _ in range(rounds):
                at = rng.choice(cursors)
                began = time.perf_counter()
                assert client.get(url + (f"&cursor={at}" if at else ""), HTTP_HX_REQUEST="true").status_code == 200
                took.append((time.perf_counter() - began) * 1000)
            with CaptureQueriesContext(connection) as queries:
                client.get(url + f"&cursor={cursors[-1]}" if cursors[-1] else url)
            told.append((statistics.quantiles(took, n=20)[18], statistics.median(took), len(queries)))
        (p95_few, mid_few, _), (p95, mid, asked) = told
        print(f"{what}: p95 {p95:.0f} ms, median {mid:.0f} ms at {rows:,}; {p95_few:.0f} and {mid_few:.0f} ms at 1,000; ratio of medians {mid / mid_few:.2f}; {asked} queries")


def _root(project: Any) -> Any:
    from iat.kernel import enter
    from spaces.models import Definition

    with enter.in_project(project):
        return Definition.objects.filter(project=project, type="character").order_by("name")[0].root_id


def _cursors(client: Any, url: str, most: int) -> list[str]:
    """Places on the way down, by following `More`."""
    found, at = [], ""
    while len(found) < most:
        page = client.get(url + (f"&cursor={at}" if at else ""), HTTP_HX_REQUEST="true").content.decode()
        if "cursor=" not in page:
            break
        at = page.rsplit("cursor=", 1)[1].split('"')[0]
        found.append(at)
    return found
