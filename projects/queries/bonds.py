"""The relationships of a bible as a drawing: people on a circle, ties between them. Plain numbers for an SVG; it queries nothing."""

import math
from dataclasses import dataclass, field
from typing import Any

SIZE, MARGIN = 640, 90


@dataclass
class Dot:
    """Somebody on the circle, with the place of the name."""

    name: str
    x: float
    y: float
    known: bool
    anchor: str
    label_y: float


@dataclass
class Tie:
    """A line from one to the other, bent a little, with what it says and where."""

    path: str
    says: str
    x: float
    y: float
    known: bool


@dataclass
class Drawing:
    """Everything to draw."""

    size: int = SIZE
    view: str = f"-80 0 {SIZE + 160} {SIZE}"  # room for names at both sides
    dots: list[Dot] = field(default_factory=list)
    ties: list[Tie] = field(default_factory=list)


def draw(people: list[Any]) -> Drawing:
    """People and whoever they are tied to; those whom the bible does not know stand there too, as unknown."""
    names = {p.name.lower(): p.name for p in people}
    strangers = {t["to"].lower(): t["to"] for p in people for t in p.relationships if t["to"].lower() not in names}
    tied = {n for p in people if p.relationships for n in (p.name.lower(), *(t["to"].lower() for t in p.relationships))}
    everybody = [(n, known) for known, group in ((True, names), (False, strangers)) for key, n in group.items() if key in tied]
    made, places = Drawing(), {}
    middle, radius = SIZE / 2, SIZE / 2 - MARGIN
    for at, (name, known) in enumerate(everybody):
        turn = 2 * math.pi * at / len(everybody) - math.pi / 2
        x, y = middle + radius * math.cos(turn), middle + radius * math.sin(turn)
        places[name.lower()] = (x, y)
        side = "middle" if abs(math.cos(turn)) < 0.3 else "start" if math.cos(turn) > 0 else "end"
        made.dots.append(Dot(name, round(x, 1), round(y, 1), known, side, round(y + (26 if math.sin(turn) > 0 else -16), 1)))
    for p in people:
        made.ties += [_tie(places[p.name.lower()], places[t["to"].lower()], t, t["to"].lower() in names) for t in p.relationships if t["to"].lower() != p.name.lower()]
    return made


def _tie(start: tuple[float, float], end: tuple[float, float], told: dict[str, Any], known: bool) -> Tie:
    (ax, ay), (bx, by) = start, end
    mx, my = (ax + bx) / 2 + (by - ay) * 0.12, (ay + by) / 2 - (bx - ax) * 0.12
    return Tie(f"M{ax:.1f} {ay:.1f} Q{mx:.1f} {my:.1f} {bx:.1f} {by:.1f}", told.get("kind", ""), round((ax + bx) / 4 + mx / 2, 1), round((ay + by) / 4 + my / 2, 1), known)
