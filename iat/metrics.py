"""What Prometheus scrapes: counted in the database when it asks, so that every process tells the same."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily

from iat import __version__
from iat.api import bearer
from iat.env import LOOPBACK
from iat.kernel import enter

STATES = (("renders", "Run", "status"), ("renders", "RunCandidate", "status"), ("renders", "ProviderCall", "status"), ("renders", "Treatment", "status"), ("renders", "RenderedAsset", "state"), ("projects", "WebhookDelivery", "status"))


class Counts:
    """Rows by state, files and their bytes, money, and what nobody has sealed yet."""

    def collect(self) -> Iterator[Any]:
        """One small question for each family."""
        told = GaugeMetricFamily("iat_rows", "Rows by state.", labels=["kind", "state"])
        for app, name, field in STATES:
            for state, n in apps.get_model(app, name)._base_manager.order_by().values_list(field).annotate(n=Count("pk")):
                told.add_metric([name, state], n)
        yield told
        files = apps.get_model("spaces", "Asset")._base_manager.aggregate(n=Count("pk"), b=Sum("byte_size"))
        yield GaugeMetricFamily("iat_files", "Files in the registry.", value=files["n"])
        yield GaugeMetricFamily("iat_file_bytes", "Their bytes.", value=files["b"] or 0)
        money = GaugeMetricFamily("iat_cost_usd", "Paid and reserved, in USD.", labels=["provider"])
        for code, usd in apps.get_model("projects", "CostEvent")._base_manager.order_by().values_list("provider_code").annotate(usd=Sum("cost_usd")):
            money.add_metric([code], float(usd))
        yield money
        oldest = apps.get_model("renders", "RunCandidate")._base_manager.filter(status="planned", job__run__held_at__isnull=True).order_by("created_at").values_list("created_at", flat=True).first()
        yield GaugeMetricFamily("iat_oldest_waiting_seconds", "Age of the oldest candidate that waits to be drawn.", value=(timezone.now() - oldest).total_seconds() if oldest else 0)
        yield GaugeMetricFamily("iat_audit_unsealed", "Audited verbs that are not in their chain yet.", value=apps.get_model("projects", "AuditEvent")._base_manager.filter(number__isnull=True).count())
        yield _info()


def _info() -> GaugeMetricFamily:
    told = GaugeMetricFamily("iat_info", "Which version runs.", labels=["version", "embedded"])
    told.add_metric([__version__, str(settings.EMBEDDED).lower()], 1)
    return told


def _may(request: HttpRequest) -> bool:
    """This machine itself, not through a proxy; or a token with the scope admin."""
    direct = "HTTP_X_FORWARDED_FOR" not in request.META and "HTTP_FORWARDED" not in request.META
    if direct and request.META.get("REMOTE_ADDR") in LOOPBACK:
        return True
    token = bearer(request)
    return token is not None and "admin" in token.scopes


def metrics(request: HttpRequest) -> HttpResponse:
    """The page Prometheus reads."""
    if not _may(request):
        return HttpResponse("Only from this machine, or with a token of the scope admin.\n", status=403, content_type="text/plain; charset=utf-8")
    registry = CollectorRegistry()
    with enter.everywhere("the metrics count the rows of all spaces"):
        registry.register(Counts())  # type: ignore[arg-type]
        return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
