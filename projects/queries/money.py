"""Questions about money: events, sums by provider and day, the budget. Never writes."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from projects.models import CostEvent, Project

DAYS = 30


def events(project: Project) -> QuerySet[CostEvent]:
    """What a project paid or reserved."""
    return CostEvent.objects.filter(project=project)


@dataclass(frozen=True)
class Money:
    """A project's money in USD. `days` are the last thirty, oldest first, also empty ones."""

    settled: Decimal
    reserved: Decimal
    estimated: Decimal
    budget: Decimal | None
    providers: list[tuple[str, Decimal, int]]
    days: list[tuple[dt.date, Decimal]]

    @property
    def left(self) -> Decimal | None:
        """What may still be spent."""
        return None if self.budget is None else max(Decimal(0), self.budget - self.settled - self.reserved)

    @property
    def share(self) -> int:
        """Used part of the budget in per cent, at most 100."""
        return min(100, round(100 * (self.settled + self.reserved) / self.budget)) if self.budget else 0

    @property
    def peak(self) -> Decimal:
        """The dearest day."""
        return max((usd for _, usd in self.days), default=Decimal(0))

    @property
    def forecast(self) -> Decimal:
        """What thirty days cost at the pace of the last seven."""
        return sum((usd for _, usd in self.days[-7:]), Decimal(0)) / 7 * 30

    def as_json(self) -> dict[str, Any]:
        """For the API."""
        return {"settled_usd": float(self.settled), "reserved_usd": float(self.reserved), "estimated_usd": float(self.estimated), "budget_usd": None if self.budget is None else float(self.budget),
                "left_usd": None if self.left is None else float(self.left), "forecast_30_days_usd": round(float(self.forecast), 4),
                "providers": [{"provider_code": code, "cost_usd": float(usd), "orders": n} for code, usd, n in self.providers],
                "days": [{"day": day.isoformat(), "cost_usd": float(usd)} for day, usd in self.days]}


def summary(project: Project) -> Money:
    """Three queries."""
    rows, zero, today = events(project), Decimal(0), timezone.now().date()
    sums = rows.aggregate(settled=Sum("cost_usd", filter=Q(is_settled=True)), reserved=Sum("cost_usd", filter=Q(is_settled=False)), estimated=Sum("cost_usd", filter=Q(is_settled=True, is_estimate=True)))
    by = list(rows.values("provider_code").annotate(usd=Sum("cost_usd"), n=Count("id")).order_by("-usd", "provider_code"))
    days = {r["day"]: r["usd"] for r in rows.filter(created_at__date__gt=today - dt.timedelta(days=DAYS)).annotate(day=TruncDate("created_at")).values("day").annotate(usd=Sum("cost_usd"))}
    limit = project.settings.get("budget_usd")
    return Money(sums["settled"] or zero, sums["reserved"] or zero, sums["estimated"] or zero, None if limit is None else Decimal(str(limit)), [(r["provider_code"], r["usd"], r["n"]) for r in by],
                 [(day, days.get(day, zero)) for day in (today - dt.timedelta(days=DAYS - 1 - n) for n in range(DAYS))])
