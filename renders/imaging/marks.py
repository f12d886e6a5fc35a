"""Marks of mood beside a head, as comics set them: tears, a vein, a blush, a start, always beside it. They go over art that must not be redrawn."""

import math
from collections.abc import Callable

from PIL import Image, ImageDraw

INK = (27, 26, 30, 255)
FINE = 3  # drawn at three times the size, then reduced: smooth edges


def head(figure: Image.Image, size: int = 1024) -> Image.Image:
    """The head and shoulders of a cut-out figure as a square, see-through."""
    tall = figure.height >= figure.width * 1.6
    side = min(figure.width, round(figure.height * (0.42 if tall else 0.9)))
    box = figure.crop((0, 0, figure.width, side)).getbbox() or (0, 0, figure.width, side)
    middle = (box[0] + box[2]) // 2
    left = max(0, min(figure.width - side, middle - side // 2))
    return figure.crop((left, 0, left + side, side)).resize((size, size), Image.Resampling.LANCZOS)


def mood(figure: Image.Image, name: str) -> Image.Image:
    """The whole figure with its mark; `neutral` has none. The canvas grows where the mark needs room."""
    tall = figure.height >= figure.width * 1.6
    high = figure.height * (0.17 if tall else 0.45)
    room = round(high * 0.7)
    canvas = Image.new("RGBA", (figure.width + 2 * room, figure.height + room), (0, 0, 0, 0))
    canvas.alpha_composite(figure, (room, room))
    if MOODS[name] is None:
        return canvas.crop(canvas.getbbox())
    row = figure.crop((0, 0, figure.width, max(1, round(high)))).getbbox() or (0, 0, figure.width, round(high))
    layer = Image.new("RGBA", (canvas.width * FINE, round(high * 2.4) * FINE), (0, 0, 0, 0))
    MOODS[name](ImageDraw.Draw(layer), (row[0] + room) * FINE, (row[2] + room) * FINE, room * FINE, high * FINE)  # type: ignore[misc]
    canvas.alpha_composite(layer.resize((layer.width // FINE, layer.height // FINE), Image.Resampling.LANCZOS).crop((0, 0, canvas.width, min(canvas.height, layer.height // FINE))))
    return canvas.crop(canvas.getbbox())


def _line(draw: ImageDraw.ImageDraw, points: list[tuple[float, float]], width: float, colour: tuple[int, int, int, int] = INK) -> None:
    draw.line(points, fill=colour, width=max(1, round(width)), joint="curve")


def _star(draw: ImageDraw.ImageDraw, x: float, y: float, r: float, colour: tuple[int, int, int, int]) -> None:
    points = [(x + math.sin(a * math.pi / 4) * r * (1 if a % 2 == 0 else 0.28), y - math.cos(a * math.pi / 4) * r * (1 if a % 2 == 0 else 0.28)) for a in range(8)]
    draw.polygon(points, fill=colour, outline=INK, width=max(1, round(r * 0.09)))


def _happy(draw: ImageDraw.ImageDraw, left: float, right: float, top: float, h: float) -> None:
    for x, y, r in ((right + 0.18 * h, top + 0.12 * h, 0.26), (right + 0.46 * h, top + 0.42 * h, 0.16), (left - 0.22 * h, top + 0.3 * h, 0.18)):
        _star(draw, x, y, r * h, (250, 204, 84, 255))


def _sad(draw: ImageDraw.ImageDraw, left: float, right: float, top: float, h: float) -> None:
    for x, y, r in ((right + 0.16 * h, top + 0.55 * h, 0.13), (right + 0.36 * h, top + 0.95 * h, 0.1)):
        cx, cy, s = x, y, r * h
        shape = [(cx, cy - 1.9 * s), *((cx + s * math.cos(a / 10 * math.pi), cy + s * math.sin(a / 10 * math.pi)) for a in range(-2, 13))]
        draw.polygon(shape, fill=(120, 178, 226, 255), outline=INK, width=max(1, round(0.022 * h)))


def _angry(draw: ImageDraw.ImageDraw, left: float, right: float, top: float, h: float) -> None:
    x, y, s = right + 0.22 * h, top + 0.2 * h, 0.2 * h
    for fx, fy in ((1, 1), (-1, 1), (1, -1), (-1, -1)):
        _line(draw, [(x + fx * 0.28 * s, y + fy * 1.2 * s), (x + fx * 0.4 * s, y + fy * 0.4 * s), (x + fx * 1.2 * s, y + fy * 0.28 * s)], 0.065 * h, (196, 48, 38, 255))


def _surprised(draw: ImageDraw.ImageDraw, left: float, right: float, top: float, h: float) -> None:
    middle, reach = (left + right) / 2, (right - left) / 2
    for angle in (-62, -38, 38, 62):
        a = math.radians(angle)
        near, far = reach + 0.12 * h, reach + 0.44 * h
        _line(draw, [(middle + near * math.sin(a), top + 0.5 * h - near * math.cos(a) * 0.7), (middle + far * math.sin(a), top + 0.5 * h - far * math.cos(a) * 0.7)], 0.06 * h)


def _shy(draw: ImageDraw.ImageDraw, left: float, right: float, top: float, h: float) -> None:
    for side in (left - 0.42 * h, right + 0.1 * h):  # beside the head: where the cheeks of a stranger's art lie, nobody can know
        for step in range(3):
            x, y = side + step * 0.12 * h, top + 0.62 * h
            _line(draw, [(x, y + 0.14 * h), (x + 0.1 * h, y - 0.06 * h)], 0.05 * h, (226, 96, 110, 255))


Mark = Callable[[ImageDraw.ImageDraw, float, float, float, float], None]
MOODS: dict[str, Mark | None] = {"neutral": None, "happy": _happy, "joyful": _happy, "sad": _sad, "angry": _angry, "surprised": _surprised, "shy": _shy}
