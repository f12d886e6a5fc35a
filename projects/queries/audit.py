"""What was done in a space or a project."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from projects.models import AuditEvent, Project
from spaces.models import Space


@dataclass(frozen=True)
class Wanted:
    """What is looked for: a person's name, an event or its family (`run.`), a subject's id, days."""

    actor: str = ""
    code: str = ""
    subject: str = ""
    since: dt.date | None = None
    until: dt.date | None = None


def events(owner: Project | Space, wanted: Wanted) -> QuerySet[AuditEvent]:
    """Of a project, or of a space with all its projects. The caller orders by -at, -id."""
    rows = AuditEvent.objects.filter(project=owner) if isinstance(owner, Project) else AuditEvent.objects.filter(space=owner)
    narrow: dict[str, Any] = {"actor_name": wanted.actor, "subject_id": wanted.subject, "event_code__startswith" if wanted.code.endswith((".", "*")) else "event_code": wanted.code.rstrip("*")}
    rows = rows.filter(**{k: v for k, v in narrow.items() if v})
    if wanted.since:
        rows = rows.filter(at__gte=dt.datetime.combine(wanted.since, dt.time(), dt.UTC))
    if wanted.until:
        rows = rows.filter(at__lt=dt.datetime.combine(wanted.until + dt.timedelta(days=1), dt.time(), dt.UTC))
    return rows
