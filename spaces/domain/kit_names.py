"""Reads file names: which picture on a model sheet `sylvie blue smile.png` is. Knows no table and no file."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

EXPRESSIONS = {
    "neutral": ("neutral", "normal", "default", "base", "plain", "idle"), "happy": ("happy", "smile", "smiling", "glad", "content"),
    "joyful": ("joyful", "joy", "vhappy", "giggle", "laugh", "laughing", "grin", "delighted"), "exuberant": ("exuberant", "ecstatic", "lol"),
    "sad": ("sad", "cry", "crying", "tears", "unhappy"), "sullen": ("sullen", "gloomy", "sulk"), "angry": ("angry", "anger", "mad", "annoyed", "cross"),
    "furious": ("furious", "rage"), "surprised": ("surprised", "surprise", "shocked", "awe", "amazed"), "shy": ("shy", "blush", "blushing", "flustered", "embarrassed"),
    "determined": ("determined", "resolute", "confident"), "worried": ("worried", "concerned", "nervous", "anxious"), "afraid": ("afraid", "scared", "fear"),
    "thoughtful": ("thoughtful", "thinking", "suspicious", "doubt"), "tired": ("tired", "sleepy"), "smug": ("smug", "smirk", "cheeky"),
    "serious": ("serious", "stern"), "loving": ("loving", "love"), "calm": ("calm", "eyesclosed"),
}
TAGS = {
    "happy": ["joy", "contentment"], "joyful": ["joy", "excitement"], "exuberant": ["joy", "excitement"], "sad": ["sadness", "grief"], "angry": ["anger"], "furious": ["anger"],
    "surprised": ["surprise", "wonder"], "shy": ["embarrassment", "affection"], "determined": ["resolve"], "worried": ["fear", "concern"], "afraid": ["fear"], "sullen": ["sadness"],
}
POSES = ("standing", "sitting", "walking", "running", "waving", "pointing", "folded", "kneeling", "lying", "jumping")
PORTRAIT = ("portrait", "face", "head", "bust", "headshot", "avatar")
FIGURE = ("fullbody", "full", "figure", "body", "whole")
BY_WORD = {word: name for name, words in EXPRESSIONS.items() for word in words}
PICTURES = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif"}


@dataclass(frozen=True)
class Placing:
    """Where one file goes: `asset_type` is '' when it fits nothing, and `why` says so."""

    name: str
    asset_type: str
    expression: str = ""
    outfit: str = ""
    label: str = ""
    why: str = ""


def words_of(name: str) -> list[str]:
    """The words of a file name, lower case, without numbers and suffix."""
    stem = PurePosixPath(name.replace("\\", "/")).stem
    spaced = re.sub(r"([a-z])([A-Z])", r"\1 \2", stem)
    return [w for w in re.split(r"[^a-z]+", spaced.lower()) if w]


def read(name: str, character: str, *, named: bool) -> Placing:
    """One file's place. `named`: whether files must carry the character's name because some in the batch do."""
    if PurePosixPath(name).suffix.lower() not in PICTURES:
        return Placing(name, "", why="not a picture")
    words, own = words_of(name), set(words_of(character + ".x"))
    if named and not own & set(words):
        return Placing(name, "", why=f"does not carry the name {character}")
    rest = [w for w in words if w not in own]
    mood = next((BY_WORD[w] for w in rest if w in BY_WORD), "")
    rest = [w for w in rest if w not in BY_WORD]
    portrait, figure, pose = (next((w for w in rest if w in table), "") for table in (PORTRAIT, FIGURE, POSES))
    outfit = " ".join(w for w in rest if w not in PORTRAIT and w not in FIGURE and w not in POSES)
    if portrait or figure:
        return Placing(name, "anchor_portrait" if portrait else "anchor_fullbody", mood or "neutral", outfit, "portrait" if portrait else "fullbody")
    if pose:
        return Placing(name, "pose", mood, outfit, pose)
    if mood and (mood != "neutral" or not outfit):
        return Placing(name, "expression", mood, outfit, " ".join(filter(None, (outfit, mood))))
    if mood or (outfit and named):
        return Placing(name, "outfit", mood or "neutral", outfit, outfit)
    return Placing(name, "", why="no expression, pose, outfit or anchor in its name")


def plan(names: list[str], character: str, *, sizes: dict[str, tuple[int, int]] | None = None) -> list[Placing]:
    """Places for a batch, in the order given. Without a named anchor, the calmest picture of the main outfit becomes one."""
    own = set(words_of(character + ".x"))
    named = any(own & set(words_of(n)) for n in names if PurePosixPath(n).suffix.lower() in PICTURES)
    found = _once([read(n, character, named=named) for n in names])
    if any(p.asset_type.startswith("anchor") for p in found):
        return found
    outfits = Counter(p.outfit for p in found if p.asset_type in ("expression", "outfit"))
    calm = ("neutral", "happy", "calm", "serious")
    usable = [(at, p) for at, p in enumerate(found) if p.asset_type in ("expression", "outfit")]
    if not usable:
        return found
    at, place = min(usable, key=lambda item: (calm.index(item[1].expression) if item[1].expression in calm else 9, -outfits[item[1].outfit], item[1].outfit, item[0]))
    width, height = (sizes or {}).get(place.name, (1, 2))
    tall = height > width * 1.35
    found[at] = replace(place, asset_type="anchor_fullbody" if tall else "anchor_portrait", label="fullbody" if tall else "portrait")
    return found


def _once(found: list[Placing]) -> list[Placing]:
    """A second file for the same place is listed, not dropped and not written over the first."""
    seen: dict[tuple[str, str, str, str], str] = {}
    out = []
    for place in found:
        key = (place.asset_type, place.expression, place.outfit, place.label)
        if place.asset_type and key in seen:
            place = Placing(place.name, "", why=f"same place as {seen[key]}")
        elif place.asset_type:
            seen[key] = place.name
        out.append(place)
    return out
