"""The review desk: one job's candidates large, with findings and anchors; decisions by mouse and by keys."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from iat.kernel import htmx, pages
from projects.access import project as enter_project
from renders import access
from renders.domain import candidates
from renders.queries import board
from spaces import access as doors
from spaces.models import Role

SAID = {"select": "Picked.", "approve": "Approved. The task has its panel.", "discard": "Discarded.", "undo-discard": "Taken back."}


def queue(request: HttpRequest, p: str) -> HttpResponse:
    """Goes to the job that has waited longest."""
    project = enter_project(request.user, p)
    first = board.waiting(project).order_by("created_at", "id").first()
    return redirect(f"/jobs/{first.pk}/review") if first else render(request, "renders/nothing_waits.html", {"project": project})


def desk(request: HttpRequest, pk: str) -> HttpResponse:
    """The desk of one job; `?at=` keeps the place after a decision."""
    job = access.job(request.user, pk)
    seen = board.desk(job)
    makes = doors.role_in(doors.signed_in(request.user), job.project.space_id) in Role.at_least(Role.ARTIST)
    at = request.GET.get("at", "")
    shown = at if any(str(x.candidate.candidate_index) == at for x in seen.looks) else str(job.selected_candidate_index or 0)
    return htmx.show(request, "renders/review.html", {"desk": seen, "job": job, "project": job.project, "makes": makes, "at": int(shown)}, part="desk")


@require_POST
def decide(request: HttpRequest, pk: str, verb: str) -> HttpResponse:
    """One decision about one candidate."""
    candidate = access.candidate(request.user, pk, Role.ARTIST)
    back = f"/jobs/{candidate.job_id}/review?at={candidate.candidate_index}"
    if verb.startswith("rate-") and verb[5:] in "12345":
        return pages.act(request, lambda: candidates.rate(candidate, stars=int(verb[5:]), by=request.user), done=f"{verb[5:]} of 5.", to=back)
    if verb not in SAID:
        raise Http404
    return pages.act(request, lambda: getattr(candidates, verb.replace("-", "_"))(candidate, by=request.user), done=SAID[verb], to=back)
