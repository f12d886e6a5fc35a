"""Files of the registry."""

import uuid
from typing import Literal

from django.http import HttpRequest
from ninja import Router

from spaces import access, serving
from spaces.domain import assets
from spaces.schemas import asset_out

router = Router(tags=["Files"])


@router.get("/assets/{pk}", summary="A file")
def one(request: HttpRequest, pk: uuid.UUID):
    """What the registry knows of it."""
    return asset_out(access.asset(request.user, pk))


@router.get("/assets/{pk}/content", summary="Its bytes")
def content(request: HttpRequest, pk: uuid.UUID):
    """Streamed, unchanged, cacheable for ever: a row never changes its bytes."""
    return serving.original(request, access.asset(request.user, pk))


@router.get("/assets/{pk}/thumbnail", summary="A thumbnail")
def thumbnail(request: HttpRequest, pk: uuid.UUID, size: Literal["256", "512", "1024"] = "512"):
    """WebP by longest side. While the worker has not made it yet: a quiet stand-in that is not cached."""
    return serving.thumbnail(request, access.asset(request.user, pk), int(size))


@router.get("/assets/{pk}/provenance", summary="What it was made from")
def provenance(request: HttpRequest, pk: uuid.UUID):
    """All ancestors, nearest first."""
    row = access.asset(request.user, pk)
    ups = assets.ancestors(row)
    links = [{"parent_id": up.parent_id, "child_id": up.child_id, "link_type": up.link_type}
             for up in assets.AssetLink.objects.filter(child_id__in=[row.pk, *(a.pk for a in ups)])]
    return {"asset": asset_out(row), "ancestors": [asset_out(a) for a in ups], "links": links}


