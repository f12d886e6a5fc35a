"""Work for later, in the same scope.

The domain names a task, it never imports one: tasks stand above the domain. What runs later runs in the
space and project it was asked for in, and not before the row is committed. A message is only a nudge: the
row is the truth, and the sweeper nudges again what was lost.
"""

import logging
import uuid
from typing import Any

from celery import Task, current_app
from django.db import connections, transaction

from iat.kernel import enter, logs, scope

log = logging.getLogger("iat.queue")


def enqueue(name: str, *, after: float = 0.0, **ids: str) -> None:
    """Sends task `name` once the transaction commits, to run in `after` seconds. A dead broker is logged, not raised: the sweeper will see the row."""
    here = scope.current()
    owner = {what: str(pk) for what, pk in (("space_id", here.space_id), ("project_id", here.project_id)) if pk}

    def send() -> None:
        try:
            current_app.send_task(name, kwargs={"owner": owner, **ids}, **({"countdown": after} if after else {}))
        except Exception as error:  # the broker's errors are many; the work itself is safe in its row
            log.warning("the broker did not take %s (%s); the sweeper will send it again", name, type(error).__name__)

    transaction.on_commit(send)


class ScopedTask(Task):
    """The base of every task: enters the scope it was queued in, or refuses to run; on a connection that is alive, as every request has one."""

    typing = False  # `owner` is ours, not the task's

    def __call__(self, *, owner: dict[str, str], **ids: Any) -> Any:
        for connection in connections.all(initialized_only=True):
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()
        ids_of: dict[str, Any] = {what: uuid.UUID(pk) for what, pk in owner.items()}
        here = scope.Scope(**ids_of)
        with enter.entered(here), logs.about(**{**owner, **ids, "task": self.name}):
            return super().__call__(**ids)
