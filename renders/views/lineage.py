"""The identity's tree as SVG: every node is a link, its state lies in the address, so it works without script and can be sent to somebody."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse

from iat.kernel import htmx
from renders.queries import gallery
from spaces import access
from spaces.queries import family
from spaces.queries import lineage as questions


def _ids(request: HttpRequest, name: str) -> set[str]:
    return {part for part in request.GET.get(name, "")[:8000].split(",") if part}


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def show(request: HttpRequest, pk: str) -> HttpResponse:
    """`q` searches, `focus` narrows to a branch, `open` and `close` unfold and fold nodes."""
    row = access.definition(request.user, pk)
    access.wide(request.user, row)
    search, focus, opened, closed = request.GET.get("q", "").strip()[:120], _uuid(request.GET.get("focus", "")), _ids(request, "open"), _ids(request, "close")
    drawn = family.draw(questions.named(row.root_id), current=row.pk, focus=focus, search=search, opened=opened, closed=closed)
    counts = gallery.counts_by_definition([b.node.id for b in drawn.boxes])

    def address(*, opens: set[str] = opened, closes: set[str] = closed, on: Any = focus) -> str:
        told = {"q": search, "focus": str(on or ""), "open": ",".join(sorted(opens)), "close": ",".join(sorted(closes))}
        return "?" + urlencode({k: v for k, v in told.items() if v}, safe=",")

    def fold(box: family.Box) -> str:
        key = str(box.node.id)
        return address(opens=opened | {key}, closes=closed - {key}) if box.hidden else address(opens=opened - {key}, closes=closed | {key})

    boxes = [{"b": b, "n": b.node, "fold": fold(b) if b.hidden or b.folds else "", "focus": address(on=b.node.id), "pictures": counts.get(b.node.id, 0)} for b in drawn.boxes]
    return htmx.show(request, "renders/lineage.html", {"row": row, "boxes": boxes, "drawn": drawn, "search": search, "focus": focus, "whole": address(on=None)}, part="tree")
