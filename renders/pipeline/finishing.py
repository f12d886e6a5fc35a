"""Post-processing inside a run, where it was asked for: colours toward the guide, the figure cut out, the picture enlarged; in this order, before the guard looks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from PIL import Image

from renders.imaging import colour, png
from renders.models import RunCandidate
from renders.pipeline import chains, drawing
from renders.providers.local import opened
from renders.providers.remote import Picture

POST = ("correct_colour", "cutout", "upscale")
Told = Callable[[str, float], None]


@dataclass
class Finished:
    """The picture as it will be stored, and what was done to it."""

    image: Image.Image
    facts: dict[str, Any] = field(default_factory=dict)


def asked(snapshot: dict[str, Any]) -> dict[str, Any]:
    """The wishes of a snapshot; snapshots made before there were any have none."""
    return snapshot["parameters"].get("post") or {}


def size_of(snapshot: dict[str, Any]) -> tuple[int, int]:
    """Width and height of the finished picture in px."""
    scale = float(asked(snapshot).get("upscale") or 1)
    return round(snapshot["parameters"]["width"] * scale), round(snapshot["parameters"]["height"] * scale)


def wants_alpha(snapshot: dict[str, Any]) -> bool:
    """Whether the finished picture must have transparency."""
    return bool(asked(snapshot).get("cutout"))


def finished(candidate: RunCandidate, snapshot: dict[str, Any], pixels: np.ndarray, told: Told) -> Finished:
    """The picture after the wishes. Raises what the chain's last provider raises: a picture that should be cut out and is not is no result."""
    post, facts = asked(snapshot), {}
    rules = (snapshot["guide"] or {}).get("rules")
    if post.get("correct_colour") and rules:
        told("colour_correction", 0.0)
        pixels, facts["colour_correction"] = colour.corrected(pixels, rules)
    image = Image.fromarray(pixels)
    for operation in ("cutout", "upscale"):
        if post.get(operation):
            told(operation, 60.0)
            work = chains.Work(operation, Picture(png.encode(image), "image/png", "panel.png"), drawing.unit_of(candidate), {"scale": float(post["upscale"])} if operation == "upscale" else {})
            data, facts[operation] = chains.done(work, lambda seconds, stage=operation: told(stage, seconds))  # type: ignore[misc]
            image = opened(data)
    width, height = size_of(snapshot)
    if post and image.size != (width, height) and abs(image.width / image.height - width / height) < 0.02:
        image = image.resize((width, height), Image.Resampling.LANCZOS)
    return Finished(image, facts)
