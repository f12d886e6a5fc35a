"""Draws a person from attributes: a DiceBear Open Peeps head (CC0) on a figure of our own.

The same look is the same drawing for ever: nothing here is random that the look does not say.
"""

import hashlib
import io
import json
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import dicebear_styles
import resvg_py
from dicebear import Avatar, Style
from PIL import Image

from renders.imaging import wardrobe

EXPRESSIONS = {
    "neutral": "smile", "happy": "calm", "joyful": "smileBig", "exuberant": "smileLOL", "sad": "solemn", "sullen": "tired", "angry": "veryAngry",
    "furious": "rage", "surprised": "awe", "shy": "cute", "determined": "driven", "worried": "concerned", "afraid": "hectic", "thoughtful": "suspicious",
    "tired": "tired", "smug": "cheeky", "scornful": "contempt", "loving": "lovingGrin1", "serious": "serious", "explaining": "explaining", "calm": "eyesClosed",
}
HAIR = {
    "short": ("short1", "short2", "short3", "short4", "short5"), "long": ("long", "longBangs", "mediumStraight"),
    "medium": ("medium1", "medium2", "medium3", "mediumBangs", "mediumBangs2", "mediumBangs3"), "curly": ("longCurly", "twists", "twists2"),
    "afro": ("afro", "longAfro"), "bun": ("bun", "bun2"), "buns": ("buns", "bantuKnots"), "bangs": ("bangs", "bangs2"), "braids": ("cornrows", "cornrows2", "dreads1", "dreads2"),
    "bald": ("noHair1", "noHair2", "noHair3"), "mohawk": ("mohawk", "mohawk2"), "pomp": ("pomp",), "shaved": ("shaved1", "shaved2", "shaved3"),
    "hijab": ("hijab",), "turban": ("turban",), "beanie": ("hatBeanie",), "hat": ("hatHip",), "flat_top": ("flatTop",), "gray": ("grayMedium", "grayShort", "grayBun"),
}
SKIN = {"pale": "#ffe0cc", "light": "#f8c9a8", "olive": "#d9a57c", "tan": "#c98e62", "brown": "#a0643f", "dark": "#6f4428"}
NAMED = {
    "black": "#26242b", "brown": "#5a3825", "chestnut": "#7a4628", "auburn": "#8f3d24", "red": "#b7472a", "ginger": "#c8642e", "blonde": "#e2b866", "white": "#ece7df",
    "gray": "#9a989c", "silver": "#c4c6cc", "blue": "#3f6fb5", "navy": "#2c3e63", "teal": "#2f8f8b", "green": "#4d8b57", "olive": "#7d7f45", "yellow": "#e7b93c",
    "orange": "#dc7a35", "pink": "#d97a9b", "purple": "#76559e", "lilac": "#a88cc4", "cream": "#efe3c8", "beige": "#d3bd9a", "crimson": "#a52a3a", "charcoal": "#3b3b44",
}
OUTFIT_WORDS = {
    "hoodie": "hoodie", "sweater": "hoodie", "jumper": "hoodie", "pullover": "hoodie", "cardigan": "hoodie", "suit": "jacket", "jacket": "jacket", "blazer": "jacket",
    "uniform": "jacket", "coat": "coat", "trench": "coat", "cloak": "coat", "robe": "coat", "dress": "dress", "gown": "dress", "skirt": "dress", "apron": "apron",
    "shirt": "tee", "tee": "tee", "top": "tee", "casual": "tee", "formal": "jacket", "winter": "coat", "summer": "tee",
}
GLASSES = {"glasses": "glasses", "round glasses": "glasses2", "sunglasses": "sunglasses", "eyepatch": "eyepatch"}
BEARDS = {"beard": "full", "full beard": "full2", "goatee": "goatee1", "moustache": "moustache2", "mustache": "moustache2", "stubble": "chin"}
WIDTH, HEIGHT = 1360, 2360
HEAD_STATURE = {"realistic": 0.80, "semi_caricature": 1.0, "caricature": 1.16, "chibi": 1.5, "stylised": 0.92}


@dataclass(frozen=True)
class Look:
    """Everything that decides a figure. Colours are hex."""

    head: str
    expression: str
    skin: str
    hair: str
    garment: str
    top: str
    bottom: str
    accent: str
    shoes: str
    pose: str = "standing"
    accessory: str = ""
    beard: str = ""
    proportion: str = "semi_caricature"


def _pick(seed: str, what: str, options: tuple[str, ...]) -> str:
    digest = hashlib.sha256(f"{seed}/{what}".encode()).digest()
    return options[int.from_bytes(digest[:4], "big") % len(options)]


def _word(text: str, table: dict[str, str]) -> str:
    """The table's value for the longest of its words that the text holds, or ''."""
    found = [word for word in table if word in text.lower()]
    return table[max(found, key=len)] if found else ""


def colour(text: str, otherwise: str) -> str:
    """A hex colour from '#rrggbb' or from the first colour word in a phrase."""
    text = (text or "").strip().lower()
    if re.fullmatch(r"#[0-9a-f]{6}", text):
        return text
    for word in text.replace("-", " ").replace(",", " ").split():
        if word in NAMED:
            return NAMED[word]
    return otherwise


def look_of(attributes: dict, *, seed: str, expression: str = "neutral", outfit: str = "", pose: str = "standing") -> Look:
    """Reads a character's attributes (see spaces/attributes.py); what they leave open follows from the seed."""
    appearance = attributes.get("appearance") or {}
    hair, wear = str(appearance.get("hair") or ""), outfit or str(appearance.get("outfit") or "")
    length = next((key for key in sorted(HAIR, key=len, reverse=True) if key in hair.lower().replace(" ", "_")), "")
    heads = HAIR[length] if length else tuple(HAIR[_pick(seed, "length", ("short", "long", "medium", "bangs", "bun"))])
    garment = _word(wear, OUTFIT_WORDS) or _pick(seed, "garment", ("tee", "hoodie", "jacket"))
    first, _, rest = wear.partition(" and ")
    marks = f"{appearance.get('marks') or ''} {appearance.get('accessories') or ''}"
    tops, lows = ("#c6523f", "#2f7f86", "#d59a3a", "#5b6fa8", "#6d8f57"), ("#2f3a55", "#4b4642", "#5c6b7a", "#74583f")
    return Look(
        head=_pick(seed, "head", heads), expression=EXPRESSIONS.get(expression, "smile"),
        skin=_word(str(appearance.get("skin") or ""), SKIN) or colour(str(appearance.get("skin") or ""), "") or _pick(seed, "skin", tuple(SKIN.values())),
        hair=colour(hair, _pick(seed, "hair", (NAMED["black"], NAMED["brown"], NAMED["auburn"]))), garment=garment,
        top=colour(first, _pick(seed + wear, "top", tops)), bottom=colour(rest, _pick(seed, "bottom", lows)),
        accent=colour(str(appearance.get("accent") or ""), _pick(seed, "accent", ("#f1d9a0", "#efe8dd", "#e98b5b", "#9cc3c1"))),
        shoes=_pick(seed, "shoes", ("#2b2a30", "#6b3f2a", "#efece6")), pose=pose if pose in wardrobe.POSES else "standing",
        accessory=_word(marks, GLASSES), beard=_word(marks, BEARDS), proportion=attributes.get("proportion_profile") or "semi_caricature")


@lru_cache(maxsize=1)
def _style() -> Style:
    path = Path(next(iter(dicebear_styles.__path__))) / "open-peeps.json"
    definition = json.loads(path.read_text())
    kept = [e for e in definition["canvas"]["elements"] if e["type"] == "component"]
    definition["canvas"] = {**definition["canvas"], "elements": kept}
    definition["colors"]["hair"] = definition["colors"]["ink"]
    inked = json.dumps(definition["components"]["head"]).replace('"name": "ink"', '"name": "hair"')
    definition["components"]["head"] = json.loads(inked)
    return Style(definition)


@lru_cache(maxsize=256)
def _head_svg(head: str, expression: str, skin: str, hair: str, accessory: str, beard: str) -> str:
    options = {
        "seed": "iat", "headVariant": [head], "expressionVariant": [expression], "skinColor": [skin], "hairColor": [hair], "headContrastColor": [hair],
        "accessoriesProbability": 100 if accessory else 0, "facialHairProbability": 100 if beard else 0, "maskProbability": 0, "backgroundColor": [],
    }
    if accessory:
        options["accessoriesVariant"] = [accessory]
    if beard:
        options["facialHairVariant"] = [beard]
    svg = Avatar(_style(), options).to_string()
    inside = svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")]
    return re.sub(r' clip-path="url\(#clip-[0-9a-f]+\)"', "", inside)  # the canvas of the style is smaller than tall hair


def svg(look: Look) -> str:
    """The whole figure as SVG, WIDTH × HEIGHT units, transparent."""
    colours = wardrobe.Colours(look.skin, look.top, look.bottom, look.accent, look.shoes)
    big = HEAD_STATURE.get(look.proportion, 1.0)
    head = _head_svg(look.head, look.expression, look.skin, look.hair, look.accessory, look.beard)
    body = wardrobe.body(look.garment, colours, wardrobe.POSES[look.pose])
    around = f"translate(390 600) scale({big}) translate(-390 -600)"
    return (f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="-260 -160 {WIDTH} {HEIGHT}">'
            f'{body}<g transform="{around}">{head}</g></svg>')


@lru_cache(maxsize=48)
def figure_png(look: Look, height: int = 1400) -> bytes:
    """The figure as PNG bytes with alpha, `height` px tall."""
    return bytes(resvg_py.svg_to_bytes(svg_string=svg(look), height=height, skip_system_fonts=True))


def draw(look: Look, height: int = 1400) -> Image.Image:
    """The figure as an RGBA image cropped to what is drawn."""
    image = Image.open(io.BytesIO(figure_png(look, height))).convert("RGBA")
    return image.crop(image.getbbox())


def draw_portrait(look: Look, size: int = 1024) -> Image.Image:
    """Head and shoulders as a square RGBA image of `size` px."""
    whole = Image.open(io.BytesIO(figure_png(replace(look, pose="standing"), round(size * 2.1)))).convert("RGBA")
    unit = whole.height / HEIGHT
    side, top = round(1000 * unit), round(60 * unit)
    left = round((390 + 260 - 500) * unit)
    return whole.crop((left, top, left + side, top + side)).resize((size, size), Image.Resampling.LANCZOS)
