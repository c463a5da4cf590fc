"""What ``/metrics`` says about follow-ups, of all clinics together."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric

from followups.measures import Tries, measure, outcomes
from followups.states import Outcome
from okta.metrics import gauge


def gauges() -> Iterator[Metric]:
    """The figures of the rows as they are now, in two queries."""
    now = measure()
    yield gauge("okta_followups_due", "Follow-ups that are scheduled and whose time has come.", now.due)
    yield gauge(
        "okta_followups_oldest_due_seconds",
        "For how long the oldest of them has been due.",
        now.oldest_due.total_seconds(),
    )
    yield gauge("okta_followups_failed", "Follow-ups that failed for good and wait for somebody.", now.failed)
    yield _success({"1h": now.last_hour, "24h": now.last_day})
    yield _attempts()


def _success(periods: dict[str, Tries]) -> Metric:
    ratio = GaugeMetricFamily(
        "okta_followups_success_ratio",
        "The part of the tries that succeeded, from 0 to 1; absent without a try.",
        labels=["window"],
    )
    for window, tries in periods.items():
        if tries.rate is not None:
            ratio.add_metric([window], tries.rate)
    return ratio


def _attempts() -> Metric:
    attempts = GaugeMetricFamily(
        "okta_followups_attempts",
        "Attempts by what came of them, each channel and device counted.",
        labels=["window", "outcome"],
    )
    found = outcomes()
    for outcome in Outcome.values:
        last_hour, last_day = found.get(outcome, (0, 0))
        attempts.add_metric(["1h", outcome], last_hour)
        attempts.add_metric(["24h", outcome], last_day)
    return attempts
