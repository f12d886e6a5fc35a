"""What moved on in the canon, and bringing a project's clones to it."""

import uuid
from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from iat.kernel import http
from iat.kernel.errors import NotThere
from projects import access
from projects.domain import projects
from projects.queries import updates
from projects.schemas import style_out, update_out
from spaces.domain import definitions, pins, rebase
from spaces.models import Definition, Role
from spaces.schemas import RebaseIn, definition_out, proposal_out

router = Router(tags=["Updates"])


def clone_of(request: HttpRequest, p: str, kind: str, pk: uuid.UUID, role: str = Role.ARTIST) -> Definition:
    """The project's clone, entered."""
    project = access.project(request.user, p, role)
    row = Definition.objects.select_related("space", "project").filter(pk=pk, project=project, type=kind).first()
    if row is None:
        raise NotThere(f"This project has no such {kind}. Import it first.")
    return row


@router.get("/projects/{p}/updates", summary="Canon that moved on")
def index(request: HttpRequest, p: str):
    """Clones and styles with newer canon; `pinned` ones chose to stay."""
    return {"items": [update_out(u) for u in updates.of_project(access.project(request.user, p))], "next": None, "total": None}


def _kind(kind: str) -> None:
    @router.post(f"/projects/{{p}}/{kind}s/{{pk}}/rebase", summary=f"Bring a {kind} to newer canon", operation_id=f"rebase_{kind}")
    def bring(request: HttpRequest, p: str, pk: uuid.UUID, body: RebaseIn | None = None, preview: bool = False):
        """Three-way merge per field; `?preview=true` answers merge and conflicts and writes nothing. 409 names conflicts without a choice."""
        row, wish = clone_of(request, p, kind, pk), body or RebaseIn()
        http.check_match(request, row, told=definitions.told_stale)
        if preview:
            return proposal_out(rebase.propose(row, target_id=wish.target, choices=wish.choices))
        plan = rebase.rebase(row, by=request.user, target_id=wish.target, choices=wish.choices)
        return {**proposal_out(plan), "definition": definition_out(row)}

    @router.post(f"/projects/{{p}}/{kind}s/{{pk}}/pin", response={201: dict}, summary=f"Stay with this version of a {kind}", operation_id=f"pin_{kind}")
    def stay(request: HttpRequest, p: str, pk: uuid.UUID):
        """The version stays canonical while somebody stays with it."""
        row = pins.pin(clone_of(request, p, kind, pk), by=request.user)
        return Status(201, {"definition_id": row.definition_id, "project_id": row.project_id})

    @router.delete(f"/projects/{{p}}/{kind}s/{{pk}}/pin", response={204: None}, summary=f"Follow the canon of a {kind} again", operation_id=f"unpin_{kind}")
    def follow(request: HttpRequest, p: str, pk: uuid.UUID):
        """Canon that only this pin kept becomes deprecated."""
        pins.unpin(clone_of(request, p, kind, pk), by=request.user)
        return Status(204, None)


_kind("character")
_kind("scene")


@router.post("/projects/{p}/styles/{pk}/rebase", summary="Bring a style to newer canon")
def bring_style(request: HttpRequest, p: str, pk: uuid.UUID) -> Any:
    """Styles are referred to: the reference moves, overrides stay."""
    return style_out(projects.move_style(access.project(request.user, p, Role.ARTIST), style_id=pk, by=request.user))
