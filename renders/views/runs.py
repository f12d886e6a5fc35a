"""A run as it happens."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from iat.kernel import htmx, pages
from renders import access
from renders.domain import calls, runs
from renders.pipeline.stages import STAGES
from renders.queries import board
from spaces import access as doors
from spaces.models import Role


def show(request: HttpRequest, pk: str) -> HttpResponse:
    """Progress per candidate and stage; the live part asks again each second until all is done."""
    run = access.run(request.user, pk)
    makes = doors.role_in(doors.signed_in(request.user), run.project.space_id) in Role.at_least(Role.ARTIST)
    return htmx.show(request, "renders/run.html", {"run": run, "project": run.project, "seen": board.progress(run), "stages": [*STAGES, "guard"] if run.provider_code == "storyboard" else ["waiting", "provider", "colour_correction", "guard"], "makes": makes, "orders": board.orders(run)}, part="live")


@require_POST
def act(request: HttpRequest, pk: str, verb: str) -> HttpResponse:
    """Pause, resume, first, cancel, retry, rerun."""
    run = access.run(request.user, pk, Role.ARTIST)
    made: list[Any] = []
    if verb == "pause":
        return pages.act(request, lambda: runs.hold(run, "", by=request.user), done="Paused. What is being drawn is finished first.", to=f"/runs/{pk}")
    if verb == "resume":
        return pages.act(request, lambda: runs.resume(run, by=request.user), done="Going on.", to=f"/runs/{pk}")
    if verb == "cancel":
        return pages.act(request, lambda: runs.cancel(run, by=request.user), done="Canceled. What was finished is kept.", to=f"/runs/{pk}")
    if verb == "retry":
        return pages.act(request, lambda: runs.retry(run, by=request.user, now=timezone.now()), done="Trying what failed again.", to=f"/runs/{pk}")
    if verb == "first":
        return pages.act(request, lambda: runs.first(run, by=request.user), done="It goes before the other runs of this project.", to=f"/runs/{pk}")
    if verb != "rerun":
        raise Http404
    answer = pages.act(request, lambda: made.append(runs.rerun(run, by=request.user, now=timezone.now())), done="The same again: same settings, same seeds.", to=f"/runs/{pk}")
    return redirect(f"/runs/{made[0].pk}") if made else answer


@require_POST
def write_off(request: HttpRequest, pk: str) -> HttpResponse:
    """An order whose end nobody knows is counted as paid, so that its picture can be ordered again."""
    call = access.call(request.user, pk, Role.ARTIST)
    to = f"/runs/{call.run_id}" if call.run_id else "/"
    return pages.act(request, lambda: calls.write_off(call, by=request.user, now=timezone.now()), done="Counted as paid. Retry the run to order the picture again.", to=to)
