"""No query runs outside its space or project.

A model says once how it reaches its owner; its manager adds that condition to every query,
with the value bound when the SQL is compiled, not when the queryset is written.
"""

from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import BooleanField, F, Func
from django.db.models.sql.compiler import SQLCompiler

from iat.kernel.errors import ScopeMissing


@dataclass(frozen=True)
class Scope:
    """Where we are: one space, one project in it, all spaces of a person, or everything with a reason."""

    space_id: Any = None
    project_id: Any = None
    spaces: frozenset[Any] | None = None
    everything: str = ""

    @property
    def empty(self) -> bool:
        """Whether nothing was entered."""
        return not (self.space_id or self.project_id or self.everything) and self.spaces is None


NOWHERE = Scope()
_scope: ContextVar[Scope] = ContextVar("scope", default=NOWHERE)


def current() -> Scope:
    """The scope entered by the door we came through."""
    return _scope.get()


class InScope(Func):
    """A boolean condition over the owner columns of a row, resolved at compile time."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, within: "Within", *columns: Any) -> None:
        super().__init__(*(columns or within.columns()))
        self.within = within

    def copy(self) -> "InScope":
        """Django clones expressions; the declaration travels along."""
        twin = super().copy()
        twin.within = self.within
        return twin

    @property
    def identity(self) -> Any:
        """Two conditions are equal only where their declaration is the same."""
        return (self.__class__, self.within, tuple(map(repr, self.source_expressions)))

    def as_sql(self, compiler: SQLCompiler, connection: Any, *how: Any, **extra: Any) -> Any:  # type: ignore[override]
        """`column = %s`, `column IN (…)` or a constant truth, by the current scope."""
        here = current()
        if here.everything:
            return "1 = 1", []
        if here.empty:
            raise ScopeMissing("a query ran outside any space or project")
        written = [compiler.compile(e) for e in self.source_expressions]
        columns = dict(zip(self.within.named(), written, strict=True))
        key = models.UUIDField()

        def bound(values: Iterable[Any]) -> list[Any]:
            return [key.get_db_prep_value(value, connection) for value in values]

        def equals(what: str, value: Any) -> tuple[str, list[Any]]:
            sql, params = columns[what]
            return f"{sql} = %s", [*params, *bound([value])]

        if here.spaces is not None:
            return self._of_person(here.spaces, columns, bound, connection)
        if "project" in columns:
            return self._of_project(here, columns, equals)
        if here.space_id is None:
            raise ScopeMissing("no space in scope for this query")
        return equals("space", here.space_id)

    def _of_person(self, spaces: frozenset[Any], columns: Any, bound: Any, connection: Any) -> tuple[str, list[Any]]:
        if not spaces:
            return "1 = 0", []
        marks, values = ", ".join(["%s"] * len(spaces)), bound(sorted(spaces))
        if "space" in columns:
            sql, params = columns["space"]
            return f"{sql} IN ({marks})", [*params, *values]
        sql, params = columns["project"]
        table = connection.ops.quote_name(self.within.projects_table)
        return f"{sql} IN (SELECT id FROM {table} WHERE space_id IN ({marks}))", [*params, *values]  # noqa: S608 - a table name of ours and placeholders

    def _of_project(self, here: Scope, columns: Any, equals: Any) -> tuple[str, list[Any]]:
        if "space" not in columns:
            if here.project_id is None:
                raise ScopeMissing("no project in scope for this query")
            return equals("project", here.project_id)
        sql, params = equals("space", here.space_id)
        null = f"{columns['project'][0]} IS NULL"
        if here.project_id is None:
            return f"({sql} AND {null})", params
        own, more = equals("project", here.project_id)
        return f"({sql} AND ({null} OR {own}))", [*params, *more]


@dataclass(frozen=True)
class Within:
    """How a row reaches its owner. With both: the canon of the space and the rows of the project.

    Shapes: lookup paths that end in a key column, such as `space`, `project` or `kit__space`.
    """

    space: str = ""
    project: str = ""
    projects_table: str = "projects_project"

    def named(self) -> list[str]:
        """Which of the two owners this declaration names."""
        return [what for what in ("space", "project") if getattr(self, what)]

    def columns(self) -> list[F]:
        """The key columns to compare."""
        return [F(f"{getattr(self, what)}_id" if getattr(self, what) != "id" else "id") for what in self.named()]

    def condition(self) -> InScope:
        """What the manager filters by."""
        return InScope(self)


GLOBAL: None = None
