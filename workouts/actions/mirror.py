from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

# Planned values only: nothing the patient did, felt or wrote (app entrance tracking, 2026-04-08).
MIRROR = """
    WITH copy AS (
        SELECT * FROM unnest(%(sources)s::bigint[], %(days)s::date[], %(seen)s::timestamptz[])
            AS copy (source_id, day, seen_at)
    ), mirror AS (
        INSERT INTO workouts_workout (
            tenant_id, patient_id, doctor_id, date_scheduled, status, completed_at, completed_on, duration_minutes,
            completed_via_app_entrance, mirrored_from_id
        )
        SELECT source.tenant_id, source.patient_id, source.doctor_id, copy.day, 'COMPLETED', copy.seen_at, copy.day, 0,
            true, source.id
        FROM copy JOIN workouts_workout AS source ON source.id = copy.source_id
        RETURNING id, mirrored_from_id, completed_on
    ), planned AS (
        INSERT INTO workouts_exerciseinworkout (
            workout_id, exercise_id, position, exercise_block, exercise_type, planned_sets, planned_reps,
            planned_duration_seconds, patient_notes, doctor_notes_post_exercise
        )
        SELECT mirror.id, exercise_id, position, exercise_block, exercise_type, planned_sets, planned_reps,
            planned_duration_seconds, '', ''
        FROM mirror JOIN workouts_exerciseinworkout AS source ON source.workout_id = mirror.mirrored_from_id
    )
    SELECT mirrored_from_id, completed_on, id FROM mirror
"""


@dataclass(frozen=True, slots=True)
class Copy:
    """What is to be inferred: that a patient did ``source_id`` again on a local day on which they were seen."""

    source_id: int
    on: date
    seen_at: datetime


def mirror_workouts(*, copies: Sequence[Copy]) -> list[int]:
    """
    Infer workouts from app visits, by copying what other workouts planned; return their ids, in order.

    A copy is completed at the visit and took no time. No two copies of one workout are for the same
    day. One statement, however many there are.
    """
    if not copies:
        return []
    values: dict[str, Any] = {
        "sources": [copy.source_id for copy in copies],
        "days": [copy.on for copy in copies],
        "seen": [copy.seen_at for copy in copies],
    }
    with connection.cursor() as cursor:
        cursor.execute(MIRROR, values)
        made = {(source_id, day): pk for source_id, day, pk in cursor.fetchall()}
    return [made[copy.source_id, copy.on] for copy in copies]
