"""A project's page and its gallery."""


from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from iat.kernel import htmx, http, pages
from projects import access
from projects.queries import overview
from renders.domain import rendered
from renders.forms import GalleryForm
from renders.queries import board, canon
from renders.queries import gallery as questions
from spaces import access as doors
from spaces.models import Role


def show(request: HttpRequest, p: str) -> HttpResponse:
    """Cast, scenes, style lock, the storyboard strip."""
    project = access.project(request.user, p)
    role = doors.role_in(doors.signed_in(request.user), project.space_id)
    return render(request, "renders/project.html", {
        "project": project, "makes": role in Role.at_least(Role.ARTIST), "owns": role == Role.OWNER, "people": overview.cast(project, "character"), "places": overview.cast(project, "scene"), "styles": overview.styles(project),
        "guide": overview.guide(project), "strip": board.strip(project), "waiting": board.waiting(project).count()})


def gallery(request: HttpRequest, p: str) -> HttpResponse:
    """All pictures, newest first, without end. The filters' choices are asked for only where they are opened."""
    project = access.project(request.user, p)
    form = GalleryForm(request.GET)
    if request.GET.get("filters"):
        return htmx.show(request, "renders/gallery_filters.html", {"project": project, "form": form.offer(questions.choices(project))}, part="filters")
    wanted = form.wanted() if form.is_valid() else questions.Wanted()
    rows = canon.marked(questions.renders(project, wanted))
    found, after = http.page(rows, order=["-created_at", "-id"], limit=60, cursor=request.GET.get("cursor"))
    told = request.GET.copy()
    for name in ("cursor", "filters"):
        told.pop(name, None)
    makes = doors.role_in(doors.signed_in(request.user), project.space_id) in Role.at_least(Role.ARTIST)
    return htmx.show(request, "renders/gallery.html", {
        "project": project, "rows": found, "next": after, "wanted": wanted, "form": form, "query": told.urlencode(), "narrowed": wanted != questions.Wanted(), "moved": canon.in_page(found), "makes": makes,
        "verbs": [verb for verb, state in rendered.BULK.items() if (wanted.state or "draft") == state or (not wanted.state and state == "approved")]}, part="tiles")


@require_POST
def bulk(request: HttpRequest, p: str) -> HttpResponse:
    """One verb for the ticked pictures."""
    project = access.project(request.user, p, Role.ARTIST)
    back, verb = request.POST.get("back", ""), request.POST.get("verb", "")
    ids = pages.ticked(request)
    to = f"/projects/{project.pk}/gallery" + (f"?{back}" if back else "")
    if verb not in rendered.BULK or not ids:
        messages.error(request, "Tick at least one picture first.", extra_tags="error")
        return redirect(to)
    done, left = rendered.together(list(questions.of_ids(project, ids)), verb, by=request.user)
    said = {"approve": "approved", "discard": "discarded; they can be restored", "archive": "archived", "restore": "back as drafts"}[verb]
    messages.success(request, f"{done} {said}." + (f" {len(left)} stay as they are: {left[0]}" if left else ""))
    return redirect(to)
