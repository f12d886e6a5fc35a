"""Packages: projects that go out, and packages that come into a space."""

import uuid
from typing import Any

from django.http import HttpRequest
from ninja import File, Header, Router, Status
from ninja.files import UploadedFile

from projects import access
from projects.domain import arrivals, exports
from projects.models import PackageArrival, ProjectExport
from projects.schemas_packages import ExportIn, arrival_out, export_out
from projects.serving import package
from spaces import access as doors
from spaces.domain import repeats
from spaces.models import Role
from spaces.schemas import Page, listed

router = Router(tags=["Packages"])


@router.get("/projects/{p}/exports", response=Page, summary="Exports of a project")
def index(request: HttpRequest, p: str, limit: int = 50, cursor: str | None = None):
    """Newest first."""
    return listed(ProjectExport.objects.filter(project=access.project(request.user, p)), export_out, order=["-created_at", "-id"], limit=limit, cursor=cursor)


@router.post("/projects/{p}/exports", response={202: dict}, summary="Export a project")
def start(request: HttpRequest, p: str, body: ExportIn, idempotency_key: str | None = Header(None, alias="Idempotency-Key")):
    """A worker freezes the rows and checks every file; then it can be downloaded."""
    project = access.project(request.user, p, Role.CURATOR)
    status, told = repeats.once(request.user, idempotency_key, ["export", str(project.pk), body.dict()], lambda: (202, export_out(exports.start(project, format=body.format, by=request.user))))
    return Status(status, told)


@router.get("/exports/{pk}", summary="An export")
def one(request: HttpRequest, pk: uuid.UUID):
    """With its status, counts and the manifest's checksum."""
    return export_out(access.row_of(request.user, ProjectExport, pk))


@router.delete("/exports/{pk}", response={204: None}, summary="Delete an export")
def drop(request: HttpRequest, pk: uuid.UUID):
    """The project stays as it is."""
    exports.drop(access.row_of(request.user, ProjectExport, pk, Role.CURATOR, "asset"), by=request.user)
    return Status(204, None)


@router.get("/exports/{pk}/download", summary="The package")
def download(request: HttpRequest, pk: uuid.UUID) -> Any:
    """Streamed; 409 until it is ready."""
    return package(access.row_of(request.user, ProjectExport, pk, Role.CURATOR, "asset"))


@router.post("/spaces/{pk}/import-package", response={202: dict}, summary="Import a package")
def bring(request: HttpRequest, pk: uuid.UUID, file: UploadedFile = File(...)):
    """Kept, verified and written by a worker: all of it, or nothing and a reason."""
    space = doors.space(request.user, pk, Role.CURATOR)
    return Status(202, arrival_out(arrivals.start(space, file=file, name=file.name or "", by=request.user)))


@router.get("/spaces/{pk}/package-imports", response=Page, summary="Packages that came into a space")
def arrived(request: HttpRequest, pk: uuid.UUID, limit: int = 50, cursor: str | None = None):
    """Newest first."""
    return listed(PackageArrival.objects.filter(space=doors.space(request.user, pk)), arrival_out, order=["-created_at", "-id"], limit=limit, cursor=cursor)


@router.get("/package-imports/{pk}", summary="A package that came in")
def arrival(request: HttpRequest, pk: uuid.UUID):
    """With its status, and the project it became or the reason it was refused."""
    return arrival_out(access.arrival(request.user, pk))
