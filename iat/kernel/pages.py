"""Forms that keep what was typed: a refusal of the domain becomes an error on the form, never a lost page."""

import re
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from iat.kernel.errors import NotAllowed, NotThere, Refused

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


def told(form: forms.Form, error: Refused) -> None:
    """Puts a refusal beside its fields where they are known, else above the form."""
    placed = False
    for finding in getattr(error, "findings", ()):
        name = finding.pointer.strip("/").split("/")[-1]
        if name in form.fields:
            form.add_error(name, finding.detail)
            placed = True
    if not placed:
        form.add_error(None, error.detail)


def fill_in(request: HttpRequest, form: forms.Form, do: Callable[[dict[str, Any]], str], *, title: str, done: str, verb: str = "Save",
            lead: str = "", crumbs: list[tuple[str, str]] | None = None, back: str = "") -> HttpResponse:
    """A whole form page: shows, checks, runs `do(cleaned)` which answers where to go, and tells what went wrong."""
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                target = do(form.cleaned_data)
                messages.success(request, done)
                return redirect(target)
            except (NotThere, NotAllowed):
                raise
            except Refused as error:
                told(form, error)
                status = error.status
        else:
            status = 422
    context = {"form": form, "title": title, "verb": verb, "lead": lead, "crumbs": crumbs or [], "back": back}
    return render(request, "form.html", context, status=status)


def ticked(request: HttpRequest, *, most: int = 200) -> list[str]:
    """The ids of the boxes that were ticked; what is no id is left out."""
    return [pk for pk in request.POST.getlist("ids")[:most] if UUID.match(pk)]


def act(request: HttpRequest, do: Callable[[], Any], *, done: str, to: str) -> HttpResponse:
    """A button: runs, says so, goes on; a refusal comes back as a toast on the page it came from."""
    try:
        do()
        messages.success(request, done)
    except (NotThere, NotAllowed):
        raise
    except Refused as error:
        messages.error(request, error.detail, extra_tags="error")
    return redirect(to)
