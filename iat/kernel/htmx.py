"""Pages and partials: one template, whole for a visit, one named region for HTMX."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string


def show(request: Any, template: str, context: dict[str, Any], *, part: str = "", status: int = 200) -> HttpResponse:
    """The page, or only `template#part` when HTMX asks for it."""
    if part and getattr(request, "htmx", False) and not request.htmx.boosted:
        return HttpResponse(render_to_string(f"{template}#{part}", context, request), status=status)
    return render(request, template, context, status=status)


def done(request: HttpRequest, message: str, to: str) -> HttpResponse:
    """After a successful write: a toast, then the page it leads to."""
    from django.contrib import messages

    messages.success(request, message)
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Location": json.dumps({"path": to, "target": "body"})})
    return redirect(to)
