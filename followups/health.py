"""What ``/readyz`` says about follow-ups."""

from datetime import timedelta
from typing import Any, Final

from followups.alarms import too_few_succeed
from followups.measures import Tries, measure

TOO_LATE: Final = timedelta(minutes=5)


def troubles() -> list[str]:
    """Too few tries that succeed, somebody waiting for too long, and what has failed for good."""
    now = measure()
    said = []
    if too_few_succeed(now.last_hour):
        said.append(f"follow-ups: {now.last_hour.succeeded} of {now.last_hour.number} tries of the last hour succeeded")
    if now.oldest_due > TOO_LATE:
        said.append(f"follow-ups: the oldest has been due for {now.oldest_due.total_seconds() / 60:.0f} minutes")
    if now.failed_last_day:
        said.append(f"follow-ups: {now.failed_last_day} failed in the last day")
    return said


def figures() -> dict[str, Any]:
    """The figures themselves, of all clinics together."""
    now = measure()
    return {
        "due": now.due,
        "oldestDueSeconds": round(now.oldest_due.total_seconds()),
        "failed": now.failed,
        "lastHour": _tries(now.last_hour),
        "lastDay": _tries(now.last_day),
        "lastSweepSecondsAgo": None if now.since_sweep is None else round(now.since_sweep.total_seconds()),
    }


def _tries(tries: Tries) -> dict[str, Any]:
    rate = tries.rate
    return {
        "tries": tries.number,
        "succeeded": tries.succeeded,
        "successRate": None if rate is None else round(rate, 4),
    }
