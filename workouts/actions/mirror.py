from datetime import date, datetime

from workouts.models import ExerciseInWorkout, Workout
from workouts.states import Status

PLANNED = ("exercise_id", "position", "exercise_block", "exercise_type")
PLANNED_COUNTS = ("planned_sets", "planned_reps", "planned_duration_seconds")


def mirror_workout(*, source_id: int, on: date, seen_at: datetime) -> Workout:
    """
    Infer a workout on a local day from an app visit, by copying what another workout planned.

    The copy is completed at the visit, took no time, and holds planned values only: nothing the
    patient did, felt or wrote (app entrance tracking, 2026-04-08).
    """
    source = Workout.objects.get(pk=source_id)
    mirror = Workout.objects.create(
        tenant_id=source.tenant_id,
        patient_id=source.patient_id,
        doctor_id=source.doctor_id,
        date_scheduled=on,
        status=Status.COMPLETED,
        completed_at=seen_at,
        completed_on=on,
        duration_minutes=0,
        completed_via_app_entrance=True,
        mirrored_from=source,
    )
    rows = ExerciseInWorkout.objects.filter(workout=source).values(*PLANNED, *PLANNED_COUNTS)
    ExerciseInWorkout.objects.bulk_create(ExerciseInWorkout(workout=mirror, **row) for row in rows)
    return mirror
