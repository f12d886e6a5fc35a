"""Spaces."""

import uuid

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from iat.kernel import http
from spaces import access
from spaces.domain import spaces
from spaces.models import Role
from spaces.queries import library
from spaces.schemas import Page, SpaceIn, SpacePatch, given, listed, space_out

router = Router(tags=["Spaces"])


@router.get("/spaces", response=Page, summary="My spaces")
def index(request: HttpRequest, limit: int = 50, cursor: str | None = None, count: bool = False):
    """Newest first."""
    return listed(library.spaces_for(access.signed_in(request.user)), space_out, order=["-created_at", "-id"], limit=limit, cursor=cursor, count=count)


@router.post("/spaces", response={201: dict}, summary="New space")
def create(request: HttpRequest, body: SpaceIn):
    """Its maker owns it."""
    return Status(201, space_out(spaces.create(by=access.signed_in(request.user), **body.dict())))


@router.get("/spaces/{pk}", summary="A space")
def one(request: HttpRequest, response: HttpResponse, pk: uuid.UUID):
    """Metadata and a summary of what it holds."""
    space = access.space(request.user, pk)
    response["ETag"] = http.etag(space)
    return {**space_out(space), "summary": library.summary(space)}


@router.patch("/spaces/{pk}", summary="Change a space")
def edit(request: HttpRequest, pk: uuid.UUID, body: SpacePatch):
    """Owners only."""
    space = access.space(request.user, pk, Role.OWNER)
    http.check_match(request, space)
    return space_out(spaces.edit(space, by=request.user, **given(body)))


@router.delete("/spaces/{pk}", response={204: None}, summary="Archive a space")
def archive(request: HttpRequest, pk: uuid.UUID):
    """Out of sight; nothing is lost."""
    spaces.archive(access.space(request.user, pk, Role.OWNER), by=request.user)
    return Status(204, None)
