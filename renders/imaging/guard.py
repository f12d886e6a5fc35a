"""Looks at a finished picture and says what is wrong with it, in numbers and in words. It never decides alone."""

import io
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from renders.imaging import lettering
from renders.imaging.colour import rgb, to_lab

VERSION = "guard-2"
SMALL = 256


@dataclass(frozen=True)
class Demands:
    """What a picture must be: size in px, alpha or not, and the style guide's limits (CIELAB)."""

    width: int
    height: int
    alpha: bool = False
    chroma_limit: float = 60.0
    luminance_min: float = 0.0
    luminance_max: float = 100.0
    palette: tuple[str, ...] = ()
    palette_tolerance: float = 30.0
    text_allowed: bool = True


@dataclass
class Verdict:
    """Hard failures hold a picture back, soft warnings only lower it. `fingerprint` is a 64-bit difference hash in hex."""

    hard: list[dict[str, Any]] = field(default_factory=list)
    soft: list[dict[str, Any]] = field(default_factory=list)
    chroma_exceed: float = 0.0
    measures: dict[str, float] = field(default_factory=dict)
    fingerprint: str = ""

    def as_json(self) -> dict[str, Any]:
        """For the report row."""
        return {"version": VERSION, **asdict(self)}


def _say(code: str, text: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "text": text, **more}


def look_at_bytes(data: bytes, demands: Demands, *, others: Iterable[str] = ()) -> Verdict:
    """As `look`, from a file; a file that cannot be decoded is a hard failure of its own."""
    try:
        image = Image.open(io.BytesIO(data))
        image.load()
    except Exception:
        return Verdict(hard=[_say("undecodable", "The file cannot be decoded.")])
    return look(image, demands, others=others)


def look(image: Image.Image, demands: Demands, *, others: Iterable[str] = ()) -> Verdict:
    """All checks of one picture. `others` are fingerprints of the job's other candidates."""
    verdict = Verdict()
    if image.size != (demands.width, demands.height):
        verdict.hard.append(_say("size", f"It is {image.width} × {image.height}, asked for was {demands.width} × {demands.height}."))
    if demands.alpha and not _see_through(image):
        verdict.hard.append(_say("alpha", "Transparency was asked for and is missing."))
    pixels = np.asarray(image.convert("RGB"))
    small = cv2.resize(pixels, (SMALL, SMALL), interpolation=cv2.INTER_AREA)
    lab = to_lab(small)
    _blank(verdict, lab)
    _clipping(verdict, small)
    _sharpness(verdict, pixels)
    _border(verdict, small)
    _colour(verdict, lab, demands)
    if not demands.text_allowed and (lines := lettering.lines(pixels)):
        verdict.soft.append(_say("text", f"There seem to be letters in the picture ({len(lines)} {'line' if len(lines) == 1 else 'lines'}).", boxes=lines[:8]))
    verdict.fingerprint = fingerprint(small)
    if verdict.fingerprint and any(distance(verdict.fingerprint, other) <= 2 for other in others if other):
        verdict.hard.append(_say("duplicate", "It is the same picture as another candidate of this job."))
    return verdict


def _see_through(image: Image.Image) -> bool:
    """Whether some of it really is: an alpha channel that is all opaque is none."""
    return "A" in image.getbands() and image.getchannel("A").getextrema()[0] < 255  # type: ignore[operator]


def _blank(verdict: Verdict, lab: NDArray[np.float32]) -> None:
    spread = float(lab.std(axis=(0, 1)).max())
    verdict.measures["spread"] = round(spread, 2)
    if spread < 2.5:
        verdict.hard.append(_say("blank", "The picture is blank or nearly one colour."))


def _clipping(verdict: Verdict, small: NDArray[Any]) -> None:
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    dark, bright = float((grey <= 3).mean()), float((grey >= 252).mean())
    verdict.measures |= {"clipped_shadows": round(dark, 4), "clipped_highlights": round(bright, 4)}
    if dark > 0.12:
        verdict.soft.append(_say("clipped_shadows", f"{dark:.0%} of the picture is pure black."))
    if bright > 0.12:
        verdict.soft.append(_say("clipped_highlights", f"{bright:.0%} of the picture is pure white."))


def _sharpness(verdict: Verdict, pixels: NDArray[Any]) -> None:
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    sharp = float(cv2.Laplacian(grey, cv2.CV_32F).var())
    verdict.measures["sharpness"] = round(sharp, 1)
    if sharp < 25:
        verdict.soft.append(_say("blur", "The picture is soft: hardly any sharp edge."))


def _border(verdict: Verdict, small: NDArray[Any]) -> None:
    """A flat frame around a busy picture is an artefact of bad outpainting or padding."""
    inner = float(small[8:-8, 8:-8].std())
    for name, strip in (("top", small[:6]), ("bottom", small[-6:]), ("left", small[:, :6]), ("right", small[:, -6:])):
        if inner > 20 and float(strip.std()) < 1.0:
            verdict.soft.append(_say("border", f"The {name} edge is one flat colour, like a frame or padding.", side=name))


def _colour(verdict: Verdict, lab: NDArray[np.float32], demands: Demands) -> None:
    chroma = np.hypot(lab[..., 1], lab[..., 2])
    over = np.clip(chroma - demands.chroma_limit, 0, None)
    verdict.chroma_exceed = round(float(over.mean()), 4)
    verdict.measures |= {"chroma_mean": round(float(chroma.mean()), 2), "chroma_over_share": round(float((over > 0).mean()), 4)}
    if (over > 0).mean() > 0.05:
        verdict.soft.append(_say("chroma", f"{(over > 0).mean():.0%} of the picture is more colourful than the style guide allows (chroma over {demands.chroma_limit:.0f})."))
    low, high = float((lab[..., 0] < demands.luminance_min).mean()), float((lab[..., 0] > demands.luminance_max).mean())
    if low > 0.1 or high > 0.1:
        verdict.soft.append(_say("luminance", f"{max(low, high):.0%} of the picture is {'darker' if low >= high else 'lighter'} than the style guide allows."))
    if demands.palette:
        palette = to_lab(np.array([[rgb(c) for c in demands.palette]], np.uint8)).reshape(-1, 3)
        nearest = np.min(np.linalg.norm(lab.reshape(-1, 1, 3) - palette[None], axis=2), axis=1)
        verdict.measures["palette_distance"] = round(float(nearest.mean()), 2)
        if nearest.mean() > demands.palette_tolerance:
            verdict.soft.append(_say("palette", f"The colours lie {nearest.mean():.0f} ΔE from the guide's palette on average; {demands.palette_tolerance:.0f} is allowed."))


def heat(image: Image.Image, demands: Demands) -> Image.Image:
    """What the guide objects to, as a see-through overlay at 256 px: red where a colour is too strong, violet where it is far from the palette."""
    small = np.asarray(image.convert("RGB").resize((SMALL, max(1, round(SMALL * image.height / image.width))), Image.Resampling.BILINEAR, reducing_gap=2.0))
    lab = to_lab(small)
    over = np.clip((np.hypot(lab[..., 1], lab[..., 2]) - demands.chroma_limit) / 25, 0, 1)
    far = np.zeros_like(over)
    if demands.palette:
        palette = to_lab(np.array([[rgb(c) for c in demands.palette]], np.uint8)).reshape(-1, 3)
        nearest = np.min(np.linalg.norm(lab.reshape(-1, 1, 3) - palette[None], axis=2), axis=1).reshape(over.shape)
        far = np.clip((nearest - demands.palette_tolerance) / 30, 0, 1)
    out = np.zeros((*over.shape, 4), np.uint8)
    out[..., 0], out[..., 2] = 235, np.where(far > over, 220, 30)
    out[..., 3] = (np.maximum(over, far) * 190).astype(np.uint8)
    return Image.fromarray(out)


def fingerprint(small: NDArray[Any]) -> str:
    """64-bit difference hash over a 9 × 8 grid of greys, in hex."""
    grey = cv2.resize(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (9, 8), interpolation=cv2.INTER_AREA)
    bits = (grey[:, 1:] > grey[:, :-1]).ravel()
    return f"{int(''.join('1' if b else '0' for b in bits), 2):016x}"


def distance(a: str, b: str) -> int:
    """Differing bits of two fingerprints."""
    return (int(a, 16) ^ int(b, 16)).bit_count()
