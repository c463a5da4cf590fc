"""What a patient sees of their own sessions."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from feedback.actions.deliver_notes import deliver_notes
from feedback.models import NoteDelivery
from tests.make import NOON, TODAY, Make
from workouts.models import ExerciseInWorkout, Workout
from workouts.queries import with_exercises
from workouts.states import Status
from workouts.wire import session

COMPLETED = "/v2/workouts/patient/completed"
UPCOMING = "/v2/workouts/patient/upcoming"


def ids(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def test_own_completed_sessions_come_newest_first_with_their_exercises(make: Make) -> None:
    second = make.workout(completed_at=NOON - timedelta(days=1))
    first = make.workout(doctor=make.omar, completed_at=NOON)
    mirror = make.workout(completed_at=NOON - timedelta(days=2), completed_via_app_entrance=True, mirrored_from=second)
    make.workout()
    make.workout(patient=make.patient("Paul", doctors=[make.dana]), completed_at=NOON)

    answer = make.api(make.pat).get(COMPLETED)

    assert ids(answer) == [first.pk, second.pk, mirror.pk]
    rows = {row.pk: row for row in with_exercises(Workout.objects.all())}
    assert answer.json()["results"] == [session(rows[workout.pk]) for workout in (first, second, mirror)]
    assert answer.json()["results"][2]["completedViaAppEntrance"] is True


def test_own_planned_workouts_come_soonest_first_with_their_exercises(make: Make) -> None:
    later = make.workout(on=TODAY + timedelta(days=7))
    missed = make.workout(on=TODAY - timedelta(days=1))
    today = make.workout(on=TODAY)
    also_today = make.workout(on=TODAY)
    make.workout(completed_at=NOON)
    make.workout(patient=make.patient("Paul", doctors=[make.dana]))

    answer = make.api(make.pat).get(UPCOMING)

    assert ids(answer) == [missed.pk, today.pk, also_today.pk, later.pk]
    assert answer.json()["results"][0] == session(with_exercises(Workout.objects.all()).get(pk=missed.pk))


@pytest.mark.parametrize("path", [COMPLETED, UPCOMING])
def test_pages_follow_each_other(make: Make, path: str) -> None:
    for number in range(60):
        completed_at = NOON - timedelta(days=number) if path == COMPLETED else None
        make.workout(on=TODAY + timedelta(days=number // 7), completed_at=completed_at, exercises=0)
    api = make.api(make.pat)
    first = api.get(path)
    second = api.get(first.json()["next"])
    assert ids(first) + ids(second) == list(Workout.objects.order_by("pk").values_list("pk", flat=True))
    assert (len(ids(first)), second.json()["next"]) == (50, None)


@pytest.mark.parametrize("path", [COMPLETED, UPCOMING])
@pytest.mark.parametrize(
    ("name", "status"), [(None, 401), ("dana", 403), ("omar", 403), ("stella", 403), ("ada", 403), ("pat", 200)]
)
def test_the_lists_are_for_patients(make: Make, path: str, name: str | None, status: int) -> None:
    assert make.api(getattr(make, name) if name else None).get(path).status_code == status


@pytest.mark.parametrize("path", [COMPLETED, UPCOMING])
def test_a_garbled_cursor_is_refused(make: Make, path: str) -> None:
    answer = make.api(make.pat).get(f"{path}?cursor=garbage")
    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"cursor"})


# --- Notes: what was delivered, not what is on its way ---


def noted(make: Make, **delivery: Any) -> Workout:
    """A completed workout with a note of Dana's, and the state of its delivery."""
    workout = make.workout(exercises=1, completed_at=NOON)
    workout.exercises.update(doctor_notes_post_exercise="slowly", doctor_notes_post_exercise_at=NOON)
    NoteDelivery.objects.create(workout=workout, doctor=make.dana, **delivery)
    return workout


def seen_by(make: Make, member: Any, workout: Workout) -> tuple[str, str | None]:
    """The note of a workout's one exercise, as a patient or a doctor reads it."""
    if member == make.pat:
        [shown] = make.api(member).get(COMPLETED).json()["results"]
        again = make.api(member).post(f"/v2/workouts/{workout.pk}/complete", {"exercises": []})
        assert again.json() == shown
    else:
        shown = make.api(member).get(f"/v2/doctor/workout-sessions/{workout.pk}").json()
    [exercise] = shown["exercises"]
    return exercise["doctorNotesPostExercise"], exercise["doctorNotesPostExerciseAt"]


def test_a_note_that_was_delivered_is_seen_by_both(make: Make) -> None:
    workout = noted(make, delivered_at=NOON)
    assert seen_by(make, make.pat, workout) == ("slowly", "2026-04-08T12:00:00Z")
    assert seen_by(make, make.dana, workout) == ("slowly", "2026-04-08T12:00:00Z")


@pytest.mark.parametrize("held_at", [None, NOON])
def test_a_note_on_its_way_or_held_is_seen_by_the_doctor_alone(make: Make, held_at: Any) -> None:
    workout = noted(make, due_at=Now(), held_at=held_at)
    assert seen_by(make, make.pat, workout) == ("", None)
    assert seen_by(make, make.dana, workout) == ("slowly", "2026-04-08T12:00:00Z")


def test_an_edit_is_not_seen_before_it_is_delivered_the_last_card_is(make: Make) -> None:
    workout = make.workout(exercises=1, completed_at=NOON)
    path = f"/v2/exercises/exercises-in-workout/{workout.exercises.get().pk}/doctor-post-notes"
    dana = make.api(make.dana)

    dana.patch(path, {"doctorNotesPostExercise": "slowly"})
    assert seen_by(make, make.pat, workout)[0] == ""

    NoteDelivery.objects.update(due_at=Now())
    assert deliver_notes(delivery_id=NoteDelivery.objects.get().pk) == "sent"
    assert seen_by(make, make.pat, workout)[0] == "slowly"

    dana.patch(path, {"doctorNotesPostExercise": "faster"})
    assert seen_by(make, make.pat, workout)[0] == "slowly"
    assert seen_by(make, make.dana, workout)[0] == "faster"

    NoteDelivery.objects.update(due_at=Now())
    assert deliver_notes(delivery_id=NoteDelivery.objects.get().pk) == "sent"
    assert seen_by(make, make.pat, workout)[0] == "faster"


def many(make: Make, count: int, completed_at: datetime | None) -> list[Workout]:
    """``count`` workouts of Pat's with two exercises each, with ``completed_at`` all completed."""
    exercise = make.exercise()
    state: dict[str, Any] = (
        {"status": Status.COMPLETED, "completed_at": completed_at, "completed_on": TODAY} if completed_at else {}
    )
    workouts = Workout.objects.bulk_create(
        Workout(tenant=make.clinic, patient=make.pat, doctor=make.dana, date_scheduled=TODAY, **state)
        for _ in range(count)
    )
    ExerciseInWorkout.objects.bulk_create(
        ExerciseInWorkout(workout=workout, exercise=exercise, position=position, doctor_notes_post_exercise="slowly")
        for workout in workouts
        for position in (1, 2)
    )
    return workouts


@pytest.mark.parametrize("count", [3, 300])
def test_a_page_costs_the_same_however_many_sessions_and_notes(
    make: Make, count: int, django_assert_num_queries: Any
) -> None:
    completed, planned = many(make, count, NOON), many(make, count, None)
    assert len(planned) == count
    api = make.api(make.pat)
    # Who calls, the page, its exercises, whether notes are on their way.
    with django_assert_num_queries(4):
        assert len(ids(api.get(COMPLETED))) == min(count, 50)
    with django_assert_num_queries(4):
        assert len(ids(api.get(UPCOMING))) == min(count, 50)

    NoteDelivery.objects.bulk_create(
        NoteDelivery(workout=workout, doctor=make.dana, due_at=Now()) for workout in completed
    )
    # What was delivered of them: whose reviews they are, their cards, their exercises.
    with django_assert_num_queries(7):
        assert len(ids(api.get(COMPLETED))) == min(count, 50)
