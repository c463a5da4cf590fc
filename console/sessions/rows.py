"""Sessions as the table shows them: in the reader's words and zone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from accounts.models import User
from console.felt import Whole, whole_of
from console.words import with_theirs
from feedback.queries import felt_that_day
from workouts.models import ExerciseInWorkout, Workout
from workouts.words import amount, felt_badges, minutes, state


@dataclass(frozen=True, slots=True)
class Line:
    """One exercise of a session."""

    row: ExerciseInWorkout
    planned: str
    done: str
    felt: list[Any]


@dataclass(frozen=True, slots=True)
class Row:
    """
    One session; ``worst`` are the highest pain and exertion in it, ``whole`` is what was said of its day.

    ``day`` is the patient's, ``when`` the hour it was reported at: an inferred one was not.
    """

    workout: Workout
    day: date
    when: str
    state: Any
    minutes: str
    worst: list[Any]
    from_patient: int
    from_therapist: int
    whole: Whole | None
    lines: list[Line]


def rows_of(workouts: Sequence[Workout], *, reader: User, now: datetime) -> list[Row]:
    """The sessions as the table shows them; they bring their exercises."""
    return [_row(workout, list(workout.exercises.all()), reader=reader, now=now) for workout in workouts]


def _row(workout: Workout, exercises: list[ExerciseInWorkout], *, reader: User, now: datetime) -> Row:
    said = felt_that_day(workout)
    pain = _highest([said.pain, *(row.pain for row in exercises)])
    return Row(
        workout=workout,
        day=workout.day,
        when=_when(workout, reader=reader, now=now),
        state=state(workout),
        minutes="" if workout.duration_minutes is None else minutes(workout),
        worst=felt_badges(pain, _highest(row.exertion for row in exercises)),
        from_patient=sum(bool(row.patient_notes) for row in exercises) + bool(said.notes),
        from_therapist=sum(bool(row.doctor_notes_post_exercise) for row in exercises),
        whole=whole_of(workout),
        lines=[_line(row, told=workout.told_by_patient) for row in exercises],
    )


def _when(workout: Workout, *, reader: User, now: datetime) -> str:
    if workout.completed_at is None or not workout.told_by_patient:
        return ""
    return with_theirs(workout.completed_at, now=now, theirs=workout.patient.zone, yours=reader.zone)


def _highest(told: Iterable[int | None]) -> int | None:
    return max((value for value in told if value is not None), default=None)


def _line(row: ExerciseInWorkout, *, told: bool) -> Line:
    return Line(
        row=row,
        planned=amount(row.planned_sets, row.planned_reps, row.planned_duration_seconds),
        done=amount(row.actual_sets, row.actual_reps, row.actual_duration_seconds) if told else "",
        felt=felt_badges(row.pain, row.exertion),
    )
