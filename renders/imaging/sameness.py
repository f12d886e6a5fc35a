"""How far two pictures are the same: to the last bit, to the eye, or not."""

import io

import cv2
import numpy as np
from PIL import Image

from renders.imaging.colour import to_lab
from renders.imaging.guard import distance, fingerprint

SMALL, MEAN_DE, WORST_DE, BITS = 256, 1.5, 10.0, 3
ORDER = ("bit_exact", "perceptually_equal", "different", "missing")


def compared(a: bytes, b: bytes) -> tuple[str, dict[str, float]]:
    """One of ORDER and its measures: mean and 99.5th percentile of ΔE (CIE76) at 256 px, differing bits of the difference hash.

    Bit-exact means equal pixels: what a file says about itself (its ids) always differs.
    """
    one, two = (np.asarray(Image.open(io.BytesIO(data)).convert("RGBA")) for data in (a, b))
    if one.shape == two.shape and np.array_equal(one, two):
        return "bit_exact", {"mean_de": 0.0, "worst_de": 0.0, "bits": 0.0}
    small = [cv2.resize(p[..., :3], (SMALL, SMALL), interpolation=cv2.INTER_AREA) for p in (one, two)]
    off = np.linalg.norm(to_lab(small[0]) - to_lab(small[1]), axis=2)
    told = {"mean_de": round(float(off.mean()), 3), "worst_de": round(float(np.percentile(off, 99.5)), 3), "bits": float(distance(fingerprint(small[0]), fingerprint(small[1])))}
    alike = one.shape == two.shape and told["mean_de"] <= MEAN_DE and told["worst_de"] <= WORST_DE and told["bits"] <= BITS
    return "perceptually_equal" if alike else "different", told


def worst(verdicts: list[str]) -> str:
    """A run is as good as its worst pair."""
    return max(verdicts, key=ORDER.index, default="missing")
