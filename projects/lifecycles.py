"""The state machines of productions."""

from iat.kernel.lifecycle import Lifecycle

PROJECT = Lifecycle("project", {"active": ["archived", "deleted"], "archived": ["active", "deleted"], "deleted": ["active"]})

DELIVERY = Lifecycle("webhook_delivery", {
    "planned": ["sending", "failed"],
    "sending": ["delivered", "planned", "failed"],
    "failed": ["planned"],
    "delivered": ["planned"],
})

_WORK: dict[str, list[str]] = {"planned": ["running", "failed"], "running": ["done", "failed", "planned"], "failed": ["planned"], "done": []}
EXPORT = Lifecycle("export", _WORK)
ARRIVAL = Lifecycle("package", {**_WORK, "failed": []})
SYNC = Lifecycle("storage_sync", {**_WORK, "planned": ["running", "failed", "canceled"], "running": ["done", "failed", "planned", "canceled"], "canceled": []})
