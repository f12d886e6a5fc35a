"""ComfyUI: one's own server, asked by workflow templates with declared inputs. Polling is the truth; an empty history is not an end.

Contract: the server itself, 0.3.64 and 0.7.0. A template is a graph in API format whose node titles name roles: `iat:prompt`, `iat:seed`,
`iat:size`, `iat:ref:1`, `iat:save` … (see renders/providers/graphs.py). Our key is the prompt_id, so that a lost answer can be looked for.
"""

import hashlib
from datetime import datetime
from typing import Any

import orjson
from pydantic import Field

from renders.providers import graphs
from renders.providers.base import Broken, Declined, ProviderError
from renders.providers.remote import Ask, Picture, Prices, Remote, Secret, Settings, Ticket
from renders.providers.wire import Answer, Wire


class ComfyUI(Remote):
    """Whatever its templates can: ours come with the product, others lie in the settings."""

    code, label = "comfyui", "ComfyUI"
    about = "Your own ComfyUI server. Workflow templates with declared inputs; costs nothing."
    does = frozenset({"generate", "edit", "cutout", "upscale", "video"})
    secrets = (Secret("header", "Authorization header (only behind a proxy)", "The whole value, such as Bearer …; leave empty for a bare server."),)
    free = needs_address = can_find = True
    concurrent = 2
    per_minute = 0
    wait_s = 1800.0
    prices = Prices("2026-11-21", "picture", {})

    class Config(Settings):
        """Address, checkpoint, and own templates by capability (API format, as JSON)."""

        base_url: str = Field("http://127.0.0.1:8188", title="Address", max_length=400, pattern=r"^https?://[^\s]+$")
        model: str = Field("", title="Checkpoint (empty: the first one the server has)", max_length=200)
        steps: int = Field(28, title="Steps", ge=1, le=150)
        cfg: float = Field(6.5, title="CFG", ge=1, le=30)
        denoise: float = Field(0.6, title="How far an edit may leave its reference (0–1)", ge=0.05, le=1)
        workflows: dict[str, dict[str, Any]] = Field(default_factory=dict, title="Own workflow templates by capability (API format)")

    def headers(self, config: Any, secrets: dict[str, str]) -> dict[str, str]:
        """None of its own; a proxy in front may want one. Never an Origin."""
        return {"Authorization": secrets["header"]} if secrets.get("header") else {}

    def start(self, wire: Wire, ask: Ask, config: Any) -> Ticket:
        """Uploads references under their hash, fills the template in, submits it under our key."""
        graph = graphs.template(ask.op, config.workflows)
        names = [self._upload(wire, p) for p in ask.references]
        graph = graphs.filled(graph, graphs.roles(ask, names, self._model(wire, graph, config), config))
        told = self._submit(wire, {"prompt": graph, "prompt_id": ask.key, "client_id": ask.key, "extra_data": {"extra_pnginfo": {"iat": {"order": ask.key}}}})
        if told.get("node_errors"):
            self.cancel(wire, Ticket(ask.key), config)
            raise Declined(f"Only a part of the workflow would run: {_node_errors(wire, told['node_errors'])}", "input")
        return Ticket(str(told.get("prompt_id") or ask.key))

    def _submit(self, wire: Wire, body: dict[str, Any]) -> dict[str, Any]:
        answer = wire.send("POST", "/prompt", json=body)
        if not answer.ok:
            raise self._refusal(wire, answer)
        told: dict[str, Any] = answer.json()
        return told

    def _refusal(self, wire: Wire, answer: Answer) -> ProviderError:
        try:
            told = orjson.loads(answer.body)
        except orjson.JSONDecodeError:
            return wire.refusal(answer)
        if answer.status == 400 and isinstance(told, dict) and told.get("error"):
            error = told["error"] if isinstance(told["error"], dict) else {"message": told["error"]}
            said = f"{error.get('message', '')} {error.get('details', '')} {_node_errors(wire, told.get('node_errors') or {})}"
            return Declined(f"ComfyUI refuses the workflow: {wire.clean(said)}", "input")
        return wire.refusal(answer)

    def _model(self, wire: Wire, graph: dict[str, Any], config: Any) -> str:
        if config.model or not graphs.wants(graph, "iat:model"):
            return str(config.model)
        known = graphs.choices(wire.call("GET", "/object_info/CheckpointLoaderSimple"), "CheckpointLoaderSimple", "ckpt_name")
        if not known:
            raise Declined("This ComfyUI has no checkpoint. Put one into models/checkpoints, or name a workflow of your own in the settings.", "model")
        return known[0]

    def _upload(self, wire: Wire, picture: Picture) -> str:
        name = f"{hashlib.sha256(picture.data).hexdigest()[:32]}.{picture.mime.rsplit('/', 1)[-1].replace('jpeg', 'jpg')}"
        told = wire.call("POST", "/upload/image", files={"image": (name, picture.data, picture.mime)}, data={"subfolder": "iat", "type": "input"})
        return f"{told['subfolder']}/{told['name']}" if told.get("subfolder") else str(told["name"])

    def poll(self, wire: Wire, ticket: Ticket, config: Any) -> Ticket:
        """History first; while it is empty the queue is asked, and only what is in neither is lost."""
        entry = wire.call("GET", f"/history/{ticket.remote_id}").get(ticket.remote_id)
        if entry is None:
            if self._queued(wire, ticket.remote_id):
                return ticket
            entry = wire.call("GET", f"/history/{ticket.remote_id}").get(ticket.remote_id)  # it may have ended between the two questions
            if entry is None:
                raise Broken("ComfyUI no longer knows this order: it was restarted, or its queue was cleared.")
        status = entry.get("status") or {}
        if status.get("status_str") == "error":
            raise self._failed(wire, status.get("messages") or [])
        if not status.get("completed", True):
            return ticket
        for outputs in (entry.get("outputs") or {}).values():
            for picture in outputs.get("images") or []:
                if picture.get("type") == "output":
                    return Ticket(ticket.remote_id, True, {"view": {k: str(picture.get(k, "")) for k in ("filename", "subfolder", "type")}})
        raise Broken("The workflow ended without saving a picture. Its last node must be a SaveImage titled iat:save.")

    def _queued(self, wire: Wire, remote_id: str) -> bool:
        told = wire.call("GET", "/queue")
        return any(len(item) > 1 and item[1] == remote_id for which in ("queue_running", "queue_pending") for item in told.get(which, []))

    def _failed(self, wire: Wire, messages: list[Any]) -> ProviderError:
        last = next((m for m in reversed(messages) if str(m[0]).startswith("execution_")), ["", {}])
        told = last[1] if len(last) > 1 and isinstance(last[1], dict) else {}
        if last[0] == "execution_interrupted":
            return Broken("Somebody interrupted this on the ComfyUI server.")
        return Broken(f"The node {told.get('node_type', '?')} failed: {wire.clean(str(told.get('exception_message', 'no reason given')))}")

    def fetch(self, wire: Wire, ticket: Ticket, config: Any) -> bytes:
        """The saved file itself, not a preview."""
        answer = wire.send("GET", "/view", params=ticket.data["view"])
        if not answer.ok:
            raise Broken("ComfyUI no longer has the finished file.")
        return answer.body

    def find(self, wire: Wire, ask: Ask, config: Any, *, since: datetime, taken: frozenset[str]) -> Ticket | None:
        """Under our own key, in the history or the queue."""
        if ask.key in wire.call("GET", f"/history/{ask.key}") or self._queued(wire, ask.key):
            return Ticket(ask.key)
        return None

    def cancel(self, wire: Wire, ticket: Ticket, config: Any) -> None:
        """Out of the queue, then an interrupt that names the order: a bare one would stop other people's work."""
        wire.send("POST", "/queue", json={"delete": [ticket.remote_id]})
        wire.send("POST", "/interrupt", json={"prompt_id": ticket.remote_id})

    def check(self, wire: Wire, config: Any) -> str:
        """Version, device, and whether the templates' nodes are there."""
        told = wire.call("GET", "/system_stats")
        devices = ", ".join(str(d.get("name", "")).split(" : ")[0] for d in told.get("devices", [])) or "no device"
        missing = sorted({name for op in ("generate", "edit") for name in graphs.classes(graphs.template(op, config.workflows)) if not wire.call("GET", f"/object_info/{name}")})
        if missing:
            raise Declined(f"ComfyUI {told.get('system', {}).get('comfyui_version', '?')} runs, but lacks the nodes: {', '.join(missing)}.", "model")
        return f"ComfyUI {told.get('system', {}).get('comfyui_version', '?')} runs on {wire.clean(devices)}; every node of the templates is there."


def _node_errors(wire: Wire, told: dict[str, Any]) -> str:
    parts = []
    for node, errors in list(told.items())[:5]:
        for error in (errors.get("errors") or [])[:3]:
            parts.append(f"node {node} ({errors.get('class_type', '?')}): {error.get('message', '')} {error.get('details', '')}".strip())
    return wire.clean("; ".join(parts))
