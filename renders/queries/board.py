"""Questions about tasks, runs and candidates. Never writes; constant numbers of queries."""

import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from projects.models import Project
from renders.models import CastMember, ProviderCall, QualityReport, RenderedAsset, Run, RunCandidate, RunJob, Task
from renders.queries import canon
from spaces.models import AvatarAsset

CAST = Prefetch("cast", CastMember.objects.select_related("character__active_avatar_kit__primary_anchor__asset").order_by("position"))


@dataclass(frozen=True)
class Panel:
    """A task on the storyboard strip with the picture that stands for it: the final panel, else the newest draft."""

    task: Task
    picture: RenderedAsset | None
    waiting: int


def tasks(project: Project) -> QuerySet[Task]:
    """All tasks of a project."""
    return Task.objects.filter(project=project).select_related("scene", "style").prefetch_related(CAST)


def strip(project: Project, *, branch: str = "", limit: int = 200) -> list[Panel]:
    """The story in order, each task with its picture. Three queries."""
    rows = tasks(project).order_by("branch", "sequence", "id")
    found = list((rows.filter(branch=branch) if branch else rows)[:limit])
    pictures: dict[Any, RenderedAsset] = {}
    drafts: Counter[Any] = Counter()
    for row in RenderedAsset.objects.filter(origin_task__in=found, state__in=["approved", "draft"]).select_related("asset").order_by("is_final_panel", "state", "created_at"):
        if row.state == "draft":
            drafts[row.origin_task_id] += 1
        best = pictures.get(row.origin_task_id)
        if best is None or row.is_final_panel or (not best.is_final_panel and row.state == "draft"):
            pictures[row.origin_task_id] = row
    return [Panel(t, pictures.get(t.pk), drafts[t.pk]) for t in found]


def task_runs(task: Task, *, limit: int = 20) -> list[RunJob]:
    """The newest jobs of a task with their candidates."""
    ranked = Prefetch("candidates", RunCandidate.objects.select_related("final_asset").order_by("candidate_index"))
    return list(RunJob.objects.filter(task=task).select_related("run__created_by", "final_asset").prefetch_related(ranked).order_by("-created_at", "-id")[:limit])


@dataclass(frozen=True)
class Progress:
    """A run as people watch it."""

    run: Run
    jobs: list[RunJob]
    done: int
    total: int

    @property
    def share(self) -> int:
        """Finished candidates in per cent."""
        return round(100 * self.done / self.total) if self.total else 0

    @property
    def live(self) -> bool:
        """Whether there is more to come."""
        return self.run.status in ("planned", "running")


def progress(run: Run) -> Progress:
    """Jobs and candidates of a run, with how far each is."""
    ranked = Prefetch("candidates", RunCandidate.objects.select_related("final_asset").order_by("candidate_index"))
    jobs = list(RunJob.objects.filter(run=run).select_related("task", "final_asset").prefetch_related(ranked).order_by("job_key"))
    every = [c for j in jobs for c in j.candidates.all()]
    return Progress(run, jobs, sum(c.status not in ("planned", "running") for c in every), len(every))


@dataclass(frozen=True)
class Orders:
    """What a run ordered from providers: those nobody knows the end of, how many in all, and what they cost in USD so far."""

    unknown: list[ProviderCall]
    count: int
    usd: float
    estimated: bool


def orders(run: Run) -> Orders:
    """One query."""
    rows = list(ProviderCall.objects.filter(run=run).only("status", "cost_usd", "is_estimate", "error", "provider_code", "candidate_id", "outcome").order_by("created_at", "id"))
    paid = [r for r in rows if r.cost_usd is not None]
    return Orders([r for r in rows if r.status == "unknown"], len(rows), float(sum((r.cost_usd for r in paid if r.cost_usd), 0)), any(r.is_estimate for r in paid))


def runs(project: Project) -> QuerySet[Run]:
    """Runs of a project."""
    return Run.objects.filter(project=project).select_related("created_by")


def open_jobs() -> QuerySet[RunJob]:
    """Jobs in scope that are drawn, or wait to be."""
    return RunJob.objects.filter(status__in=["planned", "running"], run__status__in=["planned", "running"]).exclude(project__status="deleted")


@dataclass(frozen=True)
class Look:
    """One candidate under review: the machine's report, people's decisions, its draft."""

    candidate: RunCandidate
    guard: dict[str, Any]
    scores: dict[str, Any]
    decision: str
    rendered: RenderedAsset | None
    rank: int


@dataclass(frozen=True)
class Desk:
    """One job on the review desk, with the anchors to compare against and the way to the next job."""

    job: RunJob
    looks: list[Look]
    anchors: list[tuple[str, AvatarAsset]]
    next_job: RunJob | None
    waiting: int
    snapshot: dict[str, Any]
    older: list[canon.Older]


def waiting(project: Project) -> QuerySet[RunJob]:
    """Jobs that have a draft nobody decided about, oldest first."""
    return RunJob.objects.filter(project=project, renders__state="draft", renders__candidate__isnull=False).select_related("task", "final_asset", "run").distinct()


def desk(job: RunJob) -> Desk:
    """Everything the review page shows of a job."""
    candidates = list(RunCandidate.objects.filter(job=job).select_related("final_asset", "rendered").order_by("candidate_index"))
    guards: dict[Any, dict[str, Any]] = {}
    scores: dict[Any, dict[str, Any]] = {}
    decisions: dict[Any, str] = {}
    for report in QualityReport.objects.filter(job=job).order_by("created_at", "id"):
        if report.report_type == "output_guard":
            guards[report.candidate_id] = report.summary
        elif report.report_type == "model_score":
            scores[report.candidate_id] = report.summary
        elif report.report_type == "human_review" and report.summary.get("decision") not in ("rated", "preferred"):
            decisions[report.candidate_id] = report.summary["decision"]
    order = sorted(candidates, key=lambda c: (c.final_asset_id is None, c.rank_hard_failures or 0, c.rank_soft_warnings or 0, c.rank_avg_chroma_exceed or 0, -(c.consistency_score or 0), c.candidate_index))
    ranks = {c.pk: at + 1 for at, c in enumerate(order)}
    snapshot = job.run.settings_snapshot["jobs"][job.meta["number"]]
    others = list(waiting(job.project).exclude(pk=job.pk).order_by("created_at", "id")[:100])
    after = [o for o in others if (o.created_at, str(o.pk)) > (job.created_at, str(job.pk))]
    return Desk(
        job, [Look(c, guards.get(c.pk, {}), scores.get(c.pk, {}), decisions.get(c.pk, ""), getattr(c, "rendered", None), ranks[c.pk]) for c in candidates],
        _anchors(snapshot), (after or others or [None])[0], len(others), snapshot, _older(snapshot))


@dataclass(frozen=True)
class Round:
    """One pair of a knockout: the champion so far, its challenger, how many rounds are done of how many."""

    best: RunCandidate | None
    challenger: RunCandidate | None
    done: int
    total: int


def knockout(job: RunJob, best: str, after: str) -> Round:
    """The next pair. Candidates that failed are left out; without a champion yet it starts with the first two. One query."""
    rows = list(RunCandidate.objects.filter(job=job, status="done", final_asset__isnull=False).select_related("final_asset").order_by("candidate_index"))
    champion = next((c for c in rows if str(c.candidate_index) == best), rows[0] if rows else None)
    seen = int(after) if after.isdigit() else (champion.candidate_index if champion else 0)
    challenger = next((c for c in rows if c.candidate_index > seen and c is not champion), None)
    return Round(champion, challenger, sum(c.candidate_index <= seen for c in rows) - 1, max(0, len(rows) - 1))


@dataclass(frozen=True)
class Agreement:
    """How often people kept what the machine had put first."""

    same: int
    decided: int

    @property
    def share(self) -> int:
        """In per cent."""
        return round(100 * self.same / self.decided) if self.decided else 0


def agreement(project: Project) -> Agreement:
    """Over the approved pictures of a project. One query."""
    rows = RenderedAsset.objects.filter(project=project, state__in=["approved", "archived"], candidate__isnull=False, job__meta__machine_pick__isnull=False)
    pairs = list(rows.order_by("-created_at", "-id").values_list("candidate__candidate_index", "job__meta__machine_pick")[:1000])
    return Agreement(sum(a == b for a, b in pairs), len(pairs))


def reports(project: Project) -> QuerySet[QualityReport]:
    """Every judgement in a project, by machine and by people."""
    return QualityReport.objects.filter(project=project).select_related("author")


def _older(snapshot: dict[str, Any]) -> list[canon.Older]:
    """What of the canon moved on since this job was planned."""
    used = [m for m in (*snapshot["cast"], snapshot["scene"]) if m]
    return list(canon.moved_on((uuid.UUID(m["root_id"]), m["name"], m["version"]) for m in used).values())


def _anchors(snapshot: dict[str, Any]) -> list[tuple[str, AvatarAsset]]:
    """The anchors that were really used, with the name of whom they show."""
    wanted = {anchor: m["name"] for m in snapshot["cast"] if m["kit"] for anchor in m["kit"]["anchors"]}
    return [(wanted[str(a.pk)], a) for a in AvatarAsset.objects.filter(pk__in=wanted).select_related("asset").order_by("created_at", "id")]


def waiting_anywhere(*, limit: int) -> list[RunJob]:
    """Jobs of all projects in scope that wait for a person."""
    rows = RunJob.objects.filter(renders__state="draft", renders__candidate__isnull=False, project__status="active")
    return list(rows.select_related("task", "project", "final_asset").distinct().order_by("-created_at", "-id")[:limit])


def next_panels(*, limit: int) -> list[Task]:
    """Panels of the story that nobody has drawn yet, in reading order."""
    return list(Task.objects.filter(status="pending", project__status="active").select_related("project", "scene").prefetch_related(CAST).order_by("-project__created_at", "branch", "sequence", "id")[:limit])
