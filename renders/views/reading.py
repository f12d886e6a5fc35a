"""A picture is dropped here to be asked where it comes from."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from iat.kernel.errors import Refused
from projects.access import project as enter_project
from renders.domain import origins
from spaces import access as doors
from spaces.domain import assets
from spaces.uploads import bytes_of


def read(request: HttpRequest, p: str) -> HttpResponse:
    """What the file says about itself, and its run where it was made here. Nothing is stored."""
    project, found, error = enter_project(request.user, p), None, ""
    if request.method == "POST":
        try:
            doors.look_around(request.user)
            data, _ = bytes_of(request.FILES.get("file"))  # type: ignore[arg-type]
            assets.inspect(data)
            found = origins.of(data, now=timezone.now())
        except Refused as refused:
            error = refused.detail
    return render(request, "renders/read.html", {"project": project, "found": found, "error": error}, status=422 if error else 200)
