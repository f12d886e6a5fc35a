"""Finds lines of letters in a picture: connected strokes of even width and height that stand side by side on one line and differ in shape.

Made to be quiet: windows, fences and leaves repeat one shape or vary in size, letters do neither. It warns, it never decides.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE, LEAST, MOST = 1024, 5, 8000
WINDOWS = (25, 75)


def lines(pixels: NDArray[Any]) -> list[list[float]]:
    """Boxes of lines of letters as [left, top, width, height] in shares of the picture (0–1); RGB uint8 in."""
    scale = min(1.0, SIDE / max(pixels.shape[:2]))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else pixels
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    found: list[Box] = []
    for window in WINDOWS:
        for dark in (True, False):
            kind = cv2.THRESH_BINARY_INV if dark else cv2.THRESH_BINARY
            mask = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, kind, window, 14 if dark else -14)
            found += [_around(line) for line in _rows(_letters(mask, small))]
    height, width = grey.shape
    return [[round(x / width, 4), round(y / height, 4), round(w / width, 4), round(h / height, 4)] for x, y, w, h in _once(found)]


Box = tuple[int, int, int, int]


@dataclass
class Letter:
    """A component that could be a letter: its box in px, its shape on a 12 × 12 grid, its mean colour, stroke width, and share of its convex hull."""

    box: Box
    shape: NDArray[Any]
    colour: NDArray[Any]
    stroke: float
    solid: float


def _around(line: list[Letter]) -> Box:
    left, top = min(b.box[0] for b in line), min(b.box[1] for b in line)
    return left, top, max(b.box[0] + b.box[2] for b in line) - left, max(b.box[1] + b.box[3] for b in line) - top


def _once(boxes: list[Box]) -> list[Box]:
    """The same line found twice counts once: the larger box stays."""
    kept: list[Box] = []
    for x, y, w, h in sorted(boxes, key=lambda b: -b[2] * b[3]):
        if not any(a <= x + w / 2 <= a + c and b <= y + h / 2 <= b + d for a, b, c, d in kept):
            kept.append((x, y, w, h))
    return kept


def _letters(mask: NDArray[Any], pixels: NDArray[Any]) -> list[Letter]:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    if count > MOST:
        return []
    x, y, w, h, area = (stats[:, k].astype(np.float32) for k in range(5))
    fits = (h >= 8) & (h <= 90) & (w >= 2) & (w <= 1.7 * h) & (area >= 0.12 * w * h) & (area <= 0.85 * w * h) & (area >= 12)
    fits[0] = False
    out: list[Letter] = []
    for n in _in_company(np.flatnonzero(fits), x, y, w, h):
        left, top, wide, high = (int(v) for v in stats[n, :4])
        shape = (labels[top:top + high, left:left + wide] == n).astype(np.uint8)
        far = cv2.distanceTransform(cv2.copyMakeBorder(shape, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 3)
        stroke = 2 * float(np.percentile(far[far > 0], 90))
        if not 1.5 <= stroke <= 0.42 * high:
            continue
        inside = pixels[top:top + high, left:left + wide][shape > 0].astype(np.float32)
        if float(inside.std(axis=0).mean()) > 34:
            continue
        out.append(Letter((left, top, wide, high), cv2.resize(shape.astype(np.float32), (12, 12), interpolation=cv2.INTER_AREA), inside.mean(axis=0), stroke, _solid(shape)))
    return out


def _solid(shape: NDArray[Any]) -> float:
    hull = cv2.convexHull(cv2.findNonZero(shape))
    return float(shape.sum()) / (float(cv2.contourArea(hull)) + cv2.arcLength(hull, True) / 2 + 1)  # the hull runs through the middle of its pixels


def _in_company(which: NDArray[Any], x: NDArray[Any], y: NDArray[Any], w: NDArray[Any], h: NDArray[Any]) -> NDArray[Any]:
    """Those with enough others of like height on their level nearby; decided for all at once, before any is looked at closely."""
    a, b = which[:, None], which[None, :]
    tall = np.maximum(h[a], h[b])
    level = np.minimum(np.abs(y[a] + h[a] - y[b] - h[b]), np.abs(y[a] - y[b])) <= 0.16 * tall
    near = np.abs(x[a] + w[a] / 2 - x[b] - w[b] / 2) <= 5 * tall
    alike = (h[a] <= 2 * h[b]) & (h[b] <= 2 * h[a])
    return which[(level & near & alike).sum(axis=1) >= LEAST - 1]


def _rows(letters: list[Letter]) -> list[list[Letter]]:
    """Groups that stand on one line: one colour, one stroke, like heights, a shared base or top, small gaps; with shapes that differ."""
    lines: list[list[Letter]] = []
    for one in sorted(letters, key=lambda b: b.box[0]):
        best = next((line for line in reversed(lines) if _follows(line[-1], one)), None)
        if best is None:
            lines.append([one])
        else:
            best.append(one)
    return [line for line in lines if len(line) >= LEAST and _mixed(line)]


def _follows(last: Letter, one: Letter) -> bool:
    (ax, ay, aw, ah), (bx, by, _, bh) = last.box, one.box
    gap, tall = bx - (ax + aw), max(ah, bh)
    level = min(abs(by + bh - ay - ah), abs(by - ay)) <= 0.16 * tall
    same = float(np.abs(last.colour - one.colour).mean()) < 26 and 0.5 <= one.stroke / last.stroke <= 2
    return -0.15 * tall <= gap <= 0.95 * tall and 0.5 <= bh / ah <= 2 and level and same


def _mixed(line: list[Letter]) -> bool:
    """Letters are a mixed lot of one height: neighbours' shapes correlate little, heights and tops vary little."""
    shapes = [b.shape.ravel() - b.shape.mean() for b in line]
    alike = [float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b) + 1e-6)) for a, b in pairwise(shapes)]
    heights, strokes = np.array([b.box[3] for b in line], np.float32), np.array([b.stroke for b in line], np.float32)
    even = float(heights.std() / heights.mean()) < 0.3 and float(strokes.std() / strokes.mean()) < 0.3
    return even and float(np.mean(alike)) < 0.5 and float(np.mean([b.solid for b in line])) < 0.82
