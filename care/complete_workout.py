"""What happens when a patient completes a workout, in order."""

import logging
from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from entrances.actions.cancel import cancel_for_real_workout
from feedback.actions.owe_summary import NOTHING_SAID, Words, owe_summary
from feedback.actions.publish_summary import publish_summary
from okta.errors import reason
from rtm.actions.recalculate import recalculate
from workouts.actions.advance_streak import advance_streak
from workouts.actions.complete import Report, mark_completed
from workouts.actions.rebuild_streak import rebuild_streak
from workouts.actions.supersede import supersede_inferred
from workouts.models import Workout

logger = logging.getLogger(__name__)


def complete_workout(*, patient: User, workout_id: int, report: Report, now: datetime) -> Workout:
    """
    Complete a patient's workout, with everything that follows from it; return it as it stands.

    Any number of calls complete it once. The completion and what it owes others are committed
    together; what others are told comes after, and cannot undo it.

    :raises NotFound: when the workout is not this patient's.
    :raises InvalidInput: when the report names an exercise of another workout, or one twice.
    """
    with transaction.atomic(durable=True):
        workout, owed = complete_in_order(patient=patient, workout_id=workout_id, report=report, now=now)
    if owed is not None:
        tell_therapists(owed)
    return workout


def complete_in_order(
    *,
    patient: User,
    workout_id: int,
    report: Report,
    now: datetime,
    on: date | None = None,
    words: Words = NOTHING_SAID,
) -> tuple[Workout, str | None]:
    """
    Everything a completion commits, in order, inside the caller's transaction.

    ``on``: the local day it counts for, when that is not today's. Returns the workout and the key
    of the summary now owed; no key when the workout had been completed before.
    """
    workout, newly_completed = mark_completed(
        workout_id=workout_id, patient_id=patient.pk, report=report, now=now, on=on
    )
    if not newly_completed or workout.completed_on is None:
        return workout, None
    day = workout.completed_on
    cancel_for_real_workout(patient_id=patient.pk, on=day)
    if supersede_inferred(patient_id=patient.pk, on=day, now=now):
        rebuild_streak(patient=workout.patient, now=now)
    else:
        advance_streak(patient=workout.patient, day=day, minutes=workout.duration_minutes, now=now)
    recalculate(patient=workout.patient, now=now)
    return workout, owe_summary(workout=workout, words=words)


def tell_therapists(owed: str) -> None:
    """Try a summary at once; the debt stands until it is made, and the sweep finds it."""
    try:
        publish_summary(key=owed, skip_locked=True)
    except Exception as error:  # Whatever it is: what the patient said is committed.
        logger.error("summary %s failed and is left to the sweep: %s", owed, reason(error))
