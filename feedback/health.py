"""What of this app an operator must know."""

from collections.abc import Iterator

from prometheus_client.core import Metric

from feedback.queries import dead_debts
from okta.metrics import gauge


def dead_deliveries() -> list[str]:
    """Feedback that failed three times and is tried every hour."""
    dead = dead_debts()
    return [f"feedback: {dead} dead deliveries"] if dead else []


def gauges() -> Iterator[Metric]:
    """The same as a figure."""
    yield gauge("okta_feedback_dead", "Feedback that failed three times and is tried every hour.", dead_debts())
