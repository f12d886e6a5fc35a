"""Judgements. The machine's report and the person's decision are separate rows; none overwrites another."""

from django.db import models

from iat.kernel.rows import Row
from iat.kernel.scope import Within
from projects.models import Project
from renders.models.run import Run, RunCandidate, RunJob
from spaces.models import User


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
        ]
        indexes = [
            models.Index(fields=["project", "-created_at", "-id"], name="report_newest"),
            models.Index(fields=["candidate", "created_at"], name="report_of_candidate"),
        ]
