"""Celery's doors."""

from followups.actions.archive import archive_settled
from followups.actions.collect_receipts import collect_receipts
from followups.actions.deliver_due import deliver_due
from followups.queries import oldest_due
from okta.sweeps import Swept, sweep
from okta.wakeups import woken


@woken("followups.deliver")
def deliver(**_newer: object) -> str:
    """Deliver what is due, now that something is."""
    return f"{deliver_due()} follow-ups settled"


@sweep("followups.sweep")
def sweep_follow_ups() -> Swept:
    """Deliver what is due, whether or not its wake-up survived."""
    late = oldest_due()
    return Swept(rows=deliver_due(), lag=late)


@sweep("followups.receipts")
def sweep_receipts() -> Swept:
    """Ask what became of accepted pushes."""
    return Swept(rows=collect_receipts())


@sweep("followups.archive")
def archive() -> Swept:
    """Move what was settled long ago into the archive."""
    return archive_settled()
