from dataclasses import asdict
from datetime import datetime

from accounts.models import User
from okta.clock import local_date
from workouts.models import Streak
from workouts.streak_queries import counted_days, inferred_visits_count
from workouts.streaks import StreakState, Tally, settle, tally


def rebuild_streak(*, patient: User, now: datetime) -> StreakState:
    """
    Replay a patient's streaks from their workouts, store them, and return them as they are today.

    In the caller's transaction, under ``accounts.locks.lock_patient``. Reads all workouts in one
    query, and may be done any number of times.
    """
    counts_inferred = inferred_visits_count(patient)
    standing = tally(counted_days(patient, counts_inferred=counts_inferred))
    store(patient, standing, counts_inferred=counts_inferred)
    return settle(standing, today=local_date(now, patient.zone))


def store(patient: User, standing: Tally, *, counts_inferred: bool) -> None:
    """Keep a tally, in place of the one that was kept."""
    kept = asdict(standing) | {"week_days": list(standing.week_days), "counts_inferred": counts_inferred}
    Streak.objects.bulk_create(
        [Streak(patient=patient, **kept)], update_conflicts=True, unique_fields=["patient"], update_fields=list(kept)
    )
