"""The state machines of productions."""

from iat.kernel.lifecycle import Lifecycle

PROJECT = Lifecycle("project", {"active": ["archived", "deleted"], "archived": ["active", "deleted"], "deleted": ["active"]})

DELIVERY = Lifecycle("webhook_delivery", {
    "planned": ["sending", "failed"],
    "sending": ["delivered", "planned", "failed"],
    "failed": ["planned"],
    "delivered": ["planned"],
})
