"""Fills model sheets: freezes what decides, asks the provider picture by picture, lays each on the sheet as a proposal.

A row a picture, claimed with a lease and finished in one transaction: a dead worker or a lost message loses nothing and draws nothing twice.
"""

import datetime as dt
import hashlib
import logging
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from iat.kernel import enter, events, filestore, queue
from iat.kernel.errors import Finding, Invalid, Refused
from renders.domain import calls, gateway, provenance
from renders.imaging import png, wardrobe
from renders.lifecycles import KIT_ITEM, KIT_ORDER
from renders.models import KitItem, KitOrder
from renders.pipeline import prompts
from renders.pipeline.recovery import is_dead, me
from renders.providers.base import Brief, Drawn, Figure, ProviderError
from renders.providers.registry import provider
from renders.providers.remote import Ask, Picture, Remote
from spaces.domain import assets, kits
from spaces.models import AvatarAsset, AvatarKit, User
from spaces.queries import library

log = logging.getLogger("iat.kitwork")
MOST, ATTEMPTS = 40, 5
OPEN = ("planned", "running")
SIZES = {"anchor_portrait": (1024, 1024), "expression": (1024, 1536), "anchor_fullbody": (1024, 1536), "pose": (1024, 1536), "outfit": (1024, 1536)}


@dataclass(frozen=True)
class Wish:
    """What is asked for: one of models.kitwork.WHAT, by which provider, and which moods, poses or outfits where they are named."""

    what: str
    provider_code: str = "storyboard"
    expressions: tuple[str, ...] = ()
    poses: tuple[str, ...] = ()
    outfits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """One picture to be made."""

    asset_type: str
    label: str
    expression: str = ""
    outfit: str = ""
    pose: str = ""


def places(kit: AvatarKit, wish: Wish) -> list[Place]:
    """The pictures of an order. `core` and `sheet` leave out what the sheet has already, accepted or proposed."""
    anchors = [Place("anchor_fullbody", "fullbody", "neutral"), Place("anchor_portrait", "portrait", "neutral")]
    moods = [Place("expression", mood, mood) for mood in (wish.expressions or library.CORE)]
    poses = [Place("pose", pose, pose=pose) for pose in (wish.poses or tuple(wardrobe.POSES))]
    outfits = [Place("outfit", outfit, outfit=outfit) for outfit in wish.outfits]
    wanted = {"anchors": anchors, "expressions": moods, "poses": poses, "outfits": outfits, "core": [*anchors, *moods], "sheet": [*anchors, *moods, *poses]}[wish.what]
    if wish.what not in ("core", "sheet"):
        return wanted
    have = AvatarAsset.objects.filter(avatar_kit=kit, is_active=True).exclude(review="rejected")
    there = {(p.asset_type, p.generation_metadata.get("pose") or p.expression if p.asset_type == "pose" else p.expression) for p in have} | {(p.asset_type, "neutral") for p in have if p.asset_type.startswith("anchor_")}
    return [p for p in wanted if (p.asset_type, p.pose if p.asset_type == "pose" else p.expression) not in there]


@transaction.atomic
def start(kit: AvatarKit, wish: Wish, *, by: User) -> KitOrder:
    """Plans an order. Raises Refused for an archived kit, one without an anchor to work from, or one that lacks nothing."""
    found, wanted = provider(wish.provider_code), places(kit, wish)
    model = gateway.usable(kit.space, None, found).model(found, "edit") if isinstance(found, Remote) else found.model
    if kit.status == "archived":
        raise Refused("This kit is archived. Restore it before you add pictures.", allowed=["draft"])
    if wish.what == "outfits" and not wish.outfits:
        raise Invalid("Name at least one outfit.", findings=[Finding("/outfits", "at least one")])
    if len(wanted) > MOST:
        raise Invalid(f"At most {MOST} pictures at once.", findings=[Finding("/", f"{len(wanted)} pictures")])
    if not wanted:
        raise Refused("Nothing is missing: the sheet has every picture of this set, accepted or waiting for a decision.")
    if wish.what in ("expressions", "poses", "outfits") and kit.primary_anchor_id is None:
        raise Refused("These are made from the anchor, and this kit has none. Upload one, or generate anchors and accept one.")
    order = KitOrder.objects.create(space_id=kit.space_id, kit=kit, what=wish.what, provider_code=found.code, model_name=model, settings_snapshot=freeze(kit), created_by=by)
    first: KitItem | None = None
    for at, place in enumerate(wanted):
        seed = int.from_bytes(hashlib.sha256(f"{kit.pk}/{kit.revision}/{place}".encode()).digest()[:6], "big")
        item = KitItem.objects.create(space_id=kit.space_id, order=order, position=at, asset_type=place.asset_type, label=place.label, expression=place.expression, outfit=place.outfit, pose=place.pose,
                                      seed=seed, waits_for=first if kit.primary_anchor_id is None else None)
        first = first or item
        if item.waits_for_id is None:
            queue.enqueue("renders.kit_item", item_id=str(item.pk))
    events.emit("kit_order.planned", subject=order, actor=by)
    return order


def freeze(kit: AvatarKit) -> dict[str, Any]:
    """Character, contract and anchors as plain JSON."""
    who = kit.character
    anchors = [a for a in (kit.primary_anchor, kit.secondary_anchor) if a is not None]
    return {"character": {"id": str(who.pk), "root_id": str(who.root_id), "revision": who.revision, "version": who.version, "name": who.name, "attributes": who.attributes},
            "kit": {"id": str(kit.pk), "revision": kit.revision, "appearance_prompt": kit.appearance_prompt, "style_prompt": kit.style_prompt, "negative_prompt": kit.negative_prompt},
            "anchors": [str(a.pk) for a in sorted(anchors, key=lambda a: a.asset_type == "anchor_portrait")]}


def work(pk: Any) -> str:
    """Does one item from claim to end; returns what became of it."""
    now = timezone.now()
    ready = Q(waits_for__isnull=True) | Q(waits_for__status__in=["done", "failed", "canceled"])
    free = Q(status="planned") | Q(status="running", lease_until__lt=now)
    if not KitItem.objects.filter(ready, pk=pk).exists():
        return "not yet"
    taken = KitItem.objects.filter(free, pk=pk).update(
        status="running", lease_owner=me(), lease_until=now + dt.timedelta(seconds=settings.IAT_LEASE_S), attempt=F("attempt") + 1, revision=F("revision") + 1, updated_at=now)
    if not taken:
        return "not mine"
    item = KitItem.objects.select_related("order__kit__space", "order__created_by", "waits_for").get(pk=pk)
    KitOrder.objects.filter(pk=item.order_id, status="planned").update(status="running", revision=F("revision") + 1)
    try:
        if item.attempt > ATTEMPTS:
            raise Refused(f"Given up after {ATTEMPTS} attempts: the worker died each time while drawing this.")
        _make(item)
    except calls.Later as later:
        _put_back(item, later)
        return "put back"
    except gateway.Stopped:
        return "dropped"
    except (Refused, ProviderError) as error:
        _fail(item, getattr(error, "detail", str(error)))
    except Exception as error:
        log.exception("item %s of kit order %s failed", item.pk, item.order_id)
        _fail(item, f"Something broke while drawing this ({type(error).__name__}). The log of the worker has the details.")
    _then(item)
    return KitItem.objects.values_list("status", flat=True).get(pk=pk)


def _anchor(item: KitItem) -> AvatarAsset | None:
    """The picture this one is made from: the kit's anchor, else the anchor drawn first in the same order."""
    ids = item.order.settings_snapshot["anchors"] or ([str(item.waits_for.picture_id)] if item.waits_for and item.waits_for.picture_id else [])
    rows = {str(r.pk): r for r in AvatarAsset.objects.filter(pk__in=ids).select_related("asset")}
    return next((rows[i] for i in ids if i in rows), None)


def _make(item: KitItem) -> None:
    order, anchor, began = item.order, _anchor(item), time.monotonic()
    if item.waits_for_id and anchor is None:
        raise Refused(f"The anchor this is made from could not be drawn: {item.waits_for.error}")  # type: ignore[union-attr]
    engine, snapshot = provider(order.provider_code), order.settings_snapshot
    text = prompts.for_sheet(snapshot, item)
    told = {"provider": engine.code, "model": order.model_name, "prompt": text, "negative_prompt": snapshot["kit"]["negative_prompt"], "seed": item.seed, "pose": item.pose,
            "reference_asset_ids": [str(anchor.asset_id)] if anchor else [], "order": str(order.pk)}
    if isinstance(engine, Remote):
        got = _ordered(item, engine, anchor, text)
        drawn = Drawn(np.zeros((1, 1, 3), np.uint8), data=got.data, facts={"call": str(got.call.pk), "references": anchor is not None})
        told |= {"model": got.call.model_name, "provider": got.call.provider_code}
    else:
        drawn, told["seed"] = _drawn(item, engine, anchor, text)
    _finish(item, drawn, anchor, {**told, "latency_ms": round((time.monotonic() - began) * 1000), "facts": drawn.facts})


def _drawn(item: KitItem, engine: Any, anchor: AvatarAsset | None, text: str) -> tuple[Drawn, Any]:
    """By the engine on this machine; with the seed that names the identity."""
    character, kit = item.order.settings_snapshot["character"], item.order.settings_snapshot["kit"]
    own = anchor is not None and anchor.generation_metadata.get("provider") == engine.code
    seed = str(anchor.generation_metadata.get("seed") if own and anchor else character["root_id"])
    art = filestore.store().read(anchor.asset.storage_uri) if anchor is not None else None
    person = Figure(name=character["name"], seed=seed, attributes=character["attributes"], expression=item.expression or "neutral", outfit=item.outfit, pose=item.pose or "standing", art=art)
    width, height = SIZES[item.asset_type]
    brief = Brief(prompt=text, negative_prompt=kit["negative_prompt"], figures=(person,), place=None, width=width, height=height, seed=item.seed, index=item.position,
                  parameters={"sheet": item.asset_type, "made_by": str(anchor.generation_metadata.get("provider", "")) if anchor else ""})
    return (engine.edit(brief) if art is not None else engine.generate(brief)), seed


def _ordered(item: KitItem, engine: Remote, anchor: AvatarAsset | None, text: str) -> gateway.Got:
    """By an order to the space's account, with the anchor as reference."""
    kit, op = item.order.kit, "edit" if anchor else "generate"
    width, height = SIZES[item.asset_type]
    pictures = (Picture(filestore.store().read(anchor.asset.storage_uri), anchor.asset.mime_type, f"anchor.{assets.SUFFIX[anchor.asset.mime_type]}"),) if anchor else ()
    words = prompts.for_remote(text, [item.order.settings_snapshot["character"]["name"]] if anchor else [])
    avoid = item.order.settings_snapshot["kit"]["negative_prompt"]
    unit = calls.Unit(f"kit-item:{item.pk}", kit.space, None, kit_item_id=item.pk, folder=f"avatars/{kit.pk}/originals", by=item.order.created_by, since=item.orders_before)
    for connector, account in gateway.choices(unit, op, engine.code)[:1]:
        if connector.code == engine.code:
            return gateway.perform(connector, account, unit, lambda key: Ask(op, key, words, avoid, pictures, width, height, item.seed), op, lambda seconds: _hold(item, seconds))
    raise Refused(f"{engine.label} is not set up for this space, or does not {op}. An owner enables it under Providers.")


def _hold(item: KitItem, seconds: float) -> None:
    """Renews the lease while a provider works; raises Stopped when the order was canceled or taken over."""
    until = timezone.now() + dt.timedelta(seconds=max(settings.IAT_LEASE_S, seconds))
    if not KitItem.objects.filter(pk=item.pk, status="running", attempt=item.attempt, lease_owner=me()).update(lease_until=until, updated_at=timezone.now()):
        raise gateway.Stopped(over=not KitItem.objects.filter(pk=item.pk, status__in=OPEN).exists())


def _put_back(item: KitItem, later: calls.Later) -> None:
    """Not now: planned again. Waiting for a place is no attempt."""
    KitItem.objects.filter(pk=item.pk, status="running", attempt=item.attempt).update(
        status="planned", attempt=F("attempt") - 1, lease_until=None, nudged_at=timezone.now(), error=str(later) if later.counted else "", revision=F("revision") + 1)
    queue.enqueue("renders.kit_item", after=later.seconds, item_id=str(item.pk))


@transaction.atomic
def _finish(item: KitItem, drawn: Drawn, anchor: AvatarAsset | None, told: dict[str, Any]) -> None:
    """Ends the item and lays its picture on the sheet, together; a worker whose lease was taken over finds it ended and lays nothing."""
    KIT_ITEM.move(item, "done", where=Q(attempt=item.attempt, lease_owner=me()), error="")
    data = drawn.data or png.encode(drawn.pixels)
    if told["provider"] == "storyboard":
        data = png.splice(data, provenance.sheet_texts(told))
    kit = AvatarKit.objects.select_related("space").get(pk=item.order.kit_id)
    row = kits.add_picture(kit, data=data, asset_type=item.asset_type, expression=item.expression, outfit=item.outfit, label=item.label, by=item.order.created_by,
                           source_type="ai_generated", derived_from=anchor, generation_metadata=told, proposed=True)
    KitItem.objects.filter(pk=item.pk).update(picture=row)


def _fail(item: KitItem, why: str) -> None:
    KitItem.objects.filter(pk=item.pk, status="running", attempt=item.attempt).update(status="failed", error=why, revision=F("revision") + 1, updated_at=timezone.now())


def _then(item: KitItem) -> None:
    """Sends what waited for this one, and ends the order when it was the last."""
    for follower in KitItem.objects.filter(waits_for=item, status="planned"):
        queue.enqueue("renders.kit_item", item_id=str(follower.pk))
    settle(item.order_id)


def outcome(states: list[str]) -> str:
    """The end of an order from the ends of its items; '' while one is open."""
    if any(s in OPEN for s in states):
        return ""
    done, failed = states.count("done"), states.count("failed")
    return "canceled" if not done and not failed else "done" if not failed and done == len(states) else "partial" if done else "failed"


@transaction.atomic
def settle(order_id: Any) -> None:
    """Moves an order to its end once every item has ended. Safe to call twice, or by two."""
    order = KitOrder.objects.select_for_update(of=("self",)).get(pk=order_id)
    end = outcome(list(KitItem.objects.filter(order=order).values_list("status", flat=True)))
    if end and order.status == "running":
        KIT_ORDER.move(order, end, finished_at=timezone.now())


@transaction.atomic
def cancel(order: KitOrder, *, by: User) -> KitOrder:
    """Stops what is not drawn yet; what lies on the sheet stays."""
    KIT_ORDER.move(order, "canceled", by=by, finished_at=timezone.now())
    KitItem.objects.filter(order=order, status__in=OPEN).update(status="canceled", revision=F("revision") + 1)
    return order


@transaction.atomic
def retry(order: KitOrder, *, by: User) -> KitOrder:
    """Failed items once more."""
    KIT_ORDER.move(order, "running", by=by, finished_at=None)
    for item in KitItem.objects.filter(order=order, status="failed").annotate(sent=Count("calls")):
        KIT_ITEM.move(item, "planned", by=by, attempt=0, error="", orders_before=item.sent)
        queue.enqueue("renders.kit_item", item_id=str(item.pk))
    return order


def sweep(*, now: dt.datetime, eager: bool = False) -> int:
    """Gives out again what a dead worker held and what lost its nudge; ends orders that were left open. Returns how many items were nudged."""
    for owner in set(KitItem.objects.filter(status="running").values_list("lease_owner", flat=True)):
        if is_dead(owner):
            KitItem.objects.filter(status="running", lease_owner=owner).update(lease_until=now - dt.timedelta(seconds=1))
    late = now if eager else now - dt.timedelta(seconds=60)
    due = Q(status="planned", nudged_at__lte=late) | Q(status="planned", nudged_at__isnull=True, created_at__lte=late) | Q(status="running", lease_until__lt=now)
    found = list(KitItem.objects.filter(due).select_related("space").order_by("created_at", "position")[:200])
    KitItem.objects.filter(pk__in=[i.pk for i in found]).update(nudged_at=now)
    for item in found:
        with enter.in_space(item.space):
            queue.enqueue("renders.kit_item", item_id=str(item.pk))
    for order in KitOrder.objects.filter(status="running").exclude(items__status__in=OPEN)[:200]:
        settle(order.pk)
    return len(found)
