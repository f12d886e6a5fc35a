"""Home: continue where I was."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from projects.queries import overview
from renders.queries import board, gallery
from spaces import access
from spaces.queries import library


def home(request: HttpRequest) -> HttpResponse:
    """What waits, what runs, what was approved, where everything is."""
    user = access.look_around(request.user)
    return render(request, "renders/home.html", {
        "spaces": list(library.spaces_for(user).order_by("-created_at", "-id")[:12]), "projects": list(overview.projects().order_by("-created_at", "-id")[:12]),
        "waiting": board.waiting_anywhere(limit=8), "running": gallery.running(), "recent": gallery.recent(), "faces": library.faces(limit=24), "panels": board.next_panels(limit=4)})
