"""The state machines of productions."""

from iat.kernel.lifecycle import Lifecycle

PROJECT = Lifecycle("project", {"active": ["archived", "deleted"], "archived": ["active", "deleted"], "deleted": ["active"]})
