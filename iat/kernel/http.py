"""Small shared pieces of the JSON face: problem documents, keyset cursors, entity tags."""

import base64
import binascii
import datetime as dt
from typing import Any

import orjson
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse

from iat.kernel.errors import Finding, Malformed, Refused, Stale

PROBLEM = "application/problem+json"


def problem(status: int, title: str, detail: str, **more: Any) -> HttpResponse:
    """An RFC 9457 answer."""
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **{k: v for k, v in more.items() if v}}
    return HttpResponse(orjson.dumps(body), status=status, content_type=PROBLEM)


def refusal(error: Refused) -> HttpResponse:
    """The answer for anything the domain refuses."""
    findings = [{"pointer": f.pointer, "detail": f.detail} for f in getattr(error, "findings", ())]
    return problem(error.status, error.title, error.detail, errors=findings, allowed=list(error.allowed))


def etag(row: Any) -> str:
    """The entity tag of an editable row."""
    return f'"{row.revision}"'


def check_match(request: HttpRequest, row: Any) -> None:
    """Raises Stale where `If-Match` is given and names another revision."""
    given = request.headers.get("If-Match")
    if given and given.strip() not in ("*", etag(row)):
        raise Stale(f"You edited revision {given}; it is now {etag(row)}. Read it again, then send your change.")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.datetime) else str(value)


def seal(values: list[Any]) -> str:
    """A cursor out of the sort key of the last row."""
    return base64.urlsafe_b64encode(orjson.dumps([_plain(v) for v in values])).decode().rstrip("=")


def unseal(cursor: str, fields: list[str], model: Any) -> list[Any]:
    """The sort key out of a cursor; Malformed for anything we did not make."""
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [model._meta.get_field(f).to_python(v) for f, v in zip(fields, values, strict=True)]
    except (binascii.Error, orjson.JSONDecodeError, ValueError, TypeError, KeyError) as error:
        raise Malformed("The cursor is not one of ours. Start from the first page.", findings=[Finding("/cursor", "unknown cursor")]) from error
    except Exception as error:
        if type(error).__name__ != "ValidationError":
            raise
        raise Malformed("The cursor is not one of ours. Start from the first page.", findings=[Finding("/cursor", "unknown cursor")]) from error


def page(rows: QuerySet, *, order: list[str], limit: int, cursor: str | None) -> tuple[list[Any], str | None]:
    """One keyset page: `order` holds field names, '-' for descending, ending in id. Returns rows and the next cursor."""
    fields = [name.lstrip("-") for name in order]
    limit = max(1, min(limit, 200))
    if cursor:
        rows = rows.filter(_beyond(order, unseal(cursor, fields, rows.model)))
    found = list(rows.order_by(*order)[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], seal([getattr(last, f) for f in fields]) if last else None


def _beyond(order: list[str], values: list[Any]) -> Q:
    """Row-value comparison spelled out: works for mixed directions on both databases."""
    beyond, equal = Q(), Q()
    for name, value in zip(order, values, strict=True):
        field, compare = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
        beyond |= equal & Q(**{f"{field}__{compare}": value})
        equal &= Q(**{field: value})
    return beyond
