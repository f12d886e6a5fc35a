"""The model sheet as a board: anchors large, proposals to decide, pictures to ask for, two sheets side by side, a sheet in print."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from iat.kernel import htmx, pages
from renders import access as doors
from renders import printing
from renders.domain import sheets
from renders.models import KitOrder
from renders.pipeline import kitwork
from spaces import access
from spaces.domain import kit_copies, kits
from spaces.models import AvatarKit, Role
from spaces.queries import compare as questions
from spaces.queries import library

ASKS = {"core": "What the core lacks is being drawn.", "sheet": "The sheet is being drawn.", "anchors": "Anchors are being drawn.", "expressions": "Six expressions are being drawn.", "poses": "Eight poses are being drawn."}


def _orders(kit: AvatarKit) -> list[dict[str, Any]]:
    """The newest orders with how far they are. Two queries."""
    found = KitOrder.objects.filter(kit=kit).prefetch_related("items").order_by("-created_at", "-id")[:4]
    told = []
    for order in found:
        items = sorted(order.items.all(), key=lambda i: i.position)
        done = sum(i.status not in kitwork.OPEN for i in items)
        told.append({"order": order, "done": done, "total": len(items), "share": round(100 * done / max(1, len(items))), "live": order.status in kitwork.OPEN, "errors": list(dict.fromkeys(i.error for i in items if i.error))})
    return told


def sheet(request: HttpRequest, pk: str) -> HttpResponse:
    """Anchors, proposals, expressions, outfits, poses."""
    kit = access.kit(request.user, pk)
    role = access.role_in(access.signed_in(request.user), kit.space_id)
    others = list(AvatarKit.objects.filter(character_id=kit.character_id).exclude(pk=kit.pk).order_by("name", "id")[:40])
    orders = _orders(kit)
    return htmx.show(request, "renders/kit.html", {
        "sheet": library.sheet(kit), "kit": kit, "curates": role in Role.at_least(Role.CURATOR), "others": others, "orders": orders, "live": any(o["live"] for o in orders)}, part="board")


@require_POST
def act(request: HttpRequest, pk: str) -> HttpResponse:
    """One button: ask for pictures, stop or repeat an order, decide about a proposal, duplicate the kit."""
    kit, verb, to = access.kit(request.user, pk, Role.CURATOR), request.POST.get("verb", ""), f"/kits/{pk}"
    by: Any = request.user
    if verb in ASKS:
        return pages.act(request, lambda: kitwork.start(kit, kitwork.Wish(verb), by=by), done=ASKS[verb], to=to)
    if verb in ("cancel", "retry"):
        order = doors.kit_order(by, _uuid(request, "order"), Role.CURATOR)
        return pages.act(request, lambda: getattr(kitwork, verb)(order, by=by), done="Stopped." if verb == "cancel" else "Once more.", to=to)
    if verb in ("accept", "reject"):
        picture = access.kit_asset(by, pk, _uuid(request, "picture"), Role.CURATOR)
        return pages.act(request, lambda: getattr(kits, verb)(picture, by=by), done="On the sheet." if verb == "accept" else "Not on the sheet; it can be accepted later.", to=to)
    if verb == "accept_all":
        return pages.act(request, lambda: kits.accept_all(kit, by=by), done="All on the sheet.", to=to)
    if verb == "duplicate":
        made: list[AvatarKit] = []
        answer = pages.act(request, lambda: made.append(kit_copies.duplicate(kit, name=request.POST.get("name", ""), by=by)), done="A draft with the same words and pictures.", to=to)
        return redirect(f"/kits/{made[0].pk}") if made else answer
    raise Http404


def _uuid(request: HttpRequest, name: str) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get(name, ""))
    except ValueError:
        raise Http404 from None


def compare(request: HttpRequest, pk: str) -> HttpResponse:
    """Two kits, place by place."""
    left = access.kit(request.user, pk)
    try:
        other = uuid.UUID(request.GET.get("other", ""))
    except ValueError:
        return redirect(f"/kits/{pk}")
    right = access.kit(request.user, other)
    if left.space_id != right.space_id:
        raise Http404
    return render(request, "renders/kits_compare.html", {"left": left, "right": right, "pairs": questions.kits(left, right)})


def printed(request: HttpRequest, pk: str, format: str) -> HttpResponseBase:
    """The sheet as a file; while the worker draws it, a page that comes back by itself."""
    kit = access.kit(request.user, pk)
    path = sheets.ready(kit, format)
    if path:
        return printing.served(kit, path, format)
    return render(request, "renders/drawing.html", {"kit": kit, "format": format}, status=202)
