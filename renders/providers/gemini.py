"""Google's Gemini image models. Synchronous; a refusal comes as 200 without a picture.

Contract: https://ai.google.dev/api/generate-content (read 2026-11-21). Costs are counted from the reported tokens.
"""

import base64
from typing import Any

import orjson
from pydantic import Field

from renders.providers.base import Broken, Busy, Declined, Moderated, ProviderError
from renders.providers.remote import RATIOS, Ask, Prices, Remote, Secret, Settings, Ticket, ratio
from renders.providers.wire import Answer, Wire, from_base64, wait_of

BLOCKED = {"SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "RECITATION", "IMAGE_RECITATION"}
MOST_REFERENCES = 14


class Gemini(Remote):
    """`generateContent` with pictures in and out."""

    code, label = "gemini", "Google Gemini"
    about = "Nano Banana models. Up to fourteen reference pictures; every picture carries an invisible watermark."
    does = frozenset({"generate", "edit"})
    secrets = (Secret("key", "API key", "Made at aistudio.google.com/apikey."),)
    read_s = wait_s = 240.0
    prices = Prices("2026-11-21", "million tokens", {"text in": 1.5, "text out": 7.5, "image out": 30.0})

    class Config(Settings):
        """Model and size class."""

        base_url: str = Field("https://generativelanguage.googleapis.com", title="Address", max_length=400, pattern=r"^https?://[^\s]+$")
        model: str = Field("gemini-nano-banana-2.1", title="Model", max_length=120, pattern=r"^[\w.-]+$")
        image_size: str = Field("1K", title="Size", pattern=r"^(1K|2K|4K)$")

    def headers(self, config: Any, secrets: dict[str, str]) -> dict[str, str]:
        """A header, never the address."""
        return {"x-goog-api-key": secrets["key"]}

    def price(self, ask: Ask, config: Any, table: dict[str, float]) -> float:
        """1,120 image tokens at 1K."""
        tokens = 1120 * {"1K": 1, "2K": 1.5, "4K": 2.25}[config.image_size]
        return round((tokens * table.get("image out", 0) + (len(ask.prompt) / 4 + 1100 * len(ask.references)) * table.get("text in", 0)) / 1e6, 4)

    def start(self, wire: Wire, ask: Ask, config: Any) -> Ticket:
        """One picture."""
        said = ask.prompt + (f"\nAvoid: {ask.negative_prompt}" if ask.negative_prompt else "")
        parts: list[dict[str, Any]] = [{"text": said}]
        parts += [{"inlineData": {"mimeType": p.mime, "data": base64.b64encode(p.data).decode()}} for p in ask.references[:MOST_REFERENCES]]
        body = {"contents": [{"role": "user", "parts": parts}], "generationConfig": {
            "responseModalities": ["TEXT", "IMAGE"], "seed": ask.small_seed, "imageConfig": {"aspectRatio": ratio(ask.width, ask.height, tuple(r for r in RATIOS if r != (9, 21))), "imageSize": config.image_size}}}
        answer = wire.send("POST", f"/v1beta/models/{config.model}:generateContent", paid=True, json=body)
        if not answer.ok:
            raise self._refusal(wire, answer)
        return self._ticket(wire, answer.json())

    def _ticket(self, wire: Wire, told: dict[str, Any]) -> Ticket:
        blocked = (told.get("promptFeedback") or {}).get("blockReason")
        if blocked:
            raise Moderated(f"Google's safety check held the prompt or a reference back ({blocked}).", "input")
        first = (told.get("candidates") or [{}])[0]
        parts = (first.get("content") or {}).get("parts") or []
        pictures = [p["inlineData"] for p in parts if p.get("inlineData") and not p.get("thought")]
        end = str(first.get("finishReason", ""))
        if not pictures and end in BLOCKED:
            raise Moderated(f"Google's safety check held the picture back ({end}). {wire.clean(str(first.get('finishMessage') or ''))}".strip(), "output")
        if not pictures:
            said = " ".join(str(p["text"]) for p in parts if p.get("text") and not p.get("thought"))
            raise Broken(f"The model answered without a picture ({end or 'no reason'}): {wire.clean(said) or 'no words either'}")
        used = told.get("usageMetadata") or {}
        return Ticket(str(told.get("responseId", "")), True, picture=from_base64(pictures[0].get("data")), facts={"usage": used, "model": told.get("modelVersion", "")}, cost_usd=self._cost(used))

    def _cost(self, used: dict[str, Any]) -> float | None:
        if not used:
            return None
        table = self.prices.table
        image = sum(d.get("tokenCount", 0) for d in used.get("candidatesTokensDetails", []) if d.get("modality") == "IMAGE")
        text = used.get("candidatesTokenCount", 0) + used.get("thoughtsTokenCount", 0) - image
        return round((used.get("promptTokenCount", 0) * table["text in"] + max(0, text) * table["text out"] + image * table["image out"]) / 1e6, 6)

    def _refusal(self, wire: Wire, answer: Answer) -> ProviderError:
        try:
            error = (orjson.loads(answer.body) or {}).get("error") or {}
        except (orjson.JSONDecodeError, AttributeError):
            return wire.refusal(answer, paid=True)
        details, said = error.get("details") or [], wire.clean(str(error.get("message", "")))
        if any(d.get("reason") == "API_KEY_INVALID" for d in details):
            return Declined(f"The key was refused: {said}", "key")
        if error.get("status") == "FAILED_PRECONDITION":
            return Declined(f"Google does not serve this account or region: {said}", "credit")
        delay = next((str(d["retryDelay"]) for d in details if d.get("retryDelay")), "")
        if answer.status == 429:
            return Busy(f"Too many requests: {said}", wait_of(answer, delay or said))
        return wire.refusal(answer, paid=True)

    def check(self, wire: Wire, config: Any) -> str:
        """Whether the model is there for this key."""
        answer = wire.send("GET", f"/v1beta/models/{config.model}")
        if not answer.ok:
            raise self._refusal(wire, answer)
        return f"The key works; {answer.json().get('displayName') or config.model} is there."
