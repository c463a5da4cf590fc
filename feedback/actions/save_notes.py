from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from feedback.actions.wake_delivery import wake_delivery
from feedback.locks import lock_notes, lock_reviews
from feedback.models import NoteDelivery
from feedback.rules import fingerprint
from okta.errors import Refusal
from workouts.models import ExerciseInWorkout, Workout

# The statement is lock, arithmetic and answer in one, all on the database's clock. In SET,
# clock_timestamp() is read after the row lock was waited for, so the quiet period starts with the
# save and not with the wait.
OWED_AGAIN = """
    rev = feedback_notedelivery.rev + 1,
    due_at = least(
        clock_timestamp() + %(quiet)s,
        coalesce(feedback_notedelivery.first_unsent_at, clock_timestamp()) + %(longest)s
    ),
    first_unsent_at = coalesce(feedback_notedelivery.first_unsent_at, clock_timestamp()),
    attempts = 0, dead_at = NULL, last_error = ''
"""
OWE = """
    INSERT INTO feedback_notedelivery
        (workout_id, doctor_id, rev, due_at, first_unsent_at, attempts, last_error)
    VALUES (
        %(workout)s, %(doctor)s, 1,
        clock_timestamp() + least(%(quiet)s, %(longest)s), clock_timestamp(), 0, ''
    )
    ON CONFLICT (workout_id, doctor_id) DO UPDATE SET {owed_again}
    RETURNING feedback_notedelivery.*, clock_timestamp() AS saved_at, due_at - clock_timestamp() AS remaining
""".replace("{owed_again}", OWED_AGAIN)


class NoteChanged(Refusal):
    """The note says something else than when its editing began: saving would write over words nobody has seen."""

    code = "note_changed"
    status = 409
    sentence = _("Meanwhile this note was changed.")


def save_notes(
    *, workout: Workout, doctor: User, texts: Mapping[int, str], begun: Mapping[int, str] | None = None
) -> NoteDelivery:
    """
    Write a doctor's notes on exercises of one workout, and owe the patient a card with them.

    ``texts`` maps exercise-in-workout ids of ``workout`` to notes; an empty note clears. All or
    nothing. Every save restarts the quiet period, up to ``FEEDBACK_MAX_WAIT`` after the first save
    that is not yet sent; a hold stays. A save that meets a delivery waits for its row and arms the
    next window. A colleague whose note is written over owes the patient a card without it. Returns
    the doctor's own delivery as it stands after the save.

    ``begun`` maps the same ids to the ``fingerprint`` of the note as it stood when its editing began.

    :raises NoteChanged: when one of them says neither that any more, nor what it is to say now.
    """
    with transaction.atomic():
        # The debts first: whoever holds them decides which notes are read and which come later.
        colleagues = {row.doctor_id for row in lock_reviews(workout.pk)} - {doctor.pk}
        delivery, saved_at = _owe(workout.pk, doctor.pk)
        for colleague in sorted(_written_over(workout, texts) & colleagues):
            _owe(workout.pk, colleague)
        if begun is not None:
            _refuse_changed(workout, texts, begun)
        _write(workout.pk, doctor.pk, texts, saved_at)
    return delivery


def _written_over(workout: Workout, texts: Mapping[int, str]) -> set[int]:
    """The doctors whose notes stand where new ones are going to."""
    rows = ExerciseInWorkout.objects.filter(workout=workout, pk__in=texts).exclude(doctor_notes_post_exercise="")
    return {by or workout.doctor_id for by in rows.values_list("doctor_notes_post_exercise_by", flat=True)}


def _refuse_changed(workout: Workout, texts: Mapping[int, str], begun: Mapping[int, str]) -> None:
    for row in lock_notes(workout.pk, texts):
        stands = row.doctor_notes_post_exercise
        if stands != texts[row.pk] and fingerprint(stands) != begun[row.pk]:
            raise NoteChanged


def _owe(workout_id: int, doctor_id: int) -> tuple[NoteDelivery, datetime]:
    """Owe a card, and wake a worker when it is due; the debt, and the database's instant of it."""
    parameters = {
        "workout": workout_id,
        "doctor": doctor_id,
        "quiet": settings.FEEDBACK_QUIET_PERIOD,
        "longest": settings.FEEDBACK_MAX_WAIT,
    }
    [delivery] = NoteDelivery.objects.raw(OWE, parameters)
    extra: Any = delivery
    if delivery.held_at is None:
        wake_delivery(delivery_id=delivery.pk, after=extra.remaining)
    return delivery, extra.saved_at


def _write(workout_id: int, doctor_id: int, texts: Mapping[int, str], saved_at: datetime) -> None:
    rows = [
        ExerciseInWorkout(
            pk=pk,
            doctor_notes_post_exercise=text,
            doctor_notes_post_exercise_at=saved_at if text else None,
            doctor_notes_post_exercise_by_id=doctor_id if text else None,
        )
        for pk, text in sorted(texts.items())
    ]
    ExerciseInWorkout.objects.filter(workout=workout_id).bulk_update(
        rows, ["doctor_notes_post_exercise", "doctor_notes_post_exercise_at", "doctor_notes_post_exercise_by"]
    )
