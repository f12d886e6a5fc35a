"""Exports of a project, and packages that come into a space."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST

from iat.kernel import http, pages
from iat.kernel.errors import Refused
from projects import access
from projects.domain import arrivals, exports
from projects.models import PackageArrival, ProjectExport
from projects.models.packages import FORMATS
from projects.serving import package
from spaces import access as doors
from spaces.models import Role


def index(request: HttpRequest, p: str) -> HttpResponse:
    """What was exported, and a button for another."""
    project = access.project(request.user, p, Role.CURATOR if request.method == "POST" else Role.VIEWER)
    if request.method == "POST":
        return pages.act(request, lambda: exports.start(project, format=request.POST.get("format", "zip"), by=request.user), done="It is being prepared; it can be downloaded when it is done.", to=f"/projects/{p}/exports")  # type: ignore[arg-type]
    rows, after = http.page(ProjectExport.objects.filter(project=project).select_related("created_by"), order=["-created_at", "-id"], limit=30, cursor=request.GET.get("cursor"))
    curates = doors.role_in(doors.signed_in(request.user), project.space_id) in Role.at_least(Role.CURATOR)
    return render(request, "projects/exports.html", {"project": project, "rows": rows, "next": after, "formats": FORMATS, "curates": curates, "busy": any(r.status in ("planned", "running") for r in rows)})


def download(request: HttpRequest, p: str, pk: str) -> HttpResponseBase:
    """The package."""
    return package(access.row_of(request.user, ProjectExport, pk, Role.CURATOR, "asset"))


@require_POST
def drop(request: HttpRequest, p: str, pk: str) -> HttpResponse:
    """Deletes an export."""
    row = access.row_of(request.user, ProjectExport, pk, Role.CURATOR, "asset")
    return pages.act(request, lambda: exports.drop(row, by=request.user), done="The export is gone; the project stays as it is.", to=f"/projects/{p}/exports")  # type: ignore[arg-type]


def arrived(request: HttpRequest, pk: str) -> HttpResponse:
    """Packages that came into a space; bringing another."""
    space = doors.space(request.user, pk, Role.CURATOR)
    if request.method == "POST":
        return pages.act(request, lambda: _bring(request, space), done="The package is kept and is being verified; the list says how it goes.", to=f"/spaces/{pk}/packages")
    rows, after = http.page(PackageArrival.objects.filter(space=space).select_related("project", "created_by"), order=["-created_at", "-id"], limit=30, cursor=request.GET.get("cursor"))
    return render(request, "projects/packages.html", {"space": space, "rows": rows, "next": after, "busy": any(r.status in ("planned", "running") for r in rows)})


def _bring(request: HttpRequest, space: object) -> None:
    file = request.FILES.get("file")
    if file is None:
        raise Refused("Choose a package: the zip or tar.gz of an export.")
    arrivals.start(space, file=file, name=file.name or "", by=request.user)  # type: ignore[arg-type]
