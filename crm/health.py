"""What operators and their tools ask: are we alive, are we ready, how are we doing."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from secrets import compare_digest

import redis
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from crm import counters
from crm.events.models import Delivery, Heartbeat

SILENT_BEAT = timedelta(minutes=3)
OLD_DELIVERY = timedelta(minutes=10)
_PROXIED = (
    "X-Forwarded-For",
    "X-Forwarded-Proto",
    "X-Forwarded-Host",
    "X-Real-IP",
    "Forwarded",
    "Via",
)


@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is asked, so that a sick database restarts nobody."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Each part we need, with what is wrong with it; 503 when any of them is."""
    found = {name: _outcome(check) for name, check in CHECKS.items()}
    well = all(outcome == "ok" for outcome in found.values())
    return JsonResponse(
        {"status": "ok" if well else "not ready", "checks": found}, status=200 if well else 503
    )


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus metrics, for callers on this machine or with the token of CRM_METRICS_TOKEN."""
    if not _may_read_metrics(request):
        raise PermissionDenied("Metrics need the token of CRM_METRICS_TOKEN.")
    ours = CollectorRegistry(auto_describe=False)
    ours.register(OutboxCollector())
    with counters.reading(os.environ.get("PROMETHEUS_MULTIPROC_DIR")):
        processes: HttpResponse = ExportToDjangoView(request)
    return HttpResponse(
        processes.content + generate_latest(ours), content_type=processes["Content-Type"]
    )


class OutboxCollector(Collector):
    """How far behind the outbox is, read when asked."""

    def collect(self) -> Iterator[Metric]:
        waiting = Delivery.objects.waiting().count()
        dead = Delivery.objects.dead().count()
        yield GaugeMetricFamily("crm_deliveries_waiting", "Deliveries not yet made.", waiting)
        yield GaugeMetricFamily("crm_deliveries_dead", "Deliveries given up.", dead)
        yield GaugeMetricFamily(
            "crm_delivery_oldest_due_seconds", "Age of the oldest due delivery.", _oldest_due()
        )


def probes(answer: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answer probes before anything else: they come to an address, not to one of our host names."""
    views = {"/livez": livez, "/readyz": readyz}

    def middleware(request: HttpRequest) -> HttpResponse:
        return views.get(request.path, answer)(request)

    return middleware


def _may_read_metrics(request: HttpRequest) -> bool:
    if token := settings.CRM_METRICS_TOKEN:
        return compare_digest(
            request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()
        )
    # A proxy on this machine also comes from loopback, but says for whom it asks.
    local = request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1", ""}
    return local and not any(name in request.headers for name in _PROXIED)


def _outcome(check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception as problem:
        # The text may name hosts and users; a stranger reads only the kind.
        return f"failed: {type(problem).__name__}"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def waiting_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _migrations() -> str:
    waiting = waiting_migrations()
    return f"{waiting} not applied" if waiting else "ok"


def _broker() -> str:
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=3) as broker:
        broker.ping()
    return "ok"


def _beat() -> str:
    beaten_at = Heartbeat.objects.filter(name="beat").values_list("beaten_at", flat=True).first()
    if beaten_at is None:
        return "never seen"
    silent = timezone.now() - beaten_at
    return "ok" if silent < SILENT_BEAT else f"silent for {silent.total_seconds():.0f} s"


def _outbox() -> str:
    age = _oldest_due()
    return "ok" if age < OLD_DELIVERY.total_seconds() else f"oldest delivery waits for {age:.0f} s"


def _oldest_due() -> float:
    due = Delivery.objects.due().order_by("next_try_at").values_list("next_try_at", flat=True)
    oldest = due.first()
    return (timezone.now() - oldest).total_seconds() if oldest else 0.0


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
    "beat": _beat,
    "outbox": _outbox,
}
