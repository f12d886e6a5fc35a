"""A project's look: style guides that can be learned from its pictures, reference sets. And how the project is doing."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from iat.kernel import pages
from iat.kernel.errors import Invalid, NotThere, Refused
from projects import access
from projects.domain import projects, references
from projects.models import ReferenceItem, ReferenceSet, StyleGuide
from renders.domain import knowledge
from renders.forms import GuideForm
from renders.queries import analytics
from spaces.domain import assets
from spaces.models import Role
from spaces.uploads import bytes_of


def look(request: HttpRequest, p: str) -> HttpResponse:
    """Guides with their swatches, sets with their pictures."""
    project = access.project(request.user, p, Role.ARTIST if request.method == "POST" else Role.VIEWER)
    if request.method == "POST":
        told = {"name": request.POST.get("name", ""), "kind": request.POST.get("kind", "style")}
        return pages.act(request, lambda: references.create(project, by=request.user, **told), done="The set is there. Lay pictures into it from the files page's addresses, or by the API.", to=f"/projects/{project.pk}/look#sets")  # type: ignore[arg-type]
    items: dict[Any, list[ReferenceItem]] = {}
    for item in ReferenceItem.objects.filter(project=project).select_related("asset").order_by("-weight", "id"):
        items.setdefault(item.reference_set_id, []).append(item)
    sets = [(row, items.get(row.pk, [])) for row in ReferenceSet.objects.filter(project=project).order_by("name", "id")]
    guides = list(StyleGuide.objects.filter(project=project).order_by("-is_default", "name", "id"))
    return render(request, "renders/look.html", {"project": project, "guides": guides, "sets": sets, "kinds": references.KINDS, "makes": access.makes(request.user, project)})


def guide(request: HttpRequest, p: str, pk: str = "") -> HttpResponse:
    """Edits a guide, or makes one; `?learn=1` begins with what the approved panels say."""
    project = access.project(request.user, p, Role.ARTIST)
    row = StyleGuide.objects.filter(project=project, pk=pk).first() if pk else None
    if pk and row is None:
        raise NotThere("This project has no such guide.")
    start: dict[str, Any] = {"name": row.name, "description": row.description, "is_default": row.is_default, **row.rules} if row else {"name": f"{project.name} look", "is_default": True}
    lead = "The guard measures every picture by it; colour correction aims at it."
    if request.GET.get("learn"):
        try:
            start |= knowledge.propose(project, [])
            lead = "Proposed out of the newest approved panels. Change what you like, then save."
        except Refused as error:
            lead = error.detail
    form = GuideForm(request.POST or None, initial={**start, "palette": " ".join(start.get("palette", []))})

    def do(told: dict[str, Any]) -> str:
        try:
            projects.set_guide(project, name=told["name"], by=request.user, given=form.rules(), description=told["description"], is_default=told["is_default"])  # type: ignore[arg-type]
        except Invalid as error:
            raise Refused(error.detail) from None
        return f"/projects/{p}/look"

    return pages.fill_in(request, form, do, title=row.name if row else "New style guide", lead=lead, done="Saved; the next pictures are measured by it.", crumbs=[(f"/projects/{p}", project.name), (f"/projects/{p}/look", "Look")], back=f"/projects/{p}/look")


@require_POST
def act(request: HttpRequest, p: str, pk: str, verb: str) -> HttpResponse:
    """Of a set: use, stop, delete, add a picture. Of a guide: forget."""
    project = access.project(request.user, p, Role.ARTIST)
    back = f"/projects/{project.pk}/look"
    if verb == "forget":
        row = access.row_of(request.user, StyleGuide, pk, Role.ARTIST)
        return pages.act(request, lambda: projects.drop_guide(row, by=request.user), done="The guide is gone; runs keep the rules they were measured by.", to=back)
    found = access.row_of(request.user, ReferenceSet, pk, Role.ARTIST)
    if verb == "delete":
        return pages.act(request, lambda: references.drop(found, by=request.user), done="The set is gone; its pictures stay.", to=back)
    if verb in ("use", "stop"):
        return pages.act(request, lambda: references.edit(found, by=request.user, is_active=verb == "use"), done="In use." if verb == "use" else "Generators no longer get it.", to=back)
    return pages.act(request, lambda: _put(request, found), done="The picture is in the set.", to=back)


def _put(request: HttpRequest, row: ReferenceSet) -> None:
    try:
        weight = float(request.POST.get("weight") or 1)
    except ValueError:
        raise Refused("A weight is a number from 0 to 1.") from None
    if not 0 <= weight <= 1:
        raise Refused("A weight is a number from 0 to 1.")
    data, name = bytes_of(request.FILES.get("file"))  # type: ignore[arg-type]
    asset = assets.upload(row.project.space, project=row.project, data=data, name=name, kind="reference", by=request.user)  # type: ignore[arg-type]
    references.put(row, asset_id=asset.pk, by=request.user, weight=weight)  # type: ignore[arg-type]


def told(request: HttpRequest, p: str) -> HttpResponse:
    """How the project is doing."""
    project = access.project(request.user, p)
    return render(request, "renders/analytics.html", {"project": project, "seen": analytics.of(project, now=timezone.now())})
