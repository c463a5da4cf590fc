from datetime import timedelta

from okta.wakeups import wake


def wake_delivery(*, delivery_id: int, after: timedelta, replace: bool = False, waiting: bool = False) -> None:
    """Ask a worker to look at a delivery ``after`` from now; ``replace`` and ``waiting`` as in ``wake``."""
    wake(
        "feedback.deliver_notes",
        key=f"feedback.deliver_notes:{delivery_id}",
        after=after,
        replace=replace,
        waiting=waiting,
        delivery_id=delivery_id,
    )
