"""The bible: sections, characters by name, findings, history, export and import; definitions that follow it."""

import uuid
from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from iat.kernel import http
from projects import access
from projects.domain import bible, heirs
from projects.models import BibleCharacter, BibleRevision, ProjectBible
from projects.queries import findings
from projects.schemas_bible import (
    BibleIn,
    BibleNew,
    CharacterNew,
    CharacterOf,
    CharacterPut,
    DocumentIn,
    FromBibleIn,
    SyncIn,
    bible_out,
    finding_out,
    lore_out,
    named,
    revision_out,
    said,
    sync_out,
)
from spaces import access as doors
from spaces.models import Role
from spaces.schemas import Page, change_out, definition_out, listed

router = Router(tags=["Bible"])


def book(request: HttpRequest, p: str, role: str = Role.VIEWER) -> ProjectBible:
    """The project's bible, entered."""
    return bible.of(access.project(request.user, p, role))


def somebody(request: HttpRequest, p: str, name: str, role: str = Role.VIEWER) -> BibleCharacter:
    """A character of it, by name."""
    return bible.somebody(book(request, p, role), name)


@router.post("/projects/{p}/bible", response={201: dict}, summary="Begin a bible")
def create(request: HttpRequest, p: str, body: BibleNew):
    """One a project; 409 where there is one."""
    row = bible.create(access.project(request.user, p, Role.ARTIST), by=request.user, **said(body))
    return Status(201, bible_out(row))


@router.get("/projects/{p}/bible", summary="The bible")
def one(request: HttpRequest, p: str):
    """With its characters."""
    row = book(request, p)
    return {**bible_out(row), "characters": [lore_out(c) for c in bible.cast(row)]}


@router.put("/projects/{p}/bible", summary="Change sections")
def edit(request: HttpRequest, p: str, body: BibleIn):
    """Sections that are not named stay; a named one is replaced."""
    row = book(request, p, Role.ARTIST)
    http.check_match(request, row)
    return bible_out(bible.edit(row, by=request.user, **said(body)))


@router.get("/projects/{p}/bible/characters", response=Page, summary="Characters of the bible")
def people(request: HttpRequest, p: str, limit: int = 50, cursor: str | None = None):
    """By name."""
    return listed(BibleCharacter.objects.filter(bible=book(request, p)), lore_out, order=["name", "id"], limit=limit, cursor=cursor)


@router.post("/projects/{p}/bible/characters", response={201: dict}, summary="Add a character")
def add(request: HttpRequest, p: str, body: CharacterNew):
    """409 where the name is taken."""
    return Status(201, lore_out(bible.add(book(request, p, Role.ARTIST), by=request.user, **said(body))))


@router.get("/bible/characters", response=Page, summary="Characters of a project's bible")
def people_of(request: HttpRequest, project: str, limit: int = 50, cursor: str | None = None):
    """The same list, the project named by `?project=`."""
    return people(request, project, limit, cursor)


@router.post("/bible/characters", response={201: dict}, summary="Add a character to a project's bible")
def add_to(request: HttpRequest, body: CharacterOf):
    """The same verb, the project named in the body."""
    given = said(body)
    return Status(201, lore_out(bible.add(book(request, given.pop("project"), Role.ARTIST), by=request.user, **given)))


@router.get("/projects/{p}/bible/characters/{name}", summary="A character by name")
def person(request: HttpRequest, p: str, name: str):
    """Whatever the case of the name."""
    return lore_out(somebody(request, p, name))


@router.put("/projects/{p}/bible/characters/{name}", summary="Change a character")
def change(request: HttpRequest, p: str, name: str, body: CharacterPut):
    """What is not named stays. With a new name, relationships to it follow."""
    who = somebody(request, p, name, Role.ARTIST)
    http.check_match(request, who)
    return lore_out(bible.change(who, by=request.user, **said(body)))


@router.delete("/projects/{p}/bible/characters/{name}", response={204: None}, summary="Take a character out")
def drop(request: HttpRequest, p: str, name: str):
    """The definition that followed stays; a revision brings the character back."""
    bible.drop(somebody(request, p, name, Role.ARTIST), by=request.user)
    return Status(204, None)


@router.post("/projects/{p}/bible/validate", summary="What does not fit")
def validate(request: HttpRequest, p: str):
    """Findings with the id of their rule, and all rules."""
    found = findings.of(book(request, p))
    return {"valid": not any(f.severity == "error" for f in found), "findings": [finding_out(f) for f in found], "rules": findings.RULES}


@router.post("/projects/{p}/bible/export", summary="The bible as one document")
def export(request: HttpRequest, p: str):
    """What `import` takes."""
    return bible.document(book(request, p))


@router.post("/projects/{p}/bible/import", summary="Bring a document")
def bring(request: HttpRequest, p: str, body: DocumentIn):
    """Replaces the bible, or is laid over it; either is a revision that can be undone."""
    return bible_out(bible.bring(access.project(request.user, p, Role.ARTIST), given=body.document, by=request.user, mode=body.mode))


@router.get("/projects/{p}/bible/history", response=Page, summary="Revisions")
def history(request: HttpRequest, p: str, limit: int = 50, cursor: str | None = None):
    """Newest first."""
    rows = BibleRevision.objects.filter(bible=book(request, p)).defer("snapshot").select_related("author")
    return listed(rows, revision_out, order=["-number", "-id"], limit=limit, cursor=cursor)


@router.get("/projects/{p}/bible/history/{number}", summary="What a revision changed")
def revision(request: HttpRequest, p: str, number: int, since: int | None = None):
    """Against the one before, or against `?since=`; with the whole document as it stood."""
    row = book(request, p)
    number = min(max(number, 0), 2**31 - 1)
    kept = bible.revision(row, number)
    return {**revision_out(kept), "changes": [change_out(c) for c in bible.compare(row, number, min(max(since, 0), 2**31 - 1) if since else None)], "document": kept.snapshot}


@router.post("/projects/{p}/bible/history/{number}/restore", summary="Bring a revision back")
def restore(request: HttpRequest, p: str, number: int):
    """A revision of its own, so that it can be undone."""
    return bible_out(bible.restore(book(request, p, Role.ARTIST), number=min(max(number, 0), 2**31 - 1), by=request.user))


@router.post("/projects/{p}/characters/from-bible", response={201: dict}, summary="A character of the bible as a definition")
def from_bible(request: HttpRequest, p: str, body: FromBibleIn):
    """Found in the project, cloned from the canon of that name, or made as new canon (curators only) and cloned."""
    project = access.project(request.user, p, Role.ARTIST)
    who = bible.somebody(bible.of(project), body.name)
    if heirs.needs_canon(project, who):
        doors.demand(doors.signed_in(request.user), project.space_id, Role.CURATOR)
    made = heirs.create_from(project, who, by=request.user, choices=body.choices)
    return Status(201, {**named(made.row.pk, made.how), "definition": definition_out(made.row)})


@router.put("/characters/{pk}/sync-bible", summary="Bring a character up to the bible")
def sync(request: HttpRequest, pk: uuid.UUID, body: SyncIn | None = None, preview: bool = False) -> Any:
    """Three-way merge; `?preview=true` answers it and writes nothing. 409 names conflicts without a choice."""
    row, wish = doors.definition(request.user, pk, "edit", kind="character"), body or SyncIn()
    if preview:
        return sync_out(heirs.propose(row, choices=wish.choices))
    plan = heirs.sync(row, by=request.user, choices=wish.choices)
    return {**sync_out(plan), "definition": definition_out(row)}
