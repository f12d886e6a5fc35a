"""Avatar kits and their pictures."""

import uuid
from dataclasses import asdict
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from iat.kernel import http
from iat.kernel.errors import NotThere
from spaces import access
from spaces.domain import kit_copies, kit_import, kits
from spaces.models import AvatarAsset, AvatarKit, Role
from spaces.queries import compare
from spaces.schemas import (
    AnchorIn,
    CropIn,
    KitIn,
    KitPatch,
    NameIn,
    Page,
    PicturePatch,
    definition_out,
    fetch_out,
    given,
    kit_out,
    listed,
    picture_out,
)
from spaces.uploads import bytes_of, pile_of

router = Router(tags=["Avatar kits"])
BY_NAME = ["name", "id"]


@router.get("/avatar-kits", response=Page, summary="All kits of my spaces")
def index(request: HttpRequest, status: Literal["", "draft", "active", "archived"] = "", limit: int = 50, cursor: str | None = None, count: bool = False):
    """By name; archived ones only when asked for."""
    access.look_around(request.user)
    rows = AvatarKit.objects.filter(status=status) if status else AvatarKit.objects.exclude(status="archived")
    return listed(rows, kit_out, order=BY_NAME, limit=limit, cursor=cursor, count=count)


@router.post("/avatar-kits", response={201: dict}, summary="New kit")
def create(request: HttpRequest, body: KitIn):
    """A draft. Curators."""
    character = access.definition(request.user, body.character_id, Role.CURATOR, kind="character")
    told = body.dict(exclude={"character_id"})
    return Status(201, kit_out(kits.create(character, by=request.user, **told)))


@router.get("/avatar-kits/{pk}", summary="A kit")
def one(request: HttpRequest, response: HttpResponse, pk: uuid.UUID):
    """With its character."""
    kit = access.kit(request.user, pk)
    response["ETag"] = http.etag(kit)
    return {**kit_out(kit), "character": definition_out(kit.character)}


@router.patch("/avatar-kits/{pk}", summary="Change a kit")
def edit(request: HttpRequest, pk: uuid.UUID, body: KitPatch):
    """Prompts and name; `status` activates, archives or restores; `is_default` makes it the one that counts."""
    kit, changes = access.kit(request.user, pk, Role.CURATOR), given(body)
    http.check_match(request, kit)
    status, default = changes.pop("status", None), changes.pop("is_default", None)
    if changes:
        kits.edit(kit, by=request.user, **changes)
    if status and status != kit.status:
        {"active": kits.activate, "archived": kits.archive, "draft": kits.restore}[status](kit, by=request.user)
    if default:
        kits.make_default(kit, by=request.user)
    return kit_out(kit)


@router.delete("/avatar-kits/{pk}", response={204: None}, summary="Archive a kit")
def archive(request: HttpRequest, pk: uuid.UUID):
    """Nothing is lost."""
    kits.archive(access.kit(request.user, pk, Role.CURATOR), by=request.user)
    return Status(204, None)


@router.post("/avatar-kits/{pk}/duplicate", response={201: dict}, summary="Duplicate a kit")
def duplicate(request: HttpRequest, pk: uuid.UUID, body: NameIn):
    """A draft with the same words and pictures, to go on from: a season, a later chapter."""
    return Status(201, kit_out(kit_copies.duplicate(access.kit(request.user, pk, Role.CURATOR), name=body.name, by=request.user)))


@router.get("/avatar-kits/{pk}/compare/{other}", summary="Compare two kits")
def side_by_side(request: HttpRequest, pk: uuid.UUID, other: uuid.UUID):
    """Place by place; `same` where both show the same bytes."""
    right = access.kit(request.user, other)
    left = access.kit(request.user, pk)
    if left.space_id != right.space_id:
        raise NotThere("These kits lie in different spaces.")
    told = [{"shelf": p.shelf, "label": p.label, "left": picture_out(p.left) if p.left else None, "right": picture_out(p.right) if p.right else None, "same": p.same} for p in compare.kits(left, right)]
    return {"left": kit_out(left), "right": kit_out(right), "places": told}


@router.get("/avatar-kits/{pk}/expression", summary="The picture that fits a mood")
def expression(request: HttpRequest, pk: uuid.UUID, mood: str = "", outfit: str = ""):
    """Exact expression, then emotion tag, then neutral, then the primary anchor; null for an empty kit."""
    kit = access.kit(request.user, pk)
    found = kits.choose(AvatarAsset.objects.filter(avatar_kit=kit).select_related("asset"), expression=mood, outfit=outfit, primary_id=kit.primary_anchor_id)
    return {"picture": picture_out(found) if found else None}


@router.post("/avatar-kits/{pk}/import", response={200: dict, 201: dict}, summary="Import many pictures")
def bring_in(request: HttpRequest, pk: uuid.UUID, file: list[UploadedFile] = File(...), pattern: Form[str] = "", preview: bool = False):
    """Files or ZIP archives, placed by their names or by a `pattern` such as `{character}_{outfit}_{expression}`. `?preview=true` writes nothing."""
    kit = access.kit(request.user, pk, Role.CURATOR)
    pile = pile_of(file)
    found = kit_import.preview(pile.items(), kit.character.name, pattern=pattern)
    made = [] if preview else kit_import.write(kit, found, pile, by=request.user)
    told = {"placed": [asdict(p) for p in found.placed], "left": [{"name": p.name, "why": p.why} for p in found.left], "pictures": [picture_out(p) for p in made]}
    return Status(200 if preview else 201, told)


@router.post("/characters/{pk}/import-avatar", response={201: dict, 202: dict}, summary="A kit around an avatar that exists")
def import_avatar(request: HttpRequest, pk: uuid.UUID, file: UploadedFile | None = File(None), data_url: Form[str] = "", avatar_url: Form[str] = "", name: Form[str] = ""):
    """A draft kit with its portrait anchor: from `file` or `data_url` at once (201), from `avatar_url` when the worker has brought it (202)."""
    row = access.definition(request.user, pk, Role.CURATOR, kind="character")
    data, filename = bytes_of(file, data_url) if not avatar_url else (None, "")
    kit, picture, fetch = kit_copies.around(row, by=request.user, data=data, url=avatar_url, filename=filename, name=name)
    told = {"kit": kit_out(kit), "picture": picture_out(picture) if picture else None, "fetch": fetch_out(fetch) if fetch else None}
    return Status(202 if fetch else 201, told)


@router.get("/characters/{pk}/avatar-kits", response=Page, summary="Kits of a character")
def of_character(request: HttpRequest, pk: uuid.UUID, limit: int = 50, cursor: str | None = None):
    """Of its whole identity, by name."""
    row = access.definition(request.user, pk, kind="character")
    return listed(AvatarKit.objects.filter(character__root_id=row.root_id), kit_out, order=BY_NAME, limit=limit, cursor=cursor)


@router.get("/avatar-kits/{pk}/assets", response=Page, summary="Pictures of a kit")
def pictures(request: HttpRequest, pk: uuid.UUID, limit: int = 100, cursor: str | None = None):
    """Shelf by shelf."""
    kit = access.kit(request.user, pk)
    rows = AvatarAsset.objects.filter(avatar_kit=kit).select_related("asset")
    return listed(rows, picture_out, order=["asset_type", "created_at", "id"], limit=limit, cursor=cursor)


@router.post("/avatar-kits/{pk}/assets", response={201: dict}, summary="Add a picture")
def add_picture(request: HttpRequest, pk: uuid.UUID, asset_type: Form[str], file: UploadedFile | None = File(None), data_url: Form[str] = "",
                expression: Form[str] = "", outfit: Form[str] = "", label: Form[str] = ""):
    """Multipart with `file`, or a base64 `data_url`. The bytes are kept as they came."""
    kit = access.kit(request.user, pk, Role.CURATOR)
    data, name = bytes_of(file, data_url)
    row = kits.add_picture(kit, data=data, asset_type=asset_type, expression=expression[:80], outfit=outfit[:80], label=label, by=request.user, filename=name)
    return Status(201, picture_out(row))


@router.patch("/avatar-kits/{pk}/assets/{asset}", summary="Change a picture's labels")
def edit_picture(request: HttpRequest, pk: uuid.UUID, asset: uuid.UUID, body: PicturePatch):
    """Expression, outfit, tags, shelf."""
    return picture_out(kits.edit_picture(access.kit_asset(request.user, pk, asset, Role.CURATOR), by=request.user, **given(body)))


@router.delete("/avatar-kits/{pk}/assets/{asset}", response={204: None}, summary="Take a picture off the sheet")
def retire(request: HttpRequest, pk: uuid.UUID, asset: uuid.UUID):
    """Soft: it can be brought back."""
    kits.retire(access.kit_asset(request.user, pk, asset, Role.CURATOR), by=request.user)
    return Status(204, None)


@router.post("/avatar-kits/{pk}/assets/{asset}/crop", response={201: dict}, summary="A part of a picture")
def crop(request: HttpRequest, pk: uuid.UUID, asset: uuid.UUID, body: CropIn):
    """As a picture of its own, derived from this one; the original keeps its bytes."""
    picture = access.kit_asset(request.user, pk, asset, Role.CURATOR)
    return Status(201, picture_out(kit_copies.crop(picture, box=body.box, asset_type=body.asset_type, expression=body.expression, outfit=body.outfit, by=request.user)))


def _verdict(name: str, verb: Any, text: str) -> None:
    @router.post(f"/avatar-kits/{{pk}}/assets/{{asset}}/{name}", summary=f"{name.capitalize()} a picture", operation_id=f"{name}_picture", description=text)
    def decide(request: HttpRequest, pk: uuid.UUID, asset: uuid.UUID):
        """See the description given above."""
        return picture_out(verb(access.kit_asset(request.user, pk, asset, Role.CURATOR), by=request.user))


_verdict("accept", kits.accept, "proposed → accepted.")
_verdict("reject", kits.reject, "proposed → rejected.")
_verdict("restore", kits.bring_back, "Back onto the sheet.")


def _anchor(which: str) -> None:
    @router.patch(f"/avatar-kits/{{pk}}/{which}-anchor", summary=f"Choose the {which} anchor", operation_id=f"set_{which}_anchor")
    def choose(request: HttpRequest, pk: uuid.UUID, body: AnchorIn):
        """An accepted picture of the kit; null takes it away."""
        kit = access.kit(request.user, pk, Role.CURATOR)
        return kit_out(kits.set_anchor(kit, which=which, picture_id=body.asset_id, by=request.user))


_anchor("primary")
_anchor("secondary")
