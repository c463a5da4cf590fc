from datetime import date, datetime

from workouts.models import Workout


def supersede_inferred(*, patient_id: int, on: date, now: datetime) -> bool:
    """
    Mark the inferred workout of a local day as replaced by a real one; True when there was one.

    It is kept, and counts for nothing any more.
    """
    inferred = Workout.objects.filter(
        patient=patient_id, completed_on=on, completed_via_app_entrance=True, superseded_at__isnull=True
    )
    return inferred.update(superseded_at=now) > 0
