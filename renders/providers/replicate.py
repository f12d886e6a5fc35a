"""Replicate: predictions over HTTP, polled. A model's inputs are read from its own schema, so that any image model fits.

Contract: https://replicate.com/docs/reference/http (read 2026-11-21). It reports no money; prices are ours. A lost order is looked for in the list.
"""

from datetime import datetime
from typing import Any

from pydantic import Field

from renders.providers.base import Broken, Declined, Moderated
from renders.providers.remote import Ask, Picture, Prices, Remote, Secret, Settings, Ticket, megapixels, ratio
from renders.providers.wire import Wire, data_url

SMALL = 256 * 1024
WAITING = {"starting", "processing"}


class Replicate(Remote):
    """Edits with references, generates, cuts out and enlarges; each with the model named in the settings."""

    code, label = "replicate", "Replicate"
    about = "FLUX Kontext, FLUX 2 and thousands of other models, billed by the picture or the second."
    does = frozenset({"generate", "edit", "cutout", "upscale"})
    secrets = (Secret("token", "API token", "Starts with r8_. Made at replicate.com/account/api-tokens."),)
    hosts = frozenset({"replicate.delivery"})
    can_find = True
    per_minute = 600
    prices = Prices("2026-11-21", "picture", {
        "black-forest-labs/flux-kontext-pro": 0.04, "black-forest-labs/flux-kontext-max": 0.08, "black-forest-labs/flux-2-pro": 0.015, "bria/remove-background": 0.018,
        "recraft-ai/recraft-crisp-upscale": 0.006, "*": 0.05})

    class Config(Settings):
        """Which model does what: `owner/name`, with `:version` for community models."""

        base_url: str = Field("https://api.replicate.com/v1", title="Address", max_length=400, pattern=r"^https?://[^\s]+$")
        model: str = Field("black-forest-labs/flux-kontext-pro", title="Model for pictures", max_length=200, pattern=r"^[\w.-]+/[\w.-]+(:[0-9a-f]{64})?$")
        cutout_model: str = Field("bria/remove-background", title="Model for cut-outs", max_length=200, pattern=r"^[\w.-]+/[\w.-]+(:[0-9a-f]{64})?$")
        upscale_model: str = Field("recraft-ai/recraft-crisp-upscale", title="Model for enlarging", max_length=200, pattern=r"^[\w.-]+/[\w.-]+(:[0-9a-f]{64})?$")

    def model(self, config: Any, op: str) -> str:
        """By capability."""
        return {"cutout": config.cutout_model, "upscale": config.upscale_model}.get(op, config.model)

    def headers(self, config: Any, secrets: dict[str, str]) -> dict[str, str]:
        """Bearer."""
        return {"Authorization": f"Bearer {secrets['token']}"}

    def price(self, ask: Ask, config: Any, table: dict[str, float]) -> float:
        """By the picture; FLUX 2 by the run and the megapixel, in and out."""
        each = super().price(ask, config, table)
        if "flux-2" in self.model(config, ask.op):
            return round(each * (1 + megapixels(ask) + len(ask.references)), 4)
        return each

    def start(self, wire: Wire, ask: Ask, config: Any) -> Ticket:
        """Official models by name, others by version."""
        name, _, version = self.model(config, ask.op).partition(":")
        body: dict[str, Any] = {"input": self._input(wire, ask, name)}
        path = f"/models/{name}/predictions"
        if version:
            path, body["version"] = "/predictions", version
        return self._ticket(wire, wire.call("POST", path, paid=True, json=body, headers={"Cancel-After": f"{int(self.wait_s)}s"}))

    def _input(self, wire: Wire, ask: Ask, name: str) -> dict[str, Any]:
        schemas = ((wire.call("GET", f"/models/{name}").get("latest_version") or {}).get("openapi_schema") or {}).get("components", {}).get("schemas", {})
        known = schemas.get("Input", {}).get("properties", {})
        if not known:
            raise Declined(f"{name} tells no inputs; it may be retired. Choose another model in the settings.", "model")
        files = [self._file(wire, p) for p in ask.references]
        told: dict[str, Any] = {"prompt": ask.prompt, "negative_prompt": ask.negative_prompt, "seed": ask.small_seed, "output_format": "png"}
        if ask.op in ("generate", "edit"):
            told |= {"width": ask.width, "height": ask.height, "aspect_ratio": self._aspect(known, schemas, ask), "num_outputs": 1}
        if files:
            told |= {"input_images": files, "input_image": files[0], "image": files[0]}
        if ask.op == "upscale":
            told["scale"] = ask.parameters.get("scale", 2)
        if files and not {"input_images", "input_image", "image"} & set(known):
            raise Declined(f"{name} takes no reference picture. Choose a model that edits, such as black-forest-labs/flux-kontext-pro.", "model")
        return {key: value for key, value in told.items() if key in known and value not in ("", None)}

    def _aspect(self, known: dict[str, Any], schemas: dict[str, Any], ask: Ask) -> str:
        told = known.get("aspect_ratio", {})
        for ref in told.get("allOf", [])[:1]:
            told = schemas.get(ref.get("$ref", "").rsplit("/", 1)[-1], {})
        choices = told.get("enum") or []
        if "custom" in choices and {"width", "height"} <= set(known):
            return "custom"
        pairs = tuple((int(a), int(b)) for a, _, b in (str(c).partition(":") for c in choices) if a.isdigit() and b.isdigit())
        return ratio(ask.width, ask.height, pairs) if pairs else ""

    def _file(self, wire: Wire, picture: Picture) -> str:
        """Small ones inside the order, others through the file store, which forgets them after a day."""
        if len(picture.data) <= SMALL:
            return data_url(picture.data, picture.mime)
        made = wire.call("POST", "/files", files={"content": (picture.name, picture.data, picture.mime)})
        return str(made["urls"]["get"])

    def _ticket(self, wire: Wire, told: dict[str, Any]) -> Ticket:
        status, remote = str(told.get("status", "")), str(told.get("id", ""))
        if status == "failed":
            said = wire.clean(str(told.get("error") or "no reason given"))
            if "E005" in said or "flagged as sensitive" in said:
                raise Moderated(f"Replicate's safety check held this back: {said}")
            raise Broken(f"The model failed: {said}")
        if status in ("canceled", "aborted"):
            raise Broken(f"The prediction was {status} at the provider.")
        facts = {k: told.get(k) for k in ("model", "version", "metrics") if told.get(k)}
        if status != "succeeded":
            return Ticket(remote, data={"id": remote}, facts=facts)
        if told.get("data_removed"):
            raise Broken("Replicate has erased the result: it keeps them for an hour.")
        out = told.get("output")
        links = tuple(str(u) for u in (out if isinstance(out, list) else [out]) if isinstance(u, str) and u.startswith("http"))
        if not links:
            raise Broken("The model finished without a picture.")
        return Ticket(remote, True, {"id": remote}, links, facts=facts)

    def poll(self, wire: Wire, ticket: Ticket, config: Any) -> Ticket:
        """By id."""
        return self._ticket(wire, wire.call("GET", f"/predictions/{ticket.remote_id}"))

    def find(self, wire: Wire, ask: Ask, config: Any, *, since: datetime, taken: frozenset[str]) -> Ticket | None:
        """The newest of our predictions with the same words and seed that nobody else claims."""
        listed = wire.call("GET", "/predictions", params={"created_after": since.isoformat()})
        for told in listed.get("results", []):
            given = told.get("input") or {}
            if told.get("id") not in taken and given.get("prompt", "") == ask.prompt and given.get("seed", ask.small_seed) == ask.small_seed:
                return self.poll(wire, Ticket(str(told["id"])), config)
        return None

    def cancel(self, wire: Wire, ticket: Ticket, config: Any) -> None:
        """Running ones are billed up to here."""
        wire.call("POST", f"/predictions/{ticket.remote_id}/cancel")

    def check(self, wire: Wire, config: Any) -> str:
        """Account and model."""
        who = wire.call("GET", "/account")
        wire.call("GET", f"/models/{config.model.partition(':')[0]}")
        return f"Signed in as {who.get('username', 'unknown')}; {config.model} is there."
