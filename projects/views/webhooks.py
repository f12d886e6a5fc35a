"""Webhooks of a project: who is told what, a test, and the log of what was sent."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from iat.kernel import http, pages
from iat.kernel.errors import Refused
from projects import access
from projects.domain import webhooks
from projects.forms import WebhookForm
from projects.models import Webhook, WebhookDelivery
from spaces.models import Role


def index(request: HttpRequest, p: str) -> HttpResponse:
    """The endpoints, and a form for another. A new secret is shown this once."""
    project = access.project(request.user, p, Role.OWNER)
    form, fresh = WebhookForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            _, fresh = webhooks.create(project, url=form.cleaned_data["url"], codes=form.cleaned_data["events"], by=request.user)  # type: ignore[arg-type]
            form = WebhookForm()
        except Refused as error:
            pages.told(form, error)
    rows = list(Webhook.objects.filter(project=project).order_by("created_at", "id"))
    return render(request, "projects/webhooks.html", {"project": project, "rows": rows, "form": form, "fresh": fresh}, status=422 if form.errors else 200)


def show(request: HttpRequest, p: str, pk: str) -> HttpResponse:
    """One endpoint: its settings and its log."""
    row = access.row_of(request.user, Webhook, pk, Role.OWNER)
    form = WebhookForm(request.POST or None, initial={"url": row.url, "events": row.events, "is_active": row.is_active}, known=True)
    if request.method == "POST" and form.is_valid():
        told: dict[str, Any] = {"url": form.cleaned_data["url"], "events": form.cleaned_data["events"], "is_active": form.cleaned_data["is_active"]}
        return pages.act(request, lambda: webhooks.edit(row, by=request.user, **told), done="Saved.", to=f"/projects/{p}/webhooks/{pk}")
    found, after = http.page(WebhookDelivery.objects.filter(webhook=row), order=["-created_at", "-id"], limit=50, cursor=request.GET.get("cursor"))
    return render(request, "projects/webhook.html", {"project": row.project, "row": row, "form": form, "deliveries": found, "next": after})


@require_POST
def act(request: HttpRequest, p: str, pk: str, verb: str) -> HttpResponse:
    """test, delete; replay of one delivery."""
    if verb == "replay":
        delivery = access.row_of(request.user, WebhookDelivery, pk, Role.OWNER)
        return pages.act(request, lambda: webhooks.again(delivery, by=request.user), done="It is sent again.", to=f"/projects/{p}/webhooks/{delivery.webhook_id}")
    row = access.row_of(request.user, Webhook, pk, Role.OWNER)
    if verb == "delete":
        return pages.act(request, lambda: webhooks.drop(row, by=request.user), done="The webhook is gone.", to=f"/projects/{p}/webhooks")
    return pages.act(request, lambda: webhooks.ping(row, by=request.user), done="A test is on its way; the log shows how it went.", to=f"/projects/{p}/webhooks/{pk}")
