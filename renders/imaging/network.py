"""Small networks that ship with the product, checked by hash before they are used, one thread each."""

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

WEIGHTS = Path(__file__).parent / "weights"
SUMS = {
    "u2netp.onnx": "309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8",
    "efficientnet_lite0_fp16.onnx": "e96a3f57e4d321d4d6828e738e48ea665181a7d5b694b7a3922eeca2edc599c5",
}
SIDE, VIEW = 320, 224
MEAN, SPREAD = np.array([0.485, 0.456, 0.406], np.float32), np.array([0.229, 0.224, 0.225], np.float32)


class Damaged(Exception):
    """A weights file is not the one that shipped."""


@lru_cache(maxsize=4)
def network(name: str) -> Any:
    """An ONNX session. Raises Damaged."""
    import onnxruntime  # slow to import, and only workers need it

    data = (WEIGHTS / name).read_bytes()
    if hashlib.sha256(data).hexdigest() != SUMS[name]:
        raise Damaged(f"The weights {name} are damaged. Install the product again.")
    how = onnxruntime.SessionOptions()
    how.intra_op_num_threads = 1
    how.log_severity_level = 3
    how.enable_cpu_mem_arena = False  # a worker keeps no more memory than one picture needs
    return onnxruntime.InferenceSession(data, how, providers=["CPUExecutionProvider"])


def _asked(name: str, values: np.ndarray) -> np.ndarray:
    session = network(name)
    return np.asarray(session.run(None, {session.get_inputs()[0].name: values})[0])


def salient(image: Image.Image) -> np.ndarray:
    """How much each pixel belongs to what stands out, 0–255, in the picture's size. U²-Net's own preprocessing: 320 px, ImageNet's mean and spread."""
    small = np.asarray(image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0), np.float32)
    scaled = (small / max(float(small.max()), 1e-6) - MEAN) / SPREAD
    found = _asked("u2netp.onnx", scaled.transpose(2, 0, 1)[None].astype(np.float32))[0, 0]
    found = (found - found.min()) / max(float(found.max() - found.min()), 1e-6)
    return np.asarray(Image.fromarray((found * 255).astype(np.uint8)).resize(image.size, Image.Resampling.BILINEAR))


def described(image: Image.Image) -> np.ndarray:
    """1,280 numbers of unit length that say what a picture looks like. EfficientNet-Lite0, 224 px, (pixel − 127) / 128."""
    small = np.asarray(image.convert("RGB").resize((VIEW, VIEW), Image.Resampling.BILINEAR, reducing_gap=2.0), np.float32)
    found = _asked("efficientnet_lite0_fp16.onnx", ((small - 127) / 128).transpose(2, 0, 1)[None].astype(np.float32)).ravel().astype(np.float32)
    return found / max(float(np.linalg.norm(found)), 1e-6)
