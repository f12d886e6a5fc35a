"""What this machine does by itself: cutting figures out with a small network, enlarging with a filter. No key, no network."""

import hashlib
import io
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image
from pydantic import BaseModel

from renders.imaging import background, png
from renders.providers.base import Broken, Declined

WEIGHTS = Path(__file__).parent / "weights"
SUMS = {
    "u2netp.onnx": "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8",
    "efficientnet_lite0_fp16.onnx": "e96a3f57e4d321d4d6828e738e48ea665181a7d5b694b7a3922eeca2edc599c5",
}
SIDE = 320
MEAN, SPREAD = np.array([0.485, 0.456, 0.406], np.float32), np.array([0.229, 0.224, 0.225], np.float32)
LARGEST = 8192


@lru_cache(maxsize=4)
def network(name: str) -> Any:
    """An ONNX session over weights that ship with the product, checked by hash. Raises Broken for a damaged file."""
    import onnxruntime  # slow to import, and only workers need it

    data = (WEIGHTS / name).read_bytes()
    if hashlib.sha256(data).hexdigest() != SUMS[name]:
        raise Broken(f"The weights {name} are damaged. Install the product again.")
    how = onnxruntime.SessionOptions()
    how.intra_op_num_threads = 1
    how.log_severity_level = 3
    return onnxruntime.InferenceSession(data, how, providers=["CPUExecutionProvider"])


def opened(data: bytes) -> Image.Image:
    """A picture, or Broken."""
    try:
        image = Image.open(io.BytesIO(data))
        image.load()
    except Exception:
        raise Broken("The picture cannot be decoded.") from None
    return image


def mask_of(image: Image.Image) -> np.ndarray:
    """How much each pixel belongs to what stands out, 0–255, in the picture's size. U²-Net's own preprocessing: 320 px, ImageNet's mean and spread."""
    small = np.asarray(image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS), np.float32)
    scaled = (small / max(float(small.max()), 1e-6) - MEAN) / SPREAD
    session = network("u2netp.onnx")
    found = session.run(None, {session.get_inputs()[0].name: scaled.transpose(2, 0, 1)[None].astype(np.float32)})[0][0, 0]
    found = (found - found.min()) / max(float(found.max() - found.min()), 1e-6)
    return np.asarray(Image.fromarray((found * 255).astype(np.uint8)).resize(image.size, Image.Resampling.LANCZOS))


def refined(image: Image.Image, mask: np.ndarray) -> np.ndarray:
    """The mask's soft rim pulled to the picture's own edges by a guided filter over its lightness; sure regions stay as they are."""
    guide = cv2.cvtColor(np.asarray(image.convert("RGB")), cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    alpha, reach = mask.astype(np.float32) / 255, max(2, round(max(image.size) / 200))
    box = (2 * reach + 1, 2 * reach + 1)

    def mean(values: np.ndarray) -> np.ndarray:
        return cv2.blur(values, box)

    m_guide, m_alpha = mean(guide), mean(alpha)
    slope = (mean(guide * alpha) - m_guide * m_alpha) / (mean(guide * guide) - m_guide * m_guide + 1e-4)
    soft = np.clip(mean(slope) * guide + mean(m_alpha - slope * m_guide), 0, 1)
    sure = (mask < 8) | (mask > 247)
    return (np.where(sure, alpha, soft) * 255).astype(np.uint8)


class Rembg:
    """Cuts a figure out: what has alpha stays, a plain background is flooded away, a busy one goes through the network."""

    code, label = "rembg", "Local cut-out (U²-Net)"
    about = "Runs on this machine, costs nothing: flood fill on plain backgrounds, a small network on busy ones."
    does = frozenset({"cutout"})
    model = "u2netp"
    stages_on_pixels = True
    price_usd = 0.0

    class Config(BaseModel):
        """Nothing to configure."""

    def cutout(self, data: bytes) -> tuple[bytes, dict[str, Any]]:
        """PNG with alpha, and how it was done."""
        image = opened(data)
        plain = background.cut_out(image)
        if plain is not None:
            return png.encode(plain), {"by": "alpha" if background.has_alpha(image) else "flood fill"}
        mask = refined(image, mask_of(image))
        if (mask > 127).mean() < 0.01:
            raise Declined("Nothing stands out in this picture: there is no figure to cut out.")
        out = image.convert("RGBA")
        out.putalpha(Image.fromarray(mask))
        return png.encode(out), {"by": self.model}


class Lanczos:
    """Enlarges with a good filter. It invents nothing."""

    code, label = "lanczos", "Lanczos (local)"
    about = "Enlarges on this machine with a good filter; costs nothing and invents nothing."
    does = frozenset({"upscale"})
    model = "lanczos"
    stages_on_pixels = True
    price_usd = 0.0

    class Config(BaseModel):
        """Nothing to configure."""

    def upscale(self, data: bytes, scale: float) -> tuple[bytes, dict[str, Any]]:
        """PNG, `scale` times as wide and high. Declined beyond 8,192 px."""
        image = opened(data)
        size = (round(image.width * scale), round(image.height * scale))
        if max(size) > LARGEST:
            raise Declined(f"That would be {size[0]} × {size[1]} px; {LARGEST} px is the most.")
        image = image.convert("RGBA" if "A" in image.getbands() or "transparency" in image.info else "RGB")
        return png.encode(image.resize(size, Image.Resampling.LANCZOS)), {"scale": scale}
