"""The full-text index over the words of definitions: FTS5 with triggers on SQLite, GIN on PostgreSQL. Fills it for what is there."""

from django.db import migrations

DELETE = "INSERT INTO spaces_words(spaces_words, rowid, body) VALUES ('delete', old.id, old.body);"
INSERT = "INSERT INTO spaces_words(rowid, body) VALUES (new.id, new.body);"
FTS = (
    "CREATE VIRTUAL TABLE spaces_words USING fts5(body, content='spaces_definitionwords', content_rowid='id', detail='none', tokenize='unicode61 remove_diacritics 0', prefix='2 3')",
    f"CREATE TRIGGER spaces_words_in AFTER INSERT ON spaces_definitionwords BEGIN {INSERT} END",
    f"CREATE TRIGGER spaces_words_out AFTER DELETE ON spaces_definitionwords BEGIN {DELETE} END",
    f"CREATE TRIGGER spaces_words_on AFTER UPDATE ON spaces_definitionwords BEGIN {DELETE} {INSERT} END",
)
GIN = "CREATE INDEX definition_words_gin ON spaces_definitionwords USING gin (array_to_tsvector(string_to_array(body, ' ')))"


def put_up(apps, schema_editor):
    """Creates the index."""
    run = schema_editor.connection.cursor().execute
    if schema_editor.connection.vendor == "postgresql":
        run(GIN)
        return
    for statement in FTS:
        run(statement)


def take_down(apps, schema_editor):
    """Drops it."""
    run = schema_editor.connection.cursor().execute
    if schema_editor.connection.vendor == "postgresql":
        run("DROP INDEX definition_words_gin")
        return
    for name in ("in", "out", "on"):
        run(f"DROP TRIGGER spaces_words_{name}")
    run("DROP TABLE spaces_words")


def fill(apps, schema_editor):
    """Gives every definition its line of words."""
    from spaces.words import body, leaves, place, tag

    definition, line = apps.get_model("spaces", "Definition"), apps.get_model("spaces", "DefinitionWords")
    waiting = []
    for row in definition._base_manager.order_by("pk").iterator(chunk_size=500):
        texts = [row.name, row.description, row.variant_label, *row.canonical_tags, *leaves(row.attributes)]
        waiting.append(line(definition_id=row.pk, body=body(texts, [place(row.project_id or row.space_id, row.type), *map(tag, row.canonical_tags)])))
        if len(waiting) == 500:
            line._base_manager.bulk_create(waiting)
            waiting = []
    line._base_manager.bulk_create(waiting)


def forget(apps, schema_editor):
    """Empties the lines."""
    apps.get_model("spaces", "DefinitionWords")._base_manager.all().delete()


class Migration(migrations.Migration):
    """After the table of words."""

    dependencies = [("spaces", "0003_versions_templates_fetches")]
    operations = [migrations.RunPython(put_up, take_down), migrations.RunPython(fill, forget)]
