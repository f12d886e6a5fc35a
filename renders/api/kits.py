"""Kits that ask a provider for pictures, and kits in print."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Header, Router, Status

from renders import access, printing
from renders.domain import sheets
from renders.models import KitItem, KitOrder
from renders.pipeline import kitwork
from renders.schemas import KitWishIn, order_out
from spaces import access as library
from spaces.domain import kits, repeats
from spaces.models import AvatarKit, Role
from spaces.schemas import Page, kit_out, listed

router = Router(tags=["Avatar kits"])


def _asked(request: HttpRequest, kit: AvatarKit, what: str, body: KitWishIn | None, key: str | None) -> Status:
    told = (body or KitWishIn()).dict()
    wish = kitwork.Wish(what, told["provider_code"], *(tuple(dict.fromkeys(w.strip().lower()[:80] for w in told[k] if w.strip())) for k in ("expressions", "poses", "outfits")))

    def do() -> tuple[int, dict[str, Any]]:
        order = kitwork.start(kit, wish, by=request.user)  # type: ignore[arg-type]
        return 202, order_out(order, list(KitItem.objects.filter(order=order).order_by("position")))

    return Status(*repeats.once(request.user, key, {"kit": kit.pk, "what": what, **told}, do))  # type: ignore[arg-type]


def _generates(what: str, text: str) -> None:
    @router.post(f"/avatar-kits/{{pk}}/generate-{what}", response={202: dict}, summary=f"Generate {what}", operation_id=f"generate_{what}", description=text)
    def generate(request: HttpRequest, pk: uuid.UUID, body: KitWishIn | None = None, idempotency_key: str | None = Header(None)):
        """See the description given above."""
        return _asked(request, library.kit(request.user, pk, Role.CURATOR), what, body, idempotency_key)


_generates("anchors", "A full figure and a portrait from the kit's prompts. They come as proposals.")
_generates("expressions", "From the anchor; without a list the six of the core. They come as proposals.")
_generates("poses", "From the anchor; without a list the eight of the reference sheet. They come as proposals.")
_generates("outfits", "From the anchor, one for each outfit named. They come as proposals.")
_generates("core", "In one go what the core still lacks: anchors and six expressions. They come as proposals.")


@router.post("/characters/{pk}/sheet", response={202: dict}, summary="8 poses and 6 emotions")
def whole_sheet(request: HttpRequest, pk: uuid.UUID, body: KitWishIn | None = None, idempotency_key: str | None = Header(None)):
    """What the character's kit still lacks of anchors, six emotions and eight poses; a character without a kit gets a draft one."""
    row = library.definition(request.user, pk, Role.CURATOR, kind="character")
    kit = AvatarKit.objects.select_related("space", "character", "primary_anchor", "secondary_anchor").filter(character__root_id=row.root_id).exclude(status="archived").order_by("-is_default", "created_at").first()
    return _asked(request, kit or kits.create(row, name=f"{row.name} — sheet"[:120], by=request.user), "sheet", body, idempotency_key)


@router.get("/avatar-kits/{pk}/orders", response=Page, summary="What a kit asked for")
def orders(request: HttpRequest, pk: uuid.UUID, limit: int = 20, cursor: str | None = None):
    """Newest first."""
    kit = library.kit(request.user, pk)
    rows = KitOrder.objects.filter(kit=kit).prefetch_related("items")
    return listed(rows, lambda row: order_out(row, sorted(row.items.all(), key=lambda i: i.position)), order=["-created_at", "-id"], limit=limit, cursor=cursor)


@router.get("/kit-orders/{pk}", summary="An order")
def order(request: HttpRequest, pk: uuid.UUID):
    """How far it is, picture by picture."""
    row = access.kit_order(request.user, pk)
    return order_out(row, list(KitItem.objects.filter(order=row).order_by("position")))


@router.post("/kit-orders/{pk}/cancel", summary="Stop an order")
def cancel(request: HttpRequest, pk: uuid.UUID):
    """What is drawn already stays on the sheet."""
    row = kitwork.cancel(access.kit_order(request.user, pk, Role.CURATOR), by=request.user)
    return order_out(row, list(KitItem.objects.filter(order=row).order_by("position")))


@router.post("/kit-orders/{pk}/retry", response={202: dict}, summary="Failed pictures once more")
def retry(request: HttpRequest, pk: uuid.UUID):
    """partial or failed → running."""
    row = kitwork.retry(access.kit_order(request.user, pk, Role.CURATOR), by=request.user)
    return Status(202, order_out(row, list(KitItem.objects.filter(order=row).order_by("position"))))


@router.get("/avatar-kits/{pk}/sheet", response={200: Any, 202: dict}, summary="The model sheet for print")
def print_sheet(request: HttpRequest, response: HttpResponse, pk: uuid.UUID, format: str = "png"):
    """A3 as PNG (300 dpi) or PDF: anchors, shelves, prompts, palette, version and date. 202 with `Retry-After` while the worker draws it."""
    kit = library.kit(request.user, pk)
    path = sheets.ready(kit, format)
    if not path:
        response["Retry-After"] = "1"
        return Status(202, {"status": "drawing", "kit": kit_out(kit)["id"], "retry_after": 1})
    return printing.served(kit, path, format)
