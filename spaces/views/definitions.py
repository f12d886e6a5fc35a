"""Making, editing and moving definitions. The page that shows one stands above, in renders: it has pictures."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from iat.kernel import pages
from iat.kernel.errors import Stale
from spaces import access
from spaces.domain import definitions, versions
from spaces.forms import FORMS, form_for
from spaces.models import Role

SAID = {"publish": "Published: it is canon now.", "deprecate": "Deprecated.", "archive": "Archived.", "experiment": "Marked as experimental.", "restore_draft": "Back to draft."}


def new(request: HttpRequest, pk: str, kind: str) -> HttpResponse:
    """A new original."""
    if kind not in FORMS:
        raise Http404
    space = access.space(request.user, pk, Role.CURATOR)
    form = form_for(kind, request.POST or None)

    def do(told: dict[str, Any]) -> str:
        return f"/definitions/{definitions.create(space, type=kind, by=request.user, **form.told()).pk}"

    return pages.fill_in(request, form, do, title=f"New {kind}", verb=f"Create {kind}", done="A draft: edit it until it is right, then publish it.",
                         crumbs=[(f"/spaces/{pk}?type={kind}", space.name)], back=f"/spaces/{pk}?type={kind}")


def edit(request: HttpRequest, pk: str) -> HttpResponse:
    """A draft of a space, or a project's own."""
    row = access.definition(request.user, pk, "edit")
    form = form_for(row.type, request.POST or None, row)

    def do(told: dict[str, Any]) -> str:
        if told["revision"] != row.revision:
            raise Stale("Somebody changed this while you were editing. What you typed is still here; open the page in a second tab to compare, then save again there.")
        definitions.edit(row, by=request.user, **form.told())
        return f"/definitions/{pk}"

    return pages.fill_in(request, form, do, title=f"Edit {row.name}", done="Saved.", crumbs=[(f"/definitions/{pk}", row.name)], back=f"/definitions/{pk}")


@require_POST
def move(request: HttpRequest, pk: str) -> HttpResponse:
    """One of the lifecycle's verbs."""
    row, verb = access.definition(request.user, pk, "edit"), request.POST.get("verb", "")
    if verb not in SAID:
        raise Http404
    force = {"force": True} if verb == "archive" and request.POST.get("force") == "yes" else {}
    return pages.act(request, lambda: getattr(definitions, verb)(row, by=request.user, **force), done=SAID[verb], to=f"/definitions/{pk}")


@require_POST
def version(request: HttpRequest, pk: str) -> HttpResponse:
    """A new draft after canon."""
    row, made = access.definition(request.user, pk, "edit"), []
    bump = request.POST.get("bump", "major")

    def do() -> None:
        made.append(versions.new_version(row, by=request.user, bump=bump if bump in ("minor", "patch") else "major"))

    answer = pages.act(request, do, done="A new draft. Publish it to replace the canon.", to=f"/definitions/{pk}")
    if made:
        answer["Location"] = f"/definitions/{made[0].pk}"
    return answer
