"""Celery's doors."""

from feedback.actions.attempt import attempt_delivery
from feedback.actions.settle_due import settle_due
from feedback.actions.wake_delivery import wake_delivery
from feedback.queries import remaining_wait
from okta.sweeps import Swept, sweep
from okta.wakeups import woken


@woken("feedback.deliver_notes")
def deliver(*, delivery_id: int, **_newer: object) -> str:
    """Deliver a review's notes if their quiet period is over; else be woken again for what is left of it."""
    outcome = attempt_delivery(delivery_id=delivery_id)
    remaining = remaining_wait(delivery_id)
    if remaining is not None:
        wake_delivery(delivery_id=delivery_id, after=remaining)
    return outcome


@sweep("feedback.sweep")
def sweep_feedback() -> Swept:
    """Settle every summary and delivery that is due, whether or not its wake-up survived."""
    return settle_due()
