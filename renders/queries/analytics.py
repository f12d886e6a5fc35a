"""How a project is doing: how often pictures succeed, who is drawn most, whether the quality rises. Never writes; seven queries, whatever the size."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, Q, QuerySet
from django.db.models.functions import TruncWeek

from projects.models import Project
from renders.models import ConsistencyScore, RenderedAsset, RenderedSource, RunCandidate
from spaces.models import Definition

WEEKS, MOST = 12, 50
KEPT = ("approved", "archived")


@dataclass(frozen=True)
class Share:
    """How many of how many; `share` is None where nothing was counted."""

    good: int
    all: int

    @property
    def share(self) -> float | None:
        """0–1."""
        return round(self.good / self.all, 4) if self.all else None

    def as_json(self) -> dict[str, Any]:
        """For the API."""
        return {"good": self.good, "all": self.all, "share": self.share}


@dataclass(frozen=True)
class Analytics:
    """`guard`: candidates that passed of those drawn; `people`: pictures that were kept of those decided; the rest by provider, identity and week."""

    guard: Share
    people: Share
    first_try: Share
    providers: list[dict[str, Any]]
    identities: list[dict[str, Any]]
    weeks: list[dict[str, Any]]

    def as_json(self) -> dict[str, Any]:
        """For the API."""
        return {"guard": self.guard.as_json(), "people": self.people.as_json(), "first_try": self.first_try.as_json(), "providers": self.providers, "identities": self.identities, "weeks": self.weeks}


def of(project: Project, *, now: dt.datetime) -> Analytics:
    """Everything the page and the API tell."""
    drawn = RunCandidate.objects.filter(project=project, status__in=["done", "generated", "failed_output_guard"])
    pictures = RenderedAsset.objects.filter(project=project, candidate__isnull=False)
    return Analytics(_passed(drawn), _kept(pictures), _first(pictures), _providers(pictures), _identities(project), _weeks(project, pictures, now))


def _passed(rows: QuerySet[RunCandidate]) -> Share:
    told = rows.aggregate(all=Count("pk"), bad=Count("pk", filter=Q(status="failed_output_guard")))
    return Share(told["all"] - told["bad"], told["all"])


def _kept(rows: QuerySet[RenderedAsset]) -> Share:
    told = rows.aggregate(good=Count("pk", filter=Q(state__in=KEPT)), bad=Count("pk", filter=Q(state="discarded")))
    return Share(told["good"], told["good"] + told["bad"])


def _first(rows: QuerySet[RenderedAsset]) -> Share:
    """Tasks that have a kept picture out of their first job."""
    tasks: dict[Any, list[str]] = {}
    for task, state in rows.filter(origin_task__isnull=False).exclude(state="draft").order_by("origin_task", "created_at").values_list("origin_task", "state")[:20_000]:
        tasks.setdefault(task, []).append(state)
    kept = [states for states in tasks.values() if set(states) & set(KEPT)]
    return Share(sum(states[0] in KEPT for states in kept), len(kept))


def _providers(rows: QuerySet[RenderedAsset]) -> list[dict[str, Any]]:
    told = rows.order_by().values("provider_code").annotate(kept=Count("pk", filter=Q(state__in=KEPT)), discarded=Count("pk", filter=Q(state="discarded")), likeness=Avg("likeness"), pictures=Count("pk"))
    return [{"provider_code": r["provider_code"], "pictures": r["pictures"], "kept": Share(r["kept"], r["kept"] + r["discarded"]).as_json(), "likeness": _round(r["likeness"])} for r in sorted(told, key=lambda r: (-r["pictures"], r["provider_code"]))[:MOST]]


def _identities(project: Project) -> list[dict[str, Any]]:
    """Characters by how often they are drawn: pictures, kept ones, mean likeness of the candidates."""
    links = RenderedSource.objects.filter(project=project, rendered__candidate__isnull=False).order_by().values("root_id")
    told = {r["root_id"]: r for r in links.annotate(pictures=Count("rendered", distinct=True), kept=Count("rendered", distinct=True, filter=Q(rendered__state__in=KEPT)), discarded=Count("rendered", distinct=True, filter=Q(rendered__state="discarded")))}
    likeness = dict(ConsistencyScore.objects.filter(project=project).order_by().values_list("root_id").annotate(Avg("score")))
    names = dict(Definition.objects.filter(root_id__in=told, scope_kind="space").order_by("created_at").values_list("root_id", "name"))
    rows = [{"root_id": str(root), "name": names.get(root, ""), "pictures": r["pictures"], "kept": Share(r["kept"], r["kept"] + r["discarded"]).as_json(), "likeness": _round(likeness.get(root))} for root, r in told.items()]
    return sorted(rows, key=lambda r: (-r["pictures"], r["name"]))[:MOST]


def _weeks(project: Project, rows: QuerySet[RenderedAsset], now: dt.datetime) -> list[dict[str, Any]]:
    """The last twelve weeks, oldest first, also empty ones: pictures, kept ones, mean likeness, mean chroma over the guide."""
    monday = (now - dt.timedelta(days=now.weekday())).date()
    since = monday - dt.timedelta(weeks=WEEKS - 1)
    told = {r["week"].date(): r for r in rows.filter(created_at__date__gte=since).order_by().annotate(week=TruncWeek("created_at")).values("week").annotate(
        pictures=Count("pk"), kept=Count("pk", filter=Q(state__in=KEPT)), discarded=Count("pk", filter=Q(state="discarded")), likeness=Avg("likeness"), chroma=Avg("candidate__rank_avg_chroma_exceed"))}
    out = []
    for n in range(WEEKS):
        week = since + dt.timedelta(weeks=n)
        r = told.get(week) or {"pictures": 0, "kept": 0, "discarded": 0, "likeness": None, "chroma": None}
        out.append({"week": week.isoformat(), "pictures": r["pictures"], "kept": Share(r["kept"], r["kept"] + r["discarded"]).as_json(), "likeness": _round(r["likeness"]), "chroma_exceed": _round(r["chroma"])})
    return out


def _round(value: float | None) -> float | None:
    return None if value is None else round(float(value), 4)
