"""The state machines of pictures."""

from iat.kernel.lifecycle import Lifecycle

TASK = Lifecycle("task", {
    "pending": ["running"],
    "running": ["completed", "failed", "pending"],
    "completed": ["running"],
    "failed": ["running"],
})

RUN = Lifecycle("run", {
    "planned": ["running", "failed", "canceled"],
    "running": ["done", "partial", "failed", "canceled"],
    "failed": ["running"],
    "partial": ["running"],
    "done": [],
    "canceled": [],
})

JOB = Lifecycle("job", {
    "planned": ["running", "failed", "canceled"],
    "running": ["done", "failed_output_guard", "failed", "canceled"],
    "failed_output_guard": ["done", "running"],
    "failed": ["running"],
    "done": [],
    "canceled": [],
})

CANDIDATE = Lifecycle("candidate", {
    "planned": ["running", "canceled", "failed"],
    "running": ["generated", "done", "failed_output_guard", "failed", "canceled", "planned"],
    "generated": ["done", "failed_output_guard", "failed", "canceled"],
    "failed": ["planned"],
    "failed_output_guard": ["planned"],
    "done": [],
    "canceled": [],
})

RENDERED = Lifecycle("rendered", {
    "draft": ["approved", "discarded"],
    "approved": ["archived"],
    "discarded": ["draft"],
    "archived": [],
}, field="state")

KIT_ORDER = Lifecycle("kit_order", {
    "planned": ["running", "canceled"],
    "running": ["done", "partial", "failed", "canceled"],
    "partial": ["running"],
    "failed": ["running"],
    "done": [],
    "canceled": [],
})

KIT_ITEM = Lifecycle("kit_item", {
    "planned": ["running", "failed", "canceled"],
    "running": ["done", "failed", "canceled", "planned"],
    "failed": ["planned"],
    "done": [],
    "canceled": [],
})

ENDED = ("done", "failed_output_guard", "failed", "canceled")

CALL = Lifecycle("provider_call", {
    "planned": ["sending", "failed", "canceled"],
    "sending": ["waiting", "fetched", "failed", "unknown", "canceled"],
    "waiting": ["fetched", "failed", "canceled"],
    "unknown": ["waiting", "failed"],
    "fetched": [],
    "failed": [],
    "canceled": [],
})

TREATMENT = Lifecycle("treatment", {
    "planned": ["running", "failed", "canceled"],
    "running": ["done", "failed", "canceled", "planned"],
    "failed": ["planned"],
    "done": [],
    "canceled": [],
})
