"""A model sheet for print: one layout in millimetres on A3 landscape, drawn as PNG at 300 dpi or as PDF with real text.

Knows pictures and words, no kit. Letters come from DejaVu; what it lacks (Chinese, Japanese, Korean) is left to the caller to know.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

from renders.imaging.background import has_alpha
from renders.imaging.colour import swatches

VERSION = "sheet-1"
PAGE, MARGIN, DPI = (420.0, 297.0), 13.0, 300
INK, QUIET, LINE, CELL, PAPER = "#1c1a1e", "#5b5550", "#d5cdc0", "#f3efe8", "#ffffff"
FONTS = Path(__file__).parent / "fonts"
FACES = {"sans": "DejaVuSans.ttf", "bold": "DejaVuSans-Bold.ttf", "title": "DejaVuSerif-Bold.ttf"}


@dataclass(frozen=True)
class Picture:
    """An encoded picture with its caption."""

    label: str
    data: bytes


@dataclass(frozen=True)
class Board:
    """Everything the sheet shows. `facts` are headed paragraphs; `palette` hex colours."""

    title: str
    subtitle: str
    footer: str
    anchors: list[Picture]
    shelves: list[tuple[str, list[Picture]]]
    facts: list[tuple[str, str]] = field(default_factory=list)
    palette: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Text:
    """A line of text: left and baseline in mm, size in mm."""

    x: float
    y: float
    size: float
    text: str
    face: str = "sans"
    colour: str = INK


@dataclass(frozen=True)
class Box:
    """A filled rectangle in mm."""

    x: float
    y: float
    w: float
    h: float
    fill: str


@dataclass(frozen=True)
class Art:
    """A picture fitted whole into a rectangle in mm, standing on its lower edge."""

    x: float
    y: float
    w: float
    h: float
    data: bytes


Op = Text | Box | Art


@lru_cache(maxsize=64)
def _font(face: str, px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / FACES[face]), px)


def width_of(text: str, size: float, face: str = "sans") -> float:
    """Width in mm of a line of `size` mm."""
    return _font(face, 200).getlength(text) * size / 200


def cut(text: str, size: float, room: float, face: str = "sans") -> str:
    """A line that fits, with an ellipsis where something was cut."""
    if width_of(text, size, face) <= room:
        return text
    while text and width_of(text + "…", size, face) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def wrapped(text: str, size: float, room: float, most: int) -> list[str]:
    """At most `most` lines of at most `room` mm."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        tried = f"{line} {word}".strip()
        if width_of(tried, size) <= room or not line:
            line = tried
        else:
            lines.append(line)
            line = word
    lines = [cut(one, size, room) for one in (*lines, line) if one]
    return lines if len(lines) <= most else [*lines[: most - 1], cut(lines[most - 1] + " …", size, room)]


def palette(pictures: list[bytes], count: int = 8) -> list[str]:
    """The main colours of figures, measured where they are not see-through; without what is nearly the same twice."""
    found: list[str] = []
    for data in pictures:
        image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
        image.thumbnail((256, 256))
        rgba = np.asarray(image.convert("RGBA"))
        seen = rgba[rgba[..., 3] > 128][:, :3] if has_alpha(image) else rgba[..., :3].reshape(-1, 3)
        if len(seen) > 8:
            found += swatches(np.ascontiguousarray(seen).reshape(-1, 1, 3), count)
    kept: list[str] = []
    for colour in found:
        rgb = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
        if all(np.abs(rgb - [int(k[i : i + 2], 16) for i in (1, 3, 5)]).sum() > 36 for k in kept):
            kept.append(colour)
    return kept[:count]


def layout(board: Board) -> list[Op]:
    """Header, anchors with palette and words at the left, shelves at the right."""
    ops: list[Op] = [Box(0, 0, *PAGE, PAPER), Text(MARGIN, 24, 10.5, cut(board.title, 10.5, 300, "title"), "title"), Text(MARGIN, 31.5, 3.8, cut(board.subtitle, 3.8, 390), colour=QUIET),
                     Box(MARGIN, 35.5, PAGE[0] - 2 * MARGIN, 0.35, LINE), Text(MARGIN, PAGE[1] - 8, 3, cut(board.footer, 3, 390), colour=QUIET)]
    left = 134.0
    ops += _anchors(board, left)
    ops += _shelves(board, MARGIN + left + 10, 42.0, PAGE[0] - 2 * MARGIN - left - 10, PAGE[1] - 42.0 - 16)
    return ops


def _cell(x: float, y: float, w: float, h: float, picture: Picture, size: float) -> Iterator[Op]:
    yield Box(x, y, w, h, CELL)
    yield Art(x + 1.2, y + 1.2, w - 2.4, h - 2.4, picture.data)
    yield Text(x, y + h + size * 1.45, size, cut(picture.label, size, w), colour=QUIET)


def _anchors(board: Board, room: float) -> Iterator[Op]:
    y, shown = 42.0, board.anchors[:2]
    high = 128.0
    wide = (room - 6 * (len(shown) - 1)) / max(1, len(shown))
    for at, picture in enumerate(shown):
        yield from _cell(MARGIN + at * (wide + 6), y, wide, high, picture, 3.4)
    y += (high + 11) if shown else 0
    if board.palette:
        side = min(14.0, (room - 2 * 7) / len(board.palette))
        for at, colour in enumerate(board.palette):
            yield Box(MARGIN + at * (side + 2), y, side, side * 0.8, colour)
            yield Text(MARGIN + at * (side + 2), y + side * 0.8 + 3.4, 2.3, colour, colour=QUIET)
        y += side * 0.8 + 9
    for head, body in board.facts:
        lines = wrapped(body, 3.1, room, max(1, int((PAGE[1] - 18 - y - 5) / 4.5)))
        if not body.strip() or y + 10 > PAGE[1] - 14:
            continue
        yield Text(MARGIN, y + 3, 3.1, head, "bold")
        for at, line in enumerate(lines):
            yield Text(MARGIN, y + 7.6 + at * 4.5, 3.1, line)
        y += 10.5 + len(lines) * 4.5


def _rows(shelves: list[tuple[str, list[Picture]]], room: float, high: float) -> tuple[float, int]:
    """The height all shelves need with cells of `high` mm, and the cells a row."""
    across = max(1, int((room + 4) // (high * 0.66 + 4)))
    return sum(8 + -(-len(pictures) // across) * (high + 8) for _, pictures in shelves), across


def _shelves(board: Board, x: float, y: float, room: float, tall: float) -> Iterator[Op]:
    shelves = [(name, pictures) for name, pictures in board.shelves if pictures]
    high = 118.0
    while high > 9 and _rows(shelves, room, high)[0] > tall:
        high -= 1
    across = _rows(shelves, room, high)[1]
    wide, size = high * 0.66, min(3.2, max(1.6, high * 0.05))
    for name, pictures in shelves:
        yield Text(x, y + 3.6, 4, name, "bold")
        y += 6.5
        for at, picture in enumerate(pictures):
            yield from _cell(x + at % across * (wide + 4), y + at // across * (high + 8), wide, high, picture, size)
        y += -(-len(pictures) // across) * (high + 8) + 1.5


def _fitted(op: Art, dots: float) -> tuple[Image.Image, float, float, float, float]:
    """The picture at no more pixels than print needs, with its place in mm."""
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(op.data)))
    image = image.convert("RGBA" if has_alpha(image) else "RGB")
    share = min(op.w / image.width, op.h / image.height)
    w, h = image.width * share, image.height * share
    px = (max(1, round(w * dots)), max(1, round(h * dots)))
    if px[0] < image.width:
        image = image.resize(px, Image.Resampling.LANCZOS, reducing_gap=3.0)
    return image, op.x + (op.w - w) / 2, op.y + op.h - h, w, h


def png(board: Board, dpi: int = DPI) -> bytes:
    """PNG bytes, RGB, with its resolution noted: 4961 × 3508 px at 300 dpi."""
    dots = dpi / 25.4
    page = Image.new("RGB", (round(PAGE[0] * dots), round(PAGE[1] * dots)), PAPER)
    pen = ImageDraw.Draw(page)
    for op in layout(board):
        if isinstance(op, Box):
            pen.rectangle((round(op.x * dots), round(op.y * dots), round((op.x + op.w) * dots) - 1, max(round(op.y * dots), round((op.y + op.h) * dots) - 1)), fill=op.fill)
        elif isinstance(op, Text):
            pen.text((op.x * dots, op.y * dots), op.text, font=_font(op.face, max(1, round(op.size * dots))), fill=op.colour, anchor="ls")
        else:
            image, x, y, w, h = _fitted(op, dots)
            image = image.resize((max(1, round(w * dots)), max(1, round(h * dots))), Image.Resampling.LANCZOS)
            page.paste(image, (round(x * dots), round(y * dots)), image if image.mode == "RGBA" else None)
    out = io.BytesIO()
    page.save(out, "PNG", compress_level=3, dpi=(dpi, dpi))
    return out.getvalue()


def pdf(board: Board) -> bytes:
    """PDF bytes: one A3 page, text as text with its letters embedded, pictures at 300 dpi."""
    from reportlab.lib.utils import ImageReader  # slow to import, only where somebody prints
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    for face, file in FACES.items():
        pdfmetrics.registerFont(TTFont(f"iat-{face}", str(FONTS / file)))
    mm, out = 72 / 25.4, io.BytesIO()
    canvas = Canvas(out, pagesize=(PAGE[0] * mm, PAGE[1] * mm), pageCompression=1, invariant=1)
    canvas.setTitle(board.title)
    canvas.setSubject(board.subtitle)
    canvas.setCreator("IAT")
    for op in layout(board):
        if isinstance(op, Box):
            canvas.setFillColor(op.fill)
            canvas.rect(op.x * mm, (PAGE[1] - op.y - op.h) * mm, op.w * mm, op.h * mm, stroke=0, fill=1)
        elif isinstance(op, Text):
            canvas.setFillColor(op.colour)
            canvas.setFont(f"iat-{op.face}", op.size * mm)
            canvas.drawString(op.x * mm, (PAGE[1] - op.y) * mm, op.text)
        else:
            image, x, y, w, h = _fitted(op, DPI / 25.4)
            canvas.drawImage(ImageReader(image), x * mm, (PAGE[1] - y - h) * mm, w * mm, h * mm, mask="auto")
    canvas.showPage()
    canvas.save()
    return out.getvalue()
