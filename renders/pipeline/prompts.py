"""Words for generators: one section a concern, in a fixed order, so that two plans can be compared line by line."""

from typing import Any


def sections(snapshot: dict[str, Any]) -> dict[str, str]:
    """The prompt's sections by name, empty ones left out."""
    style, scene = snapshot.get("style") or {}, snapshot.get("scene") or {}
    parts = {
        "panel": " ".join(filter(None, (snapshot["task"]["name"] + ".", snapshot["task"]["description"], snapshot["task"]["instructions"]))),
        "cast": "; ".join(_person(member) for member in snapshot["cast"]),
        "scene": _place(scene),
        "style": ", ".join(filter(None, (style.get("name", ""), style.get("prompt", "")))),
        "light": ", ".join(filter(None, (snapshot["time_of_day"], scene.get("lighting", "")))),
        "weather": snapshot["weather"],
        "camera": snapshot["parameters"]["camera"].replace("_", " "),
    }
    return {name: text.strip() for name, text in parts.items() if text.strip()}


def _person(member: dict[str, Any]) -> str:
    attributes, kit = member["attributes"], member.get("kit") or {}
    appearance = attributes.get("appearance") or {}
    look = kit.get("appearance_prompt") or (attributes.get("generation_prompts") or {}).get("visual_description") or ", ".join(
        f"{k} {v}" for k, v in appearance.items() if v)
    return ", ".join(filter(None, (member["name"], look, member["expression"] if member["expression"] != "neutral" else "", member["outfit"], member["pose"].replace("_", " ") if member["pose"] != "standing" else "")))


def _place(scene: dict[str, Any]) -> str:
    if not scene:
        return ""
    attributes = scene["attributes"]
    return ", ".join(filter(None, (scene["name"], attributes.get("location_type", "").replace("_", " "), attributes.get("base_layout", ""))))


def text(snapshot: dict[str, Any]) -> str:
    """The whole prompt, a section a line."""
    return "\n".join(f"{name}: {words}" for name, words in sections(snapshot).items())


SHEET = {
    "anchor_portrait": "portrait, head and shoulders, facing the viewer, plain background", "anchor_fullbody": "full body, standing, facing the viewer, plain background",
    "expression": "the same person, same clothes, plain background", "pose": "the same person, full body, plain background", "outfit": "the same person, full body, plain background",
}


def for_sheet(snapshot: dict[str, Any], item: Any) -> str:
    """The prompt of one picture of a model sheet: the kit's contract first, then what this picture shows."""
    kit, character = snapshot["kit"], snapshot["character"]
    look = kit["appearance_prompt"] or (character["attributes"].get("generation_prompts") or {}).get("visual_description") or ", ".join(
        f"{k} {v}" for k, v in (character["attributes"].get("appearance") or {}).items() if v)
    shows = [SHEET[item.asset_type], f"expression: {item.expression}" if item.expression else "", f"wearing {item.outfit}" if item.outfit else "", f"pose: {item.pose.replace('_', ' ')}" if item.pose else ""]
    parts = {"character": f"{character['name']}, {look}".strip(", "), "picture": ", ".join(filter(None, shows)), "style": kit["style_prompt"]}
    return "\n".join(f"{name}: {words}" for name, words in parts.items() if words)


def for_remote(words: str, shown: list[str]) -> str:
    """The prompt with a legend of the reference pictures, in the order they are sent."""
    legend = "; ".join(f"image {n + 1} shows {name}" for n, name in enumerate(shown))
    return f"{words}\nreferences: {legend}. Keep each exactly as shown: face, hair, clothes, colours." if shown else words


def negative(snapshot: dict[str, Any]) -> str:
    """What to avoid: of the style and of every kit, once each."""
    style = snapshot.get("style") or {}
    words = [style.get("negative_prompt", ""), *((m.get("kit") or {}).get("negative_prompt", "") for m in snapshot["cast"])]
    return ", ".join(dict.fromkeys(filter(None, words)))
