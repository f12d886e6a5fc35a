"""Judgements. The machine's report and the person's decision are separate rows; none overwrites another."""

from django.db import models

from iat.kernel.rows import Row
from iat.kernel.scope import Within
from projects.models import Project
from renders.models.run import Run, RunCandidate, RunJob
from spaces.models import Asset, Definition, User


class QualityReport(Row):
    """One judgement of one candidate or job."""

    scope = Within(project="project")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="reports")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="reports")
    job = models.ForeignKey(RunJob, on_delete=models.CASCADE, null=True, related_name="reports")
    candidate = models.ForeignKey(RunCandidate, on_delete=models.CASCADE, null=True, related_name="reports")
    report_type = models.CharField(max_length=16, choices=[(t, t) for t in ("output_guard", "model_score", "human_review")])
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    summary = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["candidate", "report_type"], condition=models.Q(report_type="output_guard"), name="one_guard_report"),
            models.UniqueConstraint(fields=["candidate", "report_type"], condition=models.Q(report_type="model_score"), name="one_model_score"),
        ]
        indexes = [
            models.Index(fields=["project", "-created_at", "-id"], name="report_newest"),
            models.Index(fields=["candidate", "created_at"], name="report_of_candidate"),
        ]


class ConsistencyScore(Row):
    """How much one member of the cast looks like its model sheet in one candidate: a number to rank and warn by. `parts` names what it is made of."""

    scope = Within(project="project")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    candidate = models.ForeignKey(RunCandidate, on_delete=models.CASCADE, related_name="likeness")
    character = models.ForeignKey(Definition, on_delete=models.CASCADE, related_name="+")
    root = models.ForeignKey(Definition, on_delete=models.CASCADE, related_name="+")
    reference = models.ForeignKey(Asset, on_delete=models.SET_NULL, null=True, related_name="+")
    score = models.FloatField()
    threshold = models.FloatField()
    parts = models.JSONField(default=dict)
    assessment = models.CharField(max_length=16, choices=[(a, a) for a in ("like", "doubtful")])
    scorer = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["candidate", "character"], name="likeness_once")]
        indexes = [models.Index(fields=["root", "-created_at", "-id"], name="likeness_of_identity")]
