from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from okta.errors import InvalidInput
from workouts.models import Exercise, ExerciseInWorkout, Workout
from workouts.rules import positions
from workouts.states import Block, ExerciseType


@dataclass(frozen=True, slots=True)
class PlannedExercise:
    """
    One exercise of a plan: of the clinic's library by id, or by a name that may be new to it.

    Without a position it follows the one before it; without a type it has its exercise's own.
    """

    exercise_id: int | None = None
    exercise_name: str = ""
    position: int | None = None
    exercise_block: str = Block.MAIN_SESSION
    exercise_type: str | None = None
    planned_sets: int | None = None
    planned_reps: int | None = None
    planned_duration_seconds: int | None = None


def plan_workout(*, patient: User, doctor: User, date_scheduled: date, exercises: Sequence[PlannedExercise]) -> Workout:
    """
    Plan a workout of ``patient``, owned by ``doctor``.

    Names that are new to the clinic's library are added to it.

    :raises InvalidInput: when an exercise is not of the clinic's library, or two have one position.
    """
    places = _places(exercises)
    tenant_id = cast(int, doctor.tenant_id)
    with transaction.atomic():
        known = _from_library(tenant_id, exercises)
        workout = Workout.objects.create(
            tenant_id=tenant_id, patient=patient, doctor=doctor, date_scheduled=date_scheduled
        )
        ExerciseInWorkout.objects.bulk_create(
            ExerciseInWorkout(
                workout=workout,
                exercise=exercise,
                position=place,
                exercise_block=planned.exercise_block,
                exercise_type=planned.exercise_type or exercise.exercise_type,
                planned_sets=planned.planned_sets,
                planned_reps=planned.planned_reps,
                planned_duration_seconds=planned.planned_duration_seconds,
            )
            for planned, exercise, place in zip(exercises, known, places, strict=True)
        )
    return workout


def _places(exercises: Sequence[PlannedExercise]) -> list[int]:
    places = positions([planned.position for planned in exercises])
    wrong = {
        f"exercises.{index}.position": [_("Another exercise has this position.")]
        for index, place in enumerate(places)
        if place in places[:index]
    }
    if wrong:
        raise InvalidInput(wrong)
    return places


def _from_library(tenant_id: int, exercises: Sequence[PlannedExercise]) -> list[Exercise]:
    """The library's exercise of every row."""
    ids = [planned.exercise_id for planned in exercises if planned.exercise_id is not None]
    by_id = Exercise.objects.filter(tenant=tenant_id).in_bulk(ids)
    wrong = {
        f"exercises.{index}.exerciseId": [_("This exercise is not in the clinic's library.")]
        for index, planned in enumerate(exercises)
        if planned.exercise_id is not None and planned.exercise_id not in by_id
    }
    if wrong:
        raise InvalidInput(wrong)
    by_name = _named(tenant_id, [planned for planned in exercises if planned.exercise_id is None])
    return [
        by_id[planned.exercise_id] if planned.exercise_id is not None else by_name[planned.exercise_name]
        for planned in exercises
    ]


def _named(tenant_id: int, exercises: Sequence[PlannedExercise]) -> dict[str, Exercise]:
    """The library's exercises of these names; those that were missing are in it now."""
    types = {planned.exercise_name: planned.exercise_type for planned in reversed(exercises)}
    library = Exercise.objects.filter(tenant=tenant_id, name__in=types)
    found = {exercise.name: exercise for exercise in library}
    missing = types.keys() - found.keys()
    if missing:
        # In one order, so that two plans with the same new names wait for each other and never cross.
        Exercise.objects.bulk_create(
            [
                Exercise(tenant_id=tenant_id, name=name, exercise_type=types[name] or ExerciseType.REPS_BASED)
                for name in sorted(missing)
            ],
            ignore_conflicts=True,
        )
        found = {exercise.name: exercise for exercise in library.all()}
    return found
