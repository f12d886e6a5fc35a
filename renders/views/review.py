"""The review desk: one job's candidates large, with findings and anchors; decisions by mouse and by keys."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from iat.kernel import htmx, http, pages
from projects.access import project as enter_project
from renders import access
from renders.domain import candidates
from renders.models import RunCandidate
from renders.queries import board
from spaces import access as doors
from spaces.models import Role

WAYS = (("side", "Side by side", "1"), ("slider", "Slider", "2"), ("blink", "Blink", "3"), ("difference", "Difference", "4"))
SAID = {"select": "Picked.", "approve": "Approved. The task has its panel.", "discard": "Discarded.", "undo-discard": "Taken back."}


def queue(request: HttpRequest, p: str) -> HttpResponse:
    """Goes to the job that has waited longest."""
    project = enter_project(request.user, p)
    first = board.waiting(project).order_by("created_at", "id").first()
    return redirect(f"/jobs/{first.pk}/review") if first else render(request, "renders/nothing_waits.html", {"project": project})


def waiting(request: HttpRequest, p: str) -> HttpResponse:
    """Everything that waits for a person, with each job's pick; the ticked ones are approved or discarded together."""
    project = enter_project(request.user, p, Role.ARTIST if request.method == "POST" else Role.VIEWER)
    if request.method == "POST":
        verb, ids = request.POST.get("verb", ""), pages.ticked(request)
        if verb not in ("approve", "discard") or not ids:
            messages.error(request, "Tick at least one job first.", extra_tags="error")
            return redirect(f"/projects/{project.pk}/review/queue")
        done, left = candidates.together(project, [uuid.UUID(pk) for pk in ids], verb, by=request.user)
        messages.success(request, f"{done} {'approved' if verb == 'approve' else 'discarded'}." + (f" {len(left)} stay as they are: {left[0]}" if left else ""))
        return redirect(f"/projects/{project.pk}/review/queue")
    found, after = http.page(board.waiting(project), order=["created_at", "id"], limit=60, cursor=request.GET.get("cursor"))
    makes = doors.role_in(doors.signed_in(request.user), project.space_id) in Role.at_least(Role.ARTIST)
    return render(request, "renders/waiting.html", {"project": project, "rows": found, "next": after, "makes": makes})


def desk(request: HttpRequest, pk: str) -> HttpResponse:
    """The desk of one job; `?at=` keeps the place after a decision."""
    job = access.job(request.user, pk)
    seen = board.desk(job)
    makes = doors.role_in(doors.signed_in(request.user), job.project.space_id) in Role.at_least(Role.ARTIST)
    at = request.GET.get("at", "")
    shown = at if any(str(x.candidate.candidate_index) == at for x in seen.looks) else str(job.selected_candidate_index or 0)
    return htmx.show(request, "renders/review.html", {"desk": seen, "job": job, "project": job.project, "makes": makes, "at": int(shown), "last": request.GET.get("last", ""), "ways": WAYS, "agreement": board.agreement(job.project)}, part="desk")


@require_POST
def decide(request: HttpRequest, pk: str, verb: str) -> HttpResponse:
    """One decision about one candidate."""
    candidate = access.candidate(request.user, pk, Role.ARTIST)
    back = f"/jobs/{candidate.job_id}/review?at={candidate.candidate_index}"
    if verb.startswith("rate-") and verb[5:] in "12345":
        return pages.act(request, lambda: candidates.rate(candidate, stars=int(verb[5:]), by=request.user), done=f"{verb[5:]} of 5.", to=back)
    if verb not in SAID:
        raise Http404
    if verb == "discard":  # on to the next one; U takes this one back
        after = RunCandidate.objects.filter(job_id=candidate.job_id, candidate_index__gt=candidate.candidate_index, final_asset__isnull=False).order_by("candidate_index").values_list("candidate_index", flat=True).first()
        back = f"/jobs/{candidate.job_id}/review?at={after if after is not None else candidate.candidate_index}&last={candidate.candidate_index}"
    return pages.act(request, lambda: getattr(candidates, verb.replace("-", "_"))(candidate, by=request.user), done=SAID[verb], to=back)


def knockout(request: HttpRequest, pk: str) -> HttpResponse:
    """Two at a time; the better one stays. After the last pair the champion is picked."""
    job = access.job(request.user, pk, Role.ARTIST)
    here = request.POST if request.method == "POST" else request.GET
    now = board.knockout(job, here.get("best", ""), here.get("after", ""))
    if request.method == "POST" and now.best and now.challenger and here.get("prefer") in ("best", "challenger"):
        winner, loser = (now.best, now.challenger) if here["prefer"] == "best" else (now.challenger, now.best)
        candidates.prefer(winner, loser, by=request.user)
        return redirect(f"/jobs/{pk}/knockout?best={winner.candidate_index}&after={now.challenger.candidate_index}")
    if request.method == "POST" and now.best and here.get("prefer") == "pick":
        return pages.act(request, lambda: candidates.select(now.best, by=request.user), done="Picked: it won every pair.", to=f"/jobs/{pk}/review?at={now.best.candidate_index}")
    return render(request, "renders/knockout.html", {"job": job, "project": job.project, "now": now})

