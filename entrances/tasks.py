"""Celery's doors."""

from entrances.actions.finalize import attempt_finalization
from entrances.actions.settle_overdue import settle_overdue
from entrances.actions.wake_finalizer import wake_finalizer
from entrances.queries import remaining_window
from okta import clock
from okta.sweeps import Swept, sweep
from okta.wakeups import woken


@woken("entrances.finalize")
def finalize(*, entrance_id: int, **_newer: object) -> str:
    """Settle an entrance if its window has closed; else be woken again for what is left of it."""
    outcome = attempt_finalization(entrance_id=entrance_id, now=clock.now())
    remaining = remaining_window(entrance_id)
    if remaining is not None and outcome != "failed":
        wake_finalizer(entrance_id=entrance_id, after=remaining)
    return outcome


@sweep("entrances.sweep")
def sweep_entrances() -> Swept:
    """Settle every overdue entrance, whether or not its wake-up survived."""
    return settle_overdue(now=clock.now())
