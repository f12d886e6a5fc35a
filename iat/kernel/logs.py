"""What a line of the log is about: the request, run, job or candidate at hand, added to every line that is written meanwhile."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_about: ContextVar[dict[str, str]] = ContextVar("about", default={})


@contextmanager
def about(**ids: Any) -> Iterator[None]:
    """Within the block every line carries these ids, as well as those around it."""
    token = _about.set({**_about.get(), **{name: str(value) for name, value in ids.items() if value}})
    try:
        yield
    finally:
        _about.reset(token)


def here() -> dict[str, str]:
    """What lines carry just now."""
    return dict(_about.get())


class About(logging.Filter):
    """Adds the ids to each record: as fields for JSON lines, and as words for plain ones."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true."""
        ids = _about.get()
        for name, value in ids.items():
            setattr(record, name, value)
        record.about = "".join(f" {name}={value}" for name, value in ids.items())
        return True
