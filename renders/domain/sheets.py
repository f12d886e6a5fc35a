"""Model sheets for print: drawn by the worker, kept in the store under a name that follows from what they show. A cache: swept, and drawn anew."""

import hashlib
from typing import Any

import orjson

from iat.kernel import filestore, queue
from iat.kernel.errors import Finding, Invalid, NotThere
from renders.imaging import sheet
from spaces.models import AvatarAsset, AvatarKit
from spaces.queries import library

FORMATS = {"png": "image/png", "pdf": "application/pdf"}
HEADS = (("Expressions", "expressions"), ("Outfits", "outfits"), ("Poses", "poses"))


def path_of(kit: AvatarKit, shown: library.Sheet, format: str) -> str:
    """Where the sheet of exactly this content lies. Raises Invalid for another format."""
    if format not in FORMATS:
        raise Invalid("A sheet is png or pdf.", findings=[Finding("?format", "png or pdf")])
    facts = [sheet.VERSION, kit.revision, str(kit.character_id), kit.character.revision, kit.character.version, kit.character.name,
             [[str(p.pk), p.revision, p.asset.sha256] for p in (*shown.anchors, *shown.expressions, *shown.outfits, *shown.poses)]]
    return f"sheets/{kit.pk}/{hashlib.sha256(orjson.dumps(facts)).hexdigest()[:24]}.{format}"


def ready(kit: AvatarKit, format: str) -> str:
    """The path of the finished sheet, or '' while the worker has been asked to draw it."""
    path = path_of(kit, library.sheet(kit), format)
    if filestore.store().exists(path):
        return path
    queue.enqueue("renders.sheet", kit_id=str(kit.pk), format=format)
    return ""


def draw(kit_id: Any, format: str) -> None:
    """Writes the sheet of a kit as it is now. Doing it twice writes the same file."""
    kit = AvatarKit.objects.select_related("character", "primary_anchor__asset", "secondary_anchor__asset").filter(pk=kit_id).first()
    if kit is None:
        return
    shown = library.sheet(kit)
    path = path_of(kit, shown, format)
    if not filestore.store().exists(path):
        board = board_of(kit, shown)
        filestore.store().write(path, sheet.png(board) if format == "png" else sheet.pdf(board))


def board_of(kit: AvatarKit, shown: library.Sheet) -> sheet.Board:
    """Names, prompts, pictures and the colours measured from the anchors."""
    chosen = [a for a in (kit.primary_anchor, kit.secondary_anchor) if a is not None] or shown.anchors
    anchors = [_picture(a, a.asset_type.removeprefix("anchor_").replace("fullbody", "full figure")) for a in chosen]
    seen = {a.pk for a in chosen}
    shelves = [("Anchors", [_picture(a) for a in shown.anchors if a.pk not in seen]), *((head, [_picture(p) for p in getattr(shown, name)]) for head, name in HEADS)]
    character = kit.character
    default = " · default kit" if kit.is_default else ""
    return sheet.Board(
        title=character.name, subtitle=f"{kit.name} · canon {character.version or character.inherited_version} · {kit.status}{default}",
        footer=f"Model sheet of {character.name}, kit revision {kit.revision}, {kit.updated_at:%Y-%m-%d %H:%M} UTC · character revision {character.revision} · kit {kit.pk}",
        anchors=[a for a in anchors if a.data], shelves=[(head, [p for p in pictures if p.data]) for head, pictures in shelves],
        facts=[("Looks", kit.appearance_prompt), ("Style", kit.style_prompt), ("Never", kit.negative_prompt), ("Notes", kit.description)],
        palette=sheet.palette([a.data for a in anchors if a.data]))


def _picture(row: AvatarAsset, label: str = "") -> sheet.Picture:
    """The picture with its caption; empty where its file is lost, so that the rest can still be printed."""
    pose = str(row.generation_metadata.get("pose") or "").replace("_", " ") if row.asset_type == "pose" else ""
    try:
        data = filestore.store().read(row.asset.storage_uri)
    except NotThere:
        data = b""
    return sheet.Picture(label or pose or str(row), data)
