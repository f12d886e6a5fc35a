"""What this machine does by itself: cutting figures out with a small network, enlarging with a filter. No key, no network."""

import io
from typing import Any

import cv2
import numpy as np
from PIL import Image
from pydantic import BaseModel

from renders.imaging import background, network, png
from renders.providers.base import Broken, Declined

LARGEST = 8192


def opened(data: bytes) -> Image.Image:
    """A picture, or Broken."""
    try:
        image = Image.open(io.BytesIO(data))
        image.load()
    except Exception:
        raise Broken("The picture cannot be decoded.") from None
    return image


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
        mask = refined(image, network.salient(image))
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
