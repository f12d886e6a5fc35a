"""The embedded engine: composes kit cut-outs, or drawn figures, over a plate or a drawn place. Needs no key and no network.

Deterministic: the same brief gives the same pixels for ever. What it makes are storyboard drawings, and every file says so.
"""

import io

import numpy as np
from PIL import Image
from pydantic import BaseModel

from renders.imaging import compose, figure, marks, place, png
from renders.providers.base import Brief, Broken, Declined, Drawn, Figure


class Storyboard:
    """`generate` draws everything; `edit` keeps to the kit's pictures. Both are one composition."""

    code = "storyboard"
    label = "Storyboard"
    about = "The embedded engine: kit cut-outs over plates, or drawn figures and places. Costs nothing."
    does = frozenset({"generate", "edit"})
    model = "storyboard-1"
    stages_on_pixels = True
    price_usd = 0.0

    class Config(BaseModel):
        """Nothing to configure."""

    def generate(self, brief: Brief) -> Drawn:
        """The panel before grading, or one picture of a model sheet. Raises Broken when a plate cannot be decoded."""
        if brief.parameters.get("sheet"):
            return _sheet(brief, brief.figures[0])
        rng = np.random.default_rng([brief.seed & 0xFFFFFFFF, brief.seed >> 32 & 0x7FFFFFFF, brief.index])
        camera = compose.camera_for(rng, brief.index, brief.camera, len(brief.figures))
        cast, how = [], []
        for person in brief.figures:
            cut = compose.from_art(person.art) if person.art else None
            how.append("kit" if cut else "drawn")
            cast.append(cut or compose.from_drawing(_drawn(person, brief.height)))
        pixels, labels = compose.compose(_plate(brief), cast, camera, width=brief.width, height=brief.height, rng=rng)
        return Drawn(pixels, labels=labels, facts={"shot": camera.shot, "mirrored": camera.mirrored, "tilt": round(camera.tilt, 2), "figures": how,
                                    "plate": "art" if brief.place and brief.place.plate else "drawn"})

    def edit(self, brief: Brief) -> Drawn:
        """With references: the same composition; the figures carry their art."""
        return self.generate(brief)


def _drawn(person: Figure, height: int) -> Image.Image:
    return figure.draw(_look(person), 1400)


def _sheet(brief: Brief, person: Figure) -> Drawn:
    """A figure alone, see-through. Art of another hand is never redrawn: it is cropped, or marked the way manga marks a mood."""
    kind = brief.parameters["sheet"]
    if person.art is not None and brief.parameters.get("made_by") != Storyboard.code:
        image, how = _from_art(kind, person), "kit"
    elif kind == "anchor_portrait":
        image, how = figure.draw_portrait(_look(person), brief.width), "drawn"
    else:
        image, how = figure.draw(_look(person), brief.height), "drawn"
    return Drawn(np.asarray(image.convert("RGB")), data=png.encode(image), facts={"figures": [how]})


def _from_art(kind: str, person: Figure) -> Image.Image:
    cut = compose.from_art(person.art or b"")
    if cut is None:
        raise Declined("No figure can be cut out of the anchor: its background is busy. Bring an anchor with a plain or see-through background.")
    if kind == "anchor_portrait":
        return marks.head(cut.image)
    if kind == "expression" and person.expression in marks.MOODS:
        return marks.mood(cut.image, person.expression)
    raise Declined(f"The storyboard engine does not redraw art of another hand: it cannot make this {kind.replace('anchor_', '')} from your anchor. A provider that edits pictures can; or draw it and drop it on the sheet.")


def _look(person: Figure) -> figure.Look:
    return figure.look_of(person.attributes, seed=person.seed, expression=person.expression, outfit=person.outfit, pose=person.pose or "standing")


def _plate(brief: Brief) -> Image.Image:
    if brief.place is None:
        return Image.new("RGB", (place.WIDTH, place.HEIGHT), "#e9e4da")
    if brief.place.plate is None:
        return place.draw(str(brief.place.attributes.get("location_type") or brief.place.name), seed=brief.place.seed)
    try:
        return Image.open(io.BytesIO(brief.place.plate)).convert("RGB")
    except OSError as error:
        raise Broken(f"The plate of {brief.place.name} cannot be decoded.") from error
