"""Making, editing and moving definitions. The page that shows one stands above, in renders: it has pictures."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from iat.kernel import pages
from iat.kernel.errors import Stale
from spaces import access
from spaces.domain import definitions, rebase, templates, versions
from spaces.forms import FORMS, form_for
from spaces.models import Role
from spaces.queries import compare as questions
from spaces.queries import lineage

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
            stale = definitions.told_stale(row, told["revision"])
            form.data = {**form.data.dict(), "revision": str(row.revision)}
            raise Stale(stale.detail + " ".join(["", *(f"{f.pointer.strip('/').replace('/', ' › ')}: {f.detail}." for f in stale.changed)]))
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


def compare(request: HttpRequest, pk: str) -> HttpResponse:
    """Two versions of one identity, side by side: fields and anchors."""
    row = access.definition(request.user, pk)
    access.wide(request.user, row)
    other = request.GET.get("other", "")
    try:
        wanted = uuid.UUID(other) if other else None
    except ValueError:
        raise Http404 from None
    left = lineage.relative(row, wanted)
    if left.created_at > row.created_at:
        left, row = row, left
    return render(request, "spaces/compare.html", {"row": row, "found": questions.definitions(left, row)})


@require_POST
def revert(request: HttpRequest, pk: str) -> HttpResponse:
    """Takes one revision back; tells what stayed because it was edited again since."""
    row, number = access.definition(request.user, pk, "edit"), request.POST.get("number", "")
    if not number.isdigit() or len(number) > 9:
        raise Http404

    def do() -> None:
        kept = rebase.revert(row, number=int(number), by=request.user).kept
        if kept:
            messages.info(request, f"Edited again since, and left as it is: {', '.join(c.pointer.strip('/').replace('/', ' › ') for c in kept)}.")

    return pages.act(request, do, done="Taken back.", to=f"/definitions/{pk}")


@require_POST
def kit(request: HttpRequest, pk: str) -> HttpResponse:
    """Which model sheet pictures of this one follow."""
    row, chosen = access.definition(request.user, pk, "edit", kind="character"), request.POST.get("kit", "")
    try:
        kit_id = uuid.UUID(chosen)
    except ValueError:
        raise Http404 from None
    return pages.act(request, lambda: definitions.set_active_kit(row, kit_id=kit_id, by=request.user), done="Pictures follow this sheet from now on.", to=f"/definitions/{pk}")


@require_POST
def template(request: HttpRequest, pk: str) -> HttpResponse:
    """Applies a template, or saves this as one."""
    if name := request.POST.get("save", "").strip():
        row = access.definition(request.user, pk, Role.ARTIST)
        return pages.act(request, lambda: templates.save_from(row, name=name, by=request.user), done="Saved as a template of this space.", to=f"/definitions/{pk}")
    row = access.definition(request.user, pk, "edit")
    found = access.template(request.user, row.type, request.POST.get("template") or None)
    row = access.definition(request.user, pk, "edit")
    return pages.act(request, lambda: templates.apply(row, found, by=request.user), done=f"Filled from {found.name}.", to=f"/definitions/{pk}")
