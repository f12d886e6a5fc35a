"""The words of pictures, indexed as those of definitions are; and what a gallery is narrowed by, as columns."""

import django.db.models.deletion
from django.db import migrations, models

DELETE = "INSERT INTO renders_words(renders_words, rowid, body) VALUES ('delete', old.id, old.body);"
INSERT = "INSERT INTO renders_words(rowid, body) VALUES (new.id, new.body);"
FTS = (
    "CREATE VIRTUAL TABLE renders_words USING fts5(body, content='renders_renderedwords', content_rowid='id', detail='none', tokenize='unicode61 remove_diacritics 0', prefix='2 3')",
    f"CREATE TRIGGER renders_words_in AFTER INSERT ON renders_renderedwords BEGIN {INSERT} END",
    f"CREATE TRIGGER renders_words_out AFTER DELETE ON renders_renderedwords BEGIN {DELETE} END",
    f"CREATE TRIGGER renders_words_on AFTER UPDATE ON renders_renderedwords BEGIN {DELETE} {INSERT} END",
)
GIN = "CREATE INDEX rendered_words_gin ON renders_renderedwords USING gin (array_to_tsvector(string_to_array(body, ' ')))"


def put_up(apps, schema_editor):
    """Creates the index."""
    run = schema_editor.connection.cursor().execute
    for statement in (GIN,) if schema_editor.connection.vendor == "postgresql" else FTS:
        run(statement)


def take_down(apps, schema_editor):
    """Drops it."""
    run = schema_editor.connection.cursor().execute
    if schema_editor.connection.vendor == "postgresql":
        run("DROP INDEX rendered_words_gin")
        return
    for name in ("in", "out", "on"):
        run(f"DROP TRIGGER renders_words_{name}")
    run("DROP TABLE renders_words")


def fill(apps, schema_editor):
    """Words and columns for the pictures that are there."""
    from spaces.words import body, place

    picture, line = apps.get_model("renders", "RenderedAsset"), apps.get_model("renders", "RenderedWords")
    rows = picture._base_manager.filter(project__isnull=False).select_related("candidate", "origin_task", "source_scene", "style").prefetch_related("sources__definition")
    for row in rows.order_by("pk").iterator(chunk_size=500):
        told = row.generation_context
        names = [s.definition.name for s in row.sources.all()] + [d.name for d in (row.source_scene, row.style) if d] + ([row.origin_task.name, row.origin_task.description] if row.origin_task else [])
        line._base_manager.create(rendered=row, body=body([told.get("prompt", ""), told.get("provider", ""), told.get("model", ""), *names], [place(row.project_id, "renders")]))
        picture._base_manager.filter(pk=row.pk).update(provider_code=told.get("provider", "")[:40], likeness=row.candidate.consistency_score if row.candidate else None)


def forget(apps, schema_editor):
    """Empties the lines."""
    apps.get_model("renders", "RenderedWords")._base_manager.all().delete()


class Migration(migrations.Migration):
    """After the calls."""

    dependencies = [("renders", "0005_provider_calls_and_likeness")]
    operations = [
        migrations.AddField("renderedasset", "provider_code", models.CharField(blank=True, default="", max_length=40)),
        migrations.AddField("renderedasset", "likeness", models.FloatField(null=True)),
        migrations.AddIndex("renderedasset", models.Index(fields=["project", "provider_code", "-created_at", "-id"], name="rendered_by_provider")),
        migrations.AddIndex("renderedasset", models.Index(fields=["project", "source_scene", "-created_at", "-id"], name="rendered_by_scene")),
        migrations.AddIndex("renderedasset", models.Index(fields=["project", "style", "-created_at", "-id"], name="rendered_by_style")),
        migrations.CreateModel("RenderedWords", fields=[
            ("id", models.BigAutoField(primary_key=True, serialize=False)), ("body", models.TextField()),
            ("rendered", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="words", to="renders.renderedasset"))]),
        migrations.RunPython(put_up, take_down), migrations.RunPython(fill, forget)]
