"""Providers of a project or a space: what is ready, settings and secrets, the Test button; and what it all cost."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from iat.kernel import pages
from iat.kernel.errors import Finding, Invalid
from projects.access import project as enter_project
from projects.domain import accounts, costs
from projects.models import Project
from projects.queries import money
from renders.domain import providers
from renders.forms_providers import AccountForm
from spaces import access as doors
from spaces.models import Role


def _enter(request: HttpRequest, key: Any, role: str = Role.VIEWER) -> tuple[Any, str]:
    """The owner that a path names, and the path of its providers."""
    if request.path.startswith("/spaces/"):
        space = doors.space(request.user, key, role)
        return space, f"/spaces/{space.pk}/providers"
    project = enter_project(request.user, key, role)
    return project, f"/projects/{project.pk}/providers"


def index(request: HttpRequest, p: Any) -> HttpResponse:
    """Every provider there is, ready ones first."""
    owner, base = _enter(request, p)
    space = owner.space_id if isinstance(owner, Project) else owner.pk
    rows = sorted(providers.shelves(owner), key=lambda s: (not s.ready, s.local))
    owns = doors.role_in(doors.signed_in(request.user), space) == Role.OWNER
    return render(request, "renders/providers.html", {"owner": owner, "project": owner if isinstance(owner, Project) else None, "base": base, "shelves": rows, "owns": owns, "space_id": space})


def edit(request: HttpRequest, p: Any, code: str) -> HttpResponse:
    """Settings and secrets of one provider."""
    owner, base = _enter(request, p, Role.OWNER)
    shelf = providers.shelf(owner, code)
    if shelf.local:
        return redirect(base)
    form = AccountForm(shelf, request.POST or None)

    @transaction.atomic
    def do(told: dict[str, Any]) -> str:
        try:
            providers.put(owner, code, by=request.user, config=form.config(), **form.limits())
        except Invalid as error:
            raise Invalid(error.detail, findings=[Finding(f.pointer.replace("/config/", "/config_"), f.detail) for f in error.findings]) from None
        for name, value in form.secrets().items():
            providers.put_secret(owner, code, name, value=value, by=request.user)
        return f"{base}#{code}"

    return pages.fill_in(request, form, do, title=shelf.connector.label, lead=shelf.connector.about, done="Saved. Try it with the Test button.", crumbs=[(base.rsplit("/", 1)[0], owner.name), (base, "Providers")], back=base)


@require_POST
def act(request: HttpRequest, p: Any, code: str, verb: str) -> HttpResponse:
    """test, forget."""
    owner, base = _enter(request, p, Role.OWNER)
    if verb == "forget":
        return pages.act(request, lambda: accounts.drop(owner, code, by=request.user), done="Forgotten, with its secrets.", to=base)
    ok, said, took = providers.test(owner, code)
    row = {"ok": ok, "said": said, "took": took, "label": providers.shelf(owner, code).connector.label, "base": base, "owner": owner, "code": code}
    return render(request, "renders/provider_test.html", row)


def spent(request: HttpRequest, p: str) -> HttpResponse:
    """By provider and day, the budget, the newest payments."""
    project = enter_project(request.user, p, Role.OWNER if request.method == "POST" else Role.VIEWER)
    if request.method == "POST":
        def do() -> None:
            given = request.POST.get("budget_usd", "").strip()
            try:
                limit = Decimal(given) if given else None
            except InvalidOperation:
                raise Invalid(f"“{given[:40]}” is not an amount.", findings=[Finding("/budget_usd", "not an amount")]) from None
            if limit is not None and not limit.is_finite():
                raise Invalid("A budget is a finite amount.", findings=[Finding("/budget_usd", "not finite")])
            costs.set_budget(project, limit, by=request.user)

        return pages.act(request, do, done="The budget is set.", to=f"/projects/{project.pk}/costs")
    owns = doors.role_in(doors.signed_in(request.user), project.space_id) == Role.OWNER
    return render(request, "renders/costs.html", {"project": project, "money": money.summary(project), "rows": list(money.events(project).order_by("-created_at", "-id")[:30]), "owns": owns})
