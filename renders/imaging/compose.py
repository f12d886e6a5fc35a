"""Puts figures on a plate as a storyboard artist would: camera, placing, mirroring, shadows. Deterministic by its generator."""

import io
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from renders.imaging.background import cut_out

SHOTS = ("medium", "wide", "close_up", "medium", "wide", "close_up")
FULL_FIGURE = 2.2


@dataclass(frozen=True)
class Cutout:
    """A figure ready to place: RGBA, cropped; `full` when its feet show; `faces_right` decides mirroring."""

    image: Image.Image
    full: bool
    faces_right: bool = True


@dataclass(frozen=True)
class Camera:
    """A framing: the shot, where the crop sits on the plate (0–1), whether the plate is mirrored, and tilt in degrees."""

    shot: str
    pan: float
    mirrored: bool
    tilt: float
    zoom: float
    swap: bool


def camera_for(rng: np.random.Generator, index: int, wanted: str, people: int) -> Camera:
    """Candidate `index`'s framing. A wanted shot is kept and only varied; without one the shots take turns."""
    shot = wanted if wanted in ("close_up", "medium", "wide") else SHOTS[index % len(SHOTS)]
    if not people and shot == "close_up":
        shot = "medium"
    tilt = float(rng.uniform(-2.2, 2.2)) if index % 3 == 2 else 0.0
    return Camera(shot, float(rng.uniform(0.15, 0.85)), bool(rng.random() < 0.5), tilt, float((0.9, 1.04, 1.2, 0.96)[index % 4] * rng.uniform(0.97, 1.05)), bool(index % 4 == 3))


@lru_cache(maxsize=32)
def _opened(data: bytes) -> Cutout | None:
    cut = cut_out(Image.open(io.BytesIO(data)))
    if cut is None:
        return None
    box = cut.getchannel("A").point(lambda a: 255 if a > 24 else 0).getbbox()
    if box is None:
        return None
    cut = cut.crop(box)
    return Cutout(cut, cut.height / cut.width >= FULL_FIGURE)


def from_art(data: bytes) -> Cutout | None:
    """A picture of a kit as a figure; None when no figure can be cut out of it."""
    return _opened(data)


def from_drawing(image: Image.Image) -> Cutout:
    """A drawn figure: always whole."""
    return Cutout(image, True)


WINDOW = {"wide": 1.0, "medium": 0.74, "close_up": 0.5}
SOFTEN = {"wide": 0.0, "medium": 1.2, "close_up": 4.0}


def backdrop(plate: Image.Image, camera: Camera, width: int, height: int) -> Image.Image:
    """The plate as the camera sees it, `width` × `height`."""
    share = min(1.0, WINDOW[camera.shot] / camera.zoom)
    scale = min(plate.width / width, plate.height / height) * share
    w, h = width * scale, height * scale
    left = (plate.width - w) * camera.pan
    top = (plate.height - h) * {"wide": 1.0, "medium": 0.62, "close_up": 0.34}[camera.shot]
    view = plate.resize((width, height), Image.Resampling.BICUBIC, box=(left, top, left + w, top + h), reducing_gap=2.0)
    if camera.mirrored:
        view = view.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if soft := SOFTEN[camera.shot] * width / 1024:
        view = Image.fromarray(cv2.GaussianBlur(np.asarray(view), (0, 0), soft))
    return view


def _measure(cut: Cutout, shot: str, people: int, height: int) -> tuple[int, int]:
    """(figure height in px, y of its top) for a shot."""
    crowd = {1: 1.0, 2: 0.92, 3: 0.84}.get(people, 0.76)
    if cut.full:
        tall = {"wide": 0.70, "medium": 1.42, "close_up": 2.45}[shot] * (crowd if shot != "wide" else 1)
        top = {"wide": 0.945 - tall, "medium": 0.10 + (1 - crowd) * 0.35, "close_up": 0.07 + (1 - crowd) * 0.5}[shot]
    else:
        tall = {"wide": 0.74, "medium": 0.94, "close_up": 1.42}[shot] * crowd
        top = {"wide": 1 - tall, "medium": 1 - tall, "close_up": 0.07 + (1 - crowd) * 0.5}[shot]
    return round(tall * height), round(top * height)


def compose(plate: Image.Image, cast: list[Cutout], camera: Camera, *, width: int, height: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """The panel before any grading, RGB uint8 (height, width, 3); and who stands where: 0 for nobody, n for the n-th of the cast (height, width)."""
    canvas = backdrop(plate, camera, width, height).convert("RGB")
    who = Image.new("L", (width, height), 0)
    order = list(enumerate(cast, 1))
    order = order[::-1] if camera.swap else order
    people = len(order)
    spread = {"wide": 0.60, "medium": 0.52, "close_up": 0.50}[camera.shot]
    for at, (number, cut) in enumerate(order):
        tall, top = _measure(cut, camera.shot, people, height)
        tall = round(tall * (1 + (camera.zoom - 1) * 0.6)) if camera.shot != "wide" else tall
        if not cut.full:  # a figure that is cut at the hips stands on the frame's edge, never above it
            top = height - tall if camera.shot != "close_up" else max(top, height - tall)
        scale = tall / cut.image.height
        figure = cut.image.resize((max(1, round(cut.image.width * scale)), tall), Image.Resampling.LANCZOS, reducing_gap=2.0)
        centre = 0.5 if people == 1 else 0.5 - spread / 2 + spread * at / (people - 1)
        centre += float(rng.uniform(-0.04, 0.04)) + (float(rng.choice([-0.15, -0.06, 0.06, 0.15])) if people == 1 else 0)
        to_the_right = centre > 0.5
        if to_the_right == cut.faces_right:
            figure = figure.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        drop = round(float(rng.uniform(-0.012, 0.03)) * height) if camera.shot == "wide" and cut.full else 0
        x, y = round(centre * width - figure.width / 2), top + drop
        if cut.full and camera.shot == "wide":
            _shadow(canvas, x + figure.width / 2, y + figure.height, figure.width, height)
        canvas.paste(figure, (x, y), figure)
        who.paste(number, (x, y), figure.getchannel("A").point(lambda a: 255 if a > 127 else 0))
    pixels, labels = np.asarray(canvas), np.asarray(who)
    if camera.tilt:
        return _tilted(pixels, camera.tilt), _tilted(labels, camera.tilt, cv2.INTER_NEAREST)
    return pixels.copy(), labels.copy()


def _shadow(canvas: Image.Image, x: float, y: float, width: int, height: int) -> None:
    pad = round(width * 0.5)
    patch = Image.new("L", (width + 2 * pad, round(height * 0.05) + pad), 0)
    middle = patch.height / 2
    ImageDraw.Draw(patch).ellipse((pad * 0.8, middle - height * 0.016, patch.width - pad * 0.8, middle + height * 0.016), fill=120)
    patch = patch.filter(ImageFilter.GaussianBlur(height * 0.008))
    canvas.paste((24, 22, 34), (round(x - patch.width / 2), round(y - patch.height / 2 - height * 0.006)), patch)


def _tilted(pixels: np.ndarray, degrees: float, how: int = cv2.INTER_CUBIC) -> np.ndarray:
    """A slight dutch angle, zoomed so that no corner shows."""
    height, width = pixels.shape[:2]
    zoom = 1 + abs(np.sin(np.radians(degrees))) * max(width / height, height / width) * 1.05
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, zoom)
    return cv2.warpAffine(pixels, matrix, (width, height), flags=how, borderMode=cv2.BORDER_REFLECT)
