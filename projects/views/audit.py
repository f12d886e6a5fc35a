"""What was done: a page with filters, and a button that looks whether the record was touched."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render

from iat.kernel import http
from projects import access
from projects.domain import audit
from projects.queries import audit as questions
from projects.serving import record
from spaces import access as doors
from spaces.models import Role


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def of_project(request: HttpRequest, p: str) -> HttpResponse:
    """Of one project."""
    project = access.project(request.user, p, Role.OWNER)
    return _page(request, project, project.space_id, f"/projects/{project.pk}")


def of_space(request: HttpRequest, pk: str) -> HttpResponse:
    """Of a space with all its projects."""
    space = doors.space(request.user, pk, Role.OWNER)
    return _page(request, space, space.pk, f"/spaces/{space.pk}")


def export(request: HttpRequest, pk: str) -> HttpResponseBase:
    """The record of a space as a file."""
    return record(doors.space(request.user, pk, Role.OWNER))


def _page(request: HttpRequest, owner: Any, space_id: Any, base: str) -> HttpResponse:
    if request.method == "POST":
        audit.seal(space_id)
        found = audit.verify(space_id)
        if found.ok:
            messages.success(request, f"{found.checked} rows looked at: nothing was changed, removed or swapped.")
        for problem in found.problems[:5]:
            messages.error(request, f"Number {problem['number']}: {problem['text']}" if problem["number"] else problem["text"], extra_tags="error")
        return redirect(f"{base}/audit")
    told = {name: request.GET.get(name, "").strip()[:150] for name in ("actor", "code", "subject", "since", "until")}
    wanted = questions.Wanted(told["actor"], told["code"], told["subject"], _day(told["since"]), _day(told["until"]))
    found_rows, after = http.page(questions.events(owner, wanted), order=["-at", "-id"], limit=60, cursor=request.GET.get("cursor"))
    query = request.GET.copy()
    query.pop("cursor", None)
    return render(request, "projects/audit.html", {"owner": owner, "base": base, "space_id": space_id, "rows": found_rows, "next": after, "told": told, "query": query.urlencode()})
