"""The last wall: triggers in the database, read off the models' scopes. No row points to a row of another space or project, and no row moves to another owner.

The verbs refuse with words long before; this holds for whatever goes past them. A migration that changes tables installs them anew,
because SQLite loses a table's triggers when Django rebuilds it; a test tries every foreign key.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps

from iat.kernel.scope import GLOBAL, Within

SAYS = "belongs to another space or project"


def walled() -> list[Any]:
    """Tables whose rows have an owner."""
    return [m for m in apps.get_models() if not m._meta.proxy and getattr(m, "scope", GLOBAL) is not GLOBAL]


def owners(model: Any) -> set[str]:
    """Which of space and project are columns of this table."""
    declared: Within = model.scope
    return {what for what in declared.named() if getattr(declared, what) == what}


def keys(model: Any) -> Iterator[tuple[str, Any, str]]:
    """(column, table it points to, condition under which that row `t` is another owner's) of every foreign key that could leave its owner."""
    mine = owners(model)
    for f in model._meta.local_concrete_fields:
        target = f.related_model
        if not f.is_relation or getattr(target, "scope", GLOBAL) is GLOBAL:
            continue
        theirs, wrong = owners(target), []
        if "project" in theirs:
            free = "t.project_id IS NOT NULL AND " if target._meta.get_field("project").null else ""
            wrong.append(f"({free}(NEW.project_id IS NULL OR t.project_id <> NEW.project_id))" if "project" in mine else f"({free}1 = 1)")
        if "space" in theirs and "space" in mine:
            wrong.append("t.space_id <> NEW.space_id")
        elif "space" in theirs and f.name != "project":
            wrong.append("t.space_id <> (SELECT p.space_id FROM projects_project p WHERE p.id = NEW.project_id)")
        if wrong:
            yield f.column, target, " OR ".join(wrong)


def install(connection: Any) -> None:
    """Drops what was installed and puts up the walls of every table that is there already."""
    with connection.cursor() as cursor:
        there = {t: {c.name for c in connection.introspection.get_table_description(cursor, t)} for t in connection.introspection.table_names(cursor)}
        for model in walled():
            table = model._meta.db_table
            if table in there and {f"{o}_id" for o in owners(model)} <= there[table]:
                found = [(c, t, w) for c, t, w in keys(model) if c in there[table] and t._meta.db_table in there]
                (_postgresql if connection.vendor == "postgresql" else _sqlite)(cursor, table, found, sorted(f"{o}_id" for o in owners(model)))


def _strays(column: str, target: Any, wrong: str) -> str:
    return f"NEW.{column} IS NOT NULL AND EXISTS (SELECT 1 FROM {target._meta.db_table} t WHERE t.id = NEW.{column} AND ({wrong}))"  # noqa: S608 - names of ours


def _postgresql(cursor: Any, table: str, found: list[tuple[str, Any, str]], mine: list[str]) -> None:
    name = f"wall_{table}"
    moved = " OR ".join(f"NEW.{o} IS DISTINCT FROM OLD.{o}" for o in mine)
    checks = "".join(f"IF {_strays(*key)} THEN RAISE EXCEPTION '{table}.{key[0]} {SAYS}' USING ERRCODE = 'check_violation'; END IF;\n" for key in found)
    cursor.execute(f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF TG_OP = 'UPDATE' THEN IF {moved} THEN RAISE EXCEPTION '{table}: a row never moves to another owner' USING ERRCODE = 'check_violation'; END IF; END IF;
        {checks} RETURN NEW; END $$""")
    cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
    columns = ", ".join(dict.fromkeys([*mine, *(c for c, _, _ in found)]))
    cursor.execute(f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OF {columns} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _sqlite(cursor: Any, table: str, found: list[tuple[str, Any, str]], mine: list[str]) -> None:
    cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s AND name LIKE 'wall!_%%' ESCAPE '!'", [table])
    for (name,) in cursor.fetchall():
        cursor.execute(f"DROP TRIGGER {name}")
    moved = " OR ".join(f"NEW.{o} IS NOT OLD.{o}" for o in mine)
    cursor.execute(f"CREATE TRIGGER wall_{table}_owner BEFORE UPDATE OF {', '.join(mine)} ON {table} WHEN {moved} BEGIN SELECT RAISE(ABORT, '{table}: a row never moves to another owner'); END")
    for key in found:
        for short, when in (("i", "INSERT"), ("u", f"UPDATE OF {key[0]}")):
            cursor.execute(f"CREATE TRIGGER wall_{table}_{key[0]}_{short} BEFORE {when} ON {table} WHEN {_strays(*key)} BEGIN SELECT RAISE(ABORT, '{table}.{key[0]} {SAYS}'); END")
