"""What every request passes: a limit on its size, the local user of a single-user installation, a clean scope."""

import re
import uuid
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from iat import __version__
from iat.kernel import enter, http, logs
from iat.kernel.errors import Malformed, NotSignedIn, Refused, TooLarge
from spaces import access
from spaces.domain import people

Next = Callable[[HttpRequest], HttpResponse]
SLACK = 1024 * 1024
NAME = re.compile(r"[A-Za-z0-9._-]{8,64}")
FILES_AT_ONCE = 200


def named_request(get_response: Next) -> Next:
    """Gives every request a name, the proxy's where it has one: it stands in each line of the log and in the answer's X-Request-ID."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        name = given if NAME.fullmatch(given) else uuid.uuid4().hex
        with logs.about(request=name):
            answer = get_response(request)
        answer["X-Request-ID"] = name
        return answer

    return middleware


def guard_body(get_response: Next) -> Next:
    """Refuses a body that is larger than any upload may be before one byte of it is parsed, and NUL in addresses: no database takes it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            length = int(request.headers.get("Content-Length") or 0)
        except ValueError:
            return http.refusal(Refused("The Content-Length header is not a number."))
        if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return answer(request, Malformed("The address holds a NUL character."))
        many = FILES_AT_ONCE if request.path.startswith("/admin/") or request.path.endswith("/import") else 1
        limit = min(settings.IAT_MAX_UPLOAD_BYTES * many, 2 * 1024**3) + SLACK
        if request.path.endswith(("/import-package", "/packages")):
            limit = settings.IAT_MAX_PACKAGE_BYTES + SLACK
        if length > limit:
            error = TooLarge(f"The upload has {length / 1e6:.0f} MB; at most {settings.IAT_MAX_UPLOAD_BYTES / 1e6:.0f} MB are taken for one file.")
            return answer(request, error)
        return get_response(request)

    return middleware


def single_user(get_response: Next) -> Next:
    """In a single-user installation everybody at this machine is `local`, and already signed in."""

    def middleware(request: HttpRequest) -> HttpResponse:
        outside = request.path.startswith(("/static/", "/api/health", "/api/ready", "/health", "/ready", "/metrics"))
        if settings.IAT_SINGLE_USER and not outside and not request.user.is_authenticated and "Authorization" not in request.headers:
            login(request, people.local_user(), backend="django.contrib.auth.backends.ModelBackend")
        return get_response(request)

    return middleware


class scope_per_request:
    """Every request starts and ends without a scope; refusals of the domain become answers here, once."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with enter.clean():
            if request.path.startswith("/admin/") and request.user.is_authenticated:
                access.enter_desk(request.user)
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Pages and admin: the JSON face has its own handler for the same errors."""
        return answer(request, error) if isinstance(error, Refused) else None


def answer(request: HttpRequest, error: Refused) -> HttpResponse:
    """A refusal in the caller's language: a problem document, a toast, or a page."""
    if request.path.startswith("/api/"):
        return http.refusal(error)
    if isinstance(error, NotSignedIn):
        from django.contrib.auth.views import redirect_to_login

        return redirect_to_login(request.get_full_path())
    if request.headers.get("HX-Request"):
        page = render(request, "components/toast.html", {"message": error.detail, "tone": "error"}, status=error.status)
        page["HX-Retarget"], page["HX-Reswap"] = "#toasts", "beforeend"
        return page
    return render(request, "refused.html", {"error": error, "hide_nav": not hasattr(request, "user")}, status=error.status)


def page_facts(request: HttpRequest) -> dict[str, Any]:
    """What the frame of every page shows."""
    theme = request.COOKIES.get("theme", "")
    return {"iat_version": __version__, "single_user": settings.IAT_SINGLE_USER, "theme": theme if theme in ("light", "dark") else ""}
