"""The bible's pages: the book with its findings and the graph of relationships, editing, history, export and import, characters that follow."""

from typing import Any

import orjson
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from iat.kernel import pages
from iat.kernel.errors import Invalid, NotThere, Refused
from projects import access
from projects.domain import bible, heirs
from projects.forms_bible import BibleForm, LoreForm
from projects.models import BibleRevision, Project, ProjectBible
from projects.queries import bonds, findings
from spaces import access as doors
from spaces.models import Role

LONGEST = 8 * 1024 * 1024


def show(request: HttpRequest, p: str) -> HttpResponse:
    """The book. Without one, what it is for and how to begin it."""
    project = access.project(request.user, p)
    makes = access.makes(request.user, project)
    row = ProjectBible.objects.filter(project=project).first()
    if row is None:
        return render(request, "projects/bible.html", {"project": project, "makes": makes})
    people = bible.cast(row)
    history = list(BibleRevision.objects.filter(bible=row).defer("snapshot").select_related("author").order_by("-number", "-id")[:12])
    return render(request, "projects/bible.html", {"project": project, "row": row, "people": people, "makes": makes, "findings": findings.of(row), "drawn": bonds.draw(people), "history": history})


def _trail(project: Project) -> list[tuple[str, str]]:
    return [(f"/projects/{project.pk}", project.name), (f"/projects/{project.pk}/bible", "Bible")]


def write(request: HttpRequest, p: str) -> HttpResponse:
    """Begins the bible, or edits its sections."""
    project = access.project(request.user, p, Role.ARTIST)
    row = ProjectBible.objects.filter(project=project).first()
    form = BibleForm(request.POST or None, initial=BibleForm.initial_of(row) if row else {"title": project.name})

    def do(told: dict[str, Any]) -> str:
        if row is None:
            bible.create(project, by=request.user, **form.told(None))  # type: ignore[arg-type]
        else:
            bible.edit(row, by=request.user, **form.told(row))  # type: ignore[arg-type]
        return f"/projects/{p}/bible"

    return pages.fill_in(request, form, do, title="Bible" if row else "Begin the bible", lead="The rules of world, look and story that every panel keeps to.", done="Kept; the history has it.",
                         crumbs=_trail(project), back=f"/projects/{p}/bible")


def person(request: HttpRequest, p: str, name: str = "") -> HttpResponse:
    """A character: new, or the one of this name."""
    project = access.project(request.user, p, Role.ARTIST)
    row = bible.of(project)
    who = bible.somebody(row, name) if name else None
    form = LoreForm(request.POST or None, initial=LoreForm.initial_of(who) if who else {})

    def do(told: dict[str, Any]) -> str:
        if who is None:
            bible.add(row, by=request.user, **form.told(None))  # type: ignore[arg-type]
        else:
            bible.change(who, by=request.user, **form.told(who))  # type: ignore[arg-type]
        return f"/projects/{p}/bible#cast"

    return pages.fill_in(request, form, do, title=who.name if who else "New character of the bible", lead="What is said here can become a definition, and definitions can be brought up to it later.",
                         done="Kept; the history has it.", crumbs=_trail(project), back=f"/projects/{p}/bible")


@require_POST
def act(request: HttpRequest, p: str, name: str, verb: str) -> HttpResponse:
    """Of a character: drop; make (a definition out of it)."""
    project = access.project(request.user, p, Role.ARTIST)
    who = bible.somebody(bible.of(project), name)
    back = f"/projects/{p}/bible"
    if verb == "drop":
        return pages.act(request, lambda: bible.drop(who, by=request.user), done=f"{who.name} is out of the bible; a revision brings them back.", to=back)  # type: ignore[arg-type]
    if heirs.needs_canon(project, who):
        doors.demand(doors.signed_in(request.user), project.space_id, Role.CURATOR)
    try:
        made = heirs.create_from(project, who, by=request.user)  # type: ignore[arg-type]
    except (NotThere, Invalid):
        raise
    except Refused as error:
        messages.error(request, f"{error.detail} Use “compare and bring” to choose.", extra_tags="error")
        return redirect(back)
    messages.success(request, {"created": f"{who.name} is canon now, and in this project.", "imported": f"{who.name} came from the canon and follows the bible.", "found": f"{who.name} was here already and follows the bible now."}[made.how])
    return redirect(f"/definitions/{made.row.pk}")


def sync(request: HttpRequest, p: str, name: str) -> HttpResponse:
    """What the bible would change about the definition that follows; a choice for each conflict; posting does it."""
    project = access.project(request.user, p, Role.ARTIST)
    who = bible.somebody(bible.of(project), name)
    row = heirs.follower(project, who)
    choices = {k.removeprefix("choose:"): v for k, v in request.POST.items() if k.startswith("choose:") and v in ("ours", "theirs")}
    error = ""
    try:
        if request.method == "POST":
            heirs.sync(row, by=request.user, choices=choices)  # type: ignore[arg-type]
            messages.success(request, f"{row.name} follows the bible. It can be undone from its history.")
            return redirect(f"/definitions/{row.pk}")
    except Refused as refused:
        error = refused.detail
    plan = heirs.propose(row)
    return render(request, "projects/bible_sync.html", {"project": project, "who": who, "row": row, "plan": plan, "error": error, "choices": choices}, status=409 if error else 200)


def revision(request: HttpRequest, p: str, number: int) -> HttpResponse:
    """What a revision changed; bringing it back."""
    project = access.project(request.user, p, Role.ARTIST if request.method == "POST" else Role.VIEWER)
    row = bible.of(project)
    if request.method == "POST":
        return pages.act(request, lambda: bible.restore(row, number=number, by=request.user), done=f"The bible is as it was in revision {number}.", to=f"/projects/{p}/bible")  # type: ignore[arg-type]
    kept = bible.revision(row, min(number, 2**31 - 1))
    return render(request, "projects/bible_revision.html", {"project": project, "row": row, "kept": kept, "changes": bible.compare(row, kept.number), "makes": access.makes(request.user, project)})


def export(request: HttpRequest, p: str) -> HttpResponse:
    """The document, to keep or to import elsewhere."""
    project = access.project(request.user, p)
    answer = HttpResponse(orjson.dumps(bible.document(bible.of(project)), option=orjson.OPT_INDENT_2), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{project.slug}-bible.json"'
    return answer


@require_POST
def bring(request: HttpRequest, p: str) -> HttpResponse:
    """A document from elsewhere."""
    project = access.project(request.user, p, Role.ARTIST)
    mode = "merge" if request.POST.get("mode") == "merge" else "replace"
    return pages.act(request, lambda: bible.bring(project, given=_read(request), by=request.user, mode=mode), done="The bible is in; what stood here before is in the history.", to=f"/projects/{p}/bible")  # type: ignore[arg-type]


def _read(request: HttpRequest) -> Any:
    file = request.FILES.get("file")
    if file is None or (file.size or 0) > LONGEST:
        raise Refused("Choose the JSON file of a bible, at most 8 MB.")
    try:
        return orjson.loads(file.read())
    except orjson.JSONDecodeError:
        raise Refused("This file is not JSON. Bring one that “Export” made.") from None
