"""A picture and its whole way back to canon."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from iat.kernel import pages
from renders import access
from renders.domain import rendered
from renders.lifecycles import RENDERED
from renders.models import Treatment
from renders.pipeline import scene_images, treatments
from renders.queries import canon, gallery
from spaces import access as doors
from spaces.models import Role

VERBS = {"approved": ("approve", "Approve"), "discarded": ("discard", "Discard"), "archived": ("archive", "Archive"), "draft": ("bring_back", "Bring back")}
WORK = (("cutout", "Cut out"), ("upscale", "Enlarge"), ("grade", "Colours toward the guide"), ("check", "Look over"))
SAID = {"approve": "Approved.", "discard": "Discarded; it can be brought back.", "archive": "Archived.", "bring_back": "Back as a draft.", "make_final": "This is the panel now."}


def show(request: HttpRequest, pk: str) -> HttpResponse:
    """Picture, origin, stages, siblings."""
    row = access.rendered(request.user, pk)
    makes = doors.role_in(doors.signed_in(request.user), row.space_id) in Role.at_least(Role.ARTIST)
    moves = [VERBS[to] for to in RENDERED.after(row.state)] if makes else []
    works = list(Treatment.objects.filter(source=row.asset).select_related("result").order_by("-created_at", "-id")[:12])
    return render(request, "renders/picture.html", {"row": row, "works": works, "work": WORK, "origin": gallery.origin(row), "older": canon.older([row]).get(row.pk, []), "moves": moves, "makes": makes, "project": row.project})


@require_POST
def act(request: HttpRequest, pk: str, verb: str) -> HttpResponse:
    """One of the lifecycle's verbs, work on the file, or drawing it again."""
    row = access.rendered(request.user, pk, Role.ARTIST)
    if verb in dict(WORK):
        return pages.act(request, lambda: treatments.start(row.asset, verb, by=request.user), done="It is being worked on; this page shows how far it is.", to=f"/renders/{pk}#work")
    if verb == "again":
        made: list[Any] = []
        answer = pages.act(request, lambda: made.append(scene_images.again(row, by=request.user)), done="Drawing it again, from the canon of today.", to=f"/renders/{pk}")
        return redirect(f"/runs/{made[0].pk}") if made else answer
    if verb not in SAID:
        raise Http404
    return pages.act(request, lambda: getattr(rendered, verb)(row, by=request.user), done=SAID[verb], to=f"/renders/{pk}")
