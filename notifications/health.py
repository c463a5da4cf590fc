"""What ``/readyz`` says about pushes."""

from datetime import timedelta

from notifications.queries import longest_overdue, pushes_owed

TOO_LATE = timedelta(minutes=5)


def oldest_push_due() -> list[str]:
    """Say so when a push has been due for more than five minutes; sending it takes seconds."""
    late = longest_overdue(pushes_owed(), since="next_attempt_at")
    if late is None or late <= TOO_LATE:
        return []
    return [f"pushes: the oldest has been due for {late.total_seconds() / 60:.0f} minutes"]
