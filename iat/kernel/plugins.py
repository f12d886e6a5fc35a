"""A registry of things that are one file each. Registering twice under one code is a bug."""

from collections.abc import Iterator
from typing import Generic, TypeVar

Plugin = TypeVar("Plugin")


class Registry(Generic[Plugin]):
    """Codes to plug-ins, in the order of registration."""

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self._known: dict[str, Plugin] = {}

    def add(self, code: str, plugin: Plugin) -> Plugin:
        """Registers; raises ValueError for a second one of the same code."""
        if code in self._known:
            raise ValueError(f"{self.noun} {code} is registered twice")
        self._known[code] = plugin
        return plugin

    def get(self, code: str) -> Plugin | None:
        """The plug-in, or None."""
        return self._known.get(code)

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def all(self) -> list[Plugin]:
        """Every plug-in."""
        return list(self._known.values())
