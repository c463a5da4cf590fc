from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from accounts.locks import lock_patient
from okta.clock import local_date
from okta.errors import InvalidInput
from workouts.locks import lock_workout
from workouts.models import ExerciseInWorkout, Workout
from workouts.states import Status

REPORTED = ("actual_sets", "actual_reps", "actual_duration_seconds", "pain", "exertion", "patient_notes")


@dataclass(frozen=True, slots=True)
class ExerciseReport:
    """What a patient did and felt in one exercise; None: not said."""

    exercise_in_workout_id: int
    actual_sets: int | None = None
    actual_reps: int | None = None
    actual_duration_seconds: int | None = None
    pain: int | None = None
    exertion: int | None = None
    patient_notes: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a patient says about a session; exercises that are not in it stay as they are."""

    exercises: Sequence[ExerciseReport] = ()
    duration_minutes: int | None = None


def mark_completed(
    *, workout_id: int, patient_id: int, report: Report, now: datetime, on: date | None = None
) -> tuple[Workout, bool]:
    """
    Complete a patient's workout, inside the caller's transaction; return it and whether this call did it.

    A workout that is completed already stays as it is, whatever the report says. The calendar day of
    completion is the patient's own, and frozen; ``on`` names it when it is not today. Holds the
    patient's row and then the workout's.

    :raises NotFound: when the workout is not this patient's.
    :raises InvalidInput: when the report names an exercise of another workout, or one twice.
    """
    patient = lock_patient(patient_id)
    workout = lock_workout(workout_id=workout_id, patient_id=patient_id)
    workout.patient = patient
    if workout.status == Status.COMPLETED:
        return workout, False
    rows = _filled_in(workout, report)
    if report.duration_minutes is not None and workout.started_at is None:
        workout.started_at = now - timedelta(minutes=report.duration_minutes)
    workout.status = Status.COMPLETED
    workout.completed_at = now
    workout.completed_on = on or local_date(now, patient.zone)
    workout.duration_minutes = report.duration_minutes
    workout.save(update_fields=["status", "started_at", "completed_at", "completed_on", "duration_minutes"])
    ExerciseInWorkout.objects.bulk_update(rows, REPORTED)
    return workout, True


def _filled_in(workout: Workout, report: Report) -> list[ExerciseInWorkout]:
    """The reported exercises with what was said about them, not saved yet."""
    rows = {row.pk: row for row in workout.exercises.all()}
    filled_in: dict[int, ExerciseInWorkout] = {}
    wrong = {}
    for index, said in enumerate(report.exercises):
        row = rows.get(said.exercise_in_workout_id)
        if row is None:
            wrong[f"exercises.{index}.exerciseInWorkoutId"] = [_("This exercise is not part of the workout.")]
            continue
        if row.pk in filled_in:
            wrong[f"exercises.{index}.exerciseInWorkoutId"] = [_("This exercise is listed twice.")]
        for name in REPORTED:
            setattr(row, name, getattr(said, name))
        filled_in[row.pk] = row
    if wrong:
        raise InvalidInput(wrong)
    return list(filled_in.values())
