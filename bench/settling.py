"""Overdue entrances settled in plain SQL, as well as it can be written, and in a task each."""

from typing import Any

from celery import current_app
from django.db import connection, transaction

from bench import overdue
from bench.run import until
from entrances.actions.settle_overdue import BATCH
from okta.wakeups import QUEUE

TASK = "entrances.finalize"

CLAIM = """
    SELECT id FROM entrances_appentrance
    WHERE status = 'PENDING' AND window_ends_at <= statement_timestamp()
    ORDER BY id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
"""
MIRROR = """
    INSERT INTO workouts_workout (
        tenant_id, patient_id, doctor_id, date_scheduled, status, completed_at, completed_on, duration_minutes,
        completed_via_app_entrance, mirrored_from_id
    )
    SELECT source.tenant_id, source.patient_id, source.doctor_id, entrance.local_date, 'COMPLETED',
        entrance.last_seen_at, entrance.local_date, 0, true, source.id
    FROM entrances_appentrance AS entrance
    JOIN bench_source ON bench_source.patient_id = entrance.patient_id
    JOIN workouts_workout AS source ON source.id = bench_source.source_id
    WHERE entrance.id = ANY(%(entrances)s)
    RETURNING id
"""
EXERCISES = """
    INSERT INTO workouts_exerciseinworkout (
        workout_id, exercise_id, position, exercise_block, exercise_type, planned_sets, planned_reps,
        planned_duration_seconds, patient_notes, doctor_notes_post_exercise
    )
    SELECT mirror.id, exercise_id, position, exercise_block, exercise_type, planned_sets, planned_reps,
        planned_duration_seconds, '', ''
    FROM workouts_workout AS mirror
    JOIN workouts_exerciseinworkout AS planned ON planned.workout_id = mirror.mirrored_from_id
    WHERE mirror.id = ANY(%(mirrors)s)
"""
STREAK = """
    INSERT INTO workouts_streak AS streak (
        patient_id, last_workout_on, streak_started_on, daily_streak, longest_daily_streak, week_days, week_minutes,
        weeks_before, longest_weekly_streak, counts_inferred
    )
    SELECT patient_id, completed_on, completed_on, 1, 1, '{}', 0, 0, 0, true
    FROM workouts_workout WHERE id = ANY(%(mirrors)s)
    ON CONFLICT (patient_id) DO UPDATE SET
        last_workout_on = excluded.last_workout_on,
        daily_streak = streak.daily_streak + 1,
        longest_daily_streak = streak.longest_daily_streak + 1
"""
EVIDENCE = """
    INSERT INTO rtm_evidenceday (patient_id, day, grade, counted, reason)
    SELECT patient_id, completed_on, 'inferred', false, 'inferred' FROM workouts_workout WHERE id = ANY(%(mirrors)s)
"""
SETTLE = """
    UPDATE entrances_appentrance AS entrance
    SET status = 'FINALIZED_TO_INFERRED_WORKOUT', reason = 'last_workout', inferred_workout_id = mirror.id,
        settled_at = statement_timestamp(), last_error = ''
    FROM workouts_workout AS mirror
    WHERE mirror.id = ANY(%(mirrors)s) AND entrance.id = ANY(%(entrances)s) AND entrance.patient_id = mirror.patient_id
"""


def settle_in_sql() -> None:
    """Claim, copy, count and mark in the sweep's batches, and decide nothing: no evidence, no rule, no grade."""
    while settled_a_batch():
        pass


def settled_a_batch() -> bool:
    """Whether there was anything to settle; one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CLAIM, {"batch": BATCH})
        values: dict[str, Any] = {"entrances": [pk for (pk,) in cursor.fetchall()]}
        if not values["entrances"]:
            return False
        cursor.execute(MIRROR, values)
        values["mirrors"] = [pk for (pk,) in cursor.fetchall()]
        for statement in (EXERCISES, STREAK, EVIDENCE, SETTLE):
            cursor.execute(statement, values)
        return True


def one_task_a_row() -> None:
    """The product's own task for every row that is due, and the wait until a worker has run them all."""
    for pk in overdue.ids():
        current_app.send_task(TASK, kwargs={"entrance_id": pk}, queue=QUEUE, retry=False)
    until(lambda: not overdue.waiting(), seconds=300, what="one task a row")
