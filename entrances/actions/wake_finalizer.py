from datetime import timedelta

from okta.wakeups import wake


def wake_finalizer(*, entrance_id: int, after: timedelta) -> None:
    """Ask a worker to look at an entrance ``after`` from now; at most one such wake-up is outstanding."""
    wake("entrances.finalize", key=f"entrances.finalize:{entrance_id}", after=after, entrance_id=entrance_id)
