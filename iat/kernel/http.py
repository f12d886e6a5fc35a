"""Small shared pieces of the JSON face: problem documents, keyset cursors, entity tags."""

import base64
import binascii
import datetime as dt
from collections.abc import Callable
from typing import Any

import orjson
from django.db.models import BooleanField, F, Func, Q, QuerySet, Value
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
    changed = [{"pointer": f.pointer, "detail": f.detail} for f in getattr(error, "changed", ())]
    return problem(error.status, error.title, error.detail, errors=findings, allowed=list(error.allowed), changed=changed)


def etag(row: Any) -> str:
    """The entity tag of an editable row."""
    return f'"{row.revision}"'


def check_match(request: HttpRequest, row: Any, *, told: Callable[[Any, int], Stale] | None = None) -> None:
    """Raises Stale where `If-Match` is given and names another revision; `told(row, seen)` makes a refusal that says what changed."""
    given = request.headers.get("If-Match", "").strip()
    if not given or given in ("*", etag(row)):
        return
    seen = given.removeprefix("W/").strip('"')
    if told is not None and seen.isdigit() and len(seen) < 9:
        raise told(row, int(seen))
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
        rows = rows.filter(_beyond(rows.model, order, unseal(cursor, fields, rows.model)))
    found = list(rows.order_by(*order)[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    return found[:limit], seal([getattr(last, f) for f in fields]) if last else None


class RowAfter(Func):
    """`(a, b, id) > (…)`: the comparison of whole rows that an index answers with one range; both databases know it."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, fields: list[Any], values: list[Any], compare: str) -> None:
        super().__init__(*(F(f.name if not f.is_relation else f.attname) for f in fields), *(Value(v, output_field=f) for f, v in zip(fields, values, strict=True)))
        self.compare = compare

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> Any:  # type: ignore[override]
        """Columns at the left, values at the right."""
        written = [compiler.compile(e) for e in self.source_expressions]
        half = len(written) // 2
        sides = [", ".join(sql for sql, _ in side) for side in (written[:half], written[half:])]
        return f"({sides[0]}) {self.compare} ({sides[1]})", [p for _, params in written for p in params]


def _beyond(model: Any, order: list[str], values: list[Any]) -> Any:
    """What comes after the row with these values. Mixed directions are spelled out, with a bound in front that keeps it a range."""
    downs = {name.startswith("-") for name in order}
    if len(downs) == 1:
        return RowAfter([model._meta.get_field(name.lstrip("-")) for name in order], values, "<" if downs == {True} else ">")
    first = order[0]
    bound = Q(**{f"{first.lstrip('-')}__{'lte' if first.startswith('-') else 'gte'}": values[0]})
    beyond, equal = Q(), Q()
    for name, value in zip(order, values, strict=True):
        field, compare = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
        beyond |= equal & Q(**{f"{field}__{compare}": value})
        equal &= Q(**{field: value})
    return bound & beyond
