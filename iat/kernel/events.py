"""Something happened. Subscribers (audit, webhooks, live pages) are wired in each app's ready(); verbs only emit."""

from collections.abc import Callable
from typing import Any

Handler = Callable[..., None]
_subscribers: list[Handler] = []


def subscribe(handler: Handler) -> Handler:
    """Adds a listener; it runs inside the emitter's transaction."""
    _subscribers.append(handler)
    return handler


def unsubscribe(handler: Handler) -> None:
    """Takes a listener away again."""
    _subscribers.remove(handler)


def emit(code: str, *, subject: Any, actor: Any = None, **facts: Any) -> None:
    """Tells every listener: `code` is noun.state or noun.verb, `subject` the row it happened to."""
    for handler in _subscribers:
        handler(code, subject=subject, actor=actor, **facts)
