"""Proposes a style guide out of pictures: how colourful, how dark and light they are, and which colours they are made of. CIELAB throughout."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from renders.imaging.colour import from_lab, to_lab

SIDE, COLOURS = 96, 8


def rules_of(pictures: list[NDArray[Any]]) -> dict[str, Any]:
    """Limits and palette of RGB uint8 pictures, as GuideRules has them: the chroma that 97 % of the pixels keep to, the lightness of the middle 98 %, up to eight colours
    that are at least 10 ΔE apart, and one and a half times the mean distance of the pixels from them. Deterministic. Raises ValueError without pictures."""
    if not pictures:
        raise ValueError("no pictures")
    pixels = np.concatenate([to_lab(cv2.resize(p, (SIDE, SIDE), interpolation=cv2.INTER_AREA)).reshape(-1, 3) for p in pictures])
    chroma = np.hypot(pixels[:, 1], pixels[:, 2])
    palette = _palette(pixels)
    distance = np.min(np.linalg.norm(pixels[:, None] - palette[None], axis=2), axis=1)
    low, high = (float(np.percentile(pixels[:, 0], q)) for q in (1, 99))
    return {"chroma_limit": float(np.ceil(np.percentile(chroma, 97))), "luminance_min": float(np.floor(low)), "luminance_max": float(np.ceil(high)),
            "palette": ["#" + bytes(int(v) for v in colour).hex() for colour in from_lab(palette.reshape(1, -1, 3).astype(np.float32))[0]],
            "palette_tolerance": round(max(8.0, float(distance.mean()) * 1.5), 1)}


def _palette(pixels: NDArray[Any]) -> NDArray[np.float32]:
    """Cluster centres, the commonest first; those that lie close to a commoner one are left out."""
    sample = pixels[:: max(1, len(pixels) // 20_000)].astype(np.float32)
    cv2.setRNGSeed(7)
    _, labels, centres = cv2.kmeans(sample, min(COLOURS + 4, len(sample)), None, (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 40, 0.2), 3, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    order = np.argsort(-np.bincount(labels.ravel(), minlength=len(centres)))
    kept: list[NDArray[np.float32]] = []
    for centre in centres[order]:
        if all(np.linalg.norm(centre - other) >= 10 for other in kept):
            kept.append(centre)
    return np.array(kept[:COLOURS], np.float32)
