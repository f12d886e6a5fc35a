"""Templates of a space: the list, their words, their versions."""

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from iat.kernel import pages
from spaces import access
from spaces.domain import templates
from spaces.forms import TemplateForm
from spaces.models import Role, Template, TemplateVersion
from spaces.models.template import KINDS


def index(request: HttpRequest, pk: str) -> HttpResponse:
    """Shared ones and my own, by kind and name; archived ones can be restored."""
    space = access.space(request.user, pk)
    person = access.signed_in(request.user)
    rows = list(Template.objects.filter(templates.visible(person), space=space).select_related("created_by").order_by("kind", "name", "id")[:400])
    makes = access.role_in(person, space.pk) in Role.at_least(Role.ARTIST)
    return render(request, "spaces/templates.html", {"space": space, "active": [r for r in rows if r.state == "active"], "archived": [r for r in rows if r.state == "archived"], "makes": makes})


def edit(request: HttpRequest, kind: str, pk: str) -> HttpResponse:
    """A new version of a template. Its values are JSON, checked field by field."""
    if kind not in KINDS:
        raise Http404
    row = access.template(request.user, kind, pk, Role.ARTIST)
    initial = {"name": row.name, "description": row.description, "shared": row.shared, "generation_params": json.dumps(row.generation_params, indent=2, ensure_ascii=False)}
    form = TemplateForm(request.POST or None, initial=initial)

    def do(told: dict[str, Any]) -> str:
        templates.edit(row, by=request.user, **told)  # type: ignore[arg-type]
        return f"/spaces/{row.space_id}/templates"

    before = ", ".join(str(n) for n in TemplateVersion.objects.filter(template=row).order_by("number").values_list("number", flat=True)[:100])
    return pages.fill_in(request, form, do, title=f"Edit {row.name}", done="A new version.", lead=f"This is version {row.version}. Kept: {before}. Saving makes the next one; definitions that were filled before stay as they are.",
                         crumbs=[(f"/spaces/{row.space_id}", row.space.name), (f"/spaces/{row.space_id}/templates", "Templates")], back=f"/spaces/{row.space_id}/templates")


@require_POST
def move(request: HttpRequest, kind: str, pk: str) -> HttpResponse:
    """Archive or restore."""
    if kind not in KINDS:
        raise Http404
    row = access.template(request.user, kind, pk, Role.ARTIST)
    verb = templates.restore if request.POST.get("verb") == "restore" else templates.archive
    return pages.act(request, lambda: verb(row, by=request.user), done="Done.", to=f"/spaces/{row.space_id}/templates")  # type: ignore[arg-type]
