"""Runs, their jobs, their candidates. A candidate is the unit of work: claimed with a lease, done idempotently."""

from django.db import models

from iat.kernel.rows import EditableRow, Row
from iat.kernel.scope import Within
from projects.models import Project
from renders.lifecycles import CANDIDATE, JOB, RUN
from renders.models.task import Task
from spaces.models import Asset, User


class Run(EditableRow):
    """One execution of the pipeline. `settings_snapshot` is everything that decides the result; `digest` names it. `replay` is how a rerun's pictures compare with the first ones, once both are there."""

    scope = Within(project="project")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="runs")
    run_mode = models.CharField(max_length=8, choices=[("dry", "dry"), ("run", "run")], default="run")
    status = RUN.column()
    stage = models.CharField(max_length=32, blank=True, default="")
    time_of_day = models.CharField(max_length=16, blank=True, default="")
    weather = models.CharField(max_length=16, blank=True, default="")
    provider_code = models.CharField(max_length=40)
    model_name = models.CharField(max_length=120, blank=True, default="")
    settings_snapshot = models.JSONField(default=dict)
    log = models.ForeignKey(Asset, on_delete=models.SET_NULL, null=True, related_name="+")
    digest = models.CharField(max_length=64)
    priority = models.SmallIntegerField(default=0)
    held_at = models.DateTimeField(null=True)
    held_why = models.CharField(max_length=400, blank=True, default="")
    rerun_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="reruns")
    replay = models.JSONField(default=dict)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [RUN.constraint()]
        indexes = [
            models.Index(fields=["project", "-created_at", "-id"], name="run_newest"),
            models.Index(fields=["status", "updated_at"], name="run_by_status", condition=models.Q(status__in=["planned", "running"])),
        ]


class RunJob(EditableRow):
    """One shot of a run."""

    scope = Within(project="project")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="jobs")
    task = models.ForeignKey(Task, on_delete=models.SET_NULL, null=True, related_name="jobs")
    job_key = models.CharField(max_length=120)
    status = JOB.column()
    prompt_text = models.TextField(blank=True, default="")
    selected_candidate_index = models.PositiveSmallIntegerField(null=True)
    final_asset = models.ForeignKey(Asset, on_delete=models.SET_NULL, null=True, related_name="+")
    meta = models.JSONField(default=dict)

    class Meta:
        constraints = [JOB.constraint(), models.UniqueConstraint(fields=["run", "job_key"], name="job_key_once")]
        indexes = [models.Index(fields=["run", "status"], name="job_of_run"), models.Index(fields=["task", "-created_at", "-id"], name="job_of_task")]


class RunCandidate(EditableRow):
    """One generated variant of a job."""

    scope = Within(project="project")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    job = models.ForeignKey(RunJob, on_delete=models.CASCADE, related_name="candidates")
    candidate_index = models.PositiveSmallIntegerField()
    status = CANDIDATE.column()
    stage = models.CharField(max_length=32, blank=True, default="")
    seed = models.BigIntegerField()
    output_asset = models.ForeignKey(Asset, on_delete=models.SET_NULL, null=True, related_name="+")
    final_asset = models.ForeignKey(Asset, on_delete=models.SET_NULL, null=True, related_name="candidates")
    rank_hard_failures = models.PositiveSmallIntegerField(null=True)
    rank_soft_warnings = models.PositiveSmallIntegerField(null=True)
    rank_avg_chroma_exceed = models.FloatField(null=True)
    consistency_score = models.FloatField(null=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_token = models.UUIDField(null=True)
    lease_owner = models.CharField(max_length=120, blank=True, default="")
    lease_until = models.DateTimeField(null=True)
    nudged_at = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="")
    rating = models.PositiveSmallIntegerField(null=True)
    meta = models.JSONField(default=dict)

    class Meta:
        constraints = [
            CANDIDATE.constraint(),
            models.UniqueConstraint(fields=["job", "candidate_index"], name="candidate_index_once"),
            models.CheckConstraint(condition=models.Q(rating__isnull=True) | models.Q(rating__range=(1, 5)), name="candidate_rating_1_to_5"),
        ]
        indexes = [
            models.Index(fields=["status", "lease_until"], name="candidate_open", condition=models.Q(status__in=["planned", "running"])),
            models.Index(fields=["lease_owner"], name="candidate_by_worker", condition=models.Q(status="running")),
        ]


class RunEvent(Row):
    """One thing that happened in a run: what live pages tell, and what the run's log keeps. `code` is noun.state."""

    scope = Within(project="project")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="events")
    candidate = models.ForeignKey(RunCandidate, on_delete=models.SET_NULL, null=True, related_name="+")
    code = models.CharField(max_length=60)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["run", "created_at", "id"], name="event_of_run")]
