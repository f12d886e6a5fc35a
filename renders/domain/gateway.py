"""The only caller of connectors: secrets, limits, money, the record of each order, and what to do when something breaks in the middle.

An order that left without a whole answer is never sent again blindly: it is looked for where the provider can be asked, else it
stands as `unknown` until a person decides.
"""

import datetime as dt
import logging
import random
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from pydantic import ValidationError

from iat.kernel import enter, filestore
from iat.kernel.errors import Refused
from projects.domain import accounts
from projects.models import ProviderAccount
from renders.domain import calls
from renders.domain.calls import Later, Unit
from renders.models import ProviderCall
from renders.providers.base import Broken, Busy, Declined, Moderated, ProviderError, Unknown, Unreachable
from renders.providers.registry import PROVIDERS
from renders.providers.remote import Ask, Remote, Ticket
from renders.providers.wire import Wire
from spaces.models import Asset

log = logging.getLogger("iat.gateway")
TRIES, FIRST_PAUSE_S, LONGEST_PAUSE_S, SURELY_LISTED_S = 6, 0.4, 300.0, 20.0
Hold = Callable[[float], None]


class Stopped(Exception):
    """Whoever asked no longer wants it: canceled (`over`), or taken over by another worker."""

    def __init__(self, *, over: bool) -> None:
        super().__init__("stopped")
        self.over = over


@dataclass(frozen=True)
class Got:
    """A finished order: its record, the stored original and the bytes."""

    call: ProviderCall
    asset: Asset
    data: bytes


class Line:
    """One connector with its account's settings, while one order is priced or looked after."""

    def __init__(self, connector: Remote, account: ProviderAccount, unit: Unit | None = None, hold: Hold | None = None) -> None:
        self.connector, self.account = connector, account
        self.unit: Any = unit
        self.hold: Any = hold
        self.config = configured(connector, account.config)

    def model(self, connector: Remote, op: str) -> str:
        """The model that would do it."""
        return connector.model(self.config, op)

    def price(self, ask: Ask) -> float:
        """The estimate, by the operator's prices where they corrected the table."""
        return 0.0 if self.connector.free else self.connector.price(ask, self.config, {**self.connector.prices.table, **self.account.prices})


def usable(space: Any, project: Any, connector: Remote) -> Line:
    """The line that an order here would take. Raises Refused where no owner has set the provider up."""
    account = accounts.account(space.pk, project.pk if project else None, connector.code)
    if account is None or not account.is_enabled:
        raise Refused(f"{connector.label} is not set up here. An owner enables it under Providers; the storyboard engine needs nothing.", allowed=["storyboard"])
    try:
        return Line(connector, account)
    except Declined as error:
        raise Refused(str(error)) from None


def configured(connector: Remote, told: dict[str, Any]) -> Any:
    """The settings, typed. Raises Declined where they no longer fit the connector."""
    try:
        return connector.Config.model_validate(told)
    except ValidationError as error:
        raise Declined(f"The settings of {connector.label} do not fit: {error.errors()[0]['msg']}.", "input") from None


@contextmanager
def wired(connector: Remote, account: ProviderAccount, config: Any) -> Any:
    """An open line with the account's key. Raises Declined where the key is not there."""
    kept = accounts.opened(account.space_id, account.project_id, connector.code)
    lacking = [s.label for s in connector.secrets if not kept.get(s.name)]
    if lacking and not connector.free:
        raise Declined(f"{connector.label} has no {lacking[0]} yet. An owner sets it under Providers.", "key")
    with Wire(config.base_url, headers=connector.headers(config, kept), secrets=tuple(kept.values()), hosts=connector.hosts, read_s=connector.read_s) as wire:
        yield wire


def perform(connector: Remote, account: ProviderAccount, unit: Unit, ask_for: Callable[[str], Ask], op: str, hold: Hold) -> Got:
    """One picture, bought at most once. Goes on where a dead worker stopped.

    Raises Later (put it back), OverBudget, Unknown, Declined, Moderated, Broken, or Stopped from `hold`.
    """
    line = Line(connector, account, unit, hold)
    call = calls.latest(unit, op)
    if call is None or call.status in ("failed", "canceled") or (call.provider_code != connector.code and call.status in ("planned", "fetched")):
        call = calls.plan(unit, op, account, connector.model(line.config, op))
    elif call.status == "fetched":
        return _had(call)
    elif call.status == "unknown":
        raise Unknown(call.error)
    ask = ask_for(str(call.idempotency_key))
    try:
        with wired(connector, account, line.config) as wire:
            ticket = _started(line, wire, call, ask)
            return _followed(line, wire, call, ask, ticket)
    except Stopped as stop:
        if stop.over:
            _abandon(line, call)
        raise
    except (Busy, Unreachable) as error:
        raise _later(line, call, error, op) from None
    except Unknown as error:
        calls.fail(call, error, outcome="unknown", now=timezone.now(), state="unknown")
        raise
    except ProviderError as error:
        calls.fail(call, error, outcome=error.kind, now=timezone.now())
        raise


def _had(call: ProviderCall) -> Got:
    if call.result is None:
        raise Broken("The picture of this order is gone from the registry.")
    return Got(call, call.result, filestore.store().read(call.result.storage_uri))


def _started(line: Line, wire: Wire, call: ProviderCall, ask: Ask) -> Ticket:
    if call.status == "waiting":
        return calls.ticket_of(call)
    if call.status == "sending":
        found = _look_for(line, wire, call, ask)
        if found is not None:
            calls.keep_ticket(call, found)
            return found
    else:
        calls.send(call, ask, line.price(ask), now=timezone.now())
    line.hold(max(line.connector.read_s, 60.0) + 30)
    try:
        ticket = line.connector.start(wire, ask, line.config)
    except Unknown:
        if line.connector.free:
            raise Busy("The server broke off in the middle; it costs nothing to ask again.", 3.0) from None
        found = line.connector.find(wire, ask, line.config, since=_since(call), taken=_taken(call)) if line.connector.can_find else None
        if found is None:
            raise
        ticket = found
    if not ticket.done:
        calls.keep_ticket(call, ticket)
    return ticket


def _since(call: ProviderCall) -> dt.datetime:
    return (call.sent_at or call.created_at) - dt.timedelta(seconds=2)


def _taken(call: ProviderCall) -> frozenset[str]:
    with enter.everywhere("an order found at the provider must not be another project's"):
        rows = ProviderCall.objects.filter(account_id=call.account_id, sent_at__gte=_since(call) - dt.timedelta(hours=2)).exclude(pk=call.pk).exclude(remote_id="")
        return frozenset(rows.values_list("remote_id", flat=True))


def _look_for(line: Line, wire: Wire, call: ProviderCall, ask: Ask) -> Ticket | None:
    """A worker died between sending and hearing. None means: it never arrived, send it."""
    if line.connector.can_find:
        found = line.connector.find(wire, ask, line.config, since=_since(call), taken=_taken(call))
        age = (timezone.now() - (call.sent_at or call.created_at)).total_seconds()
        if found is None and not line.connector.free and age < SURELY_LISTED_S:
            raise Later("An order may still be on its way; looking again shortly.", SURELY_LISTED_S - age + 1)
        return found
    if line.connector.free:
        return None
    raise Unknown(f"The worker died while an order to {line.connector.label} was on its way, and {line.connector.label} cannot be asked whether it arrived. It may have been done and billed.")


def _followed(line: Line, wire: Wire, call: ProviderCall, ask: Ask, ticket: Ticket) -> Got:
    until = (call.sent_at or timezone.now()) + dt.timedelta(seconds=line.connector.wait_s)
    pause, trouble = FIRST_PAUSE_S, 0
    while not ticket.done:
        if timezone.now() > until:
            with suppress(ProviderError):
                line.connector.cancel(wire, ticket, line.config)
            raise Broken(f"{line.connector.label} did not finish within {dt.timedelta(seconds=round(line.connector.wait_s))} (h:mm:ss); the order was canceled there.")
        line.hold(60.0)
        time.sleep(pause)
        pause = min(pause * 1.4, 5.0)
        try:
            ticket = line.connector.poll(wire, ticket, line.config)
            trouble = 0
        except (Busy, Unreachable) as error:
            trouble += 1
            pause = max(pause, min(getattr(error, "retry_after", 2.0), 30.0))
            if trouble >= 10:
                raise Later(f"{line.connector.label} does not answer; the order is kept and asked for again.", 60.0) from None
    line.hold(120.0)
    data = _fetched(line, wire, ticket)
    asset = calls.keep_picture(call, line.unit, data, ticket, line.price(ask), now=timezone.now())
    return Got(call, asset, data)


def _fetched(line: Line, wire: Wire, ticket: Ticket) -> bytes:
    for attempt in range(4):
        try:
            return line.connector.fetch(wire, ticket, line.config)
        except (Busy, Unreachable) as error:
            if attempt == 3:
                raise Later(f"The finished picture cannot be fetched just now: {error}", 15.0) from None
            time.sleep(0.3 * 2**attempt)
    raise Broken("The finished picture cannot be fetched.")


def _later(line: Line, call: ProviderCall, error: Busy | Unreachable, op: str) -> Exception:
    """A passing trouble: the order never counted, so it ends here and a new one follows, after a growing pause; at last it fails."""
    now = timezone.now()
    if call.status == "waiting":
        return Later(str(error), 15.0)
    calls.fail(call, error, outcome=error.kind, now=now)
    failed = calls.tries(line.unit, op, line.connector.code)
    if failed >= TRIES:
        last: ProviderError = Unreachable(f"Given up after {failed} tries. {error}") if isinstance(error, Unreachable) else Broken(f"Given up after {failed} tries. {error}")
        return last
    asked = error.retry_after if isinstance(error, Busy) else 0.0
    if isinstance(error, Busy) and error.status == 429:
        accounts.rest(line.account, now + dt.timedelta(seconds=asked))
    return Later(str(error), min(LONGEST_PAUSE_S, max(asked, 2.0**failed) * random.uniform(1.0, 1.25)), counted=True)


def _abandon(line: Line, call: ProviderCall) -> None:
    """Canceled by a person: stop it there where that is possible, and count what it may have cost."""
    if call.status == "waiting":
        try:
            with wired(line.connector, line.account, line.config) as wire:
                line.connector.cancel(wire, calls.ticket_of(call), line.config)
        except ProviderError as error:
            log.info("order %s could not be canceled at %s: %s", call.pk, call.provider_code, error)
    with suppress(Refused):
        calls.fail(call, "Canceled.", outcome="canceled", now=timezone.now(), state="canceled")


def choices(unit: Unit, op: str, first: str) -> list[tuple[Remote, ProviderAccount]]:
    """Connectors for a capability in the order they are tried: the one asked for, then enabled accounts by priority."""
    rows = accounts.effective(unit.space.pk, unit.project.pk if unit.project else None)
    able = [(PROVIDERS.get(r.provider_code), r) for r in rows if r.is_enabled]
    found = [(c, r) for c, r in able if isinstance(c, Remote) and op in c.does]
    return sorted(found, key=lambda pair: pair[1].provider_code != first)


def passes_on(error: ProviderError) -> bool:
    """Whether another provider may do better: not where the picture itself was held back, nor where money may be gone."""
    return not isinstance(error, Moderated | Unknown)


def test(connector: Remote, account: ProviderAccount) -> tuple[bool, str, int]:
    """A cheap question: (works, a sentence, milliseconds). Never raises for what the provider does."""
    began = time.monotonic()
    try:
        config = configured(connector, account.config)
        with wired(connector, account, config) as wire:
            wire.client.timeout = 15.0
            said, ok = connector.check(wire, config), True
    except ProviderError as error:
        said, ok = str(error), False
    return ok, said, round((time.monotonic() - began) * 1000)
