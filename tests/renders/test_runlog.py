"""Events of a run: live, and as a file."""

import json

from django.utils import timezone

from iat.kernel import enter, filestore
from renders.domain import runlog
from renders.models import Run, RunEvent
from spaces.models import Asset
from tests.conftest import client_of


def test_a_run_tells_what_happened_in_order(rendered_world):
    w, vi = rendered_world, client_of(rendered_world.vi)
    answer = vi.get(f"/api/runs/{w.run.pk}/events")
    assert answer["Content-Type"] == "text/event-stream" and answer["Cache-Control"] == "no-store"
    blocks = [dict(line.split(": ", 1) for line in block.splitlines()) for block in answer.content.decode().strip().split("\n\n")]
    codes = [b["event"] for b in blocks if "event" in b]
    assert codes[0] == "run.planned" and codes[-1] == "end" and codes.count("candidate.generated") == 2 and codes.index("job.done") < codes.index("run.done")
    seen = next(b for b in blocks if b.get("event") == "candidate.generated")
    told = json.loads(seen["data"])
    assert told["index"] in (0, 1) and told["candidate"] in {str(c.pk) for c in w.candidates}
    rest = vi.get(f"/api/runs/{w.run.pk}/events", headers={"Last-Event-ID": seen["id"]}).content.decode()
    assert "run.planned" not in rest and rest.rstrip().endswith("data: done")
    assert vi.get(f"/api/runs/{w.run.pk}/events?after=nonsense").status_code == 200
    lines = [json.loads(x) for x in b"".join(vi.get(f"/api/runs/{w.run.pk}/log").streaming_content).splitlines()]
    assert [x["code"] for x in lines] == codes[:-1] and lines[0]["by"] == "art"


def test_the_log_becomes_a_file_when_the_run_is_over(rendered_world):
    w = rendered_world
    with enter.in_project(w.project):
        run = Run.objects.select_related("project__space", "created_by").get(pk=w.run.pk)
        row = runlog.write(run, now=timezone.now())
        assert (row.kind, row.mime_type, row.width) == ("run_log", "application/x-ndjson", None)
        data = filestore.store().read(row.storage_uri).splitlines()
        assert len(data) == RunEvent.objects.filter(run=run).count() and json.loads(data[-1])["code"] == "run.settled"
        assert Run.objects.get(pk=run.pk).log_id == row.pk
        Run.objects.filter(pk=run.pk).update(status="running")
        run.refresh_from_db()
        assert runlog.write(run, now=timezone.now()) is None and Asset.objects.filter(kind="run_log").count() == 1


def test_another_runs_events_stay_there(rendered_world):
    w = rendered_world
    with enter.in_project(w.sams_project):
        assert RunEvent.objects.count() == 0
    assert client_of(w.sam).get(f"/api/runs/{w.run.pk}/events").status_code == 404
