"""
What Prometheus reads (``/metrics``): the requests of this process, and figures read from the rows.

The figures are read when they are asked for, so they are true whatever restarted in between. Apps
contribute theirs through ``settings.METRICS``. Nothing in them names a clinic or a person.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from ipaddress import ip_address

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from rest_framework.exceptions import NotAuthenticated

from okta.sweeps import last_good_runs
from okta.wakeups import breaker

Contribution = Callable[[], Iterable[Metric]]
"""Reads an app's metrics from its rows, with the same number of queries however many there are."""

# What a request that came through a proxy carries; it is not from this machine, whoever sent it here.
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_FORWARDED_PROTO", "HTTP_X_REAL_IP", "HTTP_VIA")


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Every metric, for whoever has the token; without a token, for this machine alone."""
    if not _may_read(request):
        told = {"error": str(NotAuthenticated.default_detail), "code": NotAuthenticated.default_code}
        return JsonResponse(told, status=401, headers={"WWW-Authenticate": "Bearer"})
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    try:
        return HttpResponse(encode(_Everything()), content_type=content_type)
    except Error:
        return JsonResponse({"error": _("The database cannot be reached."), "code": "unavailable"}, status=503)


def _may_read(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        return scheme.lower() == "bearer" and constant_time_compare(token.strip(), settings.METRICS_TOKEN)
    return _from_this_machine(request.META)


def _from_this_machine(meta: Mapping[str, str]) -> bool:
    if any(name in meta for name in FORWARDED):
        return False
    try:
        address = ip_address(meta.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return (getattr(address, "ipv4_mapped", None) or address).is_loopback


class _Everything(Collector):
    """This process's own counts, and what the apps read from their rows."""

    def collect(self) -> Iterator[Metric]:
        yield from _requests().collect()
        for path in settings.METRICS:
            yield from import_string(path)()


def _requests() -> Collector:
    """What this process has counted; where the processes of one host share a directory, all of them."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
    return shared


def gauge(name: str, meaning: str, value: float) -> Metric:
    """One figure as it is now."""
    return GaugeMetricFamily(name, meaning, value=value)


def sweeps() -> Iterator[Metric]:
    """How long ago each sweep last finished well, and how late the oldest row was that it found."""
    age = GaugeMetricFamily(
        "okta_sweep_last_success_age_seconds",
        "Since a sweep of this kind last finished well; infinite when none has.",
        labels=["kind"],
    )
    lag = GaugeMetricFamily(
        "okta_sweep_lag_seconds", "How late the oldest row was that the last good sweep found.", labels=["kind"]
    )
    for kind, run in last_good_runs().items():
        age.add_metric([kind], float("inf") if run.age is None else run.age.total_seconds())
        lag.add_metric([kind], run.lag.total_seconds() if run.lag else 0.0)
    yield from (age, lag)


def wakeups() -> Iterator[Metric]:
    """Wake-ups that a broken Redis or broker swallowed; each process counts its own."""
    lost = CounterMetricFamily(
        "okta_wakeups_lost", "Wake-ups this process could not publish; the sweeps find their rows.", labels=["process"]
    )
    lost.add_metric([str(os.getpid())], breaker.lost)
    yield lost
