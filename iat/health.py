"""What watches over the processes: alive, and ready for work."""

import orjson
from django.http import HttpRequest, HttpResponse

from iat import __version__, readiness


def health(request: HttpRequest) -> HttpResponse:
    """Answers while the process lives; touches nothing."""
    return _answer({"status": "ok", "version": __version__}, 200)


def ready(request: HttpRequest) -> HttpResponse:
    """Database, store and broker, each tried: 503 when one does not answer. No worker heard lately makes it `degraded`: pages still work, and to take web servers away as well would make it worse."""
    found, worker = readiness.look(), readiness.heartbeat()
    good = all(item.ok for item in found)
    told = {"status": "not ready" if not good else "ok" if worker.ok else "degraded", "checks": {item.name: "ok" if item.ok else item.text for item in (*found, worker)}}
    return _answer(told, 200 if good else 503)


def _answer(told: dict[str, object], status: int) -> HttpResponse:
    answer = HttpResponse(orjson.dumps(told), status=status, content_type="application/json")
    answer["Cache-Control"] = "no-store"
    return answer
