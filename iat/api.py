"""The JSON face: one NinjaAPI, its ways in, its problem documents, and an OpenAPI that names every status."""

from typing import Any

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.utils import timezone
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.renderers import BaseRenderer

from iat import __version__, health
from iat.kernel import http
from iat.kernel.errors import Finding, Malformed, NotAllowed, NotSignedIn, NotThere, Refused
from projects.api import router as projects_router
from renders.api import router as renders_router
from spaces.api import router as spaces_router
from spaces.domain import people

SAFE = ("GET", "HEAD", "OPTIONS")
STATUSES = {
    "400": "The request cannot be read.", "401": "Nobody is signed in.", "403": "The role or the token's scopes are too low.", "404": "Nothing here, or not shared with you.",
    "409": "Not possible in this state; `allowed` says what is.", "412": "`If-Match` names an older revision.", "413": "Too large.", "415": "This kind of file is not taken.",
    "422": "Some fields cannot be used; `errors` names each.", "429": "Too many requests; see `Retry-After`.", "502": "Another server did not give what it was asked for.", "507": "The store is full.",
}


class Json(BaseRenderer):
    """Dumps once, without a second validation."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """orjson knows UUIDs and times."""
        return b"" if data is None else orjson.dumps(data, default=str)


class _Csrf(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def bearer(request: HttpRequest) -> Any:
    """The token of `Authorization: Bearer …`, None where there is no such header. Raises NotSignedIn for one nobody holds."""
    kind, _, plain = request.headers.get("Authorization", "").partition(" ")
    return people.holder(plain.strip(), now=timezone.now()) if kind.lower() == "bearer" and plain else None


def by_token(request: HttpRequest) -> Any:
    """`Authorization: Bearer …`; a token without the write scope only reads."""
    token = bearer(request)
    if token is None:
        return None
    needed = "read" if request.method in SAFE else "write"
    if needed not in token.scopes and "admin" not in token.scopes:
        raise NotAllowed(f"This token may not {needed}: its scopes are {', '.join(token.scopes)}.")
    request.user = token.user
    return token.user


def by_session(request: HttpRequest) -> Any:
    """The browser's session; writes need the CSRF token."""
    if "Authorization" in request.headers or not request.user.is_authenticated:
        return None
    if request.method not in SAFE and (reason := _Csrf(lambda r: HttpResponse()).process_view(request, None, (), {})):
        raise NotAllowed(f"{reason} Send the X-CSRFToken header with the value of the csrftoken cookie.")
    return request.user


def _signed_in(request: HttpRequest) -> Any:
    return by_token(request) or by_session(request)


class Api(NinjaAPI):
    """Adds the problem documents to every operation of the schema."""

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        """OpenAPI 3.1 with every status."""
        schema = super().get_openapi_schema(**kwargs)
        schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
        schema["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}, "session": {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}}
        for operations in schema["paths"].values():
            for operation in operations.values():
                operation["security"] = [{"token": []}, {"session": []}]
                for status, text in STATUSES.items():
                    operation["responses"].setdefault(status, {"description": text, "content": {http.PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}})
        return schema


PROBLEM = {
    "type": "object", "title": "Problem", "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"},
        "allowed": {"type": "array", "items": {"type": "string"}},
        "changed": {"type": "array", "items": {"type": "object", "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}}}},
        "errors": {"type": "array", "items": {"type": "object", "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}}}}}}

api = Api(title="IAT", version=__version__, description="Image Asset Toolkit: canon, projects, panels, lineage.", renderer=Json(), auth=_signed_in,
          docs_url="/docs", openapi_url="/openapi.json", urls_namespace="api")
api.add_router("", spaces_router)
api.add_router("", projects_router)
api.add_router("", renders_router)


@api.exception_handler(Refused)
def refused(request: HttpRequest, error: Refused) -> HttpResponse:
    """What the domain refuses."""
    return http.refusal(error)


@api.exception_handler(AuthenticationError)
def nobody(request: HttpRequest, error: Exception) -> HttpResponse:
    """401."""
    answer = http.refusal(NotSignedIn("Send a token (Authorization: Bearer …), or sign in in the browser."))
    answer["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(ValidationError)
def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """422 with a pointer to each field."""
    found = []
    for wrong in error.errors:
        where, *path = [str(step) for step in wrong["loc"]]
        path = path[1:] if where in ("body", "form") and len(path) > 1 and path[0] in ("body", "data") else path
        pointer = ("?" + path[-1]) if where == "query" and path else "/" + "/".join(path)
        found.append({"pointer": pointer, "detail": str(wrong["msg"])})
    return http.problem(422, "Some of this cannot be used", "; ".join(f"{f['pointer']}: {f['detail']}" for f in found)[:1000], errors=found)


@api.exception_handler(HttpError)
def plain(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Ninja's own errors."""
    if error.status_code == 400:
        return http.refusal(Malformed("The body is not valid JSON.", findings=[Finding("/", "not JSON")]))
    return http.problem(error.status_code, "Refused", error.message)


@api.exception_handler(Http404)
def gone(request: HttpRequest, error: Http404) -> HttpResponse:
    """404."""
    return http.refusal(NotThere())


@api.get("/health", auth=None, tags=["Operations"], summary="Alive")
def alive(request: HttpRequest) -> HttpResponse:
    """Answers while the process lives; touches nothing. The same at `/health`."""
    return health.health(request)


@api.get("/ready", auth=None, tags=["Operations"], summary="Ready for work")
def ready(request: HttpRequest) -> HttpResponse:
    """Database, store and broker, each tried; 503 when one does not answer, `degraded` when no worker was heard lately. The same at `/ready`."""
    return health.ready(request)
