"""Completing a workout: the journey, and its door."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import TenantSettings
from care import complete_workout as journey
from care.complete_workout import complete_workout
from feedback.models import FeedbackSummary
from messaging.models import Message
from messaging.states import MessageType
from notifications.models import Notification
from tests.make import NOON, Make
from tests.together import together
from workouts.actions.complete import ExerciseReport, Report
from workouts.models import ExerciseInWorkout, Workout
from workouts.states import Status


def url(workout: Workout) -> str:
    return f"/v2/workouts/{workout.pk}/complete"


def everything(workout: Workout) -> list[Any]:
    """Every column of a workout and its exercises, and what it owes, to see that nothing changed."""
    return [
        *Workout.objects.filter(pk=workout.pk).values(),
        *ExerciseInWorkout.objects.filter(workout=workout).order_by("pk").values(),
        *FeedbackSummary.objects.values(),
        *Message.objects.values(),
    ]


def row_of(workout: Workout, position: int = 1, **said: Any) -> dict[str, Any]:
    return {"exerciseInWorkoutId": workout.exercises.get(position=position).pk, **said}


# --- The journey ---


def test_therapists_are_told_what_stands_out(make: Make) -> None:
    workout = make.workout(exercises=1)
    report = Report(exercises=[ExerciseReport(workout.exercises.get().pk, pain=8)])

    completed = complete_workout(patient=make.pat, workout_id=workout.pk, report=report, now=NOON)

    assert (completed.pk, completed.status) == (workout.pk, Status.COMPLETED)
    [card] = Message.objects.all()
    assert (card.type, card.sender, card.metadata["workoutId"]) == (  # type: ignore[index]
        MessageType.PATIENT_FEEDBACK_SUMMARY,
        make.pat,
        workout.pk,
    )
    summary = FeedbackSummary.objects.get()
    assert (summary.workout, summary.due_at) == (workout, None)


def test_nothing_that_stands_out_is_owed_and_settled_in_silence(make: Make) -> None:
    workout = make.workout()
    complete_workout(patient=make.pat, workout_id=workout.pk, report=Report(), now=NOON)
    assert FeedbackSummary.objects.get().due_at is None
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    "error", [RuntimeError("Pat Lee: my knee hurts"), ValueError(), ExceptionGroup("", [OSError()])]
)
def test_a_summary_that_fails_in_any_way_leaves_its_debt_and_no_words(
    make: Make, error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(**_: Any) -> str:
        raise error

    monkeypatch.setattr(journey, "publish_summary", fail)
    workout = make.workout(exercises=1)
    report = Report(exercises=[ExerciseReport(workout.exercises.get().pk, patient_notes="my knee hurts")])

    with caplog.at_level(logging.ERROR):
        completed = complete_workout(patient=make.pat, workout_id=workout.pk, report=report, now=NOON)

    assert completed.status == Status.COMPLETED
    workout.refresh_from_db()
    assert workout.completed_at == NOON
    summary = FeedbackSummary.objects.get()
    assert (summary.workout, summary.settled_at) == (workout, None)
    assert summary.due_at is not None
    [line] = [record.getMessage() for record in caplog.records if record.name == "care.complete_workout"]
    assert str(workout.pk) in line
    assert type(error).__name__ in line
    assert "knee" not in caplog.text
    assert "Pat" not in caplog.text


def test_a_debt_that_cannot_be_written_completes_nothing(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(journey, "owe_summary", fail)
    workout = make.workout()
    before = everything(workout)
    with pytest.raises(RuntimeError):
        complete_workout(patient=make.pat, workout_id=workout.pk, report=Report(), now=NOON)
    assert everything(workout) == before


@pytest.mark.django_db(transaction=True)
def test_the_completion_and_its_debt_are_committed_before_anybody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    make = Make()
    workout = make.workout()
    seen: list[Any] = []

    def look(*, key: str, **_: Any) -> str:
        def from_outside() -> tuple[str, bool]:
            status = Workout.objects.get(pk=workout.pk).status
            return status, FeedbackSummary.objects.filter(key=key, workout=workout).exists()

        seen.extend(together([from_outside]))
        return "looked"

    monkeypatch.setattr(journey, "publish_summary", look)
    complete_workout(patient=make.pat, workout_id=workout.pk, report=Report(), now=NOON)
    assert seen == [(Status.COMPLETED, True)]


@pytest.mark.django_db(transaction=True)
def test_of_many_completions_at_once_one_is_told() -> None:
    make = Make()
    workout = make.workout(exercises=1)
    pk = workout.exercises.get().pk

    def attempt(pain: int) -> Callable[[], Workout]:
        report = Report(exercises=[ExerciseReport(pk, pain=pain)])
        return lambda: complete_workout(patient=make.pat, workout_id=workout.pk, report=report, now=NOON)

    completed = together([attempt(pain) for pain in (7, 8, 9, 10)])

    assert {workout.status for workout in completed} == {Status.COMPLETED}
    [card] = Message.objects.all()
    assert card.metadata["exercises"][0]["pain"] == ExerciseInWorkout.objects.get(pk=pk).pain  # type: ignore[index]
    assert FeedbackSummary.objects.count() == 1
    assert Notification.objects.count() == 1


# --- The door ---


def test_the_session_is_the_answer(make: Make) -> None:
    workout = make.workout()
    body = {
        "durationMinutes": 45,
        "exercises": [
            row_of(workout, 1, actualSets=3, actualReps=12, pain=8, exertion=None, patientNotes="  sore 🦵\n"),
            row_of(workout, 2, actualDurationSeconds=90, patientNotes=None),
        ],
    }
    with time_machine.travel(NOON, tick=False):
        answer = make.api(make.pat).post(url(workout), body)

    assert answer.status_code == 200
    session = answer.json()
    assert {name: session[name] for name in session if name != "exercises"} == {
        "id": workout.pk,
        "patientId": make.pat.pk,
        "patientName": "Pat Lee",
        "doctorId": make.dana.pk,
        "doctorName": "Dana Reed",
        "status": "COMPLETED",
        "dateScheduled": "2026-04-08",
        "startedAt": "2026-04-08T11:15:00Z",
        "completedAt": "2026-04-08T12:00:00Z",
        "completedOn": "2026-04-08",
        "durationMinutes": 45,
        "completedViaAppEntrance": False,
        "mirroredFromWorkoutId": None,
        "supersededAt": None,
    }
    names = ["actualSets", "actualReps", "actualDurationSeconds", "pain", "exertion", "patientNotes"]
    assert [[row[name] for name in names] for row in session["exercises"]] == [
        [3, 12, None, 8, None, "sore 🦵"],
        [None, None, 90, None, None, ""],
    ]


@pytest.mark.parametrize("body", [{}, {"exercises": "x"}, {"exercises": [], "durationMinutes": -1}])
def test_a_second_call_answers_the_same_whatever_is_in_it(make: Make, body: dict[str, Any]) -> None:
    workout, api = make.workout(), make.api(make.pat)
    first = api.post(url(workout), {"exercises": []})
    second = api.post(url(workout), body)
    assert (second.status_code, second.json()) == (200, first.json())


def test_a_second_call_answers_the_same_and_does_nothing(make: Make) -> None:
    workout = make.workout()
    api = make.api(make.pat)
    first = api.post(url(workout), {"exercises": [row_of(workout, pain=8)]})
    before = everything(workout)

    second = api.post(url(workout), {"durationMinutes": 5, "exercises": [row_of(workout, pain=1)]})

    assert (second.status_code, second.json()) == (200, first.json())
    assert everything(workout) == before


BOUNDS = [
    # name, most
    ("actualSets", 1000),
    ("actualReps", 1000),
    ("actualDurationSeconds", 86400),
    ("pain", 10),
    ("exertion", 10),
]


@pytest.mark.parametrize(("name", "most"), BOUNDS)
def test_a_number_within_its_bounds_is_taken(make: Make, name: str, most: int) -> None:
    for value in (0, most, None):
        workout = make.workout(exercises=1)
        answer = make.api(make.pat).post(url(workout), {"exercises": [row_of(workout, **{name: value})]})
        assert (answer.status_code, answer.json()["exercises"][0][name]) == (200, value)


@pytest.mark.parametrize(("name", "most"), BOUNDS)
def test_a_number_beyond_its_bounds_is_refused(make: Make, name: str, most: int) -> None:
    workout = make.workout(exercises=2)
    before = everything(workout)
    for value in (-1, most + 1, 2**70, 0.5, "many", True, [], ""):
        rows = [row_of(workout, 1), row_of(workout, 2, **{name: value})]
        answer = make.api(make.pat).post(url(workout), {"exercises": rows})
        assert (answer.status_code, set(answer.json()["fields"])) == (400, {f"exercises.1.{name}"})
    assert everything(workout) == before


@pytest.mark.parametrize("minutes", [0, 1440, None])
def test_minutes_within_a_day_are_taken(make: Make, minutes: int | None) -> None:
    workout = make.workout()
    answer = make.api(make.pat).post(url(workout), {"durationMinutes": minutes, "exercises": []})
    assert (answer.status_code, answer.json()["durationMinutes"]) == (200, minutes)


@pytest.mark.parametrize("minutes", [-1, 1441, "long"])
def test_minutes_beyond_a_day_are_refused(make: Make, minutes: Any) -> None:
    workout = make.workout()
    before = everything(workout)
    answer = make.api(make.pat).post(url(workout), {"durationMinutes": minutes, "exercises": []})
    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"durationMinutes"})
    assert everything(workout) == before


@pytest.mark.parametrize("note", ["🦵" * 2000, " " + "x" * 2000 + "\n", "   ", ""])
def test_a_note_is_trimmed_and_counted_in_code_points(make: Make, note: str) -> None:
    workout = make.workout(exercises=1)
    answer = make.api(make.pat).post(url(workout), {"exercises": [row_of(workout, patientNotes=note)]})
    assert (answer.status_code, answer.json()["exercises"][0]["patientNotes"]) == (200, note.strip())


@pytest.mark.parametrize("note", ["🦵" * 2001, "a\x00b", ["x"], {"text": "x"}])
def test_a_note_that_is_too_long_or_no_text_is_refused(make: Make, note: Any) -> None:
    workout = make.workout(exercises=1)
    before = everything(workout)
    answer = make.api(make.pat).post(url(workout), {"exercises": [row_of(workout, patientNotes=note)]})
    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"exercises.0.patientNotes"})
    assert everything(workout) == before


def test_a_report_on_wrong_exercises_names_its_rows_and_changes_nothing(make: Make) -> None:
    workout, other = make.workout(), make.workout()
    before = everything(workout)
    rows = [row_of(workout), row_of(other), row_of(workout)]
    answer = make.api(make.pat).post(url(workout), {"exercises": rows})
    assert (answer.status_code, answer.json()) == (
        400,
        {
            "error": "The request has invalid fields.",
            "code": "invalid",
            "fields": {
                "exercises.1.exerciseInWorkoutId": ["This exercise is not part of the workout."],
                "exercises.2.exerciseInWorkoutId": ["This exercise is listed twice."],
            },
        },
    )
    assert everything(workout) == before


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"exercises"}),
        ({"exercises": None}, {"exercises"}),
        ({"exercises": {}}, {"exercises"}),
        ({"exercises": [{}]}, {"exercises.0.exerciseInWorkoutId"}),
        ({"exercises": [[]]}, {"exercises.0"}),
        ({"exercises": [{"exerciseInWorkoutId": 1}] * 201}, {"exercises"}),
        ([], {"body"}),
    ],
)
def test_a_body_that_is_no_report_changes_nothing(make: Make, body: Any, fields: set[str]) -> None:
    workout = make.workout()
    before = everything(workout)
    answer = make.api(make.pat).post(url(workout), body)
    assert (answer.status_code, set(answer.json()["fields"])) == (400, fields)
    assert everything(workout) == before


@pytest.mark.parametrize(
    ("name", "status"), [(None, 401), ("dana", 403), ("omar", 403), ("stella", 403), ("ada", 403), ("paul", 404)]
)
def test_only_the_patient_completes_and_hears_so_before_their_body_is_read(
    make: Make, name: str | None, status: int
) -> None:
    workout = make.workout()
    before = everything(workout)
    member = make.patient("Paul", doctors=[make.dana]) if name == "paul" else getattr(make, name) if name else None
    for body in ({"exercises": []}, {"exercises": "garbage"}):
        answer = make.api(member).post(url(workout), body)
        assert answer.status_code == status
        assert set(answer.json()) == {"error", "code"}
    not_json = make.api(member).post(url(workout), b"{", content_type="application/json")
    assert not_json.status_code == status
    assert everything(workout) == before


@pytest.mark.parametrize("key", ["0", "9" * 19, "9" * 400, "x"])
def test_a_workout_that_cannot_be_is_not_found(make: Make, key: str) -> None:
    answer = make.api(make.pat).post(f"/v2/workouts/{key}/complete", {"exercises": []})
    assert (answer.status_code, answer.json()) == (404, {"error": "Not found.", "code": "not_found"})


def test_completing_works_with_the_feature_off(make: Make) -> None:
    workout = make.workout(exercises=1)
    TenantSettings.objects.update(features={})
    answer = make.api(make.pat).post(url(workout), {"exercises": [row_of(workout, pain=10)]})
    assert (answer.status_code, answer.json()["status"]) == (200, "COMPLETED")
    assert not Message.objects.exists()


def test_completing_costs_the_same_however_many_exercises(make: Make) -> None:
    api = make.api(make.pat)
    costs = []
    for count in (1, 1, 50):  # The day's first completion also makes the rows that later ones find.
        workout = make.workout(exercises=count)
        rows = [row_of(workout, position, pain=1) for position in range(1, count + 1)]
        with CaptureQueriesContext(connection) as queries:
            assert api.post(url(workout), {"exercises": rows}).status_code == 200
        costs.append(len(queries))
    assert costs[1] == costs[2]
