"""A session as its page shows it: who and when, and every exercise, in the reader's words and zone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from console.felt import Whole, whole_of
from console.words import with_theirs
from workouts.models import ExerciseInWorkout, Workout
from workouts.states import Block
from workouts.streaks import StreakState
from workouts.words import NOTHING, duration, felt_badges, state


@dataclass(frozen=True, slots=True)
class Measure:
    """One way of counting an exercise: what was planned, and what was done of it."""

    name: str
    planned: str
    done: str


@dataclass(frozen=True, slots=True)
class Line:
    """One exercise."""

    row: ExerciseInWorkout
    measures: list[Measure]
    felt: list[Any]
    written: str


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the session, such as the warm-up."""

    name: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Head:
    """What is said of the session as a whole."""

    workout: Workout
    day: Any
    state: Any
    started: str
    completed: str
    whole: Whole | None
    streak: StreakState


def head_of(workout: Workout, *, reader: User, streak: StreakState, now: datetime) -> Head:
    """The session as a whole."""
    return Head(
        workout=workout,
        day=workout.day,
        state=state(workout),
        started=_when(workout.started_at, workout, reader=reader, now=now),
        completed=_when(workout.completed_at, workout, reader=reader, now=now),
        whole=whole_of(workout),
        streak=streak,
    )


def parts_of(workout: Workout, exercises: Iterable[ExerciseInWorkout], *, reader: User, now: datetime) -> list[Part]:
    """The exercises in their order; where the part of the session changes, a new heading begins."""
    told = workout.told_by_patient
    lines = [
        Line(
            row=row,
            measures=_measures(row, told=told),
            felt=felt_badges(row.pain, row.exertion),
            written=written_at(row, workout, reader=reader, now=now),
        )
        for row in exercises
    ]
    return [
        Part(str(Block(block).label), list(grouped))
        for block, grouped in groupby(lines, key=lambda line: line.row.exercise_block)
    ]


def written_at(row: ExerciseInWorkout, workout: Workout, *, reader: User, now: datetime) -> str:
    """When the note of an exercise was saved."""
    return _when(row.doctor_notes_post_exercise_at, workout, reader=reader, now=now)


def _when(instant: datetime | None, workout: Workout, *, reader: User, now: datetime) -> str:
    """An instant in the reader's zone, and in the patient's where the clocks differ."""
    if instant is None:
        return ""
    return with_theirs(instant, now=now, theirs=workout.patient.zone, yours=reader.zone)


def _measures(row: ExerciseInWorkout, *, told: bool) -> list[Measure]:
    counted: Sequence[tuple[str, Any, Any]] = (
        (_("Sets"), _number(row.planned_sets), _number(row.actual_sets)),
        (_("Repetitions"), _number(row.planned_reps), _number(row.actual_reps)),
        (_("Duration"), _time(row.planned_duration_seconds), _time(row.actual_duration_seconds)),
    )
    missing = _("not reported") if told else NOTHING
    return [
        Measure(name, planned or NOTHING, actual or missing)
        for name, planned, actual in counted
        if planned is not None or actual is not None
    ]


def _number(count: int | None) -> str | None:
    return None if count is None else str(count)


def _time(seconds: int | None) -> str | None:
    return None if seconds is None else duration(seconds)
