"""What ``/readyz`` and ``/metrics`` say about pushes."""

from collections.abc import Iterator
from datetime import timedelta

from prometheus_client.core import Metric

from notifications.queries import longest_overdue, pushes_owed
from okta.metrics import gauge

TOO_LATE = timedelta(minutes=5)


def oldest_push_due() -> list[str]:
    """Say so when a push has been due for more than five minutes; sending it takes seconds."""
    late = longest_overdue(pushes_owed(), since="next_attempt_at")
    if late is None or late <= TOO_LATE:
        return []
    return [f"pushes: the oldest has been due for {late.total_seconds() / 60:.0f} minutes"]


def gauges() -> Iterator[Metric]:
    """How many pushes are due, and for how long the oldest."""
    oldest = longest_overdue(pushes_owed(), since="next_attempt_at") or timedelta(0)
    yield gauge("okta_pushes_due", "Pushes whose next attempt has come.", pushes_owed().count())
    yield gauge("okta_pushes_oldest_due_seconds", "For how long the oldest push has been due.", oldest.total_seconds())
