"""The managers behind the walls: every query gets its scope's condition, no row is written into another owner's."""

from typing import Any

from django.db import models

from iat.kernel import scope
from iat.kernel.errors import ScopeMissing


class ScopedQuerySet(models.QuerySet):
    """Refuses to write rows of another owner."""

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        """As Django's; every row is checked against the scope first."""
        objs = list(objs)
        for row in objs:
            check_write(row)
        return super().bulk_create(objs, *args, **kwargs)

    def update(self, **changes: Any) -> int:
        """As Django's; owner columns never move by an update."""
        model: Any = self.model
        declared: scope.Within | None = model.scope
        if declared is not scope.GLOBAL and not scope.current().everything:
            owners = {getattr(declared, what) for what in declared.named()}
            if moved := owners & {name.removesuffix("_id") for name in changes}:
                raise ScopeMissing(f"an update may not move {self.model.__name__} to another {', '.join(moved)}")
        return super().update(**changes)


class ScopedManager(models.Manager.from_queryset(ScopedQuerySet)):  # type: ignore[misc]
    """The manager of every table of ours."""

    def get_queryset(self) -> Any:
        """All rows of the current scope; raises ScopeMissing at compile time without one."""
        rows = super().get_queryset()
        model: Any = self.model
        declared: scope.Within | None = model.scope
        return rows if declared is scope.GLOBAL else rows.filter(declared.condition())


def holds(within: scope.Within, row: models.Model, here: scope.Scope) -> bool:
    """May this row be written here? The write wall, beside the read wall."""
    for what in within.named():
        owner_id = _reach(row, getattr(within, what))
        if here.spaces is not None:
            if what == "space" and owner_id not in here.spaces:
                return False
        elif owner_id is not None and owner_id != getattr(here, f"{what}_id"):
            return False
    return not here.empty


def _reach(row: models.Model, path: str) -> Any:
    owner: Any = row
    *steps, last = path.split("__")
    for step in steps:
        owner = getattr(owner, step)
    return owner.pk if last == "id" else getattr(owner, f"{last}_id")


def check_write(row: Any) -> None:
    """Raises ScopeMissing where the row belongs to another owner than the one in scope."""
    here = scope.current()
    if row.scope is not scope.GLOBAL and not here.everything and not holds(row.scope, row, here):
        raise ScopeMissing(f"{type(row).__name__} belongs to another owner than the one in scope")
