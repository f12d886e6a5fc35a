"""Reads what a picture file says about how it was made: our own files, and those of ComfyUI, AUTOMATIC1111 / Forge and InvokeAI.

Formats as the programs write them: ComfyUI `prompt` and `workflow` (JSON graphs in PNG text, or EXIF Make/Model in WebP), A1111 `parameters` (PNG text, or EXIF
UserComment), InvokeAI `invokeai_metadata` (and the older `sd-metadata`, `dream`). Only headers are read; pixels are never decoded.
"""

import io
import re
from dataclasses import asdict, dataclass, field
from typing import Any

import orjson
from PIL import ExifTags, Image

LONGEST = 4_000_000
SIZE = re.compile(r"^(\d{1,5})x(\d{1,5})$")
PAIR = re.compile(r'\s*([\w][\w \-/]*):\s*("(?:\\.|[^"\\])*"|[^,]*)(?:,|$)')
SIGNED = (b"caBX", b"jumbc2pa", b"c2pa.claim")


@dataclass
class Told:
    """What a file says: which program made it, words, seed, model, size in px, other parameters; our own ids where it is ours; whether it is signed (C2PA)."""

    maker: str = ""
    prompt: str = ""
    negative_prompt: str = ""
    seed: int | None = None
    model: str = ""
    width: int = 0
    height: int = 0
    parameters: dict[str, Any] = field(default_factory=dict)
    lineage: dict[str, Any] = field(default_factory=dict)
    digital_source: str = ""
    signed: bool = False

    def as_json(self) -> dict[str, Any]:
        """For answers."""
        return asdict(self)


def read(data: bytes) -> Told:
    """Everything the file says. `maker` is iat, comfyui, a1111, invokeai or '' for a file that says nothing. Raises ValueError for what is no picture."""
    try:
        image = Image.open(io.BytesIO(data))
        size = image.size
        texts = {str(k): str(v) for k, v in image.info.items() if isinstance(v, str) and len(v) <= LONGEST}
        texts |= _exif(image)
    except Exception:
        raise ValueError("This is no picture that can be read.") from None
    told = _first(texts)
    told.width, told.height = told.width or size[0], told.height or size[1]
    told.signed = any(data.find(mark, 0, 2_000_000) >= 0 for mark in SIGNED)
    if not told.digital_source and (found := re.search(r"digitalsourcetype/(\w+)", str(texts.get("XML:com.adobe.xmp", "")) or data[:400_000].decode("latin-1"))):
        told.digital_source = found.group(1)
    return told


def _exif(image: Image.Image) -> dict[str, str]:
    """EXIF fields that generators use, under the names their PNG twins have."""
    try:
        exif = image.getexif()
        comment = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.UserComment) or exif.get(ExifTags.Base.ImageDescription)
    except Exception:
        return {}
    out: dict[str, str] = {}
    if isinstance(comment, bytes):
        comment = comment[8:].decode("utf-16-be" if comment.startswith(b"UNICODE") else "utf-8", errors="replace").strip("\0")
    if isinstance(comment, str) and comment.strip():
        out["parameters"] = comment
    for tag in (ExifTags.Base.Make, ExifTags.Base.Model):
        name, _, body = str(exif.get(tag, "")).partition(":")
        if name.lower() in ("prompt", "workflow") and body.strip().startswith("{"):
            out[name.lower()] = body.strip()
    return out


def _first(texts: dict[str, str]) -> Told:
    for key, how in (("iat:lineage", _ours), ("invokeai_metadata", _invoke), ("sd-metadata", _invoke), ("prompt", _comfy), ("parameters", _a1111), ("dream", _dream)):
        if key in texts:
            found = how(texts[key], texts)
            if found is not None:
                return found
    return Told()


def _json(text: str) -> dict[str, Any] | None:
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return told if isinstance(told, dict) else None


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**64 else int(value) if isinstance(value, str) and value.strip().lstrip("-").isdigit() and len(value) < 21 else None


def _ours(text: str, texts: dict[str, str]) -> Told | None:
    told = _json(text)
    if told is None:
        return None
    return Told("iat", texts.get("iat:prompt", ""), seed=_whole(told.get("seed")), model=str(told.get("model") or ""), lineage=told, parameters={"provider": told.get("provider"), "index": told.get("index")})


def _a1111(text: str, texts: dict[str, str]) -> Told | None:
    """Prompt, then `Negative prompt:`, then one line of `Key: value` pairs that begins with Steps."""
    lines = text.strip().split("\n")
    tail = lines.pop() if lines and re.match(r"\s*Steps: \d", lines[-1]) else ""
    words, _, avoid = "\n".join(lines).partition("Negative prompt:")
    pairs = {k.strip(): v.strip().strip('"') for k, v in PAIR.findall(tail)} if tail else {}
    if not pairs and "Negative prompt:" not in text:
        return None
    size = SIZE.match(pairs.get("Size", ""))
    return Told("a1111", words.strip(), avoid.strip(), _whole(pairs.get("Seed", "")), pairs.get("Model", ""), int(size[1]) if size else 0, int(size[2]) if size else 0,
                {k: v for k, v in pairs.items() if k not in ("Seed", "Model", "Size")})


def _invoke(text: str, texts: dict[str, str]) -> Told | None:
    told = _json(text)
    if told is None:
        return None
    inner = told.get("image") if isinstance(told.get("image"), dict) else told
    inner = inner if isinstance(inner, dict) else {}
    words = inner.get("positive_prompt") or inner.get("prompt") or ""
    if isinstance(words, list):
        words = " ".join(str(p.get("prompt", "")) for p in words if isinstance(p, dict))
    model = inner.get("model") or told.get("model_weights") or ""
    name = str(model.get("name") or model.get("model_name") or "") if isinstance(model, dict) else str(model)
    known = {k: inner[k] for k in ("steps", "cfg_scale", "scheduler", "generation_mode", "rand_device") if k in inner}
    return Told("invokeai", str(words), str(inner.get("negative_prompt") or ""), _whole(inner.get("seed")), name, _whole(inner.get("width")) or 0, _whole(inner.get("height")) or 0, {**known, "version": told.get("app_version")})


def _dream(text: str, texts: dict[str, str]) -> Told | None:
    found = re.match(r'\s*"?(.*?)"?\s+-s\s*\d', text, re.S)
    seed = re.search(r"-S\s*(\d+)", text)
    return Told("invokeai", found.group(1), seed=int(seed.group(1)) if seed else None, parameters={"dream": text[:2000]}) if found else None


def _comfy(text: str, texts: dict[str, str]) -> Told | None:
    """The graph: the first sampler, walked back to its words, its latent's size and its checkpoint."""
    graph = _json(text)
    nodes = {str(k): v for k, v in (graph or {}).items() if isinstance(v, dict) and isinstance(v.get("inputs"), dict)}
    if not nodes:
        return None
    sampler = next((n for n in nodes.values() if "positive" in n["inputs"]), None) or next((n for n in nodes.values() if "noise_seed" in n["inputs"] or "seed" in n["inputs"]), None)
    inputs = sampler["inputs"] if sampler else {}
    seed = next((s for name in ("seed", "noise_seed") if (s := _value(nodes, inputs.get(name), ("seed", "noise_seed", "value"))) is not None), None)
    latent = _value(nodes, inputs.get("latent_image"), ("width",)), _value(nodes, inputs.get("latent_image"), ("height",))
    model = next((str(n["inputs"][k]) for n in nodes.values() for k in ("ckpt_name", "unet_name") if isinstance(n["inputs"].get(k), str)), "")
    positive = _value(nodes, inputs.get("positive"), ("text", "t5xxl", "clip_l", "value")) if sampler else None
    if positive is None:
        positive = next((n["inputs"]["text"] for n in nodes.values() if isinstance(n["inputs"].get("text"), str)), "")
    negative = _value(nodes, inputs.get("negative"), ("text", "value")) or ""
    known = {k: inputs[k] for k in ("steps", "cfg", "sampler_name", "scheduler", "denoise") if isinstance(inputs.get(k), int | float | str)}
    return Told("comfyui", str(positive), str(negative) if negative != positive else "", _whole(seed), model, _whole(latent[0]) or 0, _whole(latent[1]) or 0, {**known, "nodes": len(nodes), "workflow": "workflow" in texts})


def _value(nodes: dict[str, Any], told: Any, names: tuple[str, ...], depth: int = 0) -> Any:
    """A plain value, or the one behind a link, through whatever stands between."""
    if not isinstance(told, list):
        return told
    node = nodes.get(str(told[0])) if told and depth < 12 else None
    if node is None:
        return None
    for name in names:
        if name in node["inputs"] and (found := _value(nodes, node["inputs"][name], names, depth + 1)) is not None:
            return found
    links = (v for v in node["inputs"].values() if isinstance(v, list))
    return next((found for link in links if (found := _value(nodes, link, names, depth + 1)) is not None), None)
