"""Finds lines of letters in a picture: connected strokes of even width and height that stand side by side on one line and differ in shape.

Made to be quiet: windows, fences and leaves repeat one shape or vary in size, letters do neither. It warns, it never decides.
"""

from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 768
LEAST = 5


def lines(pixels: NDArray[Any]) -> list[list[float]]:
    """Boxes of lines of letters as [left, top, width, height] in shares of the picture (0–1); RGB uint8 in."""
    scale = min(1.0, SIDE / max(pixels.shape[:2]))
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    found: list[list[float]] = []
    height, width = grey.shape
    for dark in (True, False):
        kind = cv2.THRESH_BINARY_INV if dark else cv2.THRESH_BINARY
        mask = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, kind, 31, 12 if dark else -12)
        for line in _rows(_letters(mask, grey)):
            left, top = min(b[0] for b in line), min(b[1] for b in line)
            right, bottom = max(b[0] + b[2] for b in line), max(b[1] + b[3] for b in line)
            found.append([round(left / width, 4), round(top / height, 4), round((right - left) / width, 4), round((bottom - top) / height, 4)])
    return found


Box = tuple[int, int, int, int, NDArray[Any]]


def _letters(mask: NDArray[Any], grey: NDArray[Any]) -> list[Box]:
    """Components that could be a letter: size, fill, even stroke, clear contrast; each with its shape on a 12 × 12 grid."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    out: list[Box] = []
    if count > 6000:
        return out
    for n in range(1, count):
        x, y, w, h, area = (int(v) for v in stats[n])
        if not (9 <= h <= 110 and 2 <= w <= 1.8 * h and 0.14 <= area / (w * h) <= 0.92):
            continue
        shape = (labels[y:y + h, x:x + w] == n).astype(np.uint8)
        far = cv2.distanceTransform(cv2.copyMakeBorder(shape, 1, 1, 1, 1, cv2.BORDER_CONSTANT), cv2.DIST_L2, 3)
        ridge = far[(far == cv2.dilate(far, np.ones((3, 3)))) & (far > 0)]
        if ridge.mean() > h / 4 or ridge.std() > 0.55 * ridge.mean():
            continue
        inside, around = float(grey[y:y + h, x:x + w][shape > 0].mean()), grey[y:y + h, x:x + w][shape == 0]
        if around.size == 0 or abs(inside - float(around.mean())) < 40:
            continue
        out.append((x, y, w, h, cv2.resize(shape.astype(np.float32), (12, 12), interpolation=cv2.INTER_AREA)))
    return out


def _rows(letters: list[Box]) -> list[list[Box]]:
    """Groups that stand on one line: like heights, shared base or top, small gaps; with shapes that differ."""
    letters = sorted(letters, key=lambda b: b[0])
    lines: list[list[Box]] = []
    for box in letters:
        for line in lines:
            last = line[-1]
            gap, tall = box[0] - (last[0] + last[2]), max(box[3], last[3])
            level = min(abs(box[1] + box[3] - last[1] - last[3]), abs(box[1] - last[1])) <= 0.18 * tall
            if -0.3 * tall <= gap <= 0.9 * tall and 0.55 <= box[3] / last[3] <= 1.8 and level:
                line.append(box)
                break
        else:
            lines.append([box])
    return [line for line in lines if len(line) >= LEAST and _differ(line)]


def _differ(line: list[Box]) -> bool:
    """Letters are a mixed lot, yet of one height: neighbours' shapes correlate little and heights vary little."""
    shapes = [b[4].ravel() - b[4].mean() for b in line]
    alike = [float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b) + 1e-6)) for a, b in pairwise(shapes)]
    heights = np.array([b[3] for b in line], np.float32)
    return float(np.mean(alike)) < 0.6 and float(heights.std() / heights.mean()) < 0.28
