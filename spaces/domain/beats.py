"""The worker's heartbeat: a small task goes from the clock through the broker to a worker into the database, so that its trace proves the whole way."""

import datetime as dt
import socket

from spaces.models import Heartbeat

EVERY_S = 10
SILENT_S = 45


def beat(*, now: dt.datetime) -> None:
    """I am here. Those who were not heard for a day are forgotten."""
    Heartbeat.objects.update_or_create(name=socket.gethostname(), defaults={"at": now})
    Heartbeat.objects.filter(at__lt=now - dt.timedelta(days=1)).delete()


def silent_for(*, now: dt.datetime) -> float | None:
    """Seconds since any worker was heard; None where none ever was."""
    last = Heartbeat.objects.order_by("-at").values_list("at", flat=True).first()
    return max(0.0, (now - last).total_seconds()) if last else None
