"""A run as it happens."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from iat.kernel import htmx, pages
from renders import access
from renders.domain import runs
from renders.pipeline.stages import STAGES
from renders.queries import board
from spaces import access as doors
from spaces.models import Role


def show(request: HttpRequest, pk: str) -> HttpResponse:
    """Progress per candidate and stage; the live part asks again each second until all is done."""
    run = access.run(request.user, pk)
    makes = doors.role_in(doors.signed_in(request.user), run.project.space_id) in Role.at_least(Role.ARTIST)
    return htmx.show(request, "renders/run.html", {"run": run, "project": run.project, "seen": board.progress(run), "stages": [*STAGES, "guard"], "makes": makes}, part="live")


@require_POST
def act(request: HttpRequest, pk: str, verb: str) -> HttpResponse:
    """Cancel, retry, rerun."""
    run = access.run(request.user, pk, Role.ARTIST)
    made: list[Any] = []
    if verb == "cancel":
        return pages.act(request, lambda: runs.cancel(run, by=request.user), done="Canceled. What was finished is kept.", to=f"/runs/{pk}")
    if verb == "retry":
        return pages.act(request, lambda: runs.retry(run, by=request.user, now=timezone.now()), done="Trying what failed again.", to=f"/runs/{pk}")
    if verb != "rerun":
        raise Http404
    answer = pages.act(request, lambda: made.append(runs.rerun(run, by=request.user, now=timezone.now())), done="The same again: same settings, same seeds.", to=f"/runs/{pk}")
    return redirect(f"/runs/{made[0].pk}") if made else answer
