"""A definition with its pictures, its uses, its sketch."""

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from iat.kernel import pages
from projects.queries import updates
from renders.domain import rendered
from renders.imaging import figure, place
from renders.models import BaseView
from renders.queries import gallery, usage
from spaces import access, merging
from spaces.domain import definitions, templates
from spaces.lifecycles import DEFINITION
from spaces.models import AvatarKit, Definition, Role
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
        "row": row, "may": may, "moves": moves, "frozen": definitions.editable(row), "history": [(h, merging.differences(h.before, h.after) if h.before else []) for h in questions.history(row).order_by("-number", "-id")[:20]],
        "kits": list(AvatarKit.objects.filter(character__root_id=row.root_id).select_related("primary_anchor__asset").order_by("name", "id")) if row.type == "character" else [],
        "views": list(BaseView.objects.filter(definition=row).select_related("rendered_asset__asset").order_by("view", "id")),
        "view_names": rendered.VIEWS.get(row.type, ()), "curates": role in Role.at_least(Role.CURATOR)}
    access.wide(request.user, row)
    newer = updates.canon_by_root({row.root_id}).get(row.root_id)
    context |= {"newer": newer if row.project_id and not row.variant_type and newer and newer.pk != row.parent_id else None, "pinned": questions.pinned(row),
                "versions": list(Definition.objects.filter(root_id=row.root_id, scope_kind="space").order_by("-created_at", "-id")[:40]),
                "templates": templates.fitting(row, access.signed_in(request.user)) if may and not context["frozen"] else [], "makes": role in Role.at_least(Role.ARTIST)}
    context |= {"renders": list(gallery.of_identity(row, "identity").filter(project__isnull=False, state__in=["approved", "draft"]).order_by("-created_at", "-id")[:12]),
                "family": Definition.objects.filter(root_id=row.root_id).count(), "uses": usage.of(row)}
    return render(request, "renders/definition.html", context)


@require_POST
def base_view(request: HttpRequest, pk: str) -> HttpResponse:
    """Brings a reference picture (a scene's plate, a character's profile), or takes one away."""
    row = access.definition(request.user, pk, "edit")
    if drop := request.POST.get("drop"):
        return pages.act(request, lambda: rendered.drop_base_view(row, view=drop, by=request.user), done="The view is gone; its picture stays in the space.", to=f"/definitions/{pk}")

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
