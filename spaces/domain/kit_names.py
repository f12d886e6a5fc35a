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


FIELDS = ("character", "outfit", "expression", "pose", "type", "any")


def pattern_of(text: str) -> "re.Pattern[str]":
    """A naming pattern such as `{character}_{outfit}_{expression}` as an expression over file names without suffix.

    Each field ends at the first character of what follows it, so that matching takes linear time. Raises ValueError with a sentence.
    """
    parts = re.split(r"\{(\w+)\}", text.strip().rsplit(".", 1)[0] if text.strip().endswith((".png", ".jpg", ".webp")) else text.strip())
    literals, fields = parts[::2], parts[1::2]
    if not fields or (unknown := [f for f in fields if f not in FIELDS]):
        raise ValueError(f"A pattern names fields in braces: {', '.join('{' + f + '}' for f in FIELDS)}." + (f" Unknown: {', '.join(unknown)}." if fields else ""))
    if twice := [f for f in set(fields) if f != "any" and fields.count(f) > 1]:
        raise ValueError(f"{{{twice[0]}}} stands twice in the pattern.")
    out = re.escape(literals[0])
    for at, name in enumerate(fields):
        after = literals[at + 1]
        if not after and at + 1 < len(fields):
            raise ValueError(f"Put something between {{{name}}} and {{{fields[at + 1]}}}: a space, _ or -.")
        inner = f"[^{re.escape(after[0])}]+" if after else ".+"
        out += (f"(?P<{name}>{inner})" if name != "any" else f"(?:{inner})") + re.escape(after)
    return re.compile(out, re.IGNORECASE)


def by_pattern(name: str, character: str, pattern: "re.Pattern[str]") -> Placing:
    """One file's place by a pattern that somebody gave; what the pattern does not say is read from nothing else."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.suffix.lower() not in PICTURES:
        return Placing(name, "", why="not a picture")
    found = pattern.fullmatch(path.stem[:200])
    if found is None:
        return Placing(name, "", why="does not fit the pattern")
    said = {k: " ".join(words_of(v + ".x")) or v.strip().lower() for k, v in found.groupdict().items() if v}
    if "character" in said and set(said["character"].split()) != set(words_of(character + ".x")):
        return Placing(name, "", why=f"is about {said['character']}, not {character}")
    mood, pose, outfit, kind = BY_WORD.get(said.get("expression", ""), said.get("expression", "")), said.get("pose", ""), said.get("outfit", ""), said.get("type", "")
    if kind in PORTRAIT or kind in FIGURE:
        return Placing(name, "anchor_portrait" if kind in PORTRAIT else "anchor_fullbody", mood or "neutral", outfit, "portrait" if kind in PORTRAIT else "fullbody")
    if pose:
        return Placing(name, "pose", mood, outfit, pose)
    if mood and (mood != "neutral" or not outfit):
        return Placing(name, "expression", mood, outfit, " ".join(filter(None, (outfit, mood))))
    return Placing(name, "outfit", mood or "neutral", outfit, outfit) if outfit else Placing(name, "", why="the pattern says neither expression, pose, outfit nor type")


def plan(names: list[str], character: str, *, sizes: dict[str, tuple[int, int]] | None = None, pattern: str = "") -> list[Placing]:
    """Places for a batch, in the order given. Without a named anchor, the calmest picture of the main outfit becomes one.

    `pattern` says how the names are built; without it they are read by their words. Raises ValueError for a pattern that makes no sense.
    """
    own = set(words_of(character + ".x"))
    named = any(own & set(words_of(n)) for n in names if PurePosixPath(n).suffix.lower() in PICTURES)
    told = pattern_of(pattern) if pattern.strip() else None
    found = _once([by_pattern(n, character, told) if told else read(n, character, named=named) for n in names])
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
