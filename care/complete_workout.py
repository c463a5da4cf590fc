"""What happens when a patient completes a workout, in order."""

import logging
from datetime import datetime

from django.db import transaction

from accounts.models import User
from feedback.actions.owe_summary import owe_summary
from feedback.actions.publish_summary import publish_summary
from okta.errors import reason
from workouts.actions.complete import Report, mark_completed
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
        workout, newly_completed = mark_completed(workout_id=workout_id, patient_id=patient.pk, report=report, now=now)
        if newly_completed:
            owed = owe_summary(workout=workout)
    if newly_completed:
        tell_therapists(owed)
    return workout


def tell_therapists(owed: str) -> None:
    """Try a summary at once; the debt stands until it is made, and the sweep finds it."""
    try:
        publish_summary(key=owed, skip_locked=True)
    except Exception as error:  # Whatever it is: what the patient said is committed.
        logger.error("%s failed and is left to the sweep: %s", owed, reason(error))
