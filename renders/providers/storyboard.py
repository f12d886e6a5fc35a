"""The embedded engine: composes kit cut-outs, or drawn figures, over a plate or a drawn place. Needs no key and no network.

Deterministic: the same brief gives the same pixels for ever. What it makes are storyboard drawings, and every file says so.
"""

import io

import numpy as np
from PIL import Image
from pydantic import BaseModel

from renders.imaging import compose, figure, place
from renders.providers.base import Brief, Broken, Drawn, Figure


class Storyboard:
    """`generate` draws everything; `edit` keeps to the kit's pictures. Both are one composition."""

    code = "storyboard"
    label = "Storyboard"
    does = frozenset({"generate", "edit"})
    model = "storyboard-1"
    stages_on_pixels = True
    price_usd = 0.0

    class Config(BaseModel):
        """Nothing to configure."""

    def generate(self, brief: Brief) -> Drawn:
        """The panel before grading. Raises Broken when a plate cannot be decoded."""
        rng = np.random.default_rng([brief.seed & 0xFFFFFFFF, brief.seed >> 32 & 0x7FFFFFFF, brief.index])
        camera = compose.camera_for(rng, brief.index, brief.camera, len(brief.figures))
        cast, how = [], []
        for person in brief.figures:
            cut = compose.from_art(person.art) if person.art else None
            how.append("kit" if cut else "drawn")
            cast.append(cut or compose.from_drawing(_drawn(person, brief.height)))
        pixels = compose.compose(_plate(brief), cast, camera, width=brief.width, height=brief.height, rng=rng)
        return Drawn(pixels, facts={"shot": camera.shot, "mirrored": camera.mirrored, "tilt": round(camera.tilt, 2), "figures": how,
                                    "plate": "art" if brief.place and brief.place.plate else "drawn"})

    def edit(self, brief: Brief) -> Drawn:
        """With references: the same composition; the figures carry their art."""
        return self.generate(brief)


def _drawn(person: Figure, height: int) -> Image.Image:
    look = figure.look_of(person.attributes, seed=person.seed, expression=person.expression, outfit=person.outfit, pose=person.pose or "standing")
    return figure.draw(look, 1400)


def _plate(brief: Brief) -> Image.Image:
    if brief.place is None:
        return Image.new("RGB", (place.WIDTH, place.HEIGHT), "#e9e4da")
    if brief.place.plate is None:
        return place.draw(str(brief.place.attributes.get("location_type") or brief.place.name), seed=brief.place.seed)
    try:
        return Image.open(io.BytesIO(brief.place.plate)).convert("RGB")
    except OSError as error:
        raise Broken(f"The plate of {brief.place.name} cannot be decoded.") from error
