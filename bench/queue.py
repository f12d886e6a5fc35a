"""The floor of `bench overhead`: a Celery task that writes one row. Its worker is started with `-A bench.queue`."""

import uuid

from iat.celery import app

app.loader.import_default_modules()


@app.task(name="bench.row")
def row(run_id: str, project_id: str) -> None:
    """One row, as small as ours get."""
    from renders.models import RunEvent

    RunEvent.objects.create(run_id=run_id, project_id=uuid.UUID(project_id), code="bench.row", facts={})
