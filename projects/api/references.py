"""Reference sets and their pictures."""

import uuid
from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from projects import access
from projects.domain import references
from projects.models import ReferenceItem, ReferenceSet
from projects.schemas import ReferenceIn, SetIn, SetPatch, item_out, set_out
from spaces.models import Role
from spaces.schemas import Page, given, listed

router = Router(tags=["Knowledge"])


@router.get("/projects/{p}/reference-sets", response=Page, summary="Reference sets of a project")
def index(request: HttpRequest, p: str, limit: int = 50, cursor: str | None = None):
    """By name."""
    return listed(ReferenceSet.objects.filter(project=access.project(request.user, p)), set_out, order=["name", "id"], limit=limit, cursor=cursor)


@router.post("/projects/{p}/reference-sets", response={201: dict}, summary="New reference set")
def create(request: HttpRequest, p: str, body: SetIn):
    """Empty and active."""
    return Status(201, set_out(references.create(access.project(request.user, p, Role.ARTIST), by=request.user, **body.dict())))


@router.get("/reference-sets/{pk}", summary="A reference set")
def one(request: HttpRequest, pk: uuid.UUID):
    """With its pictures, heaviest first."""
    row = _mine(request, pk)
    items = ReferenceItem.objects.filter(reference_set=row).select_related("asset").order_by("-weight", "id")
    return {**set_out(row), "items": [item_out(i) for i in items]}


@router.patch("/reference-sets/{pk}", summary="Change a reference set")
def edit(request: HttpRequest, pk: uuid.UUID, body: SetPatch):
    """Name, kind, in use or not."""
    return set_out(references.edit(_mine(request, pk, Role.ARTIST), by=request.user, **given(body)))


@router.delete("/reference-sets/{pk}", response={204: None}, summary="Delete a reference set")
def drop(request: HttpRequest, pk: uuid.UUID):
    """Its pictures stay."""
    references.drop(_mine(request, pk, Role.ARTIST), by=request.user)
    return Status(204, None)


@router.put("/reference-sets/{pk}/items/{asset}", summary="Lay a picture into a set")
def put(request: HttpRequest, pk: uuid.UUID, asset: uuid.UUID, body: ReferenceIn):
    """Or change its weight, 0 to 1."""
    return item_out(references.put(_mine(request, pk, Role.ARTIST), asset_id=asset, by=request.user, **body.dict()))


@router.delete("/reference-sets/{pk}/items/{asset}", response={204: None}, summary="Take a picture out of a set")
def take_out(request: HttpRequest, pk: uuid.UUID, asset: uuid.UUID):
    """The picture itself stays."""
    references.take_out(_mine(request, pk, Role.ARTIST), asset_id=asset, by=request.user)
    return Status(204, None)


def _mine(request: HttpRequest, pk: uuid.UUID, role: str = Role.VIEWER) -> Any:
    return access.row_of(request.user, ReferenceSet, pk, role)
