"""Words for generators: one section a concern, in a fixed order, so that two plans can be compared line by line."""

from typing import Any

from projects.domain import prompts as templates


def sections(snapshot: dict[str, Any]) -> dict[str, str]:
    """The prompt's sections by name, empty ones left out. A stage with a template has the template's words; `$words` are what would stand there without."""
    style, scene = snapshot.get("style") or {}, snapshot.get("scene") or {}
    attributes, camera = scene.get("attributes") or {}, snapshot["parameters"]["camera"].replace("_", " ")
    task = snapshot["task"]
    parts = {
        "panel": _worded(snapshot, "panel", {"name": task["name"], "description": task["description"], "instructions": task["instructions"]},
                         " ".join(filter(None, (task["name"] + ".", task["description"], task["instructions"])))),
        "cast": "; ".join(_person(snapshot, member) for member in snapshot["cast"]),
        "scene": _worded(snapshot, "scene", {"name": scene.get("name", ""), "location": str(attributes.get("location_type", "")).replace("_", " "), "layout": str(attributes.get("base_layout", ""))}, _place(scene)) if scene else "",
        "style": _worded(snapshot, "style", {"name": style.get("name", ""), "prompt": style.get("prompt", "")}, ", ".join(filter(None, (style.get("name", ""), style.get("prompt", ""))))) if style else "",
        "light": _worded(snapshot, "light", {"time_of_day": snapshot["time_of_day"], "lighting": scene.get("lighting", "")}, ", ".join(filter(None, (snapshot["time_of_day"], scene.get("lighting", ""))))),
        "weather": _worded(snapshot, "weather", {"weather": snapshot["weather"]}, snapshot["weather"]),
        "camera": _worded(snapshot, "camera", {"camera": camera}, camera),
    }
    return {name: text.strip() for name, text in parts.items() if text.strip()}


def _worded(snapshot: dict[str, Any], stage: str, values: dict[str, str], words: str) -> str:
    """A stage's own words, or its template's; a stage without anything to say stays silent."""
    template = (snapshot.get("templates") or {}).get(stage)
    return templates.filled(template["text"], {**values, "words": words}) if template and words else words


def _person(snapshot: dict[str, Any], member: dict[str, Any]) -> str:
    attributes, kit = member["attributes"], member.get("kit") or {}
    appearance = attributes.get("appearance") or {}
    look = kit.get("appearance_prompt") or (attributes.get("generation_prompts") or {}).get("visual_description") or ", ".join(
        f"{k} {v}" for k, v in appearance.items() if v)
    mood = member["expression"] if member["expression"] != "neutral" else ""
    pose = member["pose"].replace("_", " ") if member["pose"] != "standing" else ""
    told = {"name": member["name"], "look": look, "expression": mood, "outfit": member["outfit"], "pose": pose}
    return _worded(snapshot, "cast", told, ", ".join(filter(None, told.values())))


def _place(scene: dict[str, Any]) -> str:
    attributes = scene["attributes"]
    return ", ".join(filter(None, (scene["name"], attributes.get("location_type", "").replace("_", " "), attributes.get("base_layout", ""))))


def text(snapshot: dict[str, Any]) -> str:
    """The whole prompt: a section a line, or as the project's template for the whole lays them out."""
    whole = (snapshot.get("templates") or {}).get("whole")
    if whole:
        return templates.filled(whole["text"], dict.fromkeys(templates.FIELDS["whole"], "") | sections(snapshot))
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
