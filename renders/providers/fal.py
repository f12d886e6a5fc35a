"""fal: a queue in front of many models. Submit, ask the returned addresses, fetch.

Contract: https://docs.fal.ai/model-endpoints/queue (read 2026-11-21). Reports no money per order; prices are ours.
"""

from typing import Any
from urllib.parse import urlsplit

import orjson
from pydantic import Field

from renders.providers.base import Broken, Moderated, ProviderError
from renders.providers.remote import Ask, Prices, Remote, Secret, Settings, Ticket, ratio
from renders.providers.wire import Answer, Wire, data_url


class Fal(Remote):
    """Text to picture, and picture to picture, by two models of one's choice."""

    code, label = "fal", "fal"
    about = "A queue in front of FLUX and many other models."
    does = frozenset({"generate", "edit", "cutout", "upscale"})
    secrets = (Secret("key", "API key", "Made at fal.ai/dashboard/keys; looks like id:secret."),)
    hosts = frozenset({"fal.run", "fal.media", "fal.ai"})
    concurrent = 10
    prices = Prices("2026-11-21", "picture", {"fal-ai/flux-pro/kontext": 0.04, "fal-ai/flux-pro/kontext/text-to-image": 0.04, "fal-ai/birefnet": 0.01, "fal-ai/esrgan": 0.01, "*": 0.05})

    class Config(Settings):
        """Models by capability."""

        base_url: str = Field("https://queue.fal.run", title="Address", max_length=400, pattern=r"^https?://[^\s]+$")
        model: str = Field("fal-ai/flux-pro/kontext/text-to-image", title="Model for new pictures", max_length=200, pattern=r"^[\w./-]+$")
        edit_model: str = Field("fal-ai/flux-pro/kontext", title="Model for edits", max_length=200, pattern=r"^[\w./-]+$")
        cutout_model: str = Field("fal-ai/birefnet", title="Model for cut-outs", max_length=200, pattern=r"^[\w./-]+$")
        upscale_model: str = Field("fal-ai/esrgan", title="Model for enlarging", max_length=200, pattern=r"^[\w./-]+$")

    def model(self, config: Any, op: str) -> str:
        """By capability."""
        return {"edit": config.edit_model, "cutout": config.cutout_model, "upscale": config.upscale_model}.get(op, config.model)

    def headers(self, config: Any, secrets: dict[str, str]) -> dict[str, str]:
        """Key, not Bearer."""
        return {"Authorization": f"Key {secrets['key']}"}

    def start(self, wire: Wire, ask: Ask, config: Any) -> Ticket:
        """Into the queue. The returned addresses are used: they differ from the model's own."""
        body: dict[str, Any] = {}
        if ask.op in ("generate", "edit"):
            body = {"prompt": ask.prompt, "seed": ask.small_seed, "num_images": 1, "output_format": "png", "aspect_ratio": ratio(ask.width, ask.height)}
        if ask.references:
            body["image_url"] = data_url(ask.references[0].data, ask.references[0].mime)
        if ask.op == "upscale":
            body["scale"] = ask.parameters.get("scale", 2)
        answer = wire.send("POST", f"/{self.model(config, ask.op)}", paid=True, json=body)
        if not answer.ok:
            raise self._refusal(wire, answer, paid=True)
        told = answer.json()
        if not told.get("request_id") or not told.get("status_url"):
            raise Broken("The order was taken without an id to ask for.")
        return Ticket(str(told["request_id"]), data={k: str(told.get(k, "")) for k in ("status_url", "response_url", "cancel_url")})

    def _refusal(self, wire: Wire, answer: Answer, *, paid: bool = False) -> ProviderError:
        kind = answer.headers.get("x-fal-error-type", "")
        try:
            detail = (orjson.loads(answer.body) or {}).get("detail")
            kinds = {str(d.get("type")) for d in detail if isinstance(d, dict)} if isinstance(detail, list) else set()
        except (orjson.JSONDecodeError, AttributeError):
            kinds = set()
        if "content_policy_violation" in kinds | {kind}:
            return Moderated("fal's safety check held this back.", "unknown")
        return wire.refusal(answer, paid=paid)

    def _ask(self, wire: Wire, method: str, url: str) -> Answer:
        at, home = urlsplit(url), urlsplit(wire.base)
        return wire.send(method, at.path + (f"?{at.query}" if at.query else "") if (at.scheme, at.netloc) == (home.scheme, home.netloc) else url)

    def poll(self, wire: Wire, ticket: Ticket, config: Any) -> Ticket:
        """202 while it waits or runs; 200 when it is over, well or not."""
        answer = self._ask(wire, "GET", ticket.data["status_url"])
        if not answer.ok:
            raise self._refusal(wire, answer)
        told = answer.json()
        if told.get("status") != "COMPLETED":
            return ticket
        if told.get("error"):
            if told.get("error_type") == "content_policy_violation":
                raise Moderated("fal's safety check held this back.", "unknown")
            raise Broken(f"The model failed: {wire.clean(str(told['error']))}")
        answer = self._ask(wire, "GET", ticket.data["response_url"])
        if not answer.ok:
            raise self._refusal(wire, answer)
        out = answer.json()
        pictures = out.get("images") or ([out["image"]] if out.get("image") else [])
        if any(out.get("has_nsfw_concepts") or []):
            raise Moderated("fal's safety check blanked the picture; it is not kept.", "output")
        if not pictures or not pictures[0].get("url"):
            raise Broken("The model finished without a picture.")
        return Ticket(ticket.remote_id, True, ticket.data, (str(pictures[0]["url"]),), facts={k: out[k] for k in ("seed", "timings") if k in out})

    def cancel(self, wire: Wire, ticket: Ticket, config: Any) -> None:
        """202 asked for, 400 too late: both are an end."""
        self._ask(wire, "PUT", ticket.data["cancel_url"])

    def check(self, wire: Wire, config: Any) -> str:
        """A question about an order that cannot exist: a wrong key is told, and nothing is made."""
        owner = "/".join(config.model.split("/")[:2])
        answer = wire.send("GET", f"/{owner}/requests/00000000-0000-0000-0000-000000000000/status")
        if answer.status in (401, 403):
            raise wire.refusal(answer)
        if answer.status >= 500:
            raise wire.refusal(answer)
        return "The key is taken; whether the model is allowed shows with the first picture."
