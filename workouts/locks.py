"""The only file of this app that says FOR UPDATE."""

from collections.abc import Iterable

from okta.errors import NotFound
from workouts.models import Workout


def lock_workout(*, workout_id: int, patient_id: int) -> Workout:
    """
    Lock a patient's workout until the transaction ends, and return it fresh.

    Taken after ``accounts.locks.lock_patient``. ``no_key``: rows that refer to it can still be inserted.

    :raises NotFound: when it is gone, or another patient's.
    """
    workout = Workout.objects.select_for_update(no_key=True).filter(pk=workout_id, patient=patient_id).first()
    if workout is None:
        raise NotFound
    return workout


def lock_workouts(workout_ids: Iterable[int]) -> list[Workout]:
    """
    Lock workouts until the transaction ends, by pk, and return those that are still there, fresh.

    Taken after ``accounts.locks.lock_patient`` for each of their patients.
    """
    return list(Workout.objects.select_for_update(no_key=True).filter(pk__in=workout_ids).order_by("pk"))
