from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from accounts.models import User
from feedback.actions.save_notes import OWED_AGAIN
from feedback.actions.wake_delivery import wake_delivery
from feedback.models import NoteDelivery
from workouts.queries import OWN_WORKOUT_OF

# Every part takes its rows from the part before: the door, the debt, the note. What is read of the
# debt at the end is the row as it was when the statement began; the same first unsent save in both
# says that it was not sent in between.
SAVE = """
    WITH target AS (
        {own_workout_of} AND NOT EXISTS (
            SELECT FROM feedback_notedelivery WHERE workout_id = workout.id AND doctor_id <> %(doctor)s OFFSET 0
        )
    ), debt AS (
        INSERT INTO feedback_notedelivery (workout_id, doctor_id, rev, due_at, first_unsent_at, attempts, last_error)
        SELECT id, %(doctor)s, 1, clock_timestamp() + least(%(quiet)s, %(longest)s), clock_timestamp(), 0, ''
        FROM target
        ON CONFLICT (workout_id, doctor_id) DO UPDATE SET {owed_again}
        RETURNING {columns}, clock_timestamp() AS saved_at
    ), note AS (
        UPDATE workouts_exerciseinworkout AS note SET
            doctor_notes_post_exercise = %(text)s,
            doctor_notes_post_exercise_at = CASE WHEN %(text)s <> '' THEN saved_at END,
            doctor_notes_post_exercise_by_id = CASE WHEN %(text)s <> '' THEN %(doctor)s END
        FROM debt WHERE note.id = %(exercise)s AND note.workout_id = debt.workout_id
    )
    SELECT {columns}, saved_at, due_at - saved_at, coalesce((
        SELECT before.first_unsent_at = debt.first_unsent_at AND before.due_at > saved_at AND before.attempts = 0
        FROM feedback_notedelivery AS before WHERE before.id = debt.id
    ), false), (SELECT features FROM accounts_tenantsettings WHERE tenant_id = %(tenant)s)
    FROM debt
"""
FIELDS = [field.attname for field in NoteDelivery._meta.concrete_fields]
SAVE = SAVE.format(own_workout_of=OWN_WORKOUT_OF, owed_again=OWED_AGAIN, columns=", ".join(FIELDS))


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save came to, on the database's clock."""

    delivery: NoteDelivery
    at: datetime
    remaining: timedelta
    waited: bool
    """Whether the delivery was waiting before the save, and for a later moment."""
    switched: str | None
    """What the doctor's clinic has switched: see ``accounts.queries.switched_on``."""


def save_own_note(*, exercise_in_workout_id: int, doctor: User, text: str) -> Saved | None:
    """
    ``save_notes`` for what therapists do all day, in one statement: one note on an own workout.

    None, and nothing is written, when the workout is not the doctor's, when its patient is not
    connected to the doctor, or when colleagues have a part in the review.
    """
    parameters: dict[str, Any] = {
        "exercise": exercise_in_workout_id,
        "doctor": doctor.pk,
        "tenant": doctor.tenant_id,
        "text": text,
        "quiet": settings.FEEDBACK_QUIET_PERIOD,
        "longest": settings.FEEDBACK_MAX_WAIT,
    }
    with connection.cursor() as cursor:
        cursor.execute(SAVE, parameters)
        found = cursor.fetchone()
    if found is None:
        return None
    saved = Saved(NoteDelivery.from_db(None, FIELDS, found[: len(FIELDS)]), *found[len(FIELDS) :])
    if saved.delivery.held_at is None:
        wake_delivery(delivery_id=saved.delivery.pk, after=saved.remaining, waiting=saved.waited)
    return saved
