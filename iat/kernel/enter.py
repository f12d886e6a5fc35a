"""The doors into a scope. Only access modules, the queue, commands and middleware may import this file."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from iat.kernel.scope import Scope, _scope


@contextmanager
def entered(scope: Scope) -> Iterator[Scope]:
    """Inside the block, queries see this scope."""
    token = _scope.set(scope)
    try:
        yield scope
    finally:
        _scope.reset(token)


def clean() -> Any:
    """No scope at all: what a request starts from, and what it leaves behind."""
    return entered(Scope())


def step_into(scope: Scope) -> None:
    """Enters for the rest of the request; the middleware's `clean()` takes it back."""
    _scope.set(scope)


def of_space(space: Any) -> Scope:
    """One space: its canon, nothing of its projects."""
    return Scope(space_id=space.pk)


def of_project(project: Any) -> Scope:
    """One project and the canon of its space."""
    return Scope(space_id=project.space_id, project_id=project.pk)


def of_spaces(ids: Iterable[Any]) -> Scope:
    """Every space a person belongs to, with their projects: lists across spaces."""
    return Scope(spaces=frozenset(ids))


def in_space(space: Any) -> Any:
    """A block inside one space."""
    return entered(of_space(space))


def in_project(project: Any) -> Any:
    """A block inside one project."""
    return entered(of_project(project))


def everywhere(reason: str) -> Any:
    """The one way out. The reason is required, so that grep finds every use with its why."""
    return entered(Scope(everything=reason))
