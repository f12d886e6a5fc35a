"""The base of every table."""

import uuid
from typing import Any, ClassVar

from django.db import models

from iat.kernel import walls
from iat.kernel.scope import Within


class Row(models.Model):
    """A UUID, a birthday and a revision that grows at each change."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    revision = models.PositiveIntegerField(default=1)

    objects = walls.ScopedManager()
    scope: ClassVar[Within | None]

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As Django's, behind the write wall."""
        walls.check_write(self)
        super().save(*args, **kwargs)


class EditableRow(Row):
    """A row that people edit."""

    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


def edit(row: Any, **changes: Any) -> Any:
    """Writes the changes if nobody was faster: compare-and-swap on `revision`.

    Returns the row; raises Stale when its revision is no longer the one we read.
    """
    from django.db.models import F
    from django.utils import timezone

    from iat.kernel.errors import Stale

    columns = {name for f in row._meta.concrete_fields for name in (f.name, f.attname)}
    before = {name: getattr(row, name) for name in changes if name in columns}
    if hasattr(row, "updated_at"):
        changes["updated_at"] = timezone.now()
    walls.check_write(row)
    done = type(row).objects.filter(pk=row.pk, revision=row.revision).update(revision=F("revision") + 1, **changes)
    if not done:
        raise Stale("Somebody else changed this while you were working. Reload to see their version; yours is still in the form.")
    row.refresh_from_db()
    row.changed_from = before  # for those who listen: what stood there
    return row
