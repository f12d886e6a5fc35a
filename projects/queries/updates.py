"""Which canon moved on since a project took it. Never writes; a constant number of queries."""

from dataclasses import dataclass
from typing import Any

from projects.models import Project, ProjectStyle
from spaces.models import Definition, VersionPin


@dataclass(frozen=True)
class Update:
    """A clone (or a style in use), the version it has, the newest canon, and whether the project chose to stay."""

    kind: str
    row: Definition
    has: str | None
    newest: Definition
    pinned: bool


def canon_by_root(roots: set[Any]) -> dict[Any, Definition]:
    """The newest canon of each identity. One query."""
    rows = Definition.objects.filter(root_id__in=roots, scope_kind="space", state="canonical").order_by("published_at", "id")
    return {row.root_id: row for row in rows}


def of_project(project: Project) -> list[Update]:
    """Clones and styles whose canon moved on, by type and name; pinned ones too, marked. Four queries."""
    clones = list(Definition.objects.filter(project=project, variant_type="").exclude(state="archived").select_related("active_avatar_kit__primary_anchor__asset").order_by("type", "name", "id"))
    used = [use.style for use in ProjectStyle.objects.filter(project=project).select_related("style").order_by("style__name", "id")]
    canon = canon_by_root({row.root_id for row in (*clones, *used)})
    pinned = set(VersionPin.objects.filter(project=project).values_list("definition_id", flat=True))
    moved = [Update(row.type, row, row.inherited_version, canon[row.root_id], row.parent_id in pinned) for row in clones if row.root_id in canon and canon[row.root_id].pk != row.parent_id]
    return moved + [Update("style", row, row.version, canon[row.root_id], False) for row in used if row.root_id in canon and canon[row.root_id].pk != row.pk]
