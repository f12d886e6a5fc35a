"""Webhooks: endpoints of a project, the log of what was sent, a test, and sending again."""

import uuid
from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from projects import access
from projects.domain import webhooks
from projects.models import Webhook, WebhookDelivery
from projects.schemas import WebhookIn, WebhookPatch, delivery_out, webhook_out
from spaces.models import Role
from spaces.schemas import Page, given, listed

router = Router(tags=["Webhooks"])


@router.get("/projects/{p}/webhooks", response=Page, summary="Webhooks of a project")
def index(request: HttpRequest, p: str, limit: int = 50, cursor: str | None = None):
    """Without their secrets. Owners only: an address may hold a secret of its own."""
    project = access.project(request.user, p, Role.OWNER)
    return listed(Webhook.objects.filter(project=project), webhook_out, order=["created_at", "id"], limit=limit, cursor=cursor)


@router.post("/projects/{p}/webhooks", response={201: dict}, summary="New webhook")
def create(request: HttpRequest, p: str, body: WebhookIn):
    """Answers the secret, this once: check `X-IAT-Signature` with it."""
    row, secret = webhooks.create(access.project(request.user, p, Role.OWNER), url=body.url, codes=body.events, by=request.user)
    return Status(201, {**webhook_out(row), "secret": secret})


@router.patch("/webhooks/{pk}", summary="Change a webhook")
def edit(request: HttpRequest, pk: uuid.UUID, body: WebhookPatch):
    """Address, events, on or off."""
    return webhook_out(webhooks.edit(_mine(request, pk), by=request.user, **given(body)))


@router.delete("/webhooks/{pk}", response={204: None}, summary="Delete a webhook")
def drop(request: HttpRequest, pk: uuid.UUID):
    """With its log."""
    webhooks.drop(_mine(request, pk), by=request.user)
    return Status(204, None)


@router.post("/webhooks/{pk}/test", response={202: dict}, summary="Send a test")
def test(request: HttpRequest, pk: uuid.UUID):
    """A delivery like any other, with the event `ping`."""
    return Status(202, delivery_out(webhooks.ping(_mine(request, pk), by=request.user)))


@router.get("/webhooks/{pk}/deliveries", response=Page, summary="What was sent")
def deliveries(request: HttpRequest, pk: uuid.UUID, limit: int = 50, cursor: str | None = None):
    """Newest first, with status, tries and the answer."""
    return listed(WebhookDelivery.objects.filter(webhook=_mine(request, pk)), delivery_out, order=["-created_at", "-id"], limit=limit, cursor=cursor)


@router.post("/webhook-deliveries/{pk}/replay", response={202: dict}, summary="Send it again")
def replay(request: HttpRequest, pk: uuid.UUID):
    """The same id and body, signed anew."""
    row: WebhookDelivery = access.row_of(request.user, WebhookDelivery, pk, Role.OWNER)
    return Status(202, delivery_out(webhooks.again(row, by=request.user)))


def _mine(request: HttpRequest, pk: uuid.UUID) -> Any:
    return access.row_of(request.user, Webhook, pk, Role.OWNER)
