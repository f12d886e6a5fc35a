"""Files that the store let go because somebody else keeps them: holders are asked where a file is not here. Wired in an app's ready()."""

from collections.abc import Callable
from typing import IO, NamedTuple


class Holder(NamedTuple):
    """Who may have a file: `find` gives it, or None; `has` only says so, without bringing it."""

    find: Callable[[str], IO[bytes] | None]
    has: Callable[[str], bool]


_holders: list[Holder] = []


def ask(holder: Holder) -> None:
    """Adds a holder."""
    _holders.append(holder)


def find(path: str) -> IO[bytes] | None:
    """The file from the first who has it."""
    return next((file for holder in _holders if (file := holder.find(path)) is not None), None)


def has(path: str) -> bool:
    """Whether somebody has it."""
    return any(holder.has(path) for holder in _holders)
