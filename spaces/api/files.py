"""Files of the registry."""

import uuid
from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from iat.kernel import http
from iat.kernel.errors import Finding, Invalid
from spaces import access, serving
from spaces.domain import assets, fetches
from spaces.models import Asset, AssetLink, Role
from spaces.schemas import AssetPatch, LinkIn, asset_out, fetch_out, given, link_out

router = Router(tags=["Files"])


@router.get("/assets/{pk}", summary="A file")
def one(request: HttpRequest, response: HttpResponse, pk: uuid.UUID):
    """What the registry knows of it."""
    row = access.asset(request.user, pk)
    response["ETag"] = http.etag(row)
    return asset_out(row)


@router.patch("/assets/{pk}", summary="Say something else about a file")
def edit(request: HttpRequest, pk: uuid.UUID, body: AssetPatch):
    """Kind and metadata; the bytes never change."""
    row = access.asset(request.user, pk, "edit")
    http.check_match(request, row)
    return asset_out(assets.edit(row, by=request.user, **{k: v for k, v in given(body).items() if v is not None}))


@router.delete("/assets/{pk}", response={204: None}, summary="Put a file into the trash")
def trash(request: HttpRequest, pk: uuid.UUID):
    """It can be restored; 409 while something stands on it."""
    assets.trash(access.asset(request.user, pk, "edit"), by=request.user)
    return Status(204, None)


@router.post("/assets/{pk}/restore", summary="Take a file out of the trash")
def restore(request: HttpRequest, pk: uuid.UUID):
    """Doing it twice is fine."""
    return asset_out(assets.bring_back(access.asset(request.user, pk, "edit"), by=request.user))


@router.get("/assets/{pk}/content", summary="Its bytes")
def content(request: HttpRequest, pk: uuid.UUID):
    """Streamed, unchanged, cacheable for ever: a row never changes its bytes."""
    return serving.original(request, access.asset(request.user, pk))


@router.get("/assets/{pk}/thumbnail", summary="A thumbnail")
def thumbnail(request: HttpRequest, pk: uuid.UUID, size: Literal["256", "512", "1024"] = "512"):
    """WebP by longest side. While the worker has not made it yet: a quiet stand-in that is not cached."""
    return serving.thumbnail(request, access.asset(request.user, pk), int(size))


@router.get("/assets/{pk}/links", summary="What it was made from, what was made from it")
def links(request: HttpRequest, pk: uuid.UUID):
    """The links next to it, both ways."""
    row = access.asset(request.user, pk)
    ups, downs = (AssetLink.objects.filter(**{side: row}).order_by("created_at", "id")[:200] for side in ("child", "parent"))
    return {"parents": [link_out(x) for x in ups], "children": [link_out(x) for x in downs]}


@router.post("/assets/{pk}/links", response={201: dict}, summary="Say what a file was made from")
def link(request: HttpRequest, pk: uuid.UUID, body: LinkIn):
    """Never across projects, never a cycle; saying it twice is fine."""
    row = access.asset(request.user, pk, "edit")
    parent = Asset.objects.filter(pk=body.parent_id, space_id=row.space_id).first()
    if parent is None:
        raise Invalid("There is no such file here to be made from.", findings=[Finding("/parent_id", "unknown file")])
    return Status(201, link_out(assets.link(row, parent, link_type=body.link_type)))


@router.get("/assets/{pk}/provenance", summary="Where it comes from")
def provenance(request: HttpRequest, pk: uuid.UUID):
    """All ancestors to the roots and what was made from it, nearest first, with every link between them."""
    row = access.asset(request.user, pk)
    ups, downs = assets.ancestors(row), assets.descendants(row)
    between = AssetLink.objects.filter(child_id__in=[row.pk, *(a.pk for a in (*ups, *downs))]).order_by("created_at", "id")
    return {"asset": asset_out(row), "ancestors": [asset_out(a) for a in ups], "descendants": [asset_out(a) for a in downs], "links": [link_out(x) for x in between]}


@router.get("/fetches/{pk}", summary="A file on its way")
def fetch(request: HttpRequest, pk: uuid.UUID):
    """planned, running, done (then `asset`) or failed (then `error`)."""
    return fetch_out(access.fetch(request.user, pk))


@router.post("/fetches/{pk}/retry", response={202: dict}, summary="Try a failed fetch again")
def retry(request: HttpRequest, pk: uuid.UUID):
    """failed → planned."""
    row = access.fetch(request.user, pk, Role.ARTIST)
    return Status(202, fetch_out(fetches.again(row, by=request.user)))
