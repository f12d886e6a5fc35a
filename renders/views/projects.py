"""A project's page and its gallery."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from iat.kernel import htmx, http
from projects import access
from projects.queries import overview
from renders.queries import board, canon
from renders.queries import gallery as questions
from spaces import access as doors
from spaces.models import Role

STATES = ("draft", "approved", "discarded", "archived")


def show(request: HttpRequest, p: str) -> HttpResponse:
    """Cast, scenes, style lock, the storyboard strip."""
    project = access.project(request.user, p)
    makes = doors.role_in(doors.signed_in(request.user), project.space_id) in Role.at_least(Role.ARTIST)
    return render(request, "renders/project.html", {
        "project": project, "makes": makes, "people": overview.cast(project, "character"), "places": overview.cast(project, "scene"), "styles": overview.styles(project),
        "guide": overview.guide(project), "strip": board.strip(project), "waiting": board.waiting(project).count()})


def gallery(request: HttpRequest, p: str) -> HttpResponse:
    """All pictures, newest first, without end."""
    project = access.project(request.user, p)
    state = request.GET.get("state", "")
    people = overview.cast(project, "character")
    root = next((m.row.root_id for m in people if str(m.row.root_id) == request.GET.get("who", "")), None)
    older = request.GET.get("canon") == "older"
    rows = questions.renders(project, state=state if state in STATES else "", root=root, older=older)
    found, after = http.page(rows, order=["-created_at", "-id"], limit=60, cursor=request.GET.get("cursor"))
    return htmx.show(request, "renders/gallery.html", {"project": project, "rows": found, "next": after, "state": state, "states": STATES, "people": people, "who": str(root or ""), "older": older, "moved": canon.older(found)}, part="tiles")
