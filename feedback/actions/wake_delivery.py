from datetime import timedelta

from okta.wakeups import wake


def wake_delivery(*, delivery_id: int, after: timedelta, replace: bool = False) -> None:
    """Ask a worker to look at a delivery ``after`` from now; ``replace`` what was asked for before."""
    wake(
        "feedback.deliver_notes",
        key=f"feedback.deliver_notes:{delivery_id}",
        after=after,
        replace=replace,
        delivery_id=delivery_id,
    )
