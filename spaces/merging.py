"""Three-way merge of JSON content, leaf by leaf. Knows no table.

`base` is what both sides started from, `ours` the project's clone, `theirs` the newer canon. A leaf that one side
changed merges by itself; a leaf that both changed to different values is a conflict, and ours stays until somebody chooses.
"""

from dataclasses import dataclass
from typing import Any

import orjson


class _Missing:
    def __repr__(self) -> str:
        return "(nothing)"


MISSING: Any = _Missing()
SETS = ("/canonical_tags",)


@dataclass(frozen=True)
class Change:
    """One leaf that becomes something else: a JSON pointer, its value before and after (MISSING for none)."""

    pointer: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Conflict:
    """One leaf that both sides changed."""

    pointer: str
    base: Any
    ours: Any
    theirs: Any
    choice: str = ""


@dataclass(frozen=True)
class Merged:
    """The merged content; what it changes about ours; every conflict, with the choice that was made or ''."""

    content: dict[str, Any]
    changes: list[Change]
    conflicts: list[Conflict]

    @property
    def open(self) -> list[Conflict]:
        """Conflicts that nobody has decided."""
        return [c for c in self.conflicts if not c.choice]


def same(a: Any, b: Any) -> bool:
    """Equal as JSON: 1 is not true, and nothing is only like nothing."""
    if a is MISSING or b is MISSING:
        return a is b
    return orjson.dumps(a, option=orjson.OPT_SORT_KEYS) == orjson.dumps(b, option=orjson.OPT_SORT_KEYS)


def step(pointer: str, key: str) -> str:
    """One key further down, escaped by RFC 6901."""
    return f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"


def merge(base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any], choices: dict[str, str] | None = None) -> Merged:
    """Merges; `choices` maps conflict pointers to `ours` or `theirs`."""
    conflicts: list[Conflict] = []
    content = _merge(base, ours, theirs, "", choices or {}, conflicts)
    return Merged(content, differences(ours, content), conflicts)


def _merge(base: Any, ours: Any, theirs: Any, pointer: str, choices: dict[str, str], conflicts: list[Conflict]) -> Any:
    if same(ours, theirs) or same(theirs, base):
        return ours
    if same(ours, base):
        return theirs
    if isinstance(ours, dict) and isinstance(theirs, dict):
        start = base if isinstance(base, dict) else {}
        keys = dict.fromkeys((*ours, *theirs))
        merged = {k: _merge(start.get(k, MISSING), ours.get(k, MISSING), theirs.get(k, MISSING), step(pointer, k), choices, conflicts) for k in keys}
        return {k: v for k, v in merged.items() if v is not MISSING}
    if pointer in SETS and isinstance(ours, list) and isinstance(theirs, list) and isinstance(base, list):
        return [t for t in ours if t in theirs or t not in base] + [t for t in theirs if t not in base and t not in ours]
    choice = choices.get(pointer, "")
    conflicts.append(Conflict(pointer, base, ours, theirs, choice))
    return theirs if choice == "theirs" else ours


def differences(before: Any, after: Any, pointer: str = "") -> list[Change]:
    """The leaves in which two JSON values differ, in order."""
    if same(before, after):
        return []
    if isinstance(before, dict) and isinstance(after, dict):
        keys = dict.fromkeys((*before, *after))
        return [c for k in keys for c in differences(before.get(k, MISSING), after.get(k, MISSING), step(pointer, k))]
    if isinstance(before, dict) and after is MISSING and before:
        return [c for k, v in before.items() for c in differences(v, MISSING, step(pointer, k))]
    if before is MISSING and isinstance(after, dict) and after:
        return [c for k, v in after.items() for c in differences(MISSING, v, step(pointer, k))]
    return [Change(pointer, before, after)]
