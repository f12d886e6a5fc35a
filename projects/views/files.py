"""Files of a project: bring them, look at them, throw them away, take them back."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from iat.kernel import htmx, http, pages
from iat.kernel.errors import NotThere
from projects import access
from spaces.domain import assets, fetches
from spaces.models import Asset, Fetch, Role
from spaces.uploads import pile_of

NEWEST = ["-created_at", "-id"]


def index(request: HttpRequest, p: str) -> HttpResponse:
    """Newest first without end; dropping or naming an address brings one."""
    project = access.project(request.user, p, Role.ARTIST if request.method == "POST" else Role.VIEWER)
    if request.method == "POST":
        return _bring(request, project, p)
    kind, trashed = request.GET.get("kind", ""), request.GET.get("trash") == "1"
    rows = Asset.objects.filter(project=project, trashed_at__isnull=not trashed)
    rows = rows.filter(kind=kind) if kind in assets.UPLOADED else rows.exclude(kind__in=("generated", "export"))
    found, after = http.page(rows, order=NEWEST, limit=60, cursor=request.GET.get("cursor"))
    coming = list(Fetch.objects.filter(project=project).exclude(status="done").order_by("-created_at")[:20])
    return htmx.show(request, "projects/files.html", {"project": project, "rows": found, "next": after, "kind": kind, "kinds": assets.UPLOADED, "trashed": trashed, "coming": coming, "makes": access.makes(request.user, project)}, part="tiles")


def _bring(request: HttpRequest, project: Any, p: str) -> HttpResponse:
    kind, url, back = request.POST.get("kind", "input"), request.POST.get("url", "").strip(), f"/projects/{p}/files"
    if url:
        return pages.act(request, lambda: fetches.ask(project.space, url=url, by=request.user, project=project, kind=kind), done="It is being brought; this page shows it when it is here.", to=back)

    def do() -> None:
        for name, data in pile_of(request.FILES.getlist("file")).items():
            assets.upload(project.space, project=project, data=data, name=name, kind=kind, by=request.user)  # type: ignore[arg-type]

    return pages.act(request, do, done="The files are here.", to=back)


@require_POST
def act(request: HttpRequest, p: str, pk: uuid.UUID) -> HttpResponse:
    """Into the trash, or out of it."""
    project = access.project(request.user, p, Role.ARTIST)
    row = Asset.objects.filter(pk=pk, project=project).first()
    if row is None:
        raise NotThere("This project has no such file.")
    if request.POST.get("verb") == "restore":
        return pages.act(request, lambda: assets.bring_back(row, by=request.user), done="It is back.", to=f"/projects/{p}/files")
    return pages.act(request, lambda: assets.trash(row, by=request.user), done="In the trash; it can be taken back.", to=f"/projects/{p}/files")
