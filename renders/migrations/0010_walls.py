"""Puts up the walls of iat/kernel/isolation.py. A later migration that changes a table ends with the same step."""

from django.db import migrations

from iat.kernel import isolation


class Migration(migrations.Migration):
    """After every table."""

    dependencies = [("renders", "0009_reruns_scene_images"), ("projects", "0010_storage"), ("spaces", "0005_heartbeats")]
    operations = [migrations.RunPython(lambda apps, editor: isolation.install(editor.connection), migrations.RunPython.noop)]
