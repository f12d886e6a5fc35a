"""Providers: the catalogue, accounts and write-only secrets of a project or a whole space, the Test button, orders, money."""

import uuid
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Status

from iat.kernel.errors import NotThere
from projects.access import project as enter_project
from projects.domain import accounts, costs
from projects.queries import money
from renders import access
from renders.domain import calls, providers
from renders.models import ProviderCall
from renders.providers.registry import PROVIDERS
from renders.schemas_providers import AccountIn, BudgetIn, SecretIn, account_out, call_out, catalogue_out, cost_out, secret_out
from spaces import access as doors
from spaces.models import Role
from spaces.schemas import Page, given, listed

router = Router(tags=["Providers"])


@router.get("/providers", summary="All providers there are")
def catalogue(request: HttpRequest):
    """Capabilities, settings as JSON Schema, names of secrets, dated prices."""
    doors.signed_in(request.user)
    return {"items": [catalogue_out(p) for p in PROVIDERS.all()], "next": None, "total": None}


def _accounts(prefix: str, noun: str, enter: Any) -> None:
    """The same doors for a project and for a space."""

    @router.get(f"{prefix}/providers", summary=f"Providers of a {noun}", operation_id=f"{noun}_providers")
    def index(request: HttpRequest, p: str):
        """What holds here; a project also has its space's."""
        return {"items": [account_out(s) for s in providers.shelves(enter(request.user, p))], "next": None, "total": None}

    @router.get(f"{prefix}/providers/{{code}}", summary=f"A provider of a {noun}", operation_id=f"{noun}_provider")
    def one(request: HttpRequest, p: str, code: str):
        """Its settings, without any secret."""
        return account_out(providers.shelf(enter(request.user, p), code))

    @router.put(f"{prefix}/providers/{{code}}", summary=f"Set up a provider of a {noun}", operation_id=f"set_{noun}_provider")
    def put(request: HttpRequest, p: str, code: str, body: AccountIn):
        """Owners only."""
        owner = enter(request.user, p, Role.OWNER)
        providers.put(owner, code, by=request.user, **given(body))
        return account_out(providers.shelf(owner, code))

    @router.delete(f"{prefix}/providers/{{code}}", response={204: None}, summary=f"Forget a provider of a {noun}", operation_id=f"drop_{noun}_provider")
    def drop(request: HttpRequest, p: str, code: str):
        """With its secrets; what was spent stays on record."""
        accounts.drop(enter(request.user, p, Role.OWNER), code, by=request.user)
        return Status(204, None)


def _secrets(prefix: str, noun: str, enter: Any) -> None:
    """As `_accounts`: what needs the keys, or keeps them."""

    @router.post(f"{prefix}/providers/{{code}}/test", summary=f"Try a provider of a {noun}", operation_id=f"test_{noun}_provider")
    def test(request: HttpRequest, p: str, code: str):
        """A cheap question that costs nothing."""
        ok, said, took = providers.test(enter(request.user, p, Role.OWNER), code)
        return {"ok": ok, "detail": said, "latency_ms": took}

    @router.get(f"{prefix}/secrets", summary=f"Secrets of a {noun}", operation_id=f"{noun}_secrets")
    def secrets(request: HttpRequest, p: str):
        """Names and dates; never values."""
        return {"items": [secret_out(s) for s in accounts.secrets(enter(request.user, p))], "next": None, "total": None}

    @router.put(f"{prefix}/secrets/{{code}}/{{name}}", response={204: None}, summary=f"Keep a secret of a {noun}", operation_id=f"set_{noun}_secret")
    def put_secret(request: HttpRequest, p: str, code: str, name: str, body: SecretIn):
        """Encrypted, and never told again."""
        providers.put_secret(enter(request.user, p, Role.OWNER), code, name, value=body.value.get_secret_value(), by=request.user)
        return Status(204, None)

    @router.delete(f"{prefix}/secrets/{{code}}/{{name}}", response={204: None}, summary=f"Forget a secret of a {noun}", operation_id=f"drop_{noun}_secret")
    def drop_secret(request: HttpRequest, p: str, code: str, name: str):
        """At once."""
        accounts.drop_secret(enter(request.user, p, Role.OWNER), code, name, by=request.user)
        return Status(204, None)


def _space(user: Any, p: str, role: str = Role.VIEWER) -> Any:
    try:
        return doors.space(user, uuid.UUID(p), role)
    except ValueError:
        raise NotThere("There is no such space, or it is not shared with you.") from None


for _prefix, _noun, _enter in (("/projects/{p}", "project", enter_project), ("/spaces/{p}", "space", _space)):
    _accounts(_prefix, _noun, _enter)
    _secrets(_prefix, _noun, _enter)


@router.get("/runs/{pk}/calls", response=Page, summary="Orders of a run")
def of_run(request: HttpRequest, pk: uuid.UUID, limit: int = 50, cursor: str | None = None):
    """What was sent to providers for it, oldest first."""
    run = access.run(request.user, pk)
    return listed(ProviderCall.objects.filter(run=run), call_out, order=["created_at", "id"], limit=limit, cursor=cursor)


@router.post("/calls/{pk}/write-off", summary="Write an unknown order off")
def write_off(request: HttpRequest, pk: uuid.UUID):
    """Counts it as paid, so that its picture can be ordered again by retrying the run."""
    return call_out(calls.write_off(access.call(request.user, pk, Role.ARTIST), by=request.user, now=timezone.now()))


@router.get("/projects/{p}/costs", response=Page, summary="What was paid")
def paid(request: HttpRequest, p: str, limit: int = 50, cursor: str | None = None):
    """Newest first; estimates are marked."""
    return listed(money.events(enter_project(request.user, p)), cost_out, order=["-created_at", "-id"], limit=limit, cursor=cursor)


@router.get("/projects/{p}/costs/summary", summary="Money in short")
def summary(request: HttpRequest, p: str):
    """By provider, by day, the budget and what is left."""
    return money.summary(enter_project(request.user, p)).as_json()


@router.put("/projects/{p}/budget", summary="Set the budget")
def budget(request: HttpRequest, p: str, body: BudgetIn):
    """In USD; null lifts it. A run that would pass it waits for a person."""
    project = enter_project(request.user, p, Role.OWNER)
    costs.set_budget(project, None if body.budget_usd is None else Decimal(str(body.budget_usd)), by=request.user)
    return money.summary(project).as_json()
