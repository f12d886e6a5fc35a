"""The tree of an identity: one query by root for plain columns, shaped in Python without recursion, at any depth."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from iat.kernel.errors import NotThere
from iat.kernel.prepared import Prepared
from spaces.models import Definition, DefinitionRevision, VersionPin

COLUMNS = ("id", "parent_id", "scope_kind", "name", "version", "state", "project_id", "variant_type", "variant_label", "inherited_version")


@dataclass(slots=True)
class Node:
    """One definition in the tree; `depth` counts from the root."""

    id: uuid.UUID
    parent_id: uuid.UUID | None
    scope_kind: str
    name: str
    version: str | None
    state: str
    project_id: uuid.UUID | None
    variant_type: str
    variant_label: str
    inherited_version: str | None
    project: str = ""
    children: list["Node"] = ()  # type: ignore[assignment]  # filled by tree(); a list for every node would cost more than the query
    depth: int = 0

    @property
    def kind(self) -> str:
        """version, clone or variant."""
        return "version" if self.scope_kind == "space" else "variant" if self.variant_type else "clone"


_BY_ROOT = Prepared(lambda root_id: Definition.objects.filter(root_id=root_id).order_by("created_at", "id").values_list(*COLUMNS))


def nodes(root_id: uuid.UUID) -> list[Node]:
    """Every definition of an identity that the scope shows, oldest first. One query."""
    return [Node(*row) for row in _BY_ROOT.ask(root_id)]


def named(root_id: uuid.UUID) -> list[Node]:
    """The nodes with the names of their projects: one query more, because a join costs every node what a few names cost once."""
    found = nodes(root_id)
    names = dict(Definition.objects.filter(root_id=root_id, project__isnull=False).values_list("project_id", "project__name").distinct().order_by())
    for node in found:
        node.project = names.get(node.project_id, "")
    return found


def tree(rows: Iterable[Node]) -> list[Node]:
    """Roots of the visible forest, children filled in. A node whose parent is out of sight stands as a root, so that nothing vanishes."""
    by_id, tops = {}, []
    for row in rows:
        row.children = []
        by_id[row.id] = row
    for row in by_id.values():
        parent = by_id.get(row.parent_id) if row.parent_id else None
        (parent.children if parent else tops).append(row)
    return tops


def walk(tops: list[Node]) -> list[Node]:
    """Every node, parents before children, each branch whole; depths are filled in."""
    out, stack = [], [(top, 0) for top in reversed(tops)]
    while stack:
        node, node.depth = stack.pop()
        out.append(node)
        stack.extend((child, node.depth + 1) for child in reversed(node.children))
    return out


def as_json(node: Node) -> dict[str, Any]:
    """A node of the flat tree."""
    return {"id": node.id, "parent_id": node.parent_id, "depth": node.depth, "kind": node.kind, "name": node.name, "scope": node.scope_kind, "version": node.version, "state": node.state,
            "project_id": node.project_id, "project": node.project or None, "variant_type": node.variant_type or None, "variant_label": node.variant_label or None, "inherited_version": node.inherited_version}


def relative(row: Definition, other_id: Any) -> Definition:
    """The definition to compare with: the one named, else the parent, for an original itself. Raises NotThere outside the identity."""
    found = Definition.objects.filter(root_id=row.root_id, pk=other_id or row.parent_id or row.pk).select_related("project").first()
    if found is None:
        raise NotThere("This identity has no such version.")
    return found


def pinned(row: Definition) -> bool:
    """Whether a clone's project stays with the version it has."""
    return bool(row.project_id and row.parent_id) and VersionPin.objects.filter(definition_id=row.parent_id, project_id=row.project_id).exists()


def below(row: Definition) -> list[uuid.UUID]:
    """Ids of a definition and everything that grew from it. One query."""
    children: dict[Any, list[uuid.UUID]] = {}
    for pk, parent in Definition.objects.filter(root_id=row.root_id).values_list("pk", "parent_id"):
        children.setdefault(parent, []).append(pk)
    found, waiting = [], [row.pk]
    while waiting:
        pk = waiting.pop()
        found.append(pk)
        waiting.extend(children.get(pk, ()))
    return found


def history(row: Definition) -> Any:
    """Revisions of a definition, with their authors."""
    return DefinitionRevision.objects.filter(definition=row).select_related("author")
