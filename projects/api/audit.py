"""What was done, and whether the record was touched."""

import datetime as dt
import uuid
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from projects import access
from projects.domain import audit
from projects.queries import audit as questions
from projects.schemas import audit_out
from projects.serving import record
from spaces import access as doors
from spaces.models import Role
from spaces.schemas import Page, listed

router = Router(tags=["Audit"])


def _listed(owner: Any, wanted: questions.Wanted, limit: int, cursor: str | None) -> Any:
    return listed(questions.events(owner, wanted), audit_out, order=["-at", "-id"], limit=limit, cursor=cursor)


@router.get("/projects/{p}/audit", response=Page, summary="What was done in a project")
def of_project(request: HttpRequest, p: str, actor: str = Query("", max_length=150), code: str = Query("", max_length=60), subject: str = Query("", max_length=40), since: dt.date | None = None, until: dt.date | None = None,
               limit: int = 50, cursor: str | None = None):
    """Newest first; `code` is an event or a family such as `rendered.*`. Owners only."""
    return _listed(access.project(request.user, p, Role.OWNER), questions.Wanted(actor, code, subject, since, until), limit, cursor)


@router.get("/projects/{p}/audit/verify", summary="Whether the record was touched")
def verify(request: HttpRequest, p: str):
    """Of the project's whole space, because the chain is the space's: rows looked at, and what is wrong where."""
    project = access.project(request.user, p, Role.OWNER)
    return _verdict(project.space_id)


@router.get("/spaces/{pk}/audit", response=Page, summary="What was done in a space")
def of_space(request: HttpRequest, pk: uuid.UUID, actor: str = Query("", max_length=150), code: str = Query("", max_length=60), subject: str = Query("", max_length=40), since: dt.date | None = None, until: dt.date | None = None,
             limit: int = 50, cursor: str | None = None):
    """With all its projects, newest first. Owners only."""
    return _listed(doors.space(request.user, pk, Role.OWNER), questions.Wanted(actor, code, subject, since, until), limit, cursor)


@router.get("/spaces/{pk}/audit/verify", summary="Whether a space's record was touched")
def verify_space(request: HttpRequest, pk: uuid.UUID):
    """Rows looked at, and what is wrong where."""
    return _verdict(doors.space(request.user, pk, Role.OWNER).pk)


@router.get("/spaces/{pk}/audit/export", summary="The record, to keep elsewhere")
def export(request: HttpRequest, pk: uuid.UUID) -> Any:
    """The sealed chain as JSON lines; `manage.py verify_audit FILE` walks it without a database. Owners only."""
    return record(doors.space(request.user, pk, Role.OWNER))


def _verdict(space_id: Any) -> dict[str, Any]:
    audit.seal(space_id)
    found = audit.verify(space_id)
    return {"ok": found.ok, "checked": found.checked, "problems": found.problems[:100]}
