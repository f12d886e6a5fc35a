"""Draws a place from its `location_type` as flat inked shapes: a stage for the figures, never a photograph.

A place is a function of its name and seed. The plate is 1536 × 1024; the floor's horizon lies at y = 640.
"""

import hashlib
import io
import random
from collections.abc import Callable
from functools import lru_cache

import resvg_py
from PIL import Image

WIDTH, HEIGHT, HORIZON = 1536, 1024, 640
INK = "#26242b"


def box(x: float, y: float, w: float, h: float, fill: str, *, line: float = 6, r: float = 0) -> str:
    """An inked rectangle."""
    stroke = f'stroke="{INK}" stroke-width="{line}"' if line else ""
    return f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="{r}" fill="{fill}" {stroke} stroke-linejoin="round"/>'


def shape(d: str, fill: str = "none", *, line: float = 6, opacity: float = 1) -> str:
    """An inked path."""
    stroke = f'stroke="{INK}" stroke-width="{line}"' if line else ""
    return f'<path d="{d}" fill="{fill}" fill-opacity="{opacity}" {stroke} stroke-linejoin="round" stroke-linecap="round"/>'


def disc(x: float, y: float, r: float, fill: str, *, line: float = 6) -> str:
    """An inked circle."""
    return f'<circle cx="{x}" cy="{y}" r="{r}" fill="{fill}"' + (f' stroke="{INK}" stroke-width="{line}"/>' if line else "/>")


def blend(top: str, bottom: str, y: float, h: float, name: str) -> str:
    """A band with a vertical gradient across the whole width."""
    stops = f'<stop offset="0" stop-color="{top}"/><stop offset="1" stop-color="{bottom}"/>'
    return f'<defs><linearGradient id="{name}" x1="0" y1="0" x2="0" y2="1">{stops}</linearGradient></defs><rect y="{y}" width="{WIDTH}" height="{h}" fill="url(#{name})"/>'


def room(wall: str, floor: str, *, boards: bool = True) -> str:
    """A wall with skirting and a floor in one-point perspective."""
    out = [box(0, 0, WIDTH, HORIZON, wall, line=0), box(0, HORIZON, WIDTH, HEIGHT - HORIZON, floor, line=0)]
    if boards:
        out += [shape(f"M{768 + (x - 768) * .42:.0f} {HORIZON} L{768 + (x - 768) * 1.35:.0f} {HEIGHT}", line=3, opacity=0) for x in range(-900, 2500, 150)]
    return "".join(out) + box(-10, HORIZON - 24, WIDTH + 20, 24, "#f4efe4")


def window(x: float, y: float, w: float, h: float, sky: str = "#bfe0ea") -> str:
    """A four-pane window."""
    hill = shape(f"M{x} {y + h * .8} Q{x + w * .3} {y + h * .55} {x + w * .6} {y + h * .74} T{x + w} {y + h * .66} V{y + h} H{x} Z", "#9cc48f", line=0)
    return box(x, y, w, h, sky) + hill + box(x, y, w, h, "none", line=14) + shape(f"M{x + w / 2} {y} v{h} M{x} {y + h / 2} h{w}", line=8) + box(x - 20, y + h, w + 40, 22, "#f4efe4")


def plant(x: float, y: float, size: float, leaf: str = "#5d8f5a") -> str:
    """A potted plant standing at (x, y)."""
    leaves = "".join(shape(f"M{x} {y - 70 * size} q {dx * size} {-90 * size} {dx * 1.5 * size} {-dy * size} q {-dx * .2 * size} {60 * size} {-dx * 1.5 * size} {dy * size}", leaf, line=5)
                     for dx, dy in ((-60, 150), (60, 140), (-28, 220), (34, 230), (4, 260)))
    return leaves + shape(f"M{x - 46 * size} {y - 80 * size} h{92 * size} l{-14 * size} {80 * size} h{-64 * size} Z", "#c5683f")


def kitchen(rng: random.Random) -> str:
    """Counter, cupboards, stove, window, table edge."""
    tile = "".join(shape(f"M0 {y} H{WIDTH}", line=2, opacity=0) for y in range(330, 470, 44)) + "".join(shape(f"M{x} 330 V470", line=2) for x in range(0, WIDTH, 64))
    upper = "".join(box(x, 70, 170, 210, "#7fa8a0") + disc(x + (146 if i % 2 == 0 else 24), 250, 7, "#f1d9a0", line=3) for i, x in enumerate((60, 230, 1130, 1300)))
    lower = "".join(box(x, 500, 176, 190, "#8fb8ae") + box(x + 62, 526, 52, 12, "#f1d9a0", line=3) for x in (20, 196, 372, 988, 1164, 1340))
    stove = box(548, 470, 300, 222, "#e9e4da") + box(580, 540, 236, 116, "#3b3a42", r=10) + "".join(disc(590 + i * 72, 505, 13, "#c6523f", line=4) for i in range(4)) + box(
        866, 500, 116, 190, "#8fb8ae") + shape("M630 466 h120 v-62 h-120 Z M750 430 h58", "#b9bcc4") + shape("M650 396 q 12 -40 -4 -70 M690 396 q 14 -40 0 -84 M728 396 q 12 -36 0 -66", line=5)
    pans = "".join(shape(f"M{x} 300 v44", line=6) + disc(x, 372, 30, c) for x, c in ((900, "#d08a4a"), (980, "#5b6270"), (1060, "#d08a4a")))
    return room("#f3e6c8", "#c99a6b") + box(0, 330, WIDTH, 140, "#e7efe9", line=0) + tile + window(430, 60, 320, 230) + upper + shape("M860 300 H1110", line=8) + pans + lower + stove + box(
        -10, 462, 560, 42, "#b07a4a") + box(846, 462, 700, 42, "#b07a4a") + disc(300, 440, 40, "#e9b44c") + disc(352, 446, 34, "#c6523f") + shape("M250 446 q 80 60 150 0", "#f6f3ec") + shape(
        "M1240 462 v-90 q 30 -40 60 0 v90 Z", "#7a9cc0") + box(1380, 380, 60, 82, "#c6523f", r=8)


def living_room(rng: random.Random) -> str:
    """Sofa, lamp, shelf, window, rug."""
    books = "".join(box(1136 + i * 29, 196 + (i * 7) % 24, 26, 96 - (i * 7) % 24, rng.choice(("#c6523f", "#2f7f86", "#e9b44c", "#5b6fa8", "#efe8dd")), line=4) for i in range(9))
    books += "".join(box(1136 + i * 31, 326 + (i * 11) % 20, 27, 92 - (i * 11) % 20, rng.choice(("#76559e", "#2f7f86", "#d59a3a", "#8a8f99")), line=4) for i in range(6))
    sofa = box(320, 420, 640, 190, "#4f7f86", r=40) + box(280, 490, 110, 190, "#5b939a", r=34) + box(890, 490, 110, 190, "#5b939a", r=34) + box(384, 540, 512, 120, "#67a0a6", r=22) + shape(
        "M640 544 V656", line=5) + shape("M440 560 l70 -74 l84 52 l-64 84 Z", "#e9b44c") + box(330, 680, 30, 34, "#5a3825") + box(920, 680, 30, 34, "#5a3825")
    lamp = shape("M176 690 V300", line=12) + shape("M100 300 L140 170 H214 L252 300 Z", "#f1d9a0") + shape("M124 694 h104", line=16)
    frames = box(420, 120, 150, 190, "#f6f3ec") + shape("M440 290 l44 -84 l36 48 l20 -26 l14 62 Z", "#9cc48f", line=4) + box(600, 160, 110, 130, "#f6f3ec") + disc(655, 226, 32, "#c6523f", line=4)
    rug = f'<ellipse cx="660" cy="850" rx="560" ry="110" fill="#c6794f" stroke="{INK}" stroke-width="6"/><ellipse cx="660" cy="850" rx="440" ry="80" fill="none" stroke="#f1d9a0" stroke-width="10"/>'
    return room("#e8d3bd", "#a87750") + window(800, 90, 270, 260) + frames + box(1120, 160, 300, 530, "#8a5d3b") + box(1136, 176, 268, 120, "#6b452b") + box(1136, 312, 268, 110, "#6b452b") + box(
        1136, 438, 268, 110, "#6b452b") + box(1136, 564, 268, 110, "#6b452b") + books + disc(1200, 500, 40, "#7fa8a0") + box(1280, 470, 90, 76, "#efe3c8") + lamp + rug + sofa + plant(1060, 700, .9)


def street(rng: random.Random) -> str:
    """House fronts, shop awning, lamp, pavement."""
    out, x = [blend("#9cc9de", "#e9eee2", 0, HORIZON, "sky"), box(0, HORIZON, WIDTH, 400, "#8d8f96", line=0)], -30
    for i in range(6):
        w, h = rng.randint(230, 320), rng.randint(380, 590)
        front = rng.choice(("#d98f6c", "#c9b18c", "#93a8a0", "#b9787a", "#cfc2a5", "#8497b0"))
        out.append(box(x, HORIZON - h, w, h, front))
        out.append(box(x - 8, HORIZON - h - 18, w + 16, 26, "#efe8dd"))
        for row in range(HORIZON - h + 44, HORIZON - 210, 118):
            out += [box(x + 34 + col * (w - 68) / 2.9, row, 56, 76, rng.choice(("#dfeef2", "#f6e2a6", "#c3dbe4")), line=5) + shape(f"M{x + 62 + col * (w - 68) / 2.9:.0f} {row} v76", line=3) for col in range(3)]
        if i % 2 == 0:
            out.append(box(x + 26, HORIZON - 150, w - 52, 150, "#cfe5e8") + box(x + w - 112, HORIZON - 150, 70, 150, "#6b4a35"))
            stripes = "".join(box(x + 14 + k * (w - 28) / 6, HORIZON - 186, (w - 28) / 6, 54, "#f6f3ec" if k % 2 else "#c6523f", line=4, r=4) for k in range(6))
            out.append(stripes)
        else:
            out.append(box(x + w / 2 - 44, HORIZON - 150, 88, 150, "#5b4636") + disc(x + w / 2 + 26, HORIZON - 72, 6, "#f1d9a0", line=3))
        x += w
    out.append(box(-10, HORIZON, WIDTH + 20, 110, "#bdbab2") + box(-10, HORIZON + 104, WIDTH + 20, 26, "#9c9a94"))
    out += [shape(f"M{k} {HORIZON} l{(k - 768) * .14:.0f} 104", line=3) for k in range(40, WIDTH, 150)]
    out += [box(k, 900, 150, 20, "#efe8dd", line=0) for k in range(30, WIDTH, 300)]
    for k in (250, 1290):
        out.append(shape(f"M{k} {HORIZON + 70} V190", line=14) + shape(f"M{k - 34} 190 h68 l-14 -66 h-40 Z", "#f6e2a6") + shape(f"M{k - 30} {HORIZON + 74} h60", line=18))
    return "".join(out)


def alley(rng: random.Random) -> str:
    """Two dark walls that narrow, a lit gap, bins, a fire escape."""
    out = [blend("#40506b", "#c9a27c", 0, HEIGHT, "gap"), shape("M620 1024 L700 600 H860 L960 1024 Z", "#6f6a70", line=0), box(700, 180, 160, 430, "#e6c28e", line=0), box(716, 260, 60, 350, "#8a6a5a"), box(790, 330, 70, 280, "#75594f")]
    out += [shape("M0 0 H720 V612 L420 1024 H0 Z", "#6d4c46"), shape("M1536 0 H846 V612 L1160 1024 H1536 Z", "#57404a"), shape("M420 1024 L700 612 H852 L1160 1024 Z", "#55525c")]
    for y in range(40, 980, 54):
        shift = 46 if (y // 54) % 2 else 0
        out += [shape(f"M{x + shift} {y} h{rng.randint(30, 62)}", line=4) for x in range(20, 380, 120) if rng.random() < .62]
        out += [shape(f"M{x + shift} {y} h{rng.randint(30, 62)}", line=4) for x in range(1180, 1500, 120) if rng.random() < .62]
    for y in (150, 360):
        out.append(shape(f"M1010 {y} H1320 V{y + 18} H1010 Z M1010 {y} V{y - 84} H1320 V{y} M1070 {y} v-84 M1130 {y} v-84 M1190 {y} v-84 M1250 {y} v-84", "#3b3a42", line=7, opacity=.9))
    out.append(shape("M1040 378 L1190 150 M1090 378 L1240 150", line=7))
    out += [box(470, 120, 130, 170, "#f1c766"), shape("M535 120 v170 M470 205 h130", line=7), box(150, 90, 150, 200, "#3a3d4d"), box(160, 640, 190, 230, "#5d7d6a", r=8), shape("M140 640 h230 l-24 -44 h-180 Z", "#4c6a59"),
            box(1250, 720, 150, 180, "#8b8f98", r=8), shape("M1236 720 h178 l-20 -34 h-138 Z", "#747984"), '<ellipse cx="770" cy="900" rx="150" ry="24" fill="#8fa0b8" opacity=".7"/>', shape("M570 306 h-60 M540 306 v40", line=6), disc(540, 360, 22, "#ffe9ac")]
    return "".join(out)


def beach(rng: random.Random) -> str:
    """Sea, sand, a palm, clouds, a parasol."""
    clouds = "".join(f'<ellipse cx="{x}" cy="{y}" rx="{r}" ry="{r * .34:.0f}" fill="#fff" opacity=".9"/>' for x, y, r in ((300, 150, 130), (390, 176, 100), (1010, 110, 110), (1100, 134, 90)))
    waves = "".join(shape(f"M{rng.randint(-40, 1400)} {y} q 34 -14 68 0 t68 0", line=4) for y in range(470, 620, 16))
    palm = shape("M1270 800 Q1300 520 1220 300", line=44) + '<path d="M1270 800 Q1300 520 1220 300" fill="none" stroke="#a97c50" stroke-width="30" stroke-linecap="round"/>' + "".join(
        shape(f"M1220 300 q {dx} {dy} {ex} {ey} q {-dx * .6:.0f} {-ey * .2 + 30:.0f} {-ex} {-ey}", "#4f9360") for dx, dy, ex, ey in ((-120, -110, -280, 40), (-60, -170, -190, -150), (90, -170, 230, -110), (150, -80, 280, 70), (-90, -20, -190, 170), (80, 0, 170, 180)))
    parasol = shape("M330 800 L400 470", line=12) + shape("M190 560 Q240 380 440 400 Q580 430 600 620 Q500 560 400 566 Q290 540 190 560 Z", "#c6523f") + shape("M330 556 Q360 440 440 400 Q470 460 470 570 Q420 556 330 556 Z", "#f6f3ec")
    return blend("#7cc4e0", "#f3ead0", 0, 460, "sky") + disc(760, 200, 70, "#fff3c2", line=0) + clouds + blend("#2f8fa8", "#7fd0cf", 450, 200, "sea") + shape("M0 450 H1536", line=5) + waves + shape(
        "M0 632 Q400 590 800 640 T1536 620 V1024 H0 Z", "#f1d9a0") + shape("M0 632 Q400 590 800 640 T1536 620", line=5) + '<path d="M0 650 Q400 608 800 658 T1536 638" stroke="#fff" stroke-width="14" fill="none" opacity=".8"/>' + parasol + palm + "".join(
        f'<circle cx="{rng.randint(20, 1516)}" cy="{rng.randint(680, 1010)}" r="4" fill="#c9a86c"/>' for _ in range(70))


def forest(rng: random.Random) -> str:
    """Three depths of trees, light shafts, ferns, a path."""
    out = [blend("#dfeccb", "#a9cf9d", 0, HEIGHT, "air")]
    for depth, (trunk, leaf, y) in enumerate((("#93a98b", "#a6c99a", 610), ("#6f8069", "#7aa974", 650), ("#5a4636", "#4d8557", 720))):
        for k in range(9 - depth * 2):
            x = k * (WIDTH / (8 - depth * 2)) + rng.randint(-50, 50)
            if depth == 2 and 420 < x < 1110:
                continue
            w = 26 + depth * 24
            out.append(shape(f"M{x - w / 2:.0f} {y} L{x - w * .34:.0f} -20 H{x + w * .34:.0f} L{x + w / 2:.0f} {y} Z", trunk, line=2 + depth * 2))
            out += [disc(x + rng.randint(-100, 100), rng.randint(-20, 150) + depth * 8, rng.randint(70, 120) + depth * 12, leaf, line=1 + depth * 2) for _ in range(3)]
        out.append(shape(f"M0 {y - 40} Q380 {y - 90 + depth * 30} 768 {y - 50} T1536 {y - 60} V1024 H0 Z", ("#b2d3a2", "#8fbb82", "#6ea368")[depth], line=2 + depth))
    out.append(shape("M640 1024 Q700 860 690 770 Q684 700 740 650 H800 Q760 720 830 790 Q930 880 980 1024 Z", "#c9ab7e", line=5))
    out += [shape(f"M{x} 0 L{x - 260} 760 H{x - 150} L{x + 60} 0 Z", "#fff7cf", line=0, opacity=.22) for x in (520, 860, 1220)]
    for _ in range(16):
        x, y = rng.choice((rng.randint(0, 560), rng.randint(1000, 1536))), rng.randint(760, 1010)
        out.append(shape(f"M{x} {y} q -40 -60 -74 -54 M{x} {y} q -16 -70 -30 -92 M{x} {y} q 16 -70 34 -88 M{x} {y} q 42 -56 72 -50", line=7))
    return "".join(out)


def classroom(rng: random.Random) -> str:
    """Blackboard, desks, windows, clock."""
    desks = "".join(shape(f"M{x} {y} h{w} l{w * .08:.0f} 44 h{-w * 1.16:.0f} Z", "#c99a6b") + shape(f"M{x + 6} {y + 44} v120 M{x + w - 6} {y + 44} v120", line=10) for x, y, w in ((60, 760, 300), (1170, 760, 300), (300, 660, 220), (1010, 660, 220)))
    chalk = '<g stroke="#f4f1e6" stroke-width="6" fill="none" stroke-linecap="round" opacity=".85"><path d="M560 210 h170 M560 250 h120 M560 290 h200 M860 340 l60 -120 l60 120 Z M1000 230 q 40 -30 80 0 t 80 0"/></g>'
    return room("#e6e0c6", "#b98d5f") + box(500, 130, 720, 290, "#3f5f52", line=18) + chalk + box(500, 420, 720, 18, "#a97c50") + window(50, 110, 170, 300) + window(260, 110, 170, 300) + disc(1360, 180, 66, "#f6f3ec") + shape(
        "M1360 180 V136 M1360 180 L1390 196", line=7) + box(1270, 300, 190, 130, "#f6f3ec") + shape("M1290 340 h120 M1290 370 h150 M1290 400 h90", line=5) + box(620, 520, 420, 34, "#a97c50") + box(640, 554, 380, 130, "#8a5d3b") + disc(700, 494, 26, "#c6523f") + box(900, 486, 90, 34, "#5b6fa8") + desks


def spaceship_bridge(rng: random.Random) -> str:
    """A wide window on the stars, consoles, a captain's chair."""
    stars = "".join(f'<circle cx="{rng.randint(150, 1386)}" cy="{rng.randint(70, 470)}" r="{rng.choice((1.5, 2, 3, 4))}" fill="#fff"/>' for _ in range(170))
    lights = "".join(box(150 + k * 44, 610 + (k % 3) * 8, 24, 14, rng.choice(("#e9b44c", "#5fc6c0", "#d9575a", "#cfe5e8")), line=3) for k in range(28))
    ribs = shape("M520 40 L470 500 M1016 40 L1066 500", line=22) + shape("M130 300 L60 300 M1406 300 L1480 300", line=10)
    screens = "".join(box(x, 530, 150, 66, "#17313a", r=8) + f'<path d="M{x + 14} 572 l24 -20 l20 12 l30 -26 l20 22 l26 -10" stroke="#6fe0d2" stroke-width="5" fill="none"/>' for x in (240, 430, 950, 1140))
    chair = shape("M640 1000 L660 760 Q664 690 768 690 Q872 690 876 760 L896 1000 Z", "#7b4350") + box(590, 880, 80, 40, "#56303b", r=14) + box(866, 880, 80, 40, "#56303b", r=14)
    return box(0, 0, WIDTH, HEIGHT, "#4a566b", line=0) + shape("M140 60 Q768 -10 1396 60 L1340 480 H196 Z", "#0f1430", line=16) + '<circle cx="1080" cy="300" r="130" fill="#c9764c"/><ellipse cx="1080" cy="300" rx="220" ry="30" fill="none" stroke="#e9c9a0" stroke-width="14" transform="rotate(-14 1080 300)"/>' + stars + ribs + shape(
        "M60 660 L180 510 H1356 L1476 660 Z", "#6b7a92") + screens + lights + shape("M0 660 H1536 V1024 H0 Z", "#39445a") + "".join(shape(f"M{768 + (x - 768) * .5:.0f} 664 L{768 + (x - 768) * 1.4:.0f} 1024", line=4) for x in range(-300, 1900, 240)) + chair


def cafe(rng: random.Random) -> str:
    """Counter with cups, pendant lamps, a menu board, round tables."""
    lamps = "".join(shape(f"M{x} 0 V130", line=6) + shape(f"M{x - 60} 190 Q{x - 50} 126 {x} 126 Q{x + 50} 126 {x + 60} 190 Z", "#2f7f86") + f'<ellipse cx="{x}" cy="194" rx="44" ry="12" fill="#ffe9ac"/>' for x in (300, 640, 980))
    menu = box(760, 220, 330, 200, "#33363d", line=12) + '<g stroke="#f4f1e6" stroke-width="6" stroke-linecap="round" opacity=".85"><path d="M800 270 h120 M1010 270 h40 M800 310 h150 M1010 310 h40 M800 350 h100 M1010 350 h40 M800 386 h140"/></g>'
    counter = box(620, 470, 940, 40, "#b07a4a") + box(640, 510, 920, 180, "#8a5d3b") + "".join(shape(f"M{x} 520 v160", line=4) for x in range(700, 1536, 76)) + box(1230, 330, 190, 140, "#b9bcc4", r=10) + "".join(disc(1260 + i * 44, 370, 12, "#c6523f", line=4) for i in range(3)) + "".join(
        shape(f"M{x} 430 h44 l-6 40 h-32 Z", "#f6f3ec", line=5) for x in (690, 750, 1120))
    tables = "".join(f'<ellipse cx="{x}" cy="{y}" rx="150" ry="34" fill="#d9b88a" stroke="{INK}" stroke-width="6"/>' + shape(f"M{x} {y + 34} v130 m-70 0 h140", line=12) + shape(f"M{x - 30} {y - 36} h50 l-6 34 h-38 Z", "#f6f3ec", line=5) for x, y in ((190, 700), (1380, 800)))
    return room("#d8b79a", "#7d5a44") + window(60, 150, 420, 330) + lamps + menu + counter + tables + plant(560, 690, 1.0)


def bedroom(rng: random.Random) -> str:
    """Bed, poster, desk with a lamp, window."""
    bed = box(820, 420, 660, 120, "#8a5d3b", r=20) + box(820, 520, 690, 150, "#efe8dd", r=24) + shape("M980 520 H1510 V690 H940 Z", "#6f7fb2") + box(850, 480, 140, 74, "#f6f3ec", r=26) + box(830, 664, 34, 50, "#5a3825") + box(1460, 664, 34, 50, "#5a3825")
    desk = box(120, 480, 420, 30, "#b07a4a") + box(140, 510, 30, 190, "#8a5d3b") + box(370, 510, 160, 190, "#8a5d3b") + shape("M380 570 h140 M380 630 h140", line=5) + shape("M200 478 L230 380 L300 340", line=9) + shape("M280 310 l70 40 l-40 50 l-60 -40 Z", "#e9b44c") + box(400, 430, 100, 48, "#2f7f86")
    posters = box(880, 130, 150, 200, "#c6523f") + disc(955, 220, 46, "#f1d9a0") + box(1070, 160, 200, 140, "#f6f3ec") + shape("M1086 284 l50 -70 l40 40 l30 -26 l46 56 Z", "#5b6fa8", line=4)
    return room("#c9cfe0", "#a9835f") + window(480, 100, 290, 280, "#f0d9b6") + posters + bed + desk


PLACES: dict[str, Callable[[random.Random], str]] = {
    "kitchen": kitchen, "living_room": living_room, "street": street, "alley": alley, "beach": beach, "forest": forest, "classroom": classroom,
    "spaceship_bridge": spaceship_bridge, "cafe": cafe, "bedroom": bedroom,
}
ALSO = {
    "bridge": "spaceship_bridge", "spaceship": "spaceship_bridge", "ship": "spaceship_bridge", "lounge": "living_room", "salon": "living_room", "room": "living_room", "office": "classroom", "school": "classroom",
    "lecture": "classroom", "club": "classroom", "library": "living_room", "road": "street", "town": "street", "city": "street", "market": "street", "lane": "alley", "backstreet": "alley", "shore": "beach", "coast": "beach",
    "sea": "beach", "wood": "forest", "woods": "forest", "park": "forest", "meadow": "forest", "garden": "forest", "coffee": "cafe", "bar": "cafe", "restaurant": "cafe", "bakery": "kitchen", "dorm": "bedroom",
}


def kind_of(location: str) -> str:
    """The drawn place that fits a free `location_type`; a living room when none does."""
    plain = location.strip().lower().replace("-", "_").replace(" ", "_")
    if plain in PLACES:
        return plain
    for word in plain.split("_"):
        if word in PLACES or word in ALSO:
            return word if word in PLACES else ALSO[word]
    return "living_room"


def svg(location: str, seed: str) -> str:
    """The place as SVG."""
    kind = kind_of(location)
    rng = random.Random(hashlib.sha256(f"{kind}/{seed}".encode()).digest())
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">{PLACES[kind](rng)}</svg>'


@lru_cache(maxsize=24)
def plate_png(location: str, seed: str) -> bytes:
    """The place as PNG bytes, WIDTH × HEIGHT px, opaque."""
    return bytes(resvg_py.svg_to_bytes(svg_string=svg(location, seed), width=WIDTH, background="#ffffff", skip_system_fonts=True))


def draw(location: str, *, seed: str) -> Image.Image:
    """The place as an RGB image."""
    return Image.open(io.BytesIO(plate_png(location, seed))).convert("RGB")
