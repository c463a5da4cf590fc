"""The doors for workers: the outbox when a story wakes it, and the sweeps that would have found the same rows."""

from notifications.actions.collect_receipts import collect_receipts
from notifications.actions.deliver import deliver_due
from notifications.queries import longest_overdue, pushes_due, receipts_due
from okta.sweeps import Swept, sweep
from okta.wakeups import woken


@woken("notifications.deliver")
def deliver(**_newer: object) -> str:
    """Send what is due, now that something is."""
    return f"{deliver_due()} pushes settled"


@sweep("notifications.sweep")
def sweep_pushes() -> Swept:
    """Send what is due, whether or not its wake-up survived."""
    lag = longest_overdue(pushes_due(), since="next_attempt_at")
    return Swept(rows=deliver_due(), lag=lag)


@sweep("notifications.receipts")
def sweep_receipts() -> Swept:
    """Ask what became of accepted pushes."""
    lag = longest_overdue(receipts_due(), since="receipt_due_at")
    return Swept(rows=collect_receipts(), lag=lag)
