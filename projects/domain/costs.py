"""Money: reserved before an order leaves, settled with what it cost, released when it never left. A budget is never passed, even by two at once."""

import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum

from iat.kernel import events
from iat.kernel.errors import Finding, Invalid, Refused
from iat.kernel.rows import edit as write
from projects.models import CostEvent, Project
from spaces.models import User

CENT = Decimal("0.000001")


class OverBudget(Refused):
    """The project's budget does not cover this order; a person decides."""

    title = "The budget is used up"


@dataclass(frozen=True)
class Order:
    """What is to be paid for. `key` is the call's idempotency key."""

    key: uuid.UUID
    space_id: Any
    project_id: Any
    run_id: Any
    provider_code: str
    operation_code: str
    model_name: str


def budget(project: Project) -> Decimal | None:
    """The limit in USD, or None."""
    told = project.settings.get("budget_usd")
    return None if told is None else Decimal(str(told))


def set_budget(project: Project, limit: Decimal | None, *, by: User) -> Project:
    """Sets or lifts the limit."""
    if limit is not None and not 0 <= limit <= 1_000_000:
        raise Invalid("A budget is between 0 and 1,000,000 USD.", findings=[Finding("/budget_usd", "0 to 1,000,000")])
    write(project, settings={**project.settings, "budget_usd": None if limit is None else float(limit)})
    events.emit("project.budget_set", subject=project, actor=by)
    return project


def spent(project_id: Any) -> Decimal:
    """What was paid and what is reserved, in USD."""
    return CostEvent.objects.filter(project_id=project_id).aggregate(s=Sum("cost_usd"))["s"] or Decimal(0)


@transaction.atomic
def reserve(order: Order, estimate: float) -> None:
    """Sets money aside. Raises OverBudget. Holding it twice for one key is once."""
    if CostEvent.objects.filter(call_key=order.key).exists():
        return
    amount = Decimal(str(estimate)).quantize(CENT)
    if order.project_id and amount > 0:
        project = Project.objects.select_for_update(of=("self",)).get(pk=order.project_id)
        limit, already = budget(project), spent(project.pk)
        if limit is not None and already + amount > limit:
            raise OverBudget(f"This order would cost about ${amount:.4f}; ${already:.2f} of the budget of ${limit:.2f} are spent or reserved. Raise the budget, or use another provider.", allowed=["raise the budget"])
    CostEvent.objects.create(space_id=order.space_id, project_id=order.project_id, run_id=order.run_id, call_key=order.key, provider_code=order.provider_code, operation_code=order.operation_code,
                             model_name=order.model_name, cost_usd=amount)


def settle(key: uuid.UUID, cost: float | None) -> None:
    """What it really cost; without a report the estimate stands and stays marked as one."""
    told: dict[str, Any] = {"is_settled": True}
    if cost is not None:
        told |= {"cost_usd": Decimal(str(cost)).quantize(CENT), "is_estimate": False}
    CostEvent.objects.filter(call_key=key).update(**told)


def release(key: uuid.UUID) -> None:
    """It never left, or was refused: nothing is owed."""
    CostEvent.objects.filter(call_key=key, is_settled=False).delete()
