"""ComfyUI workflow templates: graphs in API format whose node titles name roles, filled in without touching anything else.

A title is one or more roles, separated by commas: `iat:prompt`, `iat:negative`, `iat:seed`, `iat:size`, `iat:ref:1` …, `iat:model`,
`iat:sampler` (seed, steps, cfg, denoise), `iat:scale`, `iat:save`.
"""

import copy
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson

from renders.providers.base import Declined
from renders.providers.remote import Ask

FOLDER = Path(__file__).parent / "workflows"
INPUTS = {
    "iat:prompt": ("text",), "iat:negative": ("text",), "iat:size": ("width", "height"), "iat:model": ("ckpt_name", "unet_name"), "iat:seed": ("seed", "noise_seed"),
    "iat:sampler": ("seed", "noise_seed", "steps", "cfg", "denoise"), "iat:scale": ("scale_by",), "iat:save": ("filename_prefix",)}


@lru_cache(maxsize=8)
def _ours(op: str) -> bytes:
    file = FOLDER / f"{op}.json"
    if not file.exists():
        raise Declined(f"There is no workflow template for {op}. Put one into the settings.", "model")
    return file.read_bytes()


def template(op: str, own: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The operator's template for a capability, else ours. Raises Declined for the editor's save format."""
    graph = own.get(op) or orjson.loads(_ours(op))
    if "nodes" in graph and "links" in graph:
        raise Declined(f"The workflow for {op} is in the editor's save format. Export it with “Export (API)”.", "input")
    if not all(isinstance(node, dict) and "class_type" in node and isinstance(node.get("inputs"), dict) for node in graph.values()):
        raise Declined(f"The workflow for {op} is not a graph in API format.", "input")
    return copy.deepcopy(graph)


def classes(graph: dict[str, Any]) -> set[str]:
    """The node classes a server needs."""
    return {node["class_type"] for node in graph.values()}


def _roles_of(node: dict[str, Any]) -> list[str]:
    return [r.strip() for r in str((node.get("_meta") or {}).get("title", "")).split(",") if r.strip().startswith("iat:")]


def wants(graph: dict[str, Any], role: str) -> bool:
    """Whether some node declares the role."""
    return any(role in _roles_of(node) for node in graph.values())


def roles(ask: Ask, names: list[str], model: str, config: Any) -> dict[str, dict[str, Any]]:
    """Values by role and input name. `names` are the uploaded references as the server calls them."""
    sampler = {"seed": ask.seed, "noise_seed": ask.seed, "steps": config.steps, "cfg": config.cfg} | ({"denoise": config.denoise} if ask.op == "edit" else {})
    return {
        "iat:prompt": {"text": ask.prompt}, "iat:negative": {"text": ask.negative_prompt}, "iat:size": {"width": ask.width // 8 * 8, "height": ask.height // 8 * 8},
        "iat:seed": {"seed": ask.seed, "noise_seed": ask.seed}, "iat:sampler": sampler, "iat:model": {"ckpt_name": model, "unet_name": model} if model else {},
        "iat:scale": {"scale_by": float(ask.parameters.get("scale", 2))}, "iat:save": {"filename_prefix": f"iat/{ask.key}"},
        **{f"iat:ref:{n + 1}": {"image": name} for n, name in enumerate(names)}}


def filled(graph: dict[str, Any], values: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """The graph with its declared inputs set. A link is never overwritten; a reference that no node takes is dropped, one that is lacking repeats the first."""
    first = values.get("iat:ref:1")
    for node in graph.values():
        for role in _roles_of(node):
            given = values.get(role) or (first if role.startswith("iat:ref:") else {}) or {}
            for name in INPUTS.get(role, ("image",)):
                if name in given and name in node["inputs"] and not isinstance(node["inputs"][name], list):
                    node["inputs"][name] = given[name]
    return graph


def choices(info: dict[str, Any], name: str, field: str) -> list[str]:
    """The choices of an input, in the server's old or new way of telling them."""
    told = (info.get(name) or {}).get("input", {}).get("required", {}).get(field) or [[]]
    found = told[0] if isinstance(told[0], list) else (told[1] if len(told) > 1 else {}).get("options", [])
    return [str(c) for c in found]
