"""The record of orders to providers: written before one leaves, moved on by compare-and-swap, kept for ever."""

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import transaction

from iat.kernel import enter, filestore
from iat.kernel.errors import Refused
from projects.domain import costs
from projects.models import ProviderAccount
from renders.lifecycles import CALL
from renders.models import ProviderCall
from renders.providers.base import Broken, ProviderError
from renders.providers.remote import Ask, Ticket
from spaces.domain import assets
from spaces.models import Asset, User

NAMESPACE = uuid.UUID("0f4c7d14-3c7c-4e3e-8f43-3d6a5ad1d0c7")
OPEN = ("sending", "waiting")


class Later(Exception):
    """Not now: come back in `seconds`. `counted` where it was a try that failed, not a queue."""

    def __init__(self, why: str, seconds: float, *, counted: bool = False) -> None:
        super().__init__(why)
        self.seconds, self.counted = seconds, counted


@dataclass(frozen=True)
class Unit:
    """For whom an order is sent: `name` is unique for ever, `since` is the attempt a person's retry starts from."""

    name: str
    space: Any
    project: Any = None
    run_id: Any = None
    candidate_id: Any = None
    kit_item_id: Any = None
    folder: str = "originals"
    by: User | None = None
    since: int = 0


def latest(unit: Unit, operation: str) -> ProviderCall | None:
    """The newest order of a unit."""
    return ProviderCall.objects.filter(unit=unit.name, operation=operation).select_related("result").order_by("-attempt").first()


def tries(unit: Unit, operation: str, code: str) -> int:
    """How often this provider failed in passing since a person last asked."""
    return ProviderCall.objects.filter(unit=unit.name, operation=operation, provider_code=code, attempt__gt=unit.since, outcome__in=["busy", "unreachable"]).count()


def plan(unit: Unit, operation: str, account: ProviderAccount, model: str) -> ProviderCall:
    """A new order, not sent yet."""
    attempt = ProviderCall.objects.filter(unit=unit.name, operation=operation).count() + 1
    return ProviderCall.objects.create(
        space_id=unit.space.pk, project_id=unit.project.pk if unit.project else None, run_id=unit.run_id, candidate_id=unit.candidate_id, kit_item_id=unit.kit_item_id, account=account,
        provider_code=account.provider_code, model_name=model, operation=operation, unit=unit.name, attempt=attempt, idempotency_key=uuid.uuid5(NAMESPACE, f"{unit.name}/{operation}/{attempt}"))


def money(call: ProviderCall) -> costs.Order:
    """What the ledger needs to know."""
    return costs.Order(call.idempotency_key, call.space_id, call.project_id, call.run_id, call.provider_code, call.operation, call.model_name)


@transaction.atomic
def send(call: ProviderCall, ask: Ask, estimate: float, *, now: dt.datetime) -> None:
    """planned → sending, if the account's limits and the budget allow it. Raises Later or OverBudget. Commits before anything leaves."""
    account = ProviderAccount.objects.select_for_update(of=("self",)).get(pk=call.account_id)
    if account.resting_until and account.resting_until > now:
        raise Later(f"{account.provider_code} asked for a pause.", (account.resting_until - now).total_seconds())
    with enter.everywhere("an account's limits count the orders of all projects that use it"):
        mine = ProviderCall.objects.filter(account=account)
        if mine.filter(status__in=OPEN).count() >= account.concurrent:
            raise Later(f"All {account.concurrent} places at {account.provider_code} are taken.", 1.0)
        recent = mine.filter(sent_at__gt=now - dt.timedelta(seconds=60))
        if account.per_minute and recent.count() >= account.per_minute:
            oldest = recent.order_by("sent_at").values_list("sent_at", flat=True)[0]
            raise Later(f"{account.per_minute} orders a minute are allowed at {account.provider_code}.", max(0.5, 60 - (now - oldest).total_seconds()))
    costs.reserve(money(call), estimate)
    CALL.move(call, "sending", sent_at=now, request_digest=digest_of(ask))


def digest_of(ask: Ask) -> str:
    """SHA-256 over what decides the picture."""
    told = {"op": ask.op, "prompt": ask.prompt, "negative": ask.negative_prompt, "size": [ask.width, ask.height], "seed": ask.seed, "parameters": ask.parameters,
            "references": [hashlib.sha256(p.data).hexdigest() for p in ask.references]}
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()


def keep_ticket(call: ProviderCall, ticket: Ticket) -> ProviderCall:
    """sending or unknown → waiting, with what is needed to ask again."""
    told: dict[str, Any] = {"remote_id": ticket.remote_id[:200], "ticket": {**ticket.data, "cost_usd": ticket.cost_usd}}
    moved: ProviderCall = CALL.move(call, "waiting", **told)
    return moved


def ticket_of(call: ProviderCall) -> Ticket:
    """The ticket as it was kept."""
    data = dict(call.ticket)
    return Ticket(call.remote_id, data=data, cost_usd=data.pop("cost_usd", None))


@transaction.atomic
def fail(call: ProviderCall, error: ProviderError | str, *, outcome: str, now: dt.datetime, state: str = "failed") -> None:
    """The end of an order without a picture. What surely was not billed is released; what may have been stays, marked as an estimate."""
    told = str(error)[:2000]
    reported = (call.ticket or {}).get("cost_usd")
    try:
        CALL.move(call, state, error=told, outcome=outcome, http_status=getattr(error, "status", None), finished_at=now, latency_ms=_took(call, now))
    except Refused:
        return
    if state == "unknown":
        return
    if outcome in ("broken", "canceled", "lost") or reported:
        costs.settle(call.idempotency_key, reported)
        ProviderCall.objects.filter(pk=call.pk).update(cost_usd=reported, is_estimate=reported is None)
    else:
        costs.release(call.idempotency_key)


def _took(call: ProviderCall, now: dt.datetime) -> int | None:
    return max(0, round((now - call.sent_at).total_seconds() * 1000)) if call.sent_at else None


def keep_picture(call: ProviderCall, unit: Unit, data: bytes, ticket: Ticket, estimate: float, *, now: dt.datetime) -> Asset:
    """The picture as it came, byte for byte, and the end of the order, in one transaction. Raises Broken for what cannot be decoded."""
    try:
        picture = assets.inspect(data)
    except Refused as error:
        raise Broken(f"What came back is not a usable picture: {error.detail}") from None
    pk = uuid.uuid5(NAMESPACE, f"{call.idempotency_key}/original")
    path = f"{unit.folder}/{filestore.safe(call.provider_code)}_{pk}.{assets.SUFFIX[picture.mime_type]}"
    with transaction.atomic():
        row = assets.register(unit.space, kind="generated", path=path, data=data, picture=picture, by=unit.by, project=unit.project, pk=pk, thumbs=False,
                              metadata={"stage": "original", "call": str(call.pk), "provider": call.provider_code, "model": call.model_name})
        cost = ticket.cost_usd
        CALL.move(call, "fetched", result=row, finished_at=now, latency_ms=_took(call, now), outcome="done", remote_id=ticket.remote_id[:200] or call.remote_id,
                  cost_usd=cost if cost is not None else estimate, is_estimate=cost is None, facts=ticket.facts)
        costs.settle(call.idempotency_key, cost)
    return row


@transaction.atomic
def write_off(call: ProviderCall, *, by: User, now: dt.datetime) -> ProviderCall:
    """A person says: count it as paid and go on. The next try is a new order."""
    CALL.move(call, "failed", by=by, outcome="lost", finished_at=now)
    costs.settle(call.idempotency_key, None)
    return call
