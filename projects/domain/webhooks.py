"""Webhooks: what happens is frozen into deliveries in the same transaction, and sent by the worker until it is taken or given up.

Signed as X-IAT-Signature: t=<unix time>,v1=<hex HMAC-SHA256 of "t.body">; the same delivery keeps its X-IAT-Delivery id over all tries.
"""

import datetime as dt
import hashlib
import hmac
import random
import secrets
import time
from typing import Any

import orjson
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from iat.kernel import events, fetching, queue
from iat.kernel.errors import Finding, Invalid, Refused
from iat.kernel.rows import edit as write
from projects.lifecycles import DELIVERY
from projects.models import Project, Webhook, WebhookDelivery
from spaces.models import User

FAMILIES = ("run", "job", "candidate", "rendered", "task", "treatment", "project", "definition", "export", "storage_sync")
CODES = (
    "run.planned", "run.running", "run.held", "run.resumed", "run.done", "run.partial", "run.failed", "run.canceled", "job.done", "job.failed", "job.failed_output_guard",
    "candidate.generated", "candidate.failed", "candidate.failed_output_guard", "candidate.selected", "rendered.draft", "rendered.approved", "rendered.discarded", "rendered.final", "rendered.archived",
    "treatment.planned", "treatment.done", "treatment.failed", "export.done", "export.failed", "storage_sync.done", "storage_sync.failed")
PAUSES_S = (10, 60, 300, 1800, 7200, 21600, 43200)
LEASE_S, MOST = 60, 20


def checked(codes: list[str]) -> list[str]:
    """Codes that exist, or whole families such as run.*; Invalid names the others."""
    known = {*CODES, "*", *(f"{family}.*" for family in FAMILIES)}
    wrong = [Finding(f"/events/{at}", "no such event") for at, code in enumerate(codes) if code not in known]
    if wrong or not codes:
        raise Invalid(f"Choose events out of: {', '.join(sorted(known))}.", findings=wrong or [Finding("/events", "at least one")])
    return sorted(set(codes))


@transaction.atomic
def create(project: Project, *, url: str, codes: list[str], by: User) -> tuple[Webhook, str]:
    """A new endpoint and its secret, which is told this once."""
    fetching.checked(url)
    if Webhook.objects.filter(project=project).count() >= MOST:
        raise Refused(f"A project has at most {MOST} webhooks.")
    secret = f"whsec_{secrets.token_urlsafe(32)}"
    row = Webhook.objects.create(project=project, url=url.strip(), secret=secret, events=checked(codes), created_by=by)
    events.emit("webhook.created", subject=row, actor=by)
    return row, secret


@transaction.atomic
def edit(row: Webhook, *, by: User, **changes: Any) -> Webhook:
    """Address, events, on or off."""
    if "url" in changes:
        fetching.checked(changes["url"])
    if "events" in changes:
        changes["events"] = checked(changes["events"])
    write(row, **changes)
    events.emit("webhook.edited", subject=row, actor=by)
    return row


@transaction.atomic
def drop(row: Webhook, *, by: User) -> None:
    """Away, with its log."""
    events.emit("webhook.dropped", subject=row, actor=by)
    row.delete()


def listens(row: Webhook, code: str) -> bool:
    """Whether this endpoint wants to hear of it."""
    return bool({code, code.partition(".")[0] + ".*", "*"} & set(row.events))


def note(code: str, *, subject: Any, actor: Any = None, **facts: Any) -> None:
    """Listener: what happened becomes deliveries, in the emitter's transaction."""
    project_id = getattr(subject, "project_id", None)
    if code not in CODES or project_id is None:
        return
    for row in Webhook.objects.filter(project_id=project_id, is_active=True):
        if listens(row, code):
            _plan(row, code, told(code, subject, actor, facts))


def told(code: str, subject: Any, actor: Any, facts: dict[str, Any]) -> dict[str, Any]:
    """The body: plain JSON, ids to ask the API with, no content that the receiver has no right to elsewhere."""
    names = {k: str(v) if k.endswith("_id") else v for k in ("status", "state", "candidate_index", "job_key", "job_id", "run_id", "final_asset_id", "error", "provider_code", "source_id", "result_id")
             if (v := getattr(subject, k, None)) not in (None, "")}
    plain = {k: v for k, v in facts.items() if isinstance(v, str | int | float | bool)}
    return {"event": code, "at": timezone.now().isoformat(), "project_id": str(subject.project_id), "subject": {"type": subject._meta.model_name, "id": str(subject.pk), **names},
            "actor": actor.username if actor is not None else None, "facts": plain}


def _plan(row: Webhook, code: str, body: dict[str, Any]) -> WebhookDelivery:
    made = WebhookDelivery.objects.create(project_id=row.project_id, webhook=row, event_code=code, body=body, due_at=timezone.now())
    queue.enqueue("projects.deliver", delivery_id=str(made.pk))
    return made


def ping(row: Webhook, *, by: User) -> WebhookDelivery:
    """The Test button: a delivery like any other."""
    return _plan(row, "ping", {"event": "ping", "at": timezone.now().isoformat(), "project_id": str(row.project_id), "subject": {"type": "webhook", "id": str(row.pk)}, "actor": by.username, "facts": {}})


@transaction.atomic
def again(row: WebhookDelivery, *, by: User) -> WebhookDelivery:
    """Sends an old delivery once more: the same id, the same body, signed anew."""
    DELIVERY.move(row, "planned", by=by, attempt=0, error="", due_at=timezone.now())
    queue.enqueue("projects.deliver", delivery_id=str(row.pk))
    return row


def sign(secret: str, body: bytes, *, at: int) -> str:
    """The signature header's value."""
    return f"t={at},v1={hmac.new(secret.encode(), f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"


def deliver(pk: Any, *, now: dt.datetime) -> str:
    """Sends one; what is not taken is planned again after a growing pause, at last given up."""
    free = Q(status="planned", due_at__lte=now + dt.timedelta(seconds=1)) | Q(status="sending", lease_until__lt=now)
    if not WebhookDelivery.objects.filter(free, pk=pk).update(status="sending", attempt=F("attempt") + 1, lease_until=now + dt.timedelta(seconds=LEASE_S), revision=F("revision") + 1, updated_at=now):
        return "not mine"
    row = WebhookDelivery.objects.select_related("webhook").get(pk=pk)
    body, began, status, error = orjson.dumps({"id": str(row.pk), **row.body}), time.monotonic(), None, ""
    try:
        if not row.webhook.is_active:
            raise Refused("The webhook is switched off.")
        headers = {"X-IAT-Event": row.event_code, "X-IAT-Delivery": str(row.pk), "X-IAT-Signature": sign(row.webhook.secret, body, at=int(time.time()))}
        status, said = fetching.post(row.webhook.url, body, headers)
        error = "" if 200 <= status < 300 else f"It answered {status}: {said}"
    except Refused as refused:
        error = refused.detail
    facts: dict[str, Any] = {"http_status": status, "error": error[:400], "latency_ms": round((time.monotonic() - began) * 1000), "lease_until": None}
    mine = Q(attempt=row.attempt)
    if not error:
        DELIVERY.move(row, "delivered", where=mine, delivered_at=timezone.now(), **facts)
    elif row.attempt > len(PAUSES_S) or status == 410 or not row.webhook.is_active:
        DELIVERY.move(row, "failed", where=mine, **facts)
    else:
        pause = PAUSES_S[row.attempt - 1] * random.uniform(1.0, 1.2)
        DELIVERY.move(row, "planned", where=mine, due_at=timezone.now() + dt.timedelta(seconds=pause), **facts)
        queue.enqueue("projects.deliver", after=pause, delivery_id=str(row.pk))
    return row.status


def waiting(*, now: dt.datetime, at_once: int = 200) -> list[WebhookDelivery]:
    """Deliveries whose message was lost or whose worker died."""
    late = now - dt.timedelta(seconds=30)
    due = Q(status="planned", due_at__lte=late) | Q(status="sending", lease_until__lt=now)
    return list(WebhookDelivery.objects.filter(due).select_related("project").order_by("due_at")[:at_once])
