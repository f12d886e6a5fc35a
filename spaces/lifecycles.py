"""The state machines of the library."""

from typing import Any

from iat.kernel.lifecycle import Lifecycle


def _only_in_a_space(definition: Any) -> str:
    return "" if definition.scope_kind == "space" else "Only canon of a space can be archived directly. Deprecate this first."


def _has_primary_anchor(kit: Any) -> str:
    if kit.primary_anchor_id is None:
        return "A kit needs a primary anchor before it can become active. Upload a portrait or a full figure, then choose it as primary anchor."
    return ""


SPACE = Lifecycle("space", {"active": ["archived"], "archived": ["active"]}, field="state")

DEFINITION = Lifecycle(
    "definition",
    {
        "draft": ["canonical", "archived", "experimental"],
        "experimental": ["draft", "archived"],
        "canonical": ["deprecated"],
        "deprecated": ["archived"],
        "archived": [],
    },
    field="state",
    forced={"canonical": ["archived"]},
    guards={("canonical", "archived"): [_only_in_a_space]},
)

KIT = Lifecycle(
    "kit",
    {"draft": ["active", "archived"], "active": ["archived"], "archived": ["draft"]},
    guards={("draft", "active"): [_has_primary_anchor]},
)

REVIEW = Lifecycle("review", {"proposed": ["accepted", "rejected"], "accepted": ["rejected"], "rejected": ["accepted"]}, field="review")

TEMPLATE = Lifecycle("template", {"active": ["archived"], "archived": ["active"]}, field="state")

FETCH = Lifecycle("fetch", {"planned": ["running", "failed"], "running": ["done", "failed", "planned"], "failed": ["planned"], "done": []})
