"""The tree of an identity: one query by root, shaped in Python."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from spaces.models import Definition, DefinitionRevision


@dataclass
class Node:
    """One definition in the tree, with the place where it is drawn (column = depth, row = line)."""

    row: Definition
    children: list["Node"] = field(default_factory=list)
    depth: int = 0
    line: float = 0

    @property
    def kind(self) -> str:
        """version, clone or variant."""
        return "version" if self.row.scope_kind == "space" else "variant" if self.row.variant_type else "clone"


def nodes(root_id: uuid.UUID) -> list[Definition]:
    """Every definition of an identity that the scope shows, oldest first. One query."""
    return list(Definition.objects.filter(root_id=root_id).select_related("project", "active_avatar_kit__primary_anchor__asset").order_by("created_at", "id"))


def tree(rows: list[Definition]) -> list[Node]:
    """Roots of the visible forest. A row whose parent is out of sight stands as a root, so that nothing vanishes."""
    by_id = {row.pk: Node(row) for row in rows}
    tops = []
    for row in rows:
        parent = by_id.get(row.parent_id) if row.parent_id else None
        (parent.children if parent else tops).append(by_id[row.pk])
    return tops


def laid_out(tops: list[Node]) -> tuple[list[Node], int, int]:
    """Nodes with their places, the number of columns and of lines. Leaves take a line each; parents stand at their first child."""
    out: list[Node] = []
    line = 0

    def walk(start: Node) -> None:
        nonlocal line
        stack = [(start, 0)]
        while stack:
            node, depth = stack.pop()
            node.depth = depth
            if out and depth <= out[-1].depth:
                line += 1
            node.line = line
            out.append(node)
            stack.extend((child, depth + 1) for child in reversed(node.children))
        line += 1

    for top in tops:
        walk(top)
    return out, max((n.depth for n in out), default=0) + 1, line


def as_json(node: Node) -> dict[str, Any]:
    """A node and what grew from it."""
    row = node.row
    return {
        "id": row.pk, "parent_id": row.parent_id, "kind": node.kind, "name": row.name, "scope": row.scope_kind, "version": row.version, "state": row.state,
        "project_id": row.project_id, "inherited_version": row.inherited_version, "children": [as_json(child) for child in node.children]}


def history(row: Definition) -> Any:
    """Revisions of a definition, with their authors."""
    return DefinitionRevision.objects.filter(definition=row).select_related("author")
