"""A clone and the canon that moved on: what changes, what clashes, choosing, doing."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from iat.kernel import pages
from iat.kernel.errors import NotThere, Refused
from projects import access
from projects.domain import projects
from projects.models import Project
from projects.queries import updates
from spaces.domain import pins, rebase
from spaces.models import Definition, Role


def _clone(request: HttpRequest, p: str, pk: uuid.UUID) -> tuple[Project, Definition]:
    project = access.project(request.user, p, Role.ARTIST)
    row = Definition.objects.select_related("space", "project").filter(pk=pk, project=project).first()
    if row is None:
        raise NotThere("This project has nobody and no place by that id.")
    return project, row


def index(request: HttpRequest, p: str) -> HttpResponse:
    """Everything whose canon moved on."""
    project = access.project(request.user, p)
    makes = access.makes(request.user, project)
    return render(request, "projects/updates.html", {"project": project, "rows": updates.of_project(project), "makes": makes})


def bring(request: HttpRequest, p: str, pk: uuid.UUID) -> HttpResponse:
    """The preview of a rebase, with a choice for each conflict; posting does it."""
    project, row = _clone(request, p, pk)
    choices = {k.removeprefix("choose:"): v for k, v in request.POST.items() if k.startswith("choose:") and v in ("ours", "theirs")}
    error = ""
    try:
        if request.method == "POST":
            if request.POST.get("revision") != str(row.revision):
                raise Refused("Somebody changed this clone while you were looking. This is how it would be now; choose again.")
            plan = rebase.rebase(row, by=request.user, choices=choices)  # type: ignore[arg-type]
            messages.success(request, f"{row.name} is at {plan.target.version}. It can be undone from its history.")
            return redirect(f"/definitions/{row.pk}")
    except NotThere:
        raise
    except Refused as refused:
        error = refused.detail
        row.refresh_from_db()
    return _preview(request, project, row, choices, error)


def _preview(request: HttpRequest, project: Project, row: Definition, choices: dict[str, str], error: str) -> HttpResponse:
    plan: Any = None
    try:
        plan = rebase.propose(row)
        open_ones = {c.pointer for c in plan.merged.conflicts}
        plan = rebase.propose(row, choices={k: v for k, v in choices.items() if k in open_ones})
    except Refused as refused:
        error = error or refused.detail
    return render(request, "projects/rebase.html", {"project": project, "row": row, "plan": plan, "error": error}, status=409 if error and request.method == "POST" else 200)


@require_POST
def pin(request: HttpRequest, p: str, pk: uuid.UUID) -> HttpResponse:
    """Stay with the version, or follow again."""
    _, row = _clone(request, p, pk)
    stays = request.POST.get("stay") == "yes"
    done = f"This project stays with {row.inherited_version}." if stays else "This project follows the canon again."
    return pages.act(request, lambda: (pins.pin if stays else pins.unpin)(row, by=request.user), done=done, to=f"/definitions/{pk}")  # type: ignore[operator]


@require_POST
def style(request: HttpRequest, p: str, pk: uuid.UUID) -> HttpResponse:
    """Moves the reference to the newest canon of a style."""
    project = access.project(request.user, p, Role.ARTIST)
    return pages.act(request, lambda: projects.move_style(project, style_id=pk, by=request.user), done="The newest version is in use; overrides stayed.", to=f"/projects/{p}/updates")
