from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from accounts.models import User
from okta.clock import local_date
from workouts.streak_queries import TALLY, inferred_visits_count, replayed
from workouts.streaks import StreakState, Tally, settle

# One statement however many: ten parameters a row would cost more than the rows.
STORE = """
    INSERT INTO workouts_streak (
        patient_id, last_workout_on, streak_started_on, daily_streak, longest_daily_streak, week_days, week_minutes,
        weeks_before, longest_weekly_streak, counts_inferred
    )
    SELECT patient_id, last_workout_on, streak_started_on, daily_streak, longest_daily_streak, week_days::smallint[],
        week_minutes, weeks_before, longest_weekly_streak, counts_inferred
    FROM unnest(
        %(patients)s::bigint[], %(last_workout_on)s::date[], %(streak_started_on)s::date[], %(daily_streak)s::int[],
        %(longest_daily_streak)s::int[], %(week_days)s::text[], %(week_minutes)s::int[], %(weeks_before)s::int[],
        %(longest_weekly_streak)s::int[], %(counts_inferred)s::bool[]
    ) AS given (
        patient_id, last_workout_on, streak_started_on, daily_streak, longest_daily_streak, week_days, week_minutes,
        weeks_before, longest_weekly_streak, counts_inferred
    )
    ON CONFLICT (patient_id) DO UPDATE SET
        last_workout_on = excluded.last_workout_on,
        streak_started_on = excluded.streak_started_on,
        daily_streak = excluded.daily_streak,
        longest_daily_streak = excluded.longest_daily_streak,
        week_days = excluded.week_days,
        week_minutes = excluded.week_minutes,
        weeks_before = excluded.weeks_before,
        longest_weekly_streak = excluded.longest_weekly_streak,
        counts_inferred = excluded.counts_inferred
"""


def rebuild_streak(*, patient: User, now: datetime) -> StreakState:
    """
    Replay a patient's streaks from their workouts, store them, and return them as they are today.

    In the caller's transaction, under ``accounts.locks.lock_patient``. Reads all workouts in one
    query, and may be done any number of times.
    """
    counts_inferred = inferred_visits_count([patient])
    standings = replayed(counts_inferred)
    store(standings, counts_inferred=counts_inferred)
    return settle(standings[patient.pk], today=local_date(now, patient.zone))


def store(standings: Mapping[int, Tally], *, counts_inferred: Mapping[int, bool]) -> None:
    """Keep the tallies of these patients, in place of those that were kept."""
    values: dict[str, Any] = {name: [getattr(one, name) for one in standings.values()] for name in TALLY}
    # An array of arrays would be unnested to its bottom.
    values["week_days"] = [f"{{{','.join(map(str, one.week_days))}}}" for one in standings.values()]
    values["patients"] = list(standings)
    values["counts_inferred"] = [counts_inferred[patient_id] for patient_id in standings]
    with connection.cursor() as cursor:
        cursor.execute(STORE, values)
