"""Colour and surface of a picture: the style lock, light and weather, all on RGB uint8 arrays (height, width, 3).

Everything is a function of its parameters and a seeded generator; nothing here knows where a picture comes from.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Generator = np.random.Generator

LIGHTS: dict[str, tuple[tuple[float, float, float], tuple[float, float, float], float]] = {
    # multiply at the top, multiply at the bottom, strength of the directional glow
    "dawn": ((1.02, 0.90, 0.94), (0.96, 0.88, 0.86), 0.22), "morning": ((1.04, 1.01, 0.95), (1.02, 0.99, 0.95), 0.20), "day": ((1.0, 1.0, 1.0), (1.0, 1.0, 1.0), 0.08),
    "evening": ((1.02, 0.84, 0.66), (0.98, 0.78, 0.62), 0.34), "dusk": ((0.74, 0.64, 0.86), (0.70, 0.56, 0.66), 0.20), "night": ((0.36, 0.42, 0.66), (0.30, 0.34, 0.54), 0.26),
}
GLOW = {"dawn": (255, 190, 170), "morning": (255, 240, 200), "day": (255, 255, 245), "evening": (255, 186, 96), "dusk": (255, 150, 130), "night": (190, 205, 255)}


def rgb(colour: str) -> tuple[int, int, int]:
    """#rrggbb as three numbers."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def to_lab(pixels: NDArray[Any]) -> NDArray[np.float32]:
    """RGB uint8 to CIELAB float32: L* 0–100, a* and b* about ±128."""
    return cv2.cvtColor(np.ascontiguousarray(pixels).astype(np.float32) / 255, cv2.COLOR_RGB2LAB)


def from_lab(lab: NDArray[np.float32]) -> Pixels:
    """CIELAB float32 back to RGB uint8, clipped to the gamut."""
    return np.clip(cv2.cvtColor(lab, cv2.COLOR_LAB2RGB) * 255 + 0.5, 0, 255).astype(np.uint8)


def _table(parameters: dict[str, Any]) -> NDArray[np.uint8]:
    """The style's colour transform as a 33³ cube, RGB order."""
    steps = np.linspace(0, 255, 33, dtype=np.float32)
    grid = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), -1).reshape(-1, 1, 3)
    lab = to_lab(grid.astype(np.uint8)).reshape(-1, 3)
    lab[:, 1:] *= parameters.get("saturation", 1.0)
    lab[:, 0] = np.clip((lab[:, 0] - 50) * parameters.get("contrast", 1.0) + 50, 0, 100)
    if palette := parameters.get("palette"):
        target = to_lab(np.array([[rgb(c) for c in palette]], np.uint8)).reshape(-1, 3)
        weight = np.array([0.6, 1.0, 1.0], np.float32)
        distance = (((lab[:, None, :] - target[None]) * weight) ** 2).sum(-1)
        share = np.exp(-distance / 500)
        share /= share.sum(1, keepdims=True) + 1e-9
        pulled, strength = share @ target, float(parameters.get("palette_strength", 0.6))
        lab[:, 1:] += (pulled[:, 1:] - lab[:, 1:]) * strength
        lab[:, 0] += (pulled[:, 0] - lab[:, 0]) * strength * 0.35
    if tint := parameters.get("tint"):
        goal = to_lab(np.array([[rgb(tint)]], np.uint8)).reshape(3)
        lab[:, 1:] += (goal[1:] - lab[:, 1:]) * 0.25
    return from_lab(lab.reshape(-1, 1, 3)).reshape(33, 33, 33, 3)


def _apply(pixels: Pixels, cube: NDArray[np.uint8]) -> Pixels:
    """Looks colours up in the cube with linear steps between its planes along the strongest error: nearest plus residue."""
    at = (pixels.astype(np.uint16) * 32 + 127) // 255
    flat = (at[..., 0].astype(np.int32) * 33 + at[..., 1]) * 33 + at[..., 2]
    base = np.take(cube.reshape(-1, 3), flat, axis=0).astype(np.int16)
    residue = pixels.astype(np.int16) - (at * 255 // 32).astype(np.int16)
    return np.clip(base + residue, 0, 255).astype(np.uint8)


def corrected(pixels: Pixels, rules: dict[str, Any]) -> tuple[Pixels, dict[str, Any]]:
    """Colours over a guide's chroma limit pulled back to it along their hue, with a soft knee from 85 % of the limit; lightness into its range.

    Returns the pixels and what it did: the share of pixels over the limit before and after (0–1), measured on the result as stored.
    """
    limit, low, high = float(rules.get("chroma_limit", 150.0)), float(rules.get("luminance_min", 0.0)), float(rules.get("luminance_max", 100.0))
    lab = to_lab(pixels)
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    before = float((chroma > limit).mean())
    knee = limit * 0.85
    room = max(limit - max(limit * 0.03, 0.8) - knee, 1e-3)  # what is stored is rounded to 8 bits
    over = np.clip(chroma - knee, 0, None)
    wanted = np.where(chroma > knee, knee + room * (over / (over + room)), chroma)
    lab[..., 1:] *= (wanted / np.maximum(chroma, 1e-6))[..., None]
    lab[..., 0] = np.clip(lab[..., 0], low, high)
    out = from_lab(lab)
    after = to_lab(out)
    return out, {"chroma_limit": limit, "over_before": round(before, 4), "over_after": round(float((np.hypot(after[..., 1], after[..., 2]) > limit).mean()), 4)}


def style_lock(pixels: Pixels, parameters: dict[str, Any], rng: Generator) -> Pixels:
    """Saturation, contrast, palette, tint, posterise, ink line, halftone: the hand of the style."""
    out = _apply(pixels, _table(parameters)) if _changes_colour(parameters) else pixels.copy()
    if levels := int(parameters.get("posterise", 0)):
        step = max(2, levels)
        out = ((out.astype(np.uint16) * step // 256) * 255 // (step - 1)).clip(0, 255).astype(np.uint8)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    if line := float(parameters.get("line_weight", 0)):
        blurred = cv2.GaussianBlur(grey, (0, 0), 1.2)
        edges = cv2.absdiff(blurred, cv2.GaussianBlur(grey, (0, 0), 1.2 + 2.4 * line))
        ink = 1 - np.clip((edges.astype(np.float32) - 5) / 26, 0, 1) * min(1.0, line * 1.4)
        out = (out * ink[..., None]).astype(np.uint8)
    if dots := float(parameters.get("halftone", 0)):
        out = _halftone(out, grey, dots)
    return out


def _changes_colour(parameters: dict[str, Any]) -> bool:
    return bool(parameters.get("palette") or parameters.get("tint")) or parameters.get("saturation", 1) != 1 or parameters.get("contrast", 1) != 1


def _halftone(pixels: Pixels, grey: NDArray[Any], amount: float) -> Pixels:
    """A 45° dot screen in the shadows."""
    height, width = grey.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    pitch = max(5.0, width / 150)
    screen = (np.cos((x + y) * np.pi / pitch) + np.cos((x - y) * np.pi / pitch)) / 4 + 0.5
    shadow = np.clip((120 - grey.astype(np.float32)) / 120, 0, 1)
    dot = ((screen < shadow * 0.62) * amount * 0.5).astype(np.float32)
    return (pixels * (1 - cv2.GaussianBlur(dot, (0, 0), 0.7)[..., None])).astype(np.uint8)


def light(pixels: Pixels, time_of_day: str, rng: Generator, *, direction: float | None = None) -> Pixels:
    """The hour: a vertical wash, and a glow from one side. `direction` is 0 (left) to 1 (right); drawn when None."""
    top, bottom, strength = LIGHTS.get(time_of_day or "day", LIGHTS["day"])
    height, width = pixels.shape[:2]
    side = float(rng.uniform(0.05, 0.95)) if direction is None else direction
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    wash = np.array(top, np.float32) * (1 - down) + np.array(bottom, np.float32) * down
    y, x = np.ogrid[0:height, 0:width]
    far = np.sqrt(((x / width - side) / 0.75) ** 2 + ((y / height - 0.16) / 0.85) ** 2)
    glow = (np.clip(1 - far, 0, 1) ** 1.6 * strength).astype(np.float32)[..., None]
    out = pixels.astype(np.float32) * wash
    out += (np.array(GLOW.get(time_of_day or "day", GLOW["day"]), np.float32) - out) * glow
    return np.clip(out, 0, 255).astype(np.uint8)


def weather(pixels: Pixels, kind: str, rng: Generator, *, indoors: bool = False) -> Pixels:
    """Rain, storm, snow, fog or cloud over the picture; indoors only the light changes."""
    if kind in ("", "clear"):
        return pixels.copy()
    cool = {"cloudy": (0.94, 0.96, 1.0), "rain": (0.80, 0.86, 0.95), "storm": (0.62, 0.68, 0.82), "snow": (0.96, 0.99, 1.04), "fog": (0.98, 0.99, 1.0)}[kind]
    strength = 0.5 if indoors else 1.0
    out = pixels.astype(np.float32) * (1 + (np.array(cool, np.float32) - 1) * strength)
    if indoors:
        return np.clip(out, 0, 255).astype(np.uint8)
    height, width = pixels.shape[:2]
    if kind in ("rain", "storm"):
        veil = np.zeros((height, width), np.uint8)
        slant = int(rng.integers(10, 26)) * (1 if rng.random() < 0.5 else -1)
        for _ in range(260 if kind == "rain" else 420):
            x, y, long = int(rng.integers(-40, width + 40)), int(rng.integers(-60, height)), int(rng.integers(height // 26, height // 11))
            cv2.line(veil, (x, y), (x + slant * long // 60, y + long), int(rng.integers(70, 150)), 1 + int(rng.random() < 0.25), cv2.LINE_AA)
        out += (240 - out) * (veil.astype(np.float32) / 255)[..., None]
    if kind == "snow":
        veil = np.zeros((height, width), np.uint8)
        for _ in range(380):
            cv2.circle(veil, (int(rng.integers(0, width)), int(rng.integers(0, height))), int(rng.integers(1, max(3, width // 170))), int(rng.integers(140, 250)), -1, cv2.LINE_AA)
        out += (255 - out) * (veil.astype(np.float32) / 255)[..., None]
    if kind == "fog":
        band = np.interp(np.linspace(0, 1, height), [0, 0.35, 0.7, 1], [0.45, 0.62, 0.4, 0.12]).astype(np.float32)
        out += (np.array((226, 230, 232), np.float32) - out) * band[:, None, None]
    return np.clip(out, 0, 255).astype(np.uint8)


def finish(pixels: Pixels, *, grain: float, vignette: float, rng: Generator) -> Pixels:
    """Paper grain and a soft vignette."""
    out = pixels.astype(np.float32)
    height, width = pixels.shape[:2]
    if vignette:
        y, x = np.ogrid[0:height, 0:width]
        far = ((x / width - 0.5) ** 2 + (y / height - 0.5) ** 2).astype(np.float32) * 2
        out *= (1 - np.clip(far - 0.35, 0, 1) * vignette)[..., None]
    if grain:
        noise = rng.standard_normal((height // 2, width // 2), dtype=np.float32)
        out += (cv2.resize(noise, (width, height), interpolation=cv2.INTER_LINEAR) * grain * 22)[..., None]
    return np.clip(out, 0, 255).astype(np.uint8)


def swatches(pixels: NDArray[Any], count: int = 6) -> list[str]:
    """The main colours of a picture as hex, largest first: k-means in Lab on a small copy."""
    small = pixels.reshape(-1, 3)[:: max(1, pixels.size // 3 // 4096)]
    lab = to_lab(small.reshape(-1, 1, 3)).reshape(-1, 3)
    count = min(count, len(np.unique(small, axis=0)))
    _, labels, centres = cv2.kmeans(lab, count, None, (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 20, 1.0), 1, cv2.KMEANS_PP_CENTERS)
    order = np.argsort(-np.bincount(labels.ravel(), minlength=count))
    return [f"#{int(c[0]):02x}{int(c[1]):02x}{int(c[2]):02x}" for c in from_lab(centres[order].reshape(-1, 1, 3)).reshape(-1, 3)]
