from datetime import timedelta

from okta.wakeups import wake


def wake_finalizer(*, entrance_id: int, after: timedelta, waiting: bool = False) -> None:
    """Ask a worker to look at an entrance ``after`` from now; at most one such wake-up is outstanding."""
    key = f"entrances.finalize:{entrance_id}"
    wake("entrances.finalize", key=key, after=after, waiting=waiting, entrance_id=entrance_id)
