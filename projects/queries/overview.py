"""Questions about a production. Never writes."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from projects.models import Project, ProjectStyle, StyleGuide
from projects.queries import updates
from spaces.models import Definition, VersionPin


def projects(*, status: str = "active") -> QuerySet[Project]:
    """Projects of the scope: one space's, or all of a person's spaces."""
    return Project.objects.filter(status=status).select_related("space", "owner")


@dataclass(frozen=True)
class Member:
    """A clone with its variants; `newer` is the canon that moved on since it was imported, unless the project stays (`pinned`)."""

    row: Definition
    variants: list[Definition]
    newer: Definition | None
    pinned: bool


def cast(project: Project, kind: str) -> list[Member]:
    """The project's characters or scenes: clones by name, each with its variants. Three queries."""
    rows = list(
        Definition.objects.filter(project=project, type=kind).exclude(state="archived")
        .select_related("active_avatar_kit__primary_anchor__asset", "parent").order_by("name", "id"))
    canon = updates.canon_by_root({r.root_id for r in rows})
    pins = set(VersionPin.objects.filter(project=project).values_list("definition_id", flat=True))
    clones = [r for r in rows if not r.variant_type]
    children: dict[Any, list[Definition]] = {}
    by_id = {r.pk: r for r in rows}
    for row in rows:
        if row.variant_type:
            top = row
            while top.variant_type and top.parent_id in by_id:
                top = by_id[top.parent_id]
            children.setdefault(top.pk, []).append(row)
    return [Member(c, children.get(c.pk, []), n if (n := canon.get(c.root_id)) and n.pk != c.parent_id and c.parent_id not in pins else None, c.parent_id in pins) for c in clones]


def styles(project: Project) -> list[ProjectStyle]:
    """Styles in use, the primary one first."""
    return list(ProjectStyle.objects.filter(project=project).select_related("style").order_by("-is_primary", "style__name", "id"))


def guide(project: Project) -> StyleGuide | None:
    """The default style guide."""
    return StyleGuide.objects.filter(project=project, is_default=True).first()
