"""Black Forest Labs, directly: submit, poll the returned address, fetch the sample within ten minutes. Reports its exact cost.

Contract: https://docs.bfl.ai (read 2026-11-21). 1 credit is $0.01. There is no way to look for a lost order.
"""

from typing import Any
from urllib.parse import urlsplit

import orjson
from pydantic import Field

from renders.providers.base import Broken, Declined, Moderated, ProviderError
from renders.providers.remote import Ask, Prices, Remote, Secret, Settings, Ticket, megapixels, ratio
from renders.providers.wire import Answer, Wire, data_url, words

CREDIT_USD = 0.01


class BlackForestLabs(Remote):
    """FLUX by its makers."""

    code, label = "bfl", "Black Forest Labs"
    about = "FLUX models by their makers. Up to eight reference pictures; the exact cost comes back with each order."
    does = frozenset({"generate", "edit"})
    secrets = (Secret("key", "API key", "Made at dashboard.bfl.ai."),)
    hosts = frozenset({"bfl.ai"})
    concurrent = 20
    prices = Prices("2026-11-21", "picture", {"flux-kontext-pro": 0.04, "flux-kontext-max": 0.08, "flux-2-pro": 0.03, "flux-2-max": 0.07, "flux-2-flex": 0.05, "flux-pro-1.1": 0.04, "flux-pro-1.1-ultra": 0.06,
                                              "flux-3-image": 0.048, "*": 0.05})

    class Config(Settings):
        """Region and model."""

        base_url: str = Field("https://api.bfl.ai", title="Address", max_length=400, pattern=r"^https?://[^\s]+$")
        model: str = Field("flux-2-pro", title="Model", max_length=80, pattern=r"^[a-z0-9.-]+$")
        safety_tolerance: int = Field(2, title="Safety tolerance (0 strict – 5)", ge=0, le=5)

    def headers(self, config: Any, secrets: dict[str, str]) -> dict[str, str]:
        """x-key."""
        return {"x-key": secrets["key"]}

    def price(self, ask: Ask, config: Any, table: dict[str, float]) -> float:
        """FLUX 2 by the megapixel, in and out; others by the picture."""
        each = super().price(ask, config, table)
        if not config.model.startswith("flux-2"):
            return each
        return round(each + each / 2 * max(0.0, megapixels(ask) - 1) + each / 2 * len(ask.references), 4)

    def start(self, wire: Wire, ask: Ask, config: Any) -> Ticket:
        """Each family takes its own fields; FLUX 3 refuses unknown ones."""
        answer = wire.send("POST", f"/v1/{config.model}", paid=True, json=self._body(ask, config))
        if not answer.ok:
            raise self._refusal(wire, answer, paid=True)
        told = answer.json()
        if not told.get("id") or not told.get("polling_url"):
            raise Broken("The order was taken without an id to ask for.")
        cost = told.get("cost")
        return Ticket(str(told["id"]), data={"polling_url": str(told["polling_url"])}, cost_usd=float(cost) * CREDIT_USD if cost is not None else None)

    def _body(self, ask: Ask, config: Any) -> dict[str, Any]:
        pictures = [data_url(p.data, p.mime) for p in ask.references[:8]]
        body: dict[str, Any] = {"prompt": ask.prompt, "safety_tolerance": config.safety_tolerance}
        if config.model.startswith("flux-3"):
            body["safety_tolerance"] = min(config.safety_tolerance, 4)
            return body | {"aspect_ratio": ratio(ask.width, ask.height), "grounding": False} | ({"images": pictures} if pictures else {})
        body |= {"seed": ask.small_seed, "output_format": "png"}
        if config.model.startswith(("flux-kontext", "flux-pro-1.1-ultra")):
            body["aspect_ratio"] = ratio(ask.width, ask.height)
        else:
            body |= {"width": ask.width // 16 * 16, "height": ask.height // 16 * 16}
        if config.model.startswith("flux-pro-1.1"):
            return body | ({"image_prompt": pictures[0].partition(",")[2]} if pictures else {})
        return body | {"input_image" + (f"_{n + 1}" if n else ""): p.partition(",")[2] for n, p in enumerate(pictures)}

    def _refusal(self, wire: Wire, answer: Answer, *, paid: bool = False) -> ProviderError:
        said = words(answer)
        if answer.status in (401, 403):
            return Declined(f"The key was refused: {wire.clean(said)}", "key")
        return wire.refusal(answer, paid=paid)

    def poll(self, wire: Wire, ticket: Ticket, config: Any) -> Ticket:
        """An unknown status means: not yet. A failed task may answer 422 with a status in its body."""
        url = str(ticket.data["polling_url"])
        at, home = urlsplit(url), urlsplit(wire.base)
        if at.netloc == home.netloc and at.scheme == home.scheme:
            url = at.path + (f"?{at.query}" if at.query else "")
        answer = wire.send("GET", url)
        told = self._told(answer)
        if told is None:
            raise self._refusal(wire, answer)
        status, result = str(told.get("status")), told.get("result") or {}
        if status in ("Request Moderated", "Content Moderated"):
            raise Moderated("Black Forest Labs' safety check held this back" + (": the prompt or a reference." if status.startswith("Request") else ": the finished picture."),
                            "input" if status.startswith("Request") else "output")
        if status in ("Error", "Failed"):
            raise Broken(f"The model failed: {wire.clean(str(told.get('details') or 'no reason given'))}")
        if status == "Ready":
            if not result.get("sample"):
                raise Broken("The order is ready without a picture.")
            facts = {k: result[k] for k in ("prompt", "seed", "duration") if result.get(k) is not None}
            return Ticket(ticket.remote_id, True, ticket.data, (str(result["sample"]),), facts=facts, cost_usd=ticket.cost_usd)
        return Ticket(ticket.remote_id, False, ticket.data, cost_usd=ticket.cost_usd, share=told.get("progress") if isinstance(told.get("progress"), int | float) else None)

    def _told(self, answer: Answer) -> dict[str, Any] | None:
        if answer.ok or answer.status == 422:
            try:
                told = orjson.loads(answer.body)
            except orjson.JSONDecodeError:
                raise Broken("The answer is not JSON.") from None
            if isinstance(told, dict) and "status" in told:
                return told
        return None

    def check(self, wire: Wire, config: Any) -> str:
        """The balance."""
        return f"The key works; {float(wire.call('GET', '/v1/credits').get('credits', 0)):.0f} credits are left."
