"""How much a figure looks like its model sheet, and how far a picture lies from a style: numbers to rank and to warn by, never a verdict.

A figure is described by body and head, each by an embedding and a Lab histogram, on the cut-out foreground.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

from renders.imaging import background, network
from renders.imaging.colour import to_lab

VERSION = "likeness-1"
WEIGHTS = {"body_shape": 0.3, "head_shape": 0.25, "body_colour": 0.25, "head_colour": 0.2}
HEAD_SHARE, LEAST_SHARE, BINS = 0.3, 0.015, (4, 8, 8)
STYLE = ("lightness", "lightness spread", "chroma", "chroma spread", "warmth", "green or red", "edges", "grain", "black", "white")


@dataclass(frozen=True)
class Figure:
    """One figure: embeddings of unit length and histograms that sum to 1. `box` is where it stands: left, top, right, bottom in px."""

    body: np.ndarray
    head: np.ndarray
    body_colours: np.ndarray
    head_colours: np.ndarray
    box: tuple[int, int, int, int]


def mask_of(image: Image.Image) -> np.ndarray:
    """The foreground as bool: by alpha, by a plain background, else by the network."""
    cut = background.cut_out(image)
    if cut is not None:
        return np.asarray(cut.getchannel("A")) > 127
    return network.salient(image) > 127


def figures(image: Image.Image, *, most: int = 4) -> list[Figure]:
    """The figures that stand apart in a picture, largest first; all of the foreground as one where they touch."""
    image = _bounded(image)
    mask = mask_of(image)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    big = [n for n in range(1, count) if stats[n, cv2.CC_STAT_AREA] >= LEAST_SHARE * mask.size]
    big.sort(key=lambda n: -stats[n, cv2.CC_STAT_AREA])
    found = [_figure(image, labels == n) for n in big[:most]]
    if len(big) > 1:
        found.append(_figure(image, mask))
    return [f for f in found if f is not None]


def labelled(image: Image.Image, labels: np.ndarray, count: int) -> dict[int, Figure]:
    """Figures by the number they carry in `labels`, 1 to `count`; those that hardly show are left out."""
    small = _bounded(image)
    where = cv2.resize(labels, small.size, interpolation=cv2.INTER_NEAREST)
    found = {n: _figure(small, where == n) for n in range(1, count + 1) if (where == n).mean() >= LEAST_SHARE / 2}
    return {n: f for n, f in found.items() if f is not None}


def _bounded(image: Image.Image) -> Image.Image:
    small = image.convert("RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB")
    small.thumbnail((640, 640), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return small


def _figure(image: Image.Image, mask: np.ndarray) -> Figure | None:
    ys, xs = np.nonzero(mask)
    if ys.size < 200:
        return None
    left, top, right, bottom = int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1
    pixels = np.asarray(image.convert("RGB"))
    alone = np.where(mask[..., None], pixels, 255).astype(np.uint8)
    neck = top + max(8, round((bottom - top) * HEAD_SHARE)) if bottom - top > 1.2 * (right - left) else top + max(8, round((bottom - top) * 0.55))
    head_rows = mask[top:neck].any(axis=0).nonzero()[0]
    head_box = (int(head_rows.min()), top, int(head_rows.max()) + 1, neck)
    return Figure(_described(alone, (left, top, right, bottom)), _described(alone, head_box), _colours(pixels[top:bottom, left:right], mask[top:bottom, left:right]),
                  _colours(pixels[top:neck, head_box[0]:head_box[2]], mask[top:neck, head_box[0]:head_box[2]]), (left, top, right, bottom))


def _described(pixels: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    """The crop on a white square, so that a shape keeps its proportions."""
    left, top, right, bottom = box
    side = max(right - left, bottom - top)
    square = np.full((side, side, 3), 255, np.uint8)
    y, x = (side - (bottom - top)) // 2, (side - (right - left)) // 2
    square[y:y + bottom - top, x:x + right - left] = pixels[top:bottom, left:right]
    return network.described(Image.fromarray(square))


def _colours(pixels: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """A Lab histogram, L coarser than a and b: light changes, clothes do not."""
    lab = to_lab(pixels)[mask]
    spans = ((0, 100.01), (-90, 90), (-90, 90))
    counts, _ = np.histogramdd(lab, bins=BINS, range=spans)
    smooth = cv2.GaussianBlur(counts.reshape(BINS[0], -1).astype(np.float32), (3, 1), 0).ravel()
    return smooth / max(float(smooth.sum()), 1e-6)


def compared(a: Figure, b: Figure) -> tuple[float, dict[str, float]]:
    """0–1, and its parts."""
    parts = {
        "body_shape": float(np.clip(a.body @ b.body, 0, 1)), "head_shape": float(np.clip(a.head @ b.head, 0, 1)),
        "body_colour": float(np.minimum(a.body_colours, b.body_colours).sum()), "head_colour": float(np.minimum(a.head_colours, b.head_colours).sum())}
    return round(sum(WEIGHTS[name] * value for name, value in parts.items()), 4), {k: round(v, 4) for k, v in parts.items()}


def best(seen: list[Figure], references: list[Figure]) -> tuple[float, dict[str, float], int] | None:
    """The closest pair of a figure in the picture and a reference: score, parts, index of the reference. None where one side is empty."""
    pairs = [(*compared(s, r), n) for s in seen for n, r in enumerate(references)]
    return max(pairs, key=lambda p: p[0]) if pairs else None


def style_of(pixels: np.ndarray) -> list[float]:
    """A picture's hand in ten numbers, named in STYLE; light and colour in Lab, edges and grain on a 512 px copy."""
    scale = 512 / max(pixels.shape[:2])
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else pixels
    lab = to_lab(small)
    chroma, grey = np.hypot(lab[..., 1], lab[..., 2]), cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    soft = cv2.GaussianBlur(grey, (0, 0), 1.2)
    edges = float((np.hypot(cv2.Sobel(soft, cv2.CV_32F, 1, 0), cv2.Sobel(soft, cv2.CV_32F, 0, 1)) > 60).mean())
    values = [lab[..., 0].mean(), lab[..., 0].std(), chroma.mean(), chroma.std(), lab[..., 2].mean(), lab[..., 1].mean(), edges * 100, float(np.abs(grey - soft).mean()), float((grey < 25).mean()) * 100, float((grey > 235).mean()) * 100]
    return [round(float(v), 4) for v in values]


def style_distance(picture: list[float], accepted: list[list[float]]) -> tuple[float, dict[str, float]] | None:
    """How many usual spreads of the accepted pictures this one lies from their middle, and by which trait. None for fewer than five: nothing to calibrate on."""
    if len(accepted) < 5:
        return None
    known = np.array(accepted, np.float32)
    spread = np.maximum(known.std(axis=0), np.maximum(np.abs(known.mean(axis=0)) * 0.05, 0.5))
    away = np.abs(np.array(picture, np.float32) - known.mean(axis=0)) / spread
    return round(float(np.sqrt((away**2).mean())), 3), {name: round(float(a), 2) for name, a in zip(STYLE, away, strict=True)}
