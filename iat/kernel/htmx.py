"""Pages and partials: one template, whole for a visit, one named region for HTMX."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string


def show(request: Any, template: str, context: dict[str, Any], *, part: str = "", status: int = 200) -> HttpResponse:
    """The page, or only `template#part` when HTMX asks for it."""
    if part and getattr(request, "htmx", False) and not request.htmx.boosted:
        return HttpResponse(render_to_string(f"{template}#{part}", context, request), status=status)
    return render(request, template, context, status=status)
