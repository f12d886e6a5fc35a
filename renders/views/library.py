"""A definition with its pictures, its lineage as a tree, its sketch."""

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from iat.kernel import pages
from renders.domain import rendered
from renders.imaging import figure, place
from renders.models import BaseView
from renders.queries import gallery
from spaces import access
from spaces.domain import definitions
from spaces.lifecycles import DEFINITION
from spaces.models import AvatarKit, Role
from spaces.queries import lineage as questions
from spaces.uploads import bytes_of

VERBS = {"canonical": ("publish", "Publish"), "deprecated": ("deprecate", "Deprecate"), "archived": ("archive", "Archive"), "experimental": ("experiment", "Mark experimental"), "draft": ("restore_draft", "Back to draft")}


def definition(request: HttpRequest, pk: str) -> HttpResponse:
    """Read canon, edit drafts; kits, views, pictures, history."""
    row = access.definition(request.user, pk)
    role = access.role_in(access.signed_in(request.user), row.space_id)
    may = role in Role.at_least(Role.CURATOR if row.scope_kind == "space" else Role.ARTIST)
    moves = [(*VERBS[to], to) for to in DEFINITION.after(row.state)] if may else []
    context = {
        "row": row, "may": may, "moves": moves, "frozen": definitions.editable(row), "history": list(questions.history(row).order_by("-number", "-id")[:20]),
        "kits": list(AvatarKit.objects.filter(character__root_id=row.root_id).select_related("primary_anchor__asset").order_by("name", "id")) if row.type == "character" else [],
        "views": list(BaseView.objects.filter(definition=row).select_related("rendered_asset__asset").order_by("view", "id")),
        "view_names": rendered.VIEWS.get(row.type, ()), "curates": role in Role.at_least(Role.CURATOR)}
    access.wide(request.user, row)
    context |= {"renders": list(gallery.of_identity(row, "identity").filter(project__isnull=False, state__in=["approved", "draft"]).order_by("-created_at", "-id")[:12]),
                "family": len(questions.nodes(row.root_id))}
    return render(request, "renders/definition.html", context)


def lineage(request: HttpRequest, pk: str) -> HttpResponse:
    """The identity's tree as SVG; every node is a link, so the keyboard walks it."""
    row = access.definition(request.user, pk)
    access.wide(request.user, row)
    placed, columns, lines = questions.laid_out(questions.tree(questions.nodes(row.root_id)))
    by_id = {n.row.pk: n for n in placed}
    edges = [(by_id[n.row.parent_id], n) for n in placed if n.row.parent_id in by_id]
    counts = gallery.counts_by_definition([n.row.pk for n in placed])
    wide, high = 250, 64
    boxes = [{"node": n, "x": 12 + n.depth * wide, "y": 10 + n.line * high, "renders": counts.get(n.row.pk, 0)} for n in placed]
    curves = [f"M{12 + a.depth * wide + 210} {10 + a.line * high + 24} C{12 + a.depth * wide + 235} {10 + a.line * high + 24} {12 + b.depth * wide - 25} {10 + b.line * high + 24} {12 + b.depth * wide} {10 + b.line * high + 24}" for a, b in edges]
    return render(request, "renders/lineage.html", {"row": row, "boxes": boxes, "curves": curves, "width": 24 + columns * wide, "height": 20 + lines * high})


@require_POST
def base_view(request: HttpRequest, pk: str) -> HttpResponse:
    """Brings a reference picture: a scene's plate, a character's profile."""
    row = access.definition(request.user, pk, "edit")

    def do() -> None:
        data, name = bytes_of(request.FILES.get("file"))
        rendered.set_base_view(row, view=request.POST.get("view", ""), data=data, by=request.user, filename=name)

    return pages.act(request, do, done="The picture is in its place.", to=f"/definitions/{pk}")


def sketch(request: HttpRequest, pk: str) -> HttpResponse:
    """How the engine draws this character or place from words alone, as SVG: cheap, and always there. A place with a plate shows that."""
    row = access.definition(request.user, pk)
    plate = BaseView.objects.filter(definition=row, view__in=["wide", "mid"]).select_related("rendered_asset").order_by("-view").first() if row.type == "scene" else None
    if plate is not None:
        return redirect(f"/api/assets/{plate.rendered_asset.asset_id}/thumbnail?size=512")
    tag = f'"{row.root_id.hex}-{row.revision}-2"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponse(status=304)
    if row.type == "character":
        look = figure.look_of(row.attributes, seed=str(row.root_id), expression=str(row.modifiers.get("expression_profile") or "neutral"), outfit=str(row.modifiers.get("outfit") or ""))
        drawn = re.sub(r'viewBox="[^"]+"', 'viewBox="-110 -100 1000 1000"', figure.svg(look), count=1)
    else:
        drawn = place.svg(str(row.attributes.get("location_type") or row.name), seed=str(row.root_id))
    answer = HttpResponse(drawn, content_type="image/svg+xml")
    answer["ETag"], answer["Cache-Control"] = tag, "private, max-age=60"
    answer["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return answer
