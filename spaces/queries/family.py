"""How the tree of an identity is drawn: which nodes are open, where each stands. Pure: works on nodes that lineage.py fetched.

Versions form a spine at the left edge, clones hang one step in, variants two: so it stays readable at any number of versions.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from spaces.queries.lineage import Node, tree
from spaces.words import folded

ROOM = 60
INDENT, HIGH, WIDE, TALL = 44, 54, 300, 44


@dataclass
class Box:
    """One drawn node, in px; `hidden` counts what is folded away below it, `below` all its descendants."""

    node: Node
    x: int = 0
    y: int = 0
    hidden: int = 0
    below: int = 0
    hit: bool = False
    folds: bool = False

    @property
    def mid(self) -> int:
        """Where lines meet it."""
        return self.y + TALL // 2


@dataclass
class Family:
    """The drawing: boxes in reading order, lines between them, its size in px, how many nodes there are and were found."""

    boxes: list[Box]
    lines: list[str]
    width: int
    height: int
    total: int
    hits: int
    path: set[Any] = field(default_factory=set)


def _says(node: Node) -> str:
    return folded(" ".join(filter(None, (node.name, node.version, node.state, node.project, node.variant_label, node.variant_type, node.kind))))


def _ancestors(by_id: dict[Any, Node], wanted: set[Any]) -> set[Any]:
    """The nodes above the wanted ones, up to their tops."""
    found: set[Any] = set()
    for pk in wanted:
        parent = by_id[pk].parent_id
        while parent in by_id and parent not in found:
            found.add(parent)
            parent = by_id[parent].parent_id
    return found


def _sizes(order: list[Node]) -> dict[Any, int]:
    """How many nodes grew from each."""
    sizes = {node.id: 0 for node in order}
    for node in reversed(order):
        if node.parent_id in sizes:
            sizes[node.parent_id] += sizes[node.id] + 1
    return sizes


def _shown(tops: list[Node], must: set[Any], opened: set[str], closed: set[str]) -> set[Any]:
    """Breadth first: versions and what must be seen always; other children while there is room, or where somebody opened the node."""
    shown = {top.id for top in tops}
    waiting = deque(tops)
    while waiting:
        node = waiting.popleft()
        rest = [c for c in node.children if c.kind != "version" and c.id not in must]
        wide = str(node.id) not in closed and (str(node.id) in opened or len(shown) + len(node.children) <= ROOM)
        for child in node.children:
            if wide or child not in rest:
                shown.add(child.id)
                waiting.append(child)
    return shown


def draw(rows: list[Node], *, current: Any = None, focus: Any = None, search: str = "", opened: set[str] | None = None, closed: set[str] | None = None) -> Family:
    """Places the nodes. `focus` narrows to one node, what is above and what is below it; `search` shows and marks every node that says all the words."""
    by_id = {row.id: row for row in rows}
    if focus in by_id:
        rows = _narrowed(rows, by_id, focus)
        by_id = {row.id: row for row in rows}
    tops = tree(rows)
    for node in rows:
        node.children.sort(key=lambda c: c.kind == "version")
    wanted = folded(search).split()
    hits = {row.id for row in rows if wanted and all(w in _says(row) for w in wanted)}
    must = hits | ({current} & set(by_id))
    must |= _ancestors(by_id, must)
    shown = _shown(tops, must, opened or set(), closed or set())
    order = _walk(tops)
    sizes = _sizes(order)
    boxes = _boxes([n for n in order if n.id in shown], sizes, shown, hits)
    width = max((b.x for b in boxes), default=0) + WIDE + 70
    return Family(boxes, _lines(boxes), width, len(boxes) * HIGH + 14, len(rows), len(hits))


def _walk(tops: list[Node]) -> list[Node]:
    out, stack = [], list(reversed(tops))
    while stack:
        node = stack.pop()
        out.append(node)
        stack.extend(reversed(node.children))
    return out


def _narrowed(rows: list[Node], by_id: dict[Any, Node], focus: Any) -> list[Node]:
    keep = {focus} | _ancestors(by_id, {focus})
    children: dict[Any, list[Any]] = {}
    for row in rows:
        children.setdefault(row.parent_id, []).append(row.id)
    waiting = [focus]
    while waiting:
        below = children.get(waiting.pop(), [])
        keep.update(below)
        waiting.extend(below)
    return [row for row in rows if row.id in keep]


def _boxes(order: list[Node], sizes: dict[Any, int], shown: set[Any], hits: set[Any]) -> list[Box]:
    steps: dict[Any, int] = {}
    boxes = []
    for line, node in enumerate(order):
        above = steps.get(node.parent_id, -1)
        steps[node.id] = max(above, 0) if node.kind == "version" else above + 1
        folded_away = sum(sizes[c.id] + 1 for c in node.children if c.id not in shown)
        boxes.append(Box(node, 12 + steps[node.id] * INDENT, 10 + line * HIGH, folded_away, sizes[node.id], node.id in hits, any(c.kind != "version" for c in node.children)))
    return boxes


def _lines(boxes: list[Box]) -> list[str]:
    by_id = {b.node.id: b for b in boxes}
    lines = []
    for b in boxes:
        a = by_id.get(b.node.parent_id)
        if a is not None:
            x = a.x + 16
            lines.append(f"M{x} {a.y + TALL} V{b.y}" if a.x == b.x else f"M{x} {a.y + TALL} V{b.mid - 8} q0 8 8 8 H{b.x}")
    return lines
