"""Clothes and limbs of the drawn figure, as SVG. Every garment is a function of its colours and the pose.

Coordinates are those of the Open Peeps head canvas: the chin sits near (390, 600), one head is about 480 units.
"""

from collections.abc import Callable
from dataclasses import dataclass

INK = "#1b1a1e"
LINE = 15


@dataclass(frozen=True)
class Colours:
    """Hex colours of one figure: skin, the upper garment, the lower garment, an accent and the shoes."""

    skin: str
    top: str
    bottom: str
    accent: str
    shoes: str


@dataclass(frozen=True)
class Pose:
    """Where each arm goes: an upper-arm and forearm path end, in figure units."""

    name: str
    left: tuple[float, float, float, float]
    right: tuple[float, float, float, float]


POSES = {
    pose.name: pose
    for pose in (
        Pose("standing", (112, 985, 132, 1280), (668, 985, 648, 1280)),
        Pose("relaxed", (104, 975, 158, 1262), (700, 945, 560, 1168)),
        Pose("hand_on_hip", (112, 985, 128, 1280), (770, 930, 575, 1150)),
        Pose("waving", (108, 985, 132, 1280), (760, 800, 800, 480)),
        Pose("arms_wide", (20, 880, -120, 1080), (760, 880, 900, 1080)),
        Pose("pointing", (112, 985, 132, 1280), (740, 830, 985, 742)),
        Pose("thinking", (170, 1010, 480, 1010), (700, 985, 470, 700)),
        Pose("folded", (118, 980, 490, 1015), (662, 980, 300, 960)),
    )
}


def shade(colour: str, factor: float) -> str:
    """The same hex colour, darker (factor < 1) or lighter (> 1), clamped."""
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{max(0, min(255, round(p * factor + (255 * (factor - 1) if factor > 1 else 0)))):02x}" for p in parts)


def ink(d: str, fill: str = "none", width: float = LINE, extra: str = "") -> str:
    """One inked path: filled, outlined, round like a brush pen."""
    return f'<path d="{d}" fill="{fill}" stroke="{INK}" stroke-width="{width}" stroke-linejoin="round" stroke-linecap="round" {extra}/>'


def flat(d: str, fill: str, opacity: float = 1.0) -> str:
    """A shape without outline: folds, shadows, prints."""
    return f'<path d="{d}" fill="{fill}" fill-opacity="{opacity}"/>'


def _sleeve(points: str, colour: str, width: float) -> str:
    outline = f'<path d="{points}" fill="none" stroke="{INK}" stroke-width="{width + LINE * 2}" stroke-linejoin="round" stroke-linecap="round"/>'
    inside = f'<path d="{points}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linejoin="round" stroke-linecap="round"/>'
    return outline + inside


def arm(side: str, pose: Pose, colours: Colours, *, sleeve: float, width: float = 92) -> str:
    """One arm with its hand. `sleeve` is the covered share of it: 0 bare, .45 short, 1 long."""
    sx, sy = (172, 716) if side == "left" else (608, 716)
    ex, ey, hx, hy = pose.left if side == "left" else pose.right
    whole = f"M{sx} {sy} Q{ex} {ey} {ex} {ey} L{hx} {hy}"
    hand = f'<circle cx="{hx}" cy="{hy}" r="{width * 0.56:.0f}" fill="{colours.skin}" stroke="{INK}" stroke-width="{LINE}"/>'
    thumb = f"M{hx - 18} {hy + 4} q 16 14 34 2"
    drawn = [_sleeve(whole, colours.skin, width * 0.8), hand, ink(thumb, width=9)]
    if sleeve >= 1:
        cuff_x, cuff_y = hx + (ex - hx) * 0.17, hy + (ey - hy) * 0.17
        drawn = [hand, ink(thumb, width=9), _sleeve(f"M{sx} {sy} L{ex} {ey} L{cuff_x} {cuff_y}", colours.top, width)]
    elif sleeve > 0:
        cx, cy = sx + (ex - sx) * sleeve * 1.6, sy + (ey - sy) * sleeve * 1.6
        drawn.append(_sleeve(f"M{sx} {sy} L{cx} {cy}", colours.top, width * 1.12))
    return "".join(drawn)


TORSO = "M262 598 C210 618 150 640 128 700 C150 800 196 900 204 1010 L198 1236 L582 1236 L576 1010 C584 900 630 800 652 700 C630 640 570 618 518 598 Q390 730 262 598 Z"
NECK = "M300 540 L300 612 Q390 700 480 612 L480 540 Z"


def legs(colours: Colours, *, bare_from: float | None = None, wide: bool = False) -> str:
    """Trousers or bare legs with shoes. `bare_from` is the y where cloth ends and skin begins."""
    spread = 26 if wide else 0
    left = f"M204 1200 L{214 - spread} 1660 L{222 - spread} 2085 L{356 - spread // 2} 2085 L372 1660 L390 1330 Z"
    right = f"M576 1200 L{566 + spread} 1660 L{558 + spread} 2085 L{424 + spread // 2} 2085 L408 1660 L390 1330 Z"
    hips = "M199 1180 L196 1370 Q390 1440 584 1370 L581 1180 Z"
    out = []
    if bare_from is not None:
        thin_l = "M236 1250 L246 1660 L258 2085 L338 2085 L352 1660 L372 1300 Z"
        thin_r = "M544 1250 L534 1660 L522 2085 L442 2085 L428 1660 L408 1300 Z"
        out += [ink(thin_l, colours.skin), ink(thin_r, colours.skin)]
    else:
        out += [ink(left, colours.bottom), ink(right, colours.bottom), flat(hips, colours.bottom)]
        out += [ink("M390 1345 q -4 60 -14 120", width=10), ink("M262 1690 q 34 14 70 6", width=8), ink("M456 1690 q 40 12 66 2", width=8)]
    for x, flip in ((290, 1), (490, -1)):
        out.append(ink(f"M{x - 78 * flip} 2150 q {-22 * flip} -92 {46 * flip} -92 h {80 * flip} q {30 * flip} 40 {26 * flip} 92 Z", colours.shoes))
        out.append(ink(f"M{x - 84 * flip} 2150 h {160 * flip}", width=20))
    return "".join(out)


def tee(c: Colours) -> str:
    """A crew-neck shirt with a small print."""
    return ink(TORSO, c.top) + flat("M520 800 C560 900 570 1010 570 1236 L500 1236 C520 1080 520 940 520 800 Z", shade(c.top, 0.86), 0.8) + flat(
        "M330 860 h120 v26 h-120 Z M330 904 h84 v22 h-84 Z", c.accent)


def hoodie(c: Colours) -> str:
    """A hooded sweater with cords and a front pocket."""
    hood = "M238 604 C180 640 190 720 270 742 Q390 800 510 742 C590 720 600 640 542 604 Q390 716 238 604 Z"
    pocket = "M258 1060 L292 1010 H488 L522 1060 L522 1180 H258 Z"
    return ink(TORSO, c.top) + ink(pocket, shade(c.top, 0.9), 11) + ink(hood, shade(c.top, 0.92)) + ink("M342 740 v150", width=11) + ink(
        "M440 740 v130", width=11) + flat("M336 886 h14 v26 h-14 Z M433 866 h14 v26 h-14 Z", c.accent)


def jacket(c: Colours) -> str:
    """An open jacket over a shirt, with lapels: suit, blazer, uniform."""
    shirt = "M290 606 Q390 712 490 606 L392 932 L388 932 Z"
    tie = "M372 690 h36 l8 40 l-14 20 l8 150 l-20 26 l-20 -26 l8 -150 l-14 -20 Z"
    lap_l, lap_r = "M262 598 L300 610 L382 930 L300 860 L262 846 L288 800 L214 640 Z", "M518 598 L480 610 L398 930 L480 860 L518 846 L492 800 L566 640 Z"
    dots = "".join(f'<circle cx="420" cy="{y}" r="10" fill="{INK}"/>' for y in (1000, 1090))
    return ink(TORSO, c.top) + flat(shirt, "#f6f3ec") + ink(tie, c.accent, 10) + ink(
        lap_l, shade(c.top, 0.88), 11) + ink(lap_r, shade(c.top, 0.88), 11) + ink("M390 930 V1228", width=10) + dots


def coat(c: Colours) -> str:
    """A long coat to the knee with a scarf."""
    body = TORSO.replace("L198 1236 L582 1236", "L156 1640 Q390 1690 624 1640")
    scarf = "M248 596 Q390 716 532 596 C560 640 552 690 520 706 Q390 780 260 706 C228 690 220 640 248 596 Z"
    tail = "M330 726 L300 980 L372 1000 L398 740 Z"
    return ink(body, c.top) + ink("M390 760 L396 1664", width=11) + ink("M206 1030 Q390 1076 574 1030", width=11) + flat(
        "M500 1060 L520 1640 Q580 1650 618 1636 L576 1030 Z", shade(c.top, 0.84), 0.7) + ink(tail, c.accent, 12) + ink(scarf, c.accent) + "".join(
        f'<circle cx="430" cy="{y}" r="12" fill="{INK}"/>' for y in (860, 960, 1130, 1250))


def dress(c: Colours) -> str:
    """A knee-length dress with a belt."""
    skirt = "M206 1060 C180 1260 130 1430 96 1560 Q390 1640 684 1560 C650 1430 600 1260 574 1060 Z"
    folds = ink("M286 1180 q -20 200 -60 390", width=9) + ink("M390 1200 v400", width=9) + ink("M494 1180 q 20 200 60 390", width=9)
    return ink(skirt, c.top) + folds + ink(TORSO.replace("L198 1236 L582 1236", "L206 1090 L574 1090"), c.top) + ink("M204 1010 H576 V1086 H204 Z", c.accent, 12)


def apron(c: Colours) -> str:
    """A shirt under a bib apron: cooks, bakers, smiths."""
    bib = "M286 760 H494 L520 1010 L600 1060 L606 1500 Q390 1550 174 1500 L180 1060 L260 1010 Z"
    return ink(TORSO, c.top) + ink("M300 760 Q270 660 284 616 M480 760 Q510 660 496 616", width=14) + ink(bib, c.accent) + ink(
        "M276 1190 H504 V1340 Q390 1384 276 1340 Z", shade(c.accent, 0.92), 10)


@dataclass(frozen=True)
class Garment:
    """How an outfit is put together: its torso, sleeve length, and where bare legs begin."""

    torso: Callable[[Colours], str]
    sleeve: float
    bare_from: float | None = None


GARMENTS = {
    "tee": Garment(tee, 0.45), "hoodie": Garment(hoodie, 1), "jacket": Garment(jacket, 1),
    "coat": Garment(coat, 1), "dress": Garment(dress, 0.4, 1500), "apron": Garment(apron, 0.5),
}


def body(garment: str, colours: Colours, pose: Pose) -> str:
    """The whole figure below the chin, as SVG elements drawn back to front."""
    worn = GARMENTS[garment]
    in_front = {"thinking", "folded", "hand_on_hip", "relaxed"}
    arms = {side: arm(side, pose, colours, sleeve=worn.sleeve) for side in ("left", "right")}
    parts = [legs(colours, bare_from=worn.bare_from)]
    if pose.name not in in_front:
        parts += [arms["left"], arms["right"]]
    parts += [worn.torso(colours), ink(NECK, colours.skin, 0), ink("M300 560 V606 Q390 694 480 606 V560", width=12)]
    if pose.name in in_front:
        parts += [arms["left"], arms["right"]]
    return "".join(parts)
