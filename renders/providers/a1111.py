"""AUTOMATIC1111 and Forge: one's own server, synchronous, free of charge.

Contract: the server's own /docs (Forge of 2025-06). `info` is JSON inside JSON; a grid may come before the pictures.
"""

import base64
from typing import Any

import orjson
from pydantic import Field

from renders.providers.base import Broken, Declined
from renders.providers.remote import Ask, Prices, Remote, Secret, Settings, Ticket
from renders.providers.wire import Wire, from_base64


class Automatic1111(Remote):
    """txt2img, img2img with the first reference, and the extras tab for enlarging."""

    code, label = "a1111", "AUTOMATIC1111 / Forge"
    about = "Your own Stable Diffusion server, started with --api. Costs nothing."
    does = frozenset({"generate", "edit", "upscale"})
    secrets = (Secret("login", "user:password (only with --api-auth)", "Leave empty when the server asks for none."),)
    free = needs_address = True
    concurrent = 1
    per_minute = 0
    read_s = wait_s = 600.0
    prices = Prices("2026-11-21", "picture", {})

    class Config(Settings):
        """Address, checkpoint and sampling."""

        base_url: str = Field("http://127.0.0.1:7860", title="Address", max_length=400, pattern=r"^https?://[^\s]+$")
        model: str = Field("", title="Checkpoint (empty: the one that is loaded)", max_length=200)
        steps: int = Field(28, title="Steps", ge=1, le=150)
        cfg_scale: float = Field(6.5, title="CFG scale", ge=1, le=30)
        sampler: str = Field("", title="Sampler (empty: the server's choice)", max_length=80)
        denoising_strength: float = Field(0.55, title="How far an edit may leave its reference (0–1)", ge=0.05, le=1)
        upscaler: str = Field("R-ESRGAN 4x+", title="Upscaler", max_length=120)

    def headers(self, config: Any, secrets: dict[str, str]) -> dict[str, str]:
        """Basic, where a login is kept."""
        login = secrets.get("login", "")
        return {"Authorization": "Basic " + base64.b64encode(login.encode()).decode()} if login else {}

    def start(self, wire: Wire, ask: Ask, config: Any) -> Ticket:
        """Blocks until the picture is there."""
        if ask.op == "upscale":
            told = wire.call("POST", "/sdapi/v1/extra-single-image", json={"image": base64.b64encode(ask.references[0].data).decode(), "resize_mode": 0,
                                                                            "upscaling_resize": ask.parameters.get("scale", 2), "upscaler_1": config.upscaler})
            return Ticket(ask.key, True, picture=from_base64(told.get("image")))
        body: dict[str, Any] = {"prompt": ask.prompt, "negative_prompt": ask.negative_prompt, "seed": ask.small_seed, "steps": config.steps, "cfg_scale": config.cfg_scale, "width": ask.width // 8 * 8,
                                "height": ask.height // 8 * 8, "batch_size": 1, "n_iter": 1, "send_images": True, "save_images": False, "force_task_id": ask.key}
        if config.sampler:
            body["sampler_name"] = config.sampler
        if config.model:
            body |= {"override_settings": {"sd_model_checkpoint": config.model}, "override_settings_restore_afterwards": True}
        path = "/sdapi/v1/txt2img"
        if ask.references:
            path = "/sdapi/v1/img2img"
            body |= {"init_images": [base64.b64encode(ask.references[0].data).decode()], "denoising_strength": config.denoising_strength}
        return self._ticket(ask, wire.call("POST", path, json=body))

    def _ticket(self, ask: Ask, told: dict[str, Any]) -> Ticket:
        try:
            info = orjson.loads(told.get("info") or "{}")
        except orjson.JSONDecodeError:
            info = {}
        images, first = told.get("images") or [], int(info.get("index_of_first_image") or 0)
        if len(images) <= first:
            raise Broken("The server stopped before the picture was done (interrupted there?).")
        return Ticket(ask.key, True, picture=from_base64(images[first]), facts={k: info[k] for k in ("seed", "sd_model_name", "sd_model_hash", "infotexts") if k in info})

    def check(self, wire: Wire, config: Any) -> str:
        """The checkpoints it knows."""
        known = [str(m.get("title") or m.get("model_name")) for m in wire.call("GET", "/sdapi/v1/sd-models")]
        if config.model and not any(config.model in title for title in known):
            raise Declined(f"The server runs, but knows no checkpoint “{config.model}”. It has: {', '.join(known[:8]) or 'none'}.", "model")
        return f"The server runs and has {len(known)} checkpoints."
