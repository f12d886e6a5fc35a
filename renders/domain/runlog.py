"""What happens in a run, as rows while it happens and as a file of JSON lines when it is over."""

import datetime as dt
import uuid
from typing import Any

import orjson
from django.db.models import QuerySet

from iat.kernel import queue
from renders.models import ProviderCall, Run, RunCandidate, RunEvent, RunJob
from spaces.domain import assets
from spaces.models import Asset

SETTLED_S = 0.5
ENDED = ("done", "partial", "failed", "canceled")
MIME = "application/x-ndjson"


def note(code: str, *, subject: Any, actor: Any = None, **facts: Any) -> None:
    """Listens to everything; keeps what belongs to a run, in the emitter's transaction."""
    told = {k: v for k, v in facts.items() if isinstance(v, str | int | float | bool)}
    if actor is not None:
        told["by"] = actor.username
    if isinstance(subject, Run):
        _keep(subject, None, code, {**told, "status": subject.status})
        if subject.status in ENDED and code.startswith("run.") and code != "run.planned":
            queue.enqueue("renders.runlog", run_id=str(subject.pk))
    elif isinstance(subject, RunJob):
        _keep(subject.run, None, code, {**told, "job": subject.job_key, "status": subject.status})
    elif isinstance(subject, RunCandidate):
        _keep(subject.job.run, subject, code, {**told, "job": subject.job.job_key, "index": subject.candidate_index, "status": subject.status, "attempt": subject.attempt, **({"error": subject.error} if subject.error else {})})
    elif isinstance(subject, ProviderCall) and subject.run_id and subject.project_id:
        _order(subject, code, told)


def _keep(run: Run, candidate: RunCandidate | None, code: str, facts: dict[str, Any]) -> None:
    RunEvent.objects.create(project_id=run.project_id, run=run, candidate=candidate, code=code, facts=facts)


def _order(call: ProviderCall, code: str, told: dict[str, Any]) -> None:
    facts = {**told, "order": str(call.pk), "provider": call.provider_code, "model": call.model_name, "operation": call.operation, "attempt": call.attempt, "status": call.status,
             "remote_id": call.remote_id, "latency_ms": call.latency_ms, "cost_usd": float(call.cost_usd) if call.cost_usd is not None else None, "error": call.error}
    RunEvent.objects.create(project_id=call.project_id, run_id=call.run_id, candidate_id=call.candidate_id, code=code, facts={k: v for k, v in facts.items() if v not in (None, "")})


def events(run: Run, *, after: str = "", now: dt.datetime) -> QuerySet[RunEvent]:
    """A run's events in order, those behind `after` (an event's id). The newest half second is held back while the run lives: a slower transaction may still bring an earlier one."""
    rows = RunEvent.objects.filter(run=run)
    if run.status not in ENDED:
        rows = rows.filter(created_at__lt=now - dt.timedelta(seconds=SETTLED_S))
    try:
        seen = RunEvent.objects.filter(run=run, pk=uuid.UUID(after)).first() if after else None
    except ValueError:
        seen = None
    if seen is not None:
        rows = rows.filter(created_at__gte=seen.created_at).exclude(created_at=seen.created_at, pk__lte=seen.pk)
    return rows.order_by("created_at", "id")


def line(event: RunEvent) -> bytes:
    """One event as one line of JSON."""
    return orjson.dumps({"at": event.created_at.isoformat(), "code": event.code, "run": event.run_id, "candidate": event.candidate_id, **event.facts}, option=orjson.OPT_APPEND_NEWLINE)


def write(run: Run, *, now: dt.datetime) -> Asset | None:
    """The log of a run that is over, as an asset of kind run_log. A run that was retried gets a new one."""
    if run.status not in ENDED:
        return None
    pk = uuid.uuid4()
    data = b"".join(line(e) for e in events(run, now=now).iterator(chunk_size=500))
    row = assets.register(run.project.space, kind="run_log", path=f"{assets.folder(run.project)}/run_log/{run.pk}_{pk}.jsonl", data=data, picture=assets.Picture(MIME, 0, 0), by=run.created_by,
                          project=run.project, pk=pk, thumbs=False, metadata={"run": str(run.pk), "digest": run.digest})
    Run.objects.filter(pk=run.pk).update(log=row)
    return row
