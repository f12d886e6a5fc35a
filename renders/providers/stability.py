"""Stability AI: multipart in, JSON with base64 out. Prices are fixed by the kind of work.

Contract: https://platform.stability.ai/docs/api-reference (read 2026-11-21). 1 credit is $0.01. A filtered picture comes blurred with 200: it is never kept.
"""

from typing import Any

import orjson
from pydantic import Field

from renders.providers.base import Broken, Moderated, ProviderError
from renders.providers.remote import RATIOS, Ask, Prices, Remote, Secret, Settings, Ticket, ratio
from renders.providers.wire import Answer, Wire, from_base64

RATIOS_HERE = tuple(r for r in RATIOS if r not in ((4, 3), (3, 4)))
EDIT = "image-to-image"


class Stability(Remote):
    """Stable Image: generate, image-to-image, background removal, fast upscale."""

    code, label = "stability", "Stability AI"
    about = "Stable Image. Also removes backgrounds and enlarges four times."
    does = frozenset({"generate", "edit", "cutout", "upscale"})
    secrets = (Secret("key", "API key", "Starts with sk-. Made at platform.stability.ai/account/keys."),)
    read_s = wait_s = 180.0
    per_minute = 600
    prices = Prices("2026-11-21", "picture", {"core": 0.03, "ultra": 0.08, "sd3.5-large": 0.065, "sd3.5-large-turbo": 0.04, "sd3.5-medium": 0.035, "remove-background": 0.05, "fast": 0.02, "*": 0.08})

    class Config(Settings):
        """Which service draws, which one edits, and how far an edit may leave its reference."""

        base_url: str = Field("https://api.stability.ai", title="Address", max_length=400, pattern=r"^https?://[^\s]+$")
        model: str = Field("core", title="Service for new pictures", pattern=r"^(core|ultra|sd3\.5-(large|large-turbo|medium))$")
        edit_model: str = Field("sd3.5-large", title="Model for edits", pattern=r"^sd3\.5-(large|large-turbo|medium)$")
        strength: float = Field(0.55, title="How far an edit may leave its reference (0–1)", ge=0.05, le=1)

    def model(self, config: Any, op: str) -> str:
        """By capability."""
        return {"cutout": "remove-background", "upscale": "fast", "edit": config.edit_model}.get(op, config.model)

    def headers(self, config: Any, secrets: dict[str, str]) -> dict[str, str]:
        """Bearer, and JSON for the finish reason."""
        return {"Authorization": f"Bearer {secrets['key']}", "Accept": "application/json"}

    def start(self, wire: Wire, ask: Ask, config: Any) -> Ticket:
        """Always multipart, also without a file."""
        model = self.model(config, ask.op)
        told: dict[str, Any] = {"output_format": "png"}
        files: list[tuple[str, Any]] = [("image", (p.name, p.data, p.mime)) for p in ask.references[:1]]
        if ask.op in ("generate", "edit"):
            told |= {"prompt": ask.prompt[:10000], "seed": str(ask.small_seed)} | ({"negative_prompt": ask.negative_prompt[:10000]} if ask.negative_prompt else {})
            told |= {"mode": EDIT, "strength": str(config.strength)} if ask.op == "edit" else {"aspect_ratio": ratio(ask.width, ask.height, RATIOS_HERE)}
            if model.startswith("sd3"):
                told["model"] = model
        path = {"cutout": "/v2beta/stable-image/edit/remove-background", "upscale": "/v2beta/stable-image/upscale/fast"}.get(ask.op, f"/v2beta/stable-image/generate/{'sd3' if model.startswith('sd3') else model}")
        answer = wire.send("POST", path, paid=True, files=[*((k, (None, v)) for k, v in told.items()), *files])
        if not answer.ok:
            raise self._refusal(wire, answer)
        return self._ticket(answer)

    def _ticket(self, answer: Answer) -> Ticket:
        told = answer.json()
        if told.get("finish_reason") == "CONTENT_FILTERED":
            raise Moderated("Stability's safety check blurred the picture; it is not kept.", "output")
        if not told.get("image"):
            raise Broken("The answer holds no picture.")
        return Ticket("", True, picture=from_base64(told["image"]), facts={k: told[k] for k in ("seed", "finish_reason") if k in told})

    def _refusal(self, wire: Wire, answer: Answer) -> ProviderError:
        try:
            told = orjson.loads(answer.body)
        except orjson.JSONDecodeError:
            told = {}
        if isinstance(told, dict) and told.get("name") == "content_moderation":
            return Moderated(f"Stability's safety check held this back: {wire.clean('; '.join(map(str, told.get('errors') or [])))}", "input")
        return wire.refusal(answer, paid=True)

    def check(self, wire: Wire, config: Any) -> str:
        """The balance."""
        return f"The key works; {float(wire.call('GET', '/v1/user/balance').get('credits', 0)):.1f} credits are left."
