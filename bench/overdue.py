"""Entrances whose window has closed, of patients with a year behind them, and the check of what became of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.db import connection

from accounts.models import Tenant, TenantSettings
from accounts.states import UserType
from bench.run import Run
from entrances.models import AppEntrance
from okta import clock
from workouts.models import Streak
from workouts.streaks import advance, tally

EXERCISES, MINUTES = 6, 25
# A year of Mondays, Wednesdays, Fridays and Sundays: 208 days, and one streak.
YEAR, WEEKDAYS = timedelta(days=364), (1, 3, 5, 7)
HISTORY = ("workouts_workout", "workouts_exerciseinworkout", "rtm_evidenceday")

# Of what other measures did, nothing: the years are read from all workouts there are.
NOTHING_YET = "TRUNCATE workouts_workout, workouts_streak, rtm_evidenceday CASCADE"
PEOPLE = """
    INSERT INTO accounts_user (
        tenant_id, email, password, user_type, first_name, last_name, timezone, language, is_active, is_staff,
        is_superuser
    )
    SELECT %(clinic)s, 'overdue-' || n || '@measured.example', '', 'PATIENT', 'Lee', '', 'UTC', 'en', true, false, false
    FROM generate_series(1, %(patients)s) AS n
"""
LIBRARY = """
    INSERT INTO workouts_exercise (tenant_id, name, exercise_type)
    SELECT %(clinic)s, 'Overdue ' || n, 'REPS_BASED' FROM generate_series(1, %(exercises)s) AS n
"""
# Day by day, as life writes: the workouts of one patient do not lie side by side.
WORKOUTS = """
    INSERT INTO workouts_workout (
        tenant_id, patient_id, doctor_id, date_scheduled, status, completed_at, completed_on, duration_minutes,
        completed_via_app_entrance
    )
    SELECT %(clinic)s, patient.id, %(doctor)s, day, 'COMPLETED', day + interval '18 hours', day, %(minutes)s, false
    FROM unnest(%(days)s::date[]) AS day,
        (SELECT id FROM accounts_user WHERE email LIKE 'overdue-%%' ORDER BY id) AS patient
"""
# The last workout is what a mirror copies, and has them all; of the others, one stands for the data that was entered.
ENTERED = """
    INSERT INTO workouts_exerciseinworkout (
        workout_id, exercise_id, position, exercise_block, exercise_type, planned_sets, planned_reps, actual_reps,
        patient_notes, doctor_notes_post_exercise
    )
    SELECT workout.id, exercise.id, exercise.position, 'MAIN_SESSION', 'REPS_BASED', 3, 10, 9, '', ''
    FROM workouts_workout AS workout JOIN (
        SELECT id, row_number() OVER (ORDER BY id) AS position FROM workouts_exercise WHERE name LIKE 'Overdue %%'
    ) AS exercise ON exercise.position = 1 OR workout.completed_on = %(last)s
"""
EVIDENCE = """
    INSERT INTO rtm_evidenceday (patient_id, day, grade, counted, reason)
    SELECT patient_id, completed_on, 'therapeutic', true, 'entered' FROM workouts_workout
"""
STREAKS = """
    INSERT INTO workouts_streak (
        patient_id, last_workout_on, streak_started_on, daily_streak, longest_daily_streak, week_days, week_minutes,
        weeks_before, longest_weekly_streak, counts_inferred
    )
    SELECT id, %(last_workout_on)s, %(streak_started_on)s, %(daily_streak)s, %(longest_daily_streak)s, %(week_days)s,
        %(week_minutes)s, %(weeks_before)s, %(longest_weekly_streak)s, true
    FROM accounts_user WHERE email LIKE 'overdue-%%'
"""
# What the ways that decide nothing are told: what to copy for whom.
SOURCES = """
    CREATE TABLE bench_source AS SELECT patient_id, id AS source_id FROM workouts_workout WHERE completed_on = %(last)s
"""
KEYED = "ALTER TABLE bench_source ADD PRIMARY KEY (patient_id)"
YEAR_OF_EVERYBODY = (PEOPLE, LIBRARY, WORKOUTS, ENTERED, EVIDENCE, STREAKS, SOURCES, KEYED)
DUE = """
    INSERT INTO entrances_appentrance (
        tenant_id, patient_id, local_date, zone, status, reason, opened_at, last_seen_at, visits, window_ends_at,
        answer, answer_note, last_error
    )
    SELECT %(clinic)s, patient_id, %(day)s, 'UTC', 'PENDING', '', %(day)s + time '17:00', %(day)s + time '18:00', 2,
        statement_timestamp() - random() * interval '1 hour', '', '', ''
    FROM bench_source ORDER BY patient_id LIMIT %(number)s
"""
UNDO = (
    "DELETE FROM entrances_appentrance",
    "DELETE FROM workouts_exerciseinworkout WHERE workout_id > %(newest)s",
    "DELETE FROM workouts_workout WHERE id > %(newest)s",
    "DELETE FROM rtm_evidenceday WHERE day = %(day)s",
    "DELETE FROM workouts_streak WHERE last_workout_on = %(day)s",
    STREAKS + "ON CONFLICT DO NOTHING",
)
SETTLE_DOWN = "VACUUM (ANALYZE) entrances_appentrance, workouts_streak, "
# A mirror, its exercises, its day in the streak and in the evidence, and the entrance that says so.
FOUND = """
    SELECT
        (SELECT count(*) FROM workouts_workout JOIN bench_source ON source_id = mirrored_from_id
            WHERE id > %(newest)s AND completed_on = %(day)s AND completed_via_app_entrance),
        (SELECT count(*) FROM workouts_exerciseinworkout WHERE workout_id > %(newest)s),
        (SELECT count(*) FROM workouts_streak WHERE last_workout_on = %(day)s AND daily_streak = %(longer)s),
        (SELECT count(*) FROM rtm_evidenceday WHERE day = %(day)s AND grade = 'inferred' AND NOT counted),
        (SELECT count(*) FROM entrances_appentrance AS entrance JOIN workouts_workout AS mirror
            ON mirror.id = entrance.inferred_workout_id AND mirror.patient_id = entrance.patient_id
            WHERE entrance.status = 'FINALIZED_TO_INFERRED_WORKOUT' AND mirror.id > %(newest)s)
"""
# As text, to be run as it is.
KEYS = """
    SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
        format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE conrelid = ANY(%(tables)s::regclass[]) AND contype IN ('f', 'u') ORDER BY contype = 'f'
"""
INDEXES = """
    SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
    FROM pg_index WHERE indrelid = ANY(%(tables)s::regclass[])
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


@dataclass(frozen=True, slots=True)
class Year:
    """What was lived, as the statements above name it."""

    values: dict[str, Any]

    def run(self, *statements: str, **more: Any) -> list[Any]:
        """Run them; what the last one answers."""
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement, self.values | more)
            return cursor.fetchall() if cursor.description else []


def live_a_year(patients: int) -> Year:
    """Give this many patients of a clinic of their own a year up to the day before yesterday."""
    clinic = Tenant.objects.create(name="Overdue")
    TenantSettings.objects.create(tenant=clinic, features={"appEntranceTracking": True})
    doctor = clinic.users.create(email="doctor@overdue.example", user_type=UserType.DOCTOR, first_name="Lee")
    day = clock.now().date() - timedelta(days=1)
    year = [day - timedelta(days=back) for back in range(YEAR.days, 0, -1)]
    days = [one for one in year if one.isoweekday() in WEEKDAYS]
    standing = tally((one, MINUTES) for one in days)
    lived = Year(
        {"clinic": clinic.pk, "doctor": doctor.pk, "patients": patients, "exercises": EXERCISES, "minutes": MINUTES}
        | {"days": days, "last": days[-1], "day": day, "tables": list(HISTORY)}
        | {**asdict(standing), "week_days": list(standing.week_days)}
        | {"longer": advance(standing, day=day, minutes=0).daily_streak}
    )
    lived.run(NOTHING_YET)
    with without_keys(lived):
        lived.run(*YEAR_OF_EVERYBODY)
    [(newest,)] = lived.run("SELECT max(id) FROM workouts_workout")
    lived.run(SETTLE_DOWN + ", ".join(HISTORY))
    return Year(lived.values | {"newest": newest})


@contextmanager
def without_keys(lived: Year) -> Iterator[None]:
    """Drop what every single row would be checked against and sorted into, and build it anew at the end."""
    constraints, indexes = lived.run(KEYS), lived.run(INDEXES)
    lived.run(*(drop for drop, _ in constraints[::-1] + indexes))
    yield
    lived.run(*(build for _, build in indexes + constraints))


def let_windows_close(year: Year, number: int, *, run: Run) -> None:
    """Undo whatever was finalized, and let this many patients have opened the app yesterday."""
    year.run(*UNDO)
    year.run("SELECT setseed(%(seed)s)", seed=run.chance.uniform(-1, 1))
    year.run(DUE, number=number)
    year.run(SETTLE_DOWN.rstrip(", "))


def forget_streaks() -> None:
    """Let the streaks of those who opened the app have to be replayed from their workouts."""
    Streak.objects.filter(patient__in=AppEntrance.objects.values("patient")).delete()


def ids() -> list[int]:
    """Those still to be settled."""
    return list(AppEntrance.objects.filter(status="PENDING").order_by("pk").values_list("pk", flat=True))


def waiting() -> int:
    """How many that are."""
    return AppEntrance.objects.filter(status="PENDING").count()


def check_finalized(year: Year, number: int) -> None:
    """Refuse a timing of work that was not done."""
    [found] = year.run(FOUND)
    if found != (number, EXERCISES * number, number, number, number):
        names = ("mirrors", "exercises", "streaks", "days of evidence", "entrances")
        said = ", ".join(f"{count} {name}" for count, name in zip(found, names, strict=True))
        raise AssertionError(f"{number} entrances were due; found {said}")
