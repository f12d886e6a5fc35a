"""The stages between a provider's picture and the finished panel, each with its own parameters and its own picture."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from renders.imaging import colour
from renders.imaging.place import kind_of

INDOORS = {"kitchen", "living_room", "classroom", "spaceship_bridge", "cafe", "bedroom"}
STAGES = ("compose", "style_lock", "light", "weather", "finish")


@dataclass(frozen=True)
class Step:
    """One stage's outcome: RGB uint8 pixels and the parameters that made them."""

    name: str
    pixels: np.ndarray
    parameters: dict[str, Any]


def _rng(seed: int, stage: str) -> np.random.Generator:
    return np.random.default_rng([seed & 0xFFFFFFFF, STAGES.index(stage)])


def of(drawn_here: bool, pixels: np.ndarray, snapshot: dict[str, Any], seed: int, told: Callable[[str], None]) -> Iterator[Step]:
    """Our own engine's pictures get every stage on their pixels. A generator that reads words had them in its prompt: its colours are only corrected toward the guide."""
    if drawn_here:
        yield from grade(pixels, snapshot, seed, told)
    elif snapshot["parameters"].get("correct_colour", True) and (rules := (snapshot["guide"] or {}).get("rules")):
        told("colour_correction")
        yield Step("colour_correction", *colour.corrected(pixels, rules))


def grade(pixels: np.ndarray, snapshot: dict[str, Any], seed: int, told: Callable[[str], None]) -> Iterator[Step]:
    """Style lock → light → weather → finish. `told` hears the name of each stage before it starts."""
    style = (snapshot.get("style") or {}).get("parameters") or {}
    scene = snapshot.get("scene") or {}
    where = kind_of(str((scene.get("attributes") or {}).get("location_type") or scene.get("name") or ""))
    told("style_lock")
    pixels = colour.style_lock(pixels, style, _rng(seed, "style_lock"))
    yield Step("style_lock", pixels, {k: v for k, v in style.items() if v})
    told("light")
    rng = _rng(seed, "light")
    side = round(float(rng.uniform(0.05, 0.95)), 3)
    pixels = colour.light(pixels, snapshot["time_of_day"], rng, direction=side)
    yield Step("light", pixels, {"time_of_day": snapshot["time_of_day"] or "day", "direction": side})
    told("weather")
    indoors = bool(scene) and where in INDOORS
    pixels = colour.weather(pixels, snapshot["weather"], _rng(seed, "weather"), indoors=indoors)
    yield Step("weather", pixels, {"weather": snapshot["weather"] or "clear", "indoors": indoors})
    told("finish")
    how = {"grain": float(style.get("grain", 0.0)), "vignette": 0.55}
    pixels = colour.finish(pixels, rng=_rng(seed, "finish"), **how)
    yield Step("finish", pixels, how)
