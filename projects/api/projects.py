"""Projects, imports, variants, styles, guides."""

import uuid

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from iat.kernel import http
from iat.kernel.errors import NotThere
from projects import access
from projects.domain import imports, projects
from projects.models import StyleGuide
from projects.queries import overview
from projects.schemas import GuideIn, ImportIn, ProjectIn, ProjectPatch, StyleUse, VariantIn, guide_out, project_out, style_out
from spaces import access as doors
from spaces.domain import versions
from spaces.models import Definition, Role
from spaces.queries import library
from spaces.schemas import Page, definition_out, given, listed

router = Router(tags=["Projects"])
NEWEST = ["-created_at", "-id"]


@router.get("/spaces/{pk}/projects", response=Page, summary="Projects of a space")
def of_space(request: HttpRequest, pk: uuid.UUID, limit: int = 50, cursor: str | None = None, count: bool = False):
    """Newest first."""
    doors.space(request.user, pk)
    return listed(overview.projects(), project_out, order=NEWEST, limit=limit, cursor=cursor, count=count)


@router.post("/spaces/{pk}/projects", response={201: dict}, summary="New project")
def create(request: HttpRequest, pk: uuid.UUID, body: ProjectIn):
    """Artists and above."""
    space = doors.space(request.user, pk, Role.ARTIST)
    return Status(201, project_out(projects.create(space, by=request.user, **body.dict())))


@router.get("/projects", response=Page, summary="My projects")
def mine(request: HttpRequest, limit: int = 50, cursor: str | None = None, count: bool = False):
    """Of all my spaces, newest first."""
    doors.look_around(request.user)
    return listed(overview.projects(), project_out, order=NEWEST, limit=limit, cursor=cursor, count=count)


@router.get("/projects/{p}", summary="A project")
def one(request: HttpRequest, response: HttpResponse, p: str):
    """By id or slug."""
    project = access.project(request.user, p)
    response["ETag"] = http.etag(project)
    return project_out(project)


@router.patch("/projects/{p}", summary="Change a project")
def edit(request: HttpRequest, p: str, body: ProjectPatch):
    """Name, description, settings; `status` archives or restores."""
    project, changes = access.project(request.user, p, Role.ARTIST), given(body)
    http.check_match(request, project)
    status = changes.pop("status", None)
    if changes:
        projects.edit(project, by=request.user, **changes)
    if status and status != project.status:
        projects.move(project, status, by=request.user)
    return project_out(project)


@router.delete("/projects/{p}", response={204: None}, summary="Delete a project")
def delete(request: HttpRequest, p: str):
    """Out of sight; owners can bring it back."""
    projects.move(access.project(request.user, p, Role.OWNER), "deleted", by=request.user)
    return Status(204, None)


@router.post("/projects/{p}/import", response={201: dict}, summary="Import canon")
def bring_in(request: HttpRequest, p: str, body: ImportIn):
    """Characters and scenes are cloned, styles referred to. All or nothing."""
    project = access.project(request.user, p, Role.ARTIST)
    got = imports.bring_in(project, by=request.user, **body.dict())
    return Status(201, {"characters": [definition_out(r) for r in got.characters], "scenes": [definition_out(r) for r in got.scenes], "styles": [style_out(r) for r in got.styles]})


def _kind(kind: str) -> None:
    @router.get(f"/projects/{{p}}/{kind}s", response=Page, summary=f"{kind.capitalize()}s of a project", operation_id=f"project_{kind}s")
    def index(request: HttpRequest, p: str, search: str = "", limit: int = 50, cursor: str | None = None, count: bool = False):
        """Clones and variants by name."""
        project = access.project(request.user, p)
        rows = library.definitions(type=kind, owner=project, search=search)
        return listed(rows, definition_out, order=["name", "id"], limit=limit, cursor=cursor, count=count)

    @router.post(f"/projects/{{p}}/{kind}s/{{pk}}/variants", response={201: dict}, summary=f"New variant of a {kind}", operation_id=f"variant_{kind}")
    def variant(request: HttpRequest, p: str, pk: uuid.UUID, body: VariantIn):
        """A child of the project's clone with modifiers."""
        project = access.project(request.user, p, Role.ARTIST)
        parent = Definition.objects.filter(pk=pk, project=project, type=kind).first()
        if parent is None:
            raise NotThere(f"This project has no such {kind}. Import it first.")
        told = body.dict()
        return Status(201, definition_out(versions.variant(parent, variant_type=told.pop("type"), by=request.user, **told)))


_kind("character")
_kind("scene")


@router.get("/projects/{p}/styles", summary="Styles of a project")
def styles(request: HttpRequest, p: str):
    """The primary one first."""
    return {"items": [style_out(s) for s in overview.styles(access.project(request.user, p))], "next": None, "total": None}


@router.put("/projects/{p}/styles/{pk}", summary="Use a style")
def use_style(request: HttpRequest, p: str, pk: uuid.UUID, body: StyleUse):
    """By reference, with overrides of its parameters."""
    project = access.project(request.user, p, Role.ARTIST)
    return style_out(projects.use_style(project, style_id=pk, by=request.user, **body.dict()))


@router.delete("/projects/{p}/styles/{pk}", response={204: None}, summary="Stop using a style")
def drop_style(request: HttpRequest, p: str, pk: uuid.UUID):
    """Pictures made with it keep their record."""
    projects.drop_style(access.project(request.user, p, Role.ARTIST), style_id=pk, by=request.user)
    return Status(204, None)


@router.get("/projects/{p}/style-guides", summary="Style guides")
def guides(request: HttpRequest, p: str):
    """By name."""
    project = access.project(request.user, p)
    return {"items": [guide_out(g) for g in StyleGuide.objects.filter(project=project).order_by("name", "id")], "next": None, "total": None}


@router.put("/projects/{p}/style-guides", summary="Set a style guide")
def set_guide(request: HttpRequest, p: str, body: GuideIn):
    """Creates or changes the one of that name."""
    project = access.project(request.user, p, Role.ARTIST)
    return guide_out(projects.set_guide(project, name=body.name, by=request.user, given=body.rules, description=body.description, is_default=body.is_default))


@router.delete("/style-guides/{pk}", response={204: None}, summary="Delete a style guide")
def drop_guide(request: HttpRequest, pk: uuid.UUID):
    """Runs that were measured by it keep its rules."""
    projects.drop_guide(access.row_of(request.user, StyleGuide, pk, Role.ARTIST), by=request.user)
    return Status(204, None)
