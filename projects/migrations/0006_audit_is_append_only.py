"""Triggers: what was audited can be sealed once, and is never changed or deleted afterwards."""

from django.db import migrations

SAYS = "the audit is append-only"
SAME = " AND ".join(f"NEW.{c} IS NOT DISTINCT FROM OLD.{c}" for c in ("id", "space_id", "project_id", "actor_id", "actor_name", "event_code", "subject_type", "subject_id", "at", "digest"))


def put_up(apps, schema_editor):
    """Creates the triggers."""
    run = schema_editor.connection.cursor().execute
    if schema_editor.connection.vendor == "postgresql":
        run(f"""CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF TG_OP = 'UPDATE' AND OLD.number IS NULL AND {SAME} THEN RETURN NEW; END IF;
            RAISE EXCEPTION '{SAYS}' USING ERRCODE = 'check_violation'; END $$""")
        run("CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON projects_auditevent FOR EACH ROW EXECUTE FUNCTION audit_stays()")
        return
    same = SAME.replace("IS NOT DISTINCT FROM", "IS")
    run(f"CREATE TRIGGER audit_stays_update BEFORE UPDATE ON projects_auditevent WHEN NOT (OLD.number IS NULL AND {same}) BEGIN SELECT RAISE(ABORT, '{SAYS}'); END")
    run(f"CREATE TRIGGER audit_stays_delete BEFORE DELETE ON projects_auditevent BEGIN SELECT RAISE(ABORT, '{SAYS}'); END")


def take_down(apps, schema_editor):
    """Drops them."""
    run = schema_editor.connection.cursor().execute
    if schema_editor.connection.vendor == "postgresql":
        run("DROP FUNCTION audit_stays() CASCADE")
        return
    run("DROP TRIGGER audit_stays_update")
    run("DROP TRIGGER audit_stays_delete")


class Migration(migrations.Migration):
    """Needs the table."""

    dependencies = [("projects", "0005_audit")]
    operations = [migrations.RunPython(put_up, take_down)]
