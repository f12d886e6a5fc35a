"""Files of a project: the list, and bringing one."""

import uuid
from typing import Literal

from django.http import HttpRequest
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from projects import access
from spaces.domain import assets, fetches
from spaces.models import Asset, Role
from spaces.schemas import Page, asset_out, fetch_out, listed
from spaces.uploads import bytes_of

router = Router(tags=["Files"])
Kind = Literal["", "input", "reference", "generated", "mask", "upscaled", "bg_removed", "final", "run_log", "export", "voice", "other"]


@router.get("/projects/{p}/assets", response=Page, summary="Files of a project")
def index(request: HttpRequest, p: str, kind: Kind = "", sha256: str = "", trashed: bool = False, limit: int = 50, cursor: str | None = None, count: bool = False):
    """Newest first; `sha256` finds a file by its content, `trashed` shows the trash."""
    rows = Asset.objects.filter(project=access.project(request.user, p), trashed_at__isnull=not trashed)
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.filter(sha256=sha256.lower()[:64]) if sha256 else rows
    return listed(rows, asset_out, order=["-created_at", "-id"], limit=limit, cursor=cursor, count=count)


@router.post("/projects/{p}/assets", response={201: dict, 202: dict}, summary="Bring a file")
def upload(request: HttpRequest, p: str, file: UploadedFile | None = File(None), data_url: Form[str] = "", url: Form[str] = "", kind: Form[str] = "input",
           derived_from: Form[uuid.UUID | None] = None):
    """Multipart with `file`, a base64 `data_url` (both 201), or a public `url` that the worker brings (202, then poll). The same bytes again answer the same file."""
    project = access.project(request.user, p, Role.ARTIST)
    if url and file is None and not data_url:
        return Status(202, fetch_out(fetches.ask(project.space, url=url, by=request.user, project=project, kind=kind)))
    data, name = bytes_of(file, data_url)
    parent = access.asset_of(project, derived_from) if derived_from else None
    return Status(201, asset_out(assets.upload(project.space, project=project, data=data, name=name, kind=kind, by=request.user, parent=parent)))
