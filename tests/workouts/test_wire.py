"""A session on the wire: its names, its instants, and what stands instead of a note."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.renderers import JSONRenderer

from tests.make import NOON, Make
from workouts.models import ExerciseInWorkout, Workout
from workouts.queries import with_exercises, with_people
from workouts.wire import session, sessions, summaries

MORNING = datetime(2026, 4, 8, 11, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Shown:
    text: str
    at: datetime | None


@pytest.fixture
def completed(make: Make) -> Workout:
    workout = make.workout(exercises=1, completed_at=NOON, started_at=MORNING, duration_minutes=30)
    workout.exercises.update(
        actual_sets=2,
        actual_reps=9,
        pain=0,
        patient_notes="pulls a little 🦵",
        doctor_notes_post_exercise="slower",
        doctor_notes_post_exercise_at=NOON,
    )
    return with_exercises(Workout.objects.all()).get(pk=workout.pk)


def expected_summary(make: Make, workout: Workout) -> dict[str, Any]:
    return {
        "id": workout.pk,
        "patientId": make.pat.pk,
        "patientName": "Pat Lee",
        "doctorId": make.dana.pk,
        "doctorName": "Dana Reed",
        "status": "COMPLETED",
        "dateScheduled": "2026-04-08",
        "startedAt": "2026-04-08T11:30:00Z",
        "completedAt": "2026-04-08T12:00:00Z",
        "completedOn": "2026-04-08",
        "durationMinutes": 30,
        "completedViaAppEntrance": False,
        "mirroredFromWorkoutId": None,
        "supersededAt": None,
    }


def expected_exercise(row: ExerciseInWorkout, **changed: Any) -> dict[str, Any]:
    return {
        "exerciseInWorkoutId": row.pk,
        "exerciseName": row.exercise.name,
        "position": 1,
        "exerciseBlock": "MAIN_SESSION",
        "exerciseType": "REPS_BASED",
        "plannedSets": 3,
        "plannedReps": 10,
        "plannedDurationSeconds": None,
        "actualSets": 2,
        "actualReps": 9,
        "actualDurationSeconds": None,
        "pain": 0,
        "exertion": None,
        "patientNotes": "pulls a little 🦵",
        "doctorNotesPostExercise": "slower",
        "doctorNotesPostExerciseAt": "2026-04-08T12:00:00Z",
        **changed,
    }


def as_read(answer: Any) -> Any:
    """The answer as a client reads it."""
    return json.loads(JSONRenderer().render(answer))


def test_a_session_has_exactly_these_names(make: Make, completed: Workout) -> None:
    [row] = completed.exercises.all()
    expected = {**expected_summary(make, completed), "exercises": [expected_exercise(row)]}
    assert as_read(session(completed)) == expected
    assert as_read(sessions([completed])) == [expected]


def test_a_summary_is_a_session_without_its_exercises(make: Make, completed: Workout) -> None:
    assert as_read(summaries([completed])) == [expected_summary(make, completed)]


def test_a_shown_note_stands_instead_of_the_written_one(completed: Workout) -> None:
    [row] = completed.exercises.all()
    notes = {row.pk: Shown("faster", MORNING), row.pk + 1: Shown("of another exercise", NOON)}
    expected = expected_exercise(
        row, doctorNotesPostExercise="faster", doctorNotesPostExerciseAt="2026-04-08T11:30:00Z"
    )
    assert as_read(session(completed, notes=notes))["exercises"] == [expected]
    assert as_read(sessions([completed], notes=notes))[0]["exercises"] == [expected]


def test_a_note_that_was_never_delivered_is_shown_as_none(completed: Workout) -> None:
    [row] = completed.exercises.all()
    [shown] = as_read(session(completed, notes={row.pk: Shown("", None)}))["exercises"]
    assert shown == expected_exercise(row, doctorNotesPostExercise="", doctorNotesPostExerciseAt=None)


def test_a_mirror_names_its_original_and_who_replaced_it(make: Make, completed: Workout) -> None:
    mirror = make.workout(
        completed_at=NOON,
        exercises=0,
        completed_via_app_entrance=True,
        mirrored_from=completed,
        superseded_at=MORNING,
        duration_minutes=0,
    )
    [shown] = as_read(summaries(with_people(Workout.objects.filter(pk=mirror.pk))))
    assert shown == {
        **expected_summary(make, completed),
        "id": mirror.pk,
        "startedAt": None,
        "durationMinutes": 0,
        "completedViaAppEntrance": True,
        "mirroredFromWorkoutId": completed.pk,
        "supersededAt": "2026-04-08T11:30:00Z",
    }


def test_exercises_come_in_the_order_of_their_positions(make: Make) -> None:
    workout = make.workout(exercises=3)
    for position, row in zip((30, 20, 10), workout.exercises.all(), strict=True):
        workout.exercises.filter(pk=row.pk).update(position=position)
    shown = session(with_exercises(Workout.objects.all()).get(pk=workout.pk))
    assert [row["position"] for row in shown["exercises"]] == [10, 20, 30]


@pytest.mark.parametrize("count", [1, 12])
def test_sessions_cost_two_queries_however_many_there_are(
    make: Make, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        make.workout(completed_at=NOON, exercises=4)
    with django_assert_num_queries(2):
        assert len(sessions(with_exercises(Workout.objects.all()))) == count
    with django_assert_num_queries(1):
        assert len(summaries(with_people(Workout.objects.all()))) == count
