"""Model sheets: kits, their pictures, their anchors, and which picture fits a mood."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from iat.kernel import events, filestore
from iat.kernel.errors import Finding, Invalid, Refused
from iat.kernel.rows import edit as write
from spaces.domain import assets, definitions
from spaces.domain.kit_names import TAGS, Placing
from spaces.domain.spaces import named
from spaces.lifecycles import KIT, REVIEW
from spaces.models import AvatarAsset, AvatarKit, Definition, User

SHELF = {"anchor_portrait": "anchors", "anchor_fullbody": "anchors", "expression": "expressions", "pose": "poses", "outfit": "outfits"}
EDITABLE = ("name", "description", "appearance_prompt", "style_prompt", "negative_prompt")


@transaction.atomic
def create(character: Definition, *, name: str, by: User, **prompts: str) -> AvatarKit:
    """A draft kit for a character of a space. The first one is its default."""
    if character.type != "character" or character.scope_kind != "space":
        raise Refused("Kits belong to characters of a space. A project's clone uses the kit of its canon.")
    first = not AvatarKit.objects.filter(character=character).exists()
    try:
        with transaction.atomic():
            kit = AvatarKit.objects.create(space_id=character.space_id, character=character, name=named(name), is_default=first, created_by=by, **prompts)
    except IntegrityError:
        raise Refused(f"{character.name} already has a kit called “{name}”.") from None
    events.emit("kit.created", subject=kit, actor=by)
    return kit


def edit(kit: AvatarKit, *, by: User, **changes: Any) -> AvatarKit:
    """Changes name or prompts."""
    if kit.status == "archived":
        raise Refused("This kit is archived. Restore it before you change it.", allowed=KIT.after(kit.status))
    if "name" in changes:
        changes["name"] = named(changes["name"])
    try:
        with transaction.atomic():
            write(kit, **{k: v for k, v in changes.items() if k in EDITABLE})
    except IntegrityError:
        raise Refused(f"This character already has a kit called “{changes['name']}”.") from None
    events.emit("kit.edited", subject=kit, actor=by)
    return kit


@transaction.atomic
def make_default(kit: AvatarKit, *, by: User) -> AvatarKit:
    """The kit that counts where none is chosen. The other default steps back."""
    if kit.status == "archived":
        raise Refused("An archived kit cannot be the default.", allowed=KIT.after(kit.status))
    AvatarKit.objects.filter(character_id=kit.character_id, is_default=True).exclude(pk=kit.pk).update(is_default=False, revision=F("revision") + 1)
    write(kit, is_default=True)
    events.emit("kit.made_default", subject=kit, actor=by)
    return kit


@transaction.atomic
def activate(kit: AvatarKit, *, by: User) -> AvatarKit:
    """draft → active; refused without a primary anchor. A character without an active kit follows this one from now on."""
    KIT.move(kit, "active", by=by)
    character = Definition.objects.get(pk=kit.character_id)
    if character.active_avatar_kit_id is None:
        definitions.set_active_kit(character, kit_id=kit.pk, by=by)
    return kit


@transaction.atomic
def archive(kit: AvatarKit, *, by: User) -> AvatarKit:
    """Out of use. Characters that followed it follow none."""
    KIT.move(kit, "archived", by=by, is_default=False)
    for character in Definition.objects.filter(active_avatar_kit=kit):
        definitions.set_active_kit(character, kit_id=None, by=by)
    return kit


def restore(kit: AvatarKit, *, by: User) -> AvatarKit:
    """archived → draft."""
    return KIT.move(kit, "draft", by=by)


@transaction.atomic
def add_picture(kit: AvatarKit, *, data: bytes, asset_type: str, by: User | None, expression: str = "", outfit: str = "", label: str = "",
                emotion_tags: list[str] | None = None, source_type: str = "manual_upload", filename: str = "", derived_from: AvatarAsset | None = None,
                generation_metadata: dict[str, Any] | None = None, proposed: bool = False) -> AvatarAsset:
    """Puts a picture on the sheet, its bytes unchanged. The first portrait and figure become the anchors of a kit that has none."""
    if asset_type not in SHELF:
        raise Invalid(f"A picture is one of: {', '.join(SHELF)}.", findings=[Finding("/asset_type", "unknown type")])
    if kit.status == "archived":
        raise Refused("This kit is archived. Restore it before you add pictures.", allowed=KIT.after(kit.status))
    picture = assets.inspect(data)
    expression, outfit, filename = (assets.plain(text) for text in (expression.lower(), outfit.lower(), filename))
    pk = uuid.uuid4()
    word = filestore.safe(label or expression or outfit or asset_type.removeprefix("anchor_"))
    path = f"avatars/{kit.pk}/{SHELF[asset_type]}/{word}_{pk}.{assets.SUFFIX[picture.mime_type]}"
    file = assets.register(kit.space, kind="reference", path=path, data=data, picture=picture, by=by, metadata={"filename": filename, "kit": str(kit.pk)})
    row = AvatarAsset.objects.create(
        id=pk, space_id=kit.space_id, avatar_kit=kit, asset_type=asset_type, expression=expression[:80], outfit=outfit[:80],
        emotion_tags=emotion_tags if emotion_tags is not None else TAGS.get(expression, []), asset=file, source_type=source_type,
        derived_from=derived_from, generation_metadata=generation_metadata or {}, mime_type=picture.mime_type, width=picture.width,
        height=picture.height, file_size_bytes=len(data), review="proposed" if proposed else "accepted", is_canonical=asset_type.startswith("anchor_"))
    if derived_from is not None:
        assets.link(file, derived_from.asset)
    events.emit("kit.picture_added", subject=row, actor=by)
    if not proposed:
        _anchors_itself(kit, row)
    return row


def _anchors_itself(kit: AvatarKit, row: AvatarAsset) -> None:
    """The first portrait and figure become the anchors of a kit that has none."""
    if not row.asset_type.startswith("anchor_"):
        return
    kit.refresh_from_db()
    if kit.primary_anchor_id is None:
        write(kit, primary_anchor_id=row.pk)
    elif kit.secondary_anchor_id is None and kit.primary_anchor is not None and kit.primary_anchor.asset_type != row.asset_type:
        write(kit, secondary_anchor_id=row.pk)


def place(kit: AvatarKit, placing: Placing, *, data: bytes, by: User | None, source_type: str = "imported") -> AvatarAsset:
    """Adds a file where its name says it belongs."""
    return add_picture(kit, data=data, asset_type=placing.asset_type, expression=placing.expression, outfit=placing.outfit, label=placing.label,
                       by=by, source_type=source_type, filename=placing.name)


@transaction.atomic
def set_anchor(kit: AvatarKit, *, which: str, picture_id: Any, by: User) -> AvatarKit:
    """Chooses the primary or secondary anchor among the kit's accepted pictures; None takes it away where the kit is a draft."""
    if which not in ("primary", "secondary"):
        raise Invalid("An anchor is primary or secondary.", findings=[Finding("/which", "unknown anchor")])
    if picture_id is None:
        if which == "primary" and kit.status == "active":
            raise Refused("An active kit cannot be without a primary anchor. Choose another picture instead.")
        write(kit, **{f"{which}_anchor_id": None})
    else:
        picture = AvatarAsset.objects.filter(pk=picture_id, avatar_kit=kit, is_active=True).first()
        if picture is None:
            raise Invalid("This kit has no such picture.", findings=[Finding("/asset_id", "not a picture of this kit")])
        if picture.review != "accepted":
            raise Refused(f"This picture is {picture.review}. Accept it before it becomes an anchor.", allowed=REVIEW.after(picture.review))
        write(kit, **{f"{which}_anchor_id": picture.pk})
    events.emit(f"kit.{which}_anchor", subject=kit, actor=by)
    return kit


@transaction.atomic
def retire(picture: AvatarAsset, *, by: User) -> AvatarAsset:
    """Takes a picture off the sheet (soft). Not the primary anchor of an active kit."""
    _let_go(picture)
    write(picture, is_active=False)
    events.emit("kit.picture_retired", subject=picture, actor=by)
    return picture


def _let_go(picture: AvatarAsset) -> None:
    """The picture anchors nothing any more; Refused for the primary anchor of an active kit."""
    kit = AvatarKit.objects.get(pk=picture.avatar_kit_id)
    if kit.status == "active" and kit.primary_anchor_id == picture.pk:
        raise Refused("This is the primary anchor of an active kit. Choose another anchor first.")
    for which in ("primary_anchor", "secondary_anchor"):
        if getattr(kit, f"{which}_id") == picture.pk:
            write(kit, **{which: None})


def bring_back(picture: AvatarAsset, *, by: User) -> AvatarAsset:
    """Undoes `retire`."""
    write(picture, is_active=True)
    events.emit("kit.picture_restored", subject=picture, actor=by)
    return picture


def edit_picture(picture: AvatarAsset, *, by: User, **changes: Any) -> AvatarAsset:
    """Changes labels: expression, outfit, emotion_tags, asset_type."""
    if "asset_type" in changes and changes["asset_type"] not in SHELF:
        raise Invalid(f"A picture is one of: {', '.join(SHELF)}.", findings=[Finding("/asset_type", "unknown type")])
    if "asset_type" in changes:
        changes["is_canonical"] = changes["asset_type"].startswith("anchor_")
    for word in ("expression", "outfit"):
        if changes.get(word):
            changes[word] = assets.plain(changes[word].lower())[:80]
    if "emotion_tags" in changes:
        changes["emotion_tags"] = definitions.tagged(changes["emotion_tags"])
    write(picture, **changes)
    events.emit("kit.picture_edited", subject=picture, actor=by)
    return picture


@transaction.atomic
def accept(picture: AvatarAsset, *, by: User) -> AvatarAsset:
    """proposed or rejected → accepted. An accepted anchor anchors a kit that has none."""
    REVIEW.move(picture, "accepted", by=by, updated_at=timezone.now())
    _anchors_itself(AvatarKit.objects.get(pk=picture.avatar_kit_id), picture)
    return picture


@transaction.atomic
def accept_all(kit: AvatarKit, *, by: User) -> list[AvatarAsset]:
    """Every proposal, portraits first: the face is the primary anchor of a kit that has none."""
    waiting = list(AvatarAsset.objects.filter(avatar_kit=kit, review="proposed", is_active=True).order_by("created_at", "id"))
    if not waiting:
        raise Refused("No proposal waits for a decision.")
    return [accept(p, by=by) for p in sorted(waiting, key=lambda p: p.asset_type != "anchor_portrait")]


@transaction.atomic
def reject(picture: AvatarAsset, *, by: User) -> AvatarAsset:
    """proposed or accepted → rejected. Not the primary anchor of an active kit."""
    _let_go(picture)
    return REVIEW.move(picture, "rejected", by=by, updated_at=timezone.now())


def choose(pictures: Iterable[AvatarAsset], *, expression: str = "", outfit: str = "", primary_id: Any = None) -> AvatarAsset | None:
    """The picture that fits: exact expression, then emotion tag, then neutral, then the primary anchor.

    A wanted outfit narrows the choice first; without one the primary anchor's outfit does, so that clothes never change by a mood.
    Portrait anchors come last: a figure is preferred to a head.
    """
    usable = sorted((p for p in pictures if p.is_active and p.review == "accepted"), key=lambda p: (p.asset_type == "anchor_portrait", p.created_at, str(p.pk)))
    primary = next((p for p in usable if p.pk == primary_id), None)
    wanted = outfit.lower() or (primary.outfit if primary else "")
    dressed = [p for p in usable if p.outfit == wanted] or [p for p in usable if wanted and p.outfit and p.outfit in wanted] or usable
    mood = expression.lower()
    tests = [lambda p: bool(mood) and p.expression == mood, lambda p: bool(mood) and mood in p.emotion_tags, lambda p: p.expression == "neutral"]
    for test in tests:
        if found := next((p for p in dressed if test(p)), None):
            return found
    return primary if primary in dressed else (dressed[0] if dressed else primary)
