"""OpenAI's image models, and servers that speak the same contract. Synchronous: the picture comes in the answer, as base64.

Contract: https://platform.openai.com/docs/api-reference/images (read 2026-11-21). Costs are counted from the reported tokens.
"""

from typing import Any

import orjson
from pydantic import Field

from renders.providers.base import Broken, Declined, Moderated, ProviderError
from renders.providers.remote import Ask, Picture, Prices, Remote, Secret, Settings, Ticket
from renders.providers.wire import Answer, Wire, data_url, from_base64

LEAST_PX, MOST_PX, LONGEST = 655_360, 8_294_400, 3840
TOKENS = {"low": 272, "medium": 1056, "high": 4160, "xhigh": 4160, "max": 4160, "auto": 1056}


class OpenAI(Remote):
    """`images/generations`, and `images/edits` where there are references."""

    code, label = "openai", "OpenAI"
    about = "GPT Image models. Up to sixteen reference pictures; see-through backgrounds."
    does = frozenset({"generate", "edit"})
    secrets = (Secret("key", "API key", "Starts with sk-. Made at platform.openai.com/api-keys."),)
    read_s = wait_s = 360.0
    can_judge = True
    prices = Prices("2026-11-21", "million tokens", {"text in": 5.0, "image in": 8.0, "image out": 30.0})

    class Config(Settings):
        """Model and quality."""

        base_url: str = Field("https://api.openai.com/v1", title="Address", max_length=400, pattern=r"^https?://[^\s]+$")
        model: str = Field("gpt-image-2.6-flare", title="Model", max_length=120, min_length=1)
        quality: str = Field("medium", title="Quality", pattern=r"^(low|medium|high|auto|xhigh|max)$")
        organization: str = Field("", title="Organisation (optional)", max_length=120)
        safety_check: bool = Field(False, title="Look over every finished picture with OpenAI's moderation model (free of charge)")

    def headers(self, config: Any, secrets: dict[str, str]) -> dict[str, str]:
        """Bearer, and the organisation where there is one."""
        return {"Authorization": f"Bearer {secrets['key']}", **({"OpenAI-Organization": config.organization} if config.organization else {})}

    def price(self, ask: Ask, config: Any, table: dict[str, float]) -> float:
        """From the usual numbers of tokens for size and quality; the answer tells the real ones."""
        out = TOKENS[config.quality] * max(1.0, ask.width * ask.height / 1_048_576)
        return round((len(ask.prompt) / 4 * table.get("text in", 0) + 1000 * len(ask.references) * table.get("image in", 0) + out * table.get("image out", 0)) / 1e6, 4)

    def start(self, wire: Wire, ask: Ask, config: Any) -> Ticket:
        """One picture."""
        told: dict[str, Any] = {"model": config.model, "prompt": _prompt(ask)[:32000], "n": 1, "size": size(ask.width, ask.height), "quality": config.quality, "output_format": "png"}
        if ask.parameters.get("transparent"):
            told["background"] = "transparent"
        if ask.references:
            files = [("image[]", (p.name, p.data, p.mime)) for p in ask.references[:16]]
            answer = wire.send("POST", "/images/edits", paid=True, data={k: str(v) for k, v in told.items()}, files=files)
        else:
            answer = wire.send("POST", "/images/generations", paid=True, json=told)
        if not answer.ok:
            raise self._refusal(wire, answer)
        return self._ticket(answer, config)

    def _ticket(self, answer: Answer, config: Any) -> Ticket:
        told = answer.json()
        first = (told.get("data") or [{}])[0]
        if not first.get("b64_json"):
            raise Broken("The answer holds no picture.")
        used = told.get("usage") or {}
        facts = {"usage": used, "size": told.get("size"), "quality": told.get("quality"), "request_id": answer.headers.get("x-request-id", "")}
        if first.get("revised_prompt"):
            facts["revised_prompt"] = first["revised_prompt"]
        return Ticket(answer.headers.get("x-request-id", ""), True, picture=from_base64(first["b64_json"]), facts=facts, cost_usd=self._cost(used))

    def _cost(self, used: dict[str, Any]) -> float | None:
        if not used:
            return None
        given, table = used.get("input_tokens_details") or {}, self.prices.table
        return round((given.get("text_tokens", 0) * table["text in"] + given.get("image_tokens", 0) * table["image in"] + used.get("output_tokens", 0) * table["image out"]) / 1e6, 6)

    def _refusal(self, wire: Wire, answer: Answer) -> ProviderError:
        try:
            error = (orjson.loads(answer.body) or {}).get("error") or {}
        except (orjson.JSONDecodeError, AttributeError):
            error = {}
        error = error if isinstance(error, dict) else {}
        said = wire.clean(str(error.get("message", "")))
        if error.get("code") == "moderation_blocked":
            told = error.get("moderation_details") or {}
            return Moderated(f"OpenAI's safety check held this back: {said}", str(told.get("moderation_stage") or "unknown"))
        if error.get("code") == "insufficient_quota":
            return Declined(f"The account has no credit: {said}", "credit")
        if answer.status == 403:
            return Declined(f"OpenAI does not allow this for the account: {said}", "key")
        return wire.refusal(answer, paid=True)

    def judge(self, wire: Wire, picture: Picture, config: Any) -> list[str]:
        """The categories that the moderation model flags. Contract: https://platform.openai.com/docs/api-reference/moderations"""
        told = wire.call("POST", "/moderations", json={"model": "omni-moderation-latest", "input": [{"type": "image_url", "image_url": {"url": data_url(picture.data, picture.mime)}}]})
        first = (told.get("results") or [None])[0]
        if not isinstance(first, dict) or "flagged" not in first:
            raise Broken("The safety check's answer cannot be read.")
        return sorted(name for name, hit in (first.get("categories") or {}).items() if hit) or ["something unsafe"] if first["flagged"] else []

    def check(self, wire: Wire, config: Any) -> str:
        """Whether the model is listed, and when it retires."""
        listed = wire.call("GET", "/models").get("data", [])
        mine = next((m for m in listed if m.get("id") == config.model), None)
        if mine is None:
            raise Declined(f"The key works, but {config.model} is not among the {len(listed)} models of this account.", "model")
        ends = mine.get("shutdown_date")
        return f"The key works; {config.model} is there." + (f" It retires on {ends}: choose another before then." if ends else "")


def _prompt(ask: Ask) -> str:
    return ask.prompt + (f"\nAvoid: {ask.negative_prompt}" if ask.negative_prompt else "")


def size(width: int, height: int) -> str:
    """The nearest size that is taken: sides divisible by 16, at most 3840 px and 3:1, between 655,360 and 8,294,400 px in all."""
    scale = max(1.0, (LEAST_PX / (width * height)) ** 0.5)
    scale = min(scale, (MOST_PX / (width * height)) ** 0.5, LONGEST / max(width, height))
    w, h = (max(16, -(-round(side * scale) // 16) * 16) for side in (width, height))
    w, h = min(w, LONGEST, h * 3), min(h, LONGEST, w * 3)
    return f"{w // 16 * 16}x{h // 16 * 16}"
