"""Lists, search and lineage in a library of a million definitions, beside raw SQL and the same list's first page, in one run.

`python -m bench library [rows]` on the database of DATABASE_URL: makes a database of its own there and drops it again.
"""

import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from typing import Any

WORDS = ("harbour", "night", "baker", "captain", "lantern", "quiet", "red", "tall", "witness", "storm")


def together(*doings: Callable[[], Any], rounds: int = 60) -> list[float]:
    """Medians in milliseconds, taken in turns, so that a busy moment of the machine hits all alike."""
    took: list[list[float]] = [[] for _ in doings]
    for _ in range(rounds):
        for at, do in enumerate(doings):
            began = time.perf_counter()
            do()
            took[at].append((time.perf_counter() - began) * 1000)
    return [statistics.median(t) for t in took]


def fill(space: Any, rows: int, tree: int) -> uuid.UUID:
    """Originals in one space (a tenth of them in the list that is paged), and one identity with `tree` definitions."""
    from projects.domain import projects
    from spaces.domain import indexing
    from spaces.models import Definition, DefinitionWords

    project = projects.create(space, name="Bench", by=space.owner)
    done = 0
    while done < rows:
        batch = []
        for n in range(done, min(done + 5000, rows)):
            pk = uuid.uuid4()
            batch.append(Definition(id=pk, root_id=pk, space=space, type="character" if n % 10 == 0 else "scene", name=f"Name {n:07d}", version="1.0.0", state="canonical",
                                    description=f"{WORDS[n % 10]} {WORDS[n // 10 % 10]}", canonical_tags=["cast"], attributes={"generation_prompts": {"visual_description": f"prompt {n % 997}"}}))
        Definition.objects.bulk_create(batch)
        DefinitionWords.objects.bulk_create([DefinitionWords(definition=d, body=indexing.line_of(d)) for d in batch])
        done += len(batch)
    root = batch[0]
    rest, parent = [], root.pk
    for n in range(tree - 1):
        pk = uuid.uuid4()
        rest.append(Definition(id=pk, root_id=root.pk, parent_id=parent if n % 3 else root.pk, space=space, project=project, scope_kind="project", type=root.type, name=f"Clone {n}", state="draft", inherited_version="1.0.0",
                               variant_type="expression" if n % 3 else "", variant_label="happy", attributes=root.attributes))
        parent = pk if n % 3 == 0 else parent
        if n % 3 == 0:
            rest[-1].parent_id = root.pk
    Definition.objects.bulk_create(rest)
    return root.pk


def main(rows: str = "1000000", tree: str = "500") -> None:
    """A database of its own, filled, measured, dropped."""
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"IAT_HOME": home, "DJANGO_SETTINGS_MODULE": "iat.settings", "IAT_LOG_LEVEL": "ERROR", "IAT_SECRET_KEY": "of no use elsewhere", "IAT_FERNET_KEYS": "nor this"}
        import django

        django.setup()
        from django.db import connection

        connection.settings_dict["TEST"]["NAME"] = "iat_bench" if connection.vendor == "postgresql" else f"{home}/bench.sqlite3"
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        try:
            _measure(int(rows), int(tree))
        finally:
            connection.creation.destroy_test_db("bench", verbosity=0)


def _measure(rows: int, tree: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from iat.kernel import enter, http
    from spaces.domain import people, spaces
    from spaces.queries import library, lineage

    space = spaces.create(name="Bench", by=people.local_user())
    with enter.entered(enter.of_spaces([space.pk])):
        began = time.perf_counter()
        root = fill(space, rows, tree)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
        print(f"{connection.vendor}: {rows:,} definitions, made in {time.perf_counter() - began:.0f} s")
    with enter.in_space(space):
        _lists(space, http, library, connection, CaptureQueriesContext)
    with enter.entered(enter.of_spaces([space.pk])):
        _tree(root, lineage, connection, CaptureQueriesContext)


def _lists(space: Any, http: Any, library: Any, connection: Any, seen: Any) -> None:
    size = 50
    for what, told in (("list", {}), ("list, newest first", {}), ("search for a word of every tenth", {"search": "night"}), ("search for a word of all", {"search": "cast"}), ("by tag", {"tag": "cast"})):
        order = library.ORDERS["newest" if "newest" in what else "name"]

        def page(cursor: str | None, told: dict[str, str] = told, order: list[str] = order) -> tuple[list[Any], str | None]:
            return http.page(library.definitions(type="character", owner=space, **told), order=order, limit=size, cursor=cursor)

        _, cursor, number = *page(None), 1
        far = None
        while cursor and number < 1000:
            far = cursor
            _, cursor = page(cursor)
            number += 1
        with seen(connection) as queries:
            page(far)
        first, last = together(lambda: page(None), lambda far=far: page(far))
        print(f"{what}: page 1 {first:.2f} ms, page {number:,} {last:.2f} ms, ratio {last / first:.2f}, {len(queries)} query")


def _tree(root: uuid.UUID, lineage: Any, connection: Any, seen: Any) -> None:
    columns = "d.id, d.parent_id, d.scope_kind, d.name, d.version, d.state, d.project_id, d.variant_type, d.variant_label, d.inherited_version"
    sql = f"SELECT {columns} FROM spaces_definition d WHERE d.root_id = %s ORDER BY d.created_at, d.id"

    def raw() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(sql, [root if connection.vendor == "postgresql" else root.hex])
            return cursor.fetchall()

    with seen(connection) as queries:
        count = len(lineage.nodes(root))
    floor, ours, shaped = together(raw, lambda: lineage.nodes(root), lambda: lineage.walk(lineage.tree(lineage.nodes(root))))
    print(f"lineage of {count}: raw SQL by root {floor:.2f} ms, our nodes {ours:.2f} ms ({ours / floor:.2f} ×), shaped as a tree {shaped:.2f} ms ({shaped / floor:.2f} ×), {len(queries)} query")
