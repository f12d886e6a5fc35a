"""Who works here: every worker that takes the beat's task says so."""

from django.db import models

from iat.kernel.rows import Row
from iat.kernel.scope import GLOBAL


class Heartbeat(Row):
    """One process of a worker and when it was last heard."""

    scope = GLOBAL
    name = models.CharField(max_length=200, unique=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-at"], name="heartbeat_newest")]
