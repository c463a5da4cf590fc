from datetime import date, datetime

from accounts.models import User
from okta.clock import local_date
from workouts.actions.rebuild_streak import rebuild_streak, store
from workouts.models import Streak
from workouts.streak_queries import as_stored, inferred_visits_count
from workouts.streaks import StreakState, advance, settle


def advance_streak(*, patient: User, day: date, minutes: int | None, now: datetime) -> StreakState:
    """
    Add one newly completed workout to a patient's streaks; return them as they are today.

    In the completion's transaction, under ``accounts.locks.lock_patient``, after the workout was
    marked completed and an inferred one of that day superseded, and once for each workout. ``day``
    is its ``completed_on``; None minutes are zero.

    Adds to the stored row where that says the same as a replay. A late arrival, a day before the
    last one after travelling west, a row that is not there yet, or one from before the clinic
    changed its mind about inferred visits, replays.
    """
    row = Streak.objects.filter(patient=patient).first()
    if row is None or (row.last_workout_on is not None and day < row.last_workout_on):
        return rebuild_streak(patient=patient, now=now)
    if row.counts_inferred != inferred_visits_count(patient):
        return rebuild_streak(patient=patient, now=now)
    standing = advance(as_stored(row), day=day, minutes=minutes)
    store(patient, standing, counts_inferred=row.counts_inferred)
    return settle(standing, today=local_date(now, patient.zone))
