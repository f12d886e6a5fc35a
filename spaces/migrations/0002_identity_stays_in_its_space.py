"""Triggers: root, parent and project of a definition lie in its own space; root and parent have its type.

A check constraint cannot look at other rows, so this is said in SQL, once for each database.
"""

from django.db import migrations

BROKEN = """
    (NEW.root_id <> NEW.id AND NOT EXISTS (
        SELECT 1 FROM spaces_definition r WHERE r.id = NEW.root_id AND r.space_id = NEW.space_id AND r.type = NEW.type))
    OR (NEW.parent_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM spaces_definition p WHERE p.id = NEW.parent_id AND p.space_id = NEW.space_id AND p.type = NEW.type AND p.root_id = NEW.root_id))
    OR (NEW.project_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM projects_project q WHERE q.id = NEW.project_id AND q.space_id = NEW.space_id))
"""
SAYS = "a definition, its root, parent and project must share one space, and root and parent its type"


def put_up(apps, schema_editor):
    """Creates the triggers."""
    run = schema_editor.connection.cursor().execute
    if schema_editor.connection.vendor == "postgresql":
        run(f"""CREATE FUNCTION definition_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF {BROKEN} THEN RAISE EXCEPTION '{SAYS}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$""")
        run("CREATE TRIGGER definition_stays BEFORE INSERT OR UPDATE OF root_id, parent_id, space_id, type, project_id ON spaces_definition FOR EACH ROW EXECUTE FUNCTION definition_stays()")
        return
    for name, when in (("insert", "INSERT"), ("update", "UPDATE OF root_id, parent_id, space_id, type, project_id")):
        run(f"CREATE TRIGGER definition_stays_{name} BEFORE {when} ON spaces_definition WHEN {BROKEN} BEGIN SELECT RAISE(ABORT, '{SAYS}'); END")


def take_down(apps, schema_editor):
    """Drops them."""
    run = schema_editor.connection.cursor().execute
    if schema_editor.connection.vendor == "postgresql":
        run("DROP FUNCTION definition_stays() CASCADE")
        return
    for name in ("insert", "update"):
        run(f"DROP TRIGGER definition_stays_{name}")


class Migration(migrations.Migration):
    """Needs both tables."""

    dependencies = [("spaces", "0001_tables"), ("projects", "0002_tables")]
    operations = [migrations.RunPython(put_up, take_down)]
