"""Cuts a figure out of a plain background: flood fill in Lab from the border. Busy backgrounds are left alone."""

import cv2
import numpy as np
from PIL import Image

from renders.imaging.colour import to_lab

PLAIN_SHARE = 0.8
NEAR = 12.0


def has_alpha(image: Image.Image) -> bool:
    """Whether at least 2 % of the picture is see-through."""
    if image.mode not in ("RGBA", "LA", "PA") and "transparency" not in image.info:
        return False
    alpha = np.asarray(image.convert("RGBA").getchannel("A"))
    return bool((alpha < 128).mean() > 0.02)


def cut_out(image: Image.Image) -> Image.Image | None:
    """The picture as RGBA with its plain background removed; as it is when it has alpha; None where the border is busy."""
    rgba = image.convert("RGBA")
    if has_alpha(image):
        return rgba
    pixels = np.asarray(rgba)[..., :3]
    lab = to_lab(pixels)
    border = np.concatenate([lab[0], lab[-1], lab[:, 0], lab[:, -1]])
    middle = np.median(border, axis=0)
    if (np.linalg.norm(border - middle, axis=1) < NEAR).mean() < PLAIN_SHARE:
        return None
    like = (np.linalg.norm(lab - middle, axis=2) < NEAR).astype(np.uint8)
    _, labels = cv2.connectedComponents(like, connectivity=4)
    touching = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    outside = np.isin(labels, touching[touching > 0]) & (like > 0)
    alpha = cv2.GaussianBlur(np.where(outside, 0, 255).astype(np.uint8), (3, 3), 0)
    rgba.putalpha(Image.fromarray(alpha))
    return rgba
