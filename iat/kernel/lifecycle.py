"""State machines, said once.

A lifecycle is a table: from each state, the states that may follow. The model's choices, its check
constraint, the buttons on a page, the allowed list in a 409 and the diagram in the docs are read off it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q

from iat.kernel import events
from iat.kernel.errors import Refused

Guard = Callable[[Any], str]


class TransitionRefused(Refused):
    """The row is in a state from which the wanted one does not follow, or a guard said no."""

    def __init__(self, lifecycle: "Lifecycle", current: str, wanted: str, reason: str = "") -> None:
        self.current, self.wanted = current, wanted
        after = lifecycle.after(current)
        follow = f" From here it can become: {', '.join(after)}." if after else " Nothing follows this state."
        super().__init__(reason or f"This {lifecycle.name.replace('_', ' ')} is {current}; it cannot become {wanted}.{follow}", allowed=after)


class Lifecycle:
    """A machine over one column of one table."""

    registry: list["Lifecycle"] = []

    def __init__(
        self, name: str, table: Mapping[str, Sequence[str]], *, field: str = "status",
        forced: Mapping[str, Sequence[str]] | None = None, guards: Mapping[tuple[str, str], Sequence[Guard]] | None = None,
    ) -> None:
        self.name, self.field = name, field
        self.table = {state: tuple(after) for state, after in table.items()}
        self.forced = {state: tuple(after) for state, after in (forced or {}).items()}
        self.guards = dict(guards or {})
        self.start = next(iter(self.table))
        ends = (s for after in (*self.table.values(), *self.forced.values()) for s in after)
        self.states = tuple(dict.fromkeys((*self.table, *ends)))
        Lifecycle.registry.append(self)

    def __repr__(self) -> str:
        return f"<Lifecycle {self.name}>"

    @property
    def choices(self) -> list[tuple[str, str]]:
        """For the column and for forms."""
        return [(state, state.replace("_", " ")) for state in self.states]

    def column(self) -> models.CharField:
        """The column that holds the state."""
        return models.CharField(max_length=32, choices=self.choices, default=self.start)

    def constraint(self) -> models.CheckConstraint:
        """The database knows the states too."""
        return models.CheckConstraint(condition=Q(**{f"{self.field}__in": self.states}), name=f"{self.name}_{self.field}_known")

    def after(self, state: str, *, force: bool = False) -> tuple[str, ...]:
        """The states that may follow."""
        return self.table.get(state, ()) + (self.forced.get(state, ()) if force else ())

    def before(self, state: str, *, force: bool = False) -> list[str]:
        """The states it may follow."""
        return [s for s in self.states if state in self.after(s, force=force)]

    @property
    def ends(self) -> tuple[str, ...]:
        """States that nothing follows."""
        return tuple(s for s in self.states if not self.after(s))

    def refusal(self, row: Any, to: str, *, force: bool = False) -> str:
        """Why this row may not move there, or ''."""
        current = getattr(row, self.field)
        if to not in self.after(current, force=force):
            return str(TransitionRefused(self, current, to))
        return next((reason for guard in self.guards.get((current, to), ()) if (reason := guard(row))), "")

    def move(self, row: Any, to: str, *, by: Any = None, force: bool = False, where: Q | None = None, **changes: Any) -> Any:
        """Moves one row, or refuses. Of two racers exactly one wins: a compare-and-swap on the state.

        `where` narrows the swap further (a lease); `changes` are written in the same UPDATE.
        """
        current = getattr(row, self.field)
        for guard in self.guards.get((current, to), ()):
            if reason := guard(row):
                raise TransitionRefused(self, current, to, reason)
        with transaction.atomic(savepoint=False):
            rows = type(row).objects.filter(pk=row.pk, **{f"{self.field}__in": self.before(to, force=force)})
            if where is not None:
                rows = rows.filter(where)
            moved = rows.update(**{self.field: to}, revision=F("revision") + 1, **changes)
            if moved:
                row.refresh_from_db(fields=[self.field, "revision", *changes])
                events.emit(f"{self.name}.{to}", subject=row, actor=by, was=current)
        if not moved:
            row.refresh_from_db()
            raise TransitionRefused(self, getattr(row, self.field), to)
        return row

    def move_all(self, rows: Any, to: str, **changes: Any) -> int:
        """Moves those of a queryset that may, in one UPDATE; returns how many. It tells nobody: what is told is the one thing that moved them all."""
        moved: int = rows.filter(**{f"{self.field}__in": self.before(to)}).update(**{self.field: to}, revision=F("revision") + 1, **changes)
        return moved

    def mermaid(self) -> str:
        """The diagram for the docs."""
        lines = [f"    {a} --> {b}" for a in self.states for b in self.after(a)]
        lines += [f"    {a} --> {b}: force" for a, after in self.forced.items() for b in after]
        return "\n".join(["stateDiagram-v2", f"    [*] --> {self.start}", *lines])
