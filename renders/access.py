"""(person, id, role) → the task, run, candidate or picture, with its project entered."""

from typing import Any

from iat.kernel import enter
from iat.kernel.errors import NotThere
from projects.access import project_of, row_of
from renders.models import KitOrder, ProviderCall, RenderedAsset, Run, RunCandidate, RunJob, Task, Treatment
from spaces import access
from spaces.models import Role


def task(user: access.Person, pk: Any, role: str = Role.VIEWER) -> Task:
    """A task."""
    return row_of(user, Task, pk, role, "scene", "style")


def run(user: access.Person, pk: Any, role: str = Role.VIEWER) -> Run:
    """A run."""
    return row_of(user, Run, pk, role, "created_by")


def job(user: access.Person, pk: Any, role: str = Role.VIEWER) -> RunJob:
    """A job."""
    return row_of(user, RunJob, pk, role, "run", "task")


def candidate(user: access.Person, pk: Any, role: str = Role.VIEWER) -> RunCandidate:
    """A candidate."""
    return row_of(user, RunCandidate, pk, role, "job__run", "job__task", "final_asset")


def rendered(user: access.Person, pk: Any, role: str = Role.VIEWER) -> RenderedAsset:
    """A picture of a project, or a reference picture of the space's canon."""
    access.look_around(user)
    row = RenderedAsset.objects.select_related("project__space", "space", "asset", "candidate", "job__run", "origin_task", "source_scene", "style", "avatar_kit").filter(pk=pk).first()
    if row is None or (row.project_id and row.project.status == "deleted"):
        raise NotThere("There is nothing here, or it is not shared with you.")
    if row.project_id:
        return project_of(user, row, role)
    access.demand(access.signed_in(user), row.space_id, role)
    enter.step_into(enter.of_space(row.space))
    return row


def _either(user: access.Person, model: Any, pk: Any, role: str) -> Any:
    """A row of a project, or of a space as a whole, with its owner entered."""
    access.look_around(user)
    row = model.objects.select_related("project__space", "space").filter(pk=pk).first()
    if row is None or (row.project_id and row.project.status == "deleted"):
        raise NotThere("There is nothing here, or it is not shared with you.")
    if row.project_id:
        return project_of(user, row, role)
    access.demand(access.signed_in(user), row.space_id, role)
    enter.step_into(enter.of_space(row.space))
    return row


def call(user: access.Person, pk: Any, role: str = Role.VIEWER) -> ProviderCall:
    """An order to a provider."""
    found: ProviderCall = _either(user, ProviderCall, pk, role)
    return found


def treatment(user: access.Person, pk: Any, role: str = Role.VIEWER) -> Treatment:
    """A file's treatment."""
    found: Treatment = _either(user, Treatment, pk, role)
    return found


def kit_order(user: access.Person, pk: Any, role: str = Role.VIEWER) -> KitOrder:
    """An order of a kit, with its space entered."""
    access.look_around(user)
    row = KitOrder.objects.select_related("space", "kit").filter(pk=pk).first()
    if row is None:
        raise NotThere("There is nothing here, or it is not shared with you.")
    access.demand(access.signed_in(user), row.space_id, role)
    enter.step_into(enter.of_space(row.space))
    return row
