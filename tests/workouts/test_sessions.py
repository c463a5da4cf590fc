"""What a doctor sees of their patients' sessions."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import CareLink, User
from tests.make import NOON, TODAY, Make
from workouts.models import Workout
from workouts.queries import with_exercises
from workouts.wire import session

LIST = "/v2/doctor/workout-sessions"
SUMMARY = {
    "id",
    "patientId",
    "patientName",
    "doctorId",
    "doctorName",
    "status",
    "dateScheduled",
    "startedAt",
    "completedAt",
    "completedOn",
    "durationMinutes",
    "completedViaAppEntrance",
    "mirroredFromWorkoutId",
    "supersededAt",
}


def ids(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def test_completed_sessions_of_connected_patients_come_newest_first(make: Make) -> None:
    paul = make.patient("Paul", doctors=[make.dana])
    omars = make.patient("Owen", doctors=[make.omar])
    stellas = make.patient("Sam", tenant=make.other_clinic, doctors=[make.stella])
    second = make.workout(completed_at=NOON - timedelta(days=1))
    first = make.workout(patient=paul, doctor=make.omar, completed_at=NOON)
    third = make.workout(completed_at=NOON - timedelta(days=1, microseconds=1))
    make.workout()
    foreign = make.workout(patient=omars, doctor=make.omar, completed_at=NOON)
    abroad = make.workout(patient=stellas, doctor=make.stella, completed_at=NOON)

    answer = make.api(make.dana).get(LIST)

    assert ids(answer) == [first.pk, second.pk, third.pk]
    assert {frozenset(row) for row in answer.json()["results"]} == {frozenset(SUMMARY)}
    assert answer.json()["results"][0] | {"id": 0} == {
        "id": 0,
        "patientId": paul.pk,
        "patientName": "Paul Test",
        "doctorId": make.omar.pk,
        "doctorName": "Omar Aziz",
        "status": "COMPLETED",
        "dateScheduled": "2026-04-08",
        "startedAt": None,
        "completedAt": "2026-04-08T12:00:00Z",
        "completedOn": "2026-04-08",
        "durationMinutes": None,
        "completedViaAppEntrance": False,
        "mirroredFromWorkoutId": None,
        "supersededAt": None,
    }
    assert ids(make.api(make.omar).get(LIST)) == [foreign.pk]
    assert ids(make.api(make.stella).get(LIST)) == [abroad.pk]


def test_inferred_sessions_are_there_and_named(make: Make) -> None:
    real = make.workout(completed_at=NOON - timedelta(days=1))
    mirror = make.workout(completed_at=NOON, completed_via_app_entrance=True, mirrored_from=real)
    newest, oldest = make.api(make.dana).get(LIST).json()["results"]
    assert (newest["id"], newest["completedViaAppEntrance"], newest["mirroredFromWorkoutId"]) == (
        mirror.pk,
        True,
        real.pk,
    )
    assert (oldest["id"], oldest["completedViaAppEntrance"], oldest["mirroredFromWorkoutId"]) == (real.pk, False, None)


def test_a_list_can_be_of_one_patient(make: Make) -> None:
    paul = make.patient("Paul", doctors=[make.dana])
    own = make.workout(completed_at=NOON)
    make.workout(patient=paul, completed_at=NOON)
    make.workout(patient=paul)
    assert ids(make.api(make.dana).get(f"{LIST}?patientId={make.pat.pk}")) == [own.pk]
    nobodys = make.patient("New", doctors=[make.dana])
    assert ids(make.api(make.dana).get(f"{LIST}?patientId={nobodys.pk}")) == []


def test_a_patient_who_is_not_connected_is_not_found(make: Make) -> None:
    make.workout(completed_at=NOON)
    strangers = [
        make.patient("Owen", doctors=[make.omar]),
        make.patient("Sam", tenant=make.other_clinic, doctors=[make.stella]),
        make.dana,
        make.omar,
    ]
    for pk in [*(user.pk for user in strangers), 2**62]:
        answer = make.api(make.dana).get(f"{LIST}?patientId={pk}")
        assert (answer.status_code, answer.json()) == (404, {"error": "Not found.", "code": "not_found"})


@pytest.mark.parametrize("garbage", ["", "x", "0", "-1", "1.5", "1,2", "%00", "9" * 30])
def test_a_patient_that_is_no_key_is_refused(make: Make, garbage: str) -> None:
    answer = make.api(make.dana).get(f"{LIST}?patientId={garbage}")
    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"patientId"})


def test_a_garbled_cursor_is_refused(make: Make) -> None:
    answer = make.api(make.dana).get(f"{LIST}?cursor=garbage")
    assert (answer.status_code, set(answer.json()["fields"])) == (400, {"cursor"})


def test_pages_follow_each_other_for_one_patient(make: Make) -> None:
    workouts = [make.workout(completed_at=NOON - timedelta(minutes=minutes), exercises=0) for minutes in range(60)]
    api = make.api(make.dana)
    first = api.get(f"{LIST}?patientId={make.pat.pk}")
    second = api.get(first.json()["next"])
    assert ids(first) + ids(second) == [workout.pk for workout in workouts]
    assert second.json()["next"] is None


@pytest.mark.parametrize("change", ["ended", "archived"])
def test_a_doctor_who_is_no_longer_connected_sees_nothing(make: Make, change: str) -> None:
    workout = make.workout(completed_at=NOON)
    api = make.api(make.dana)
    if change == "ended":
        CareLink.objects.update(ended_at=NOON)
    else:
        User.objects.filter(pk=make.pat.pk).update(archived_at=NOON)
    assert ids(api.get(LIST)) == []
    assert api.get(f"{LIST}/{workout.pk}").status_code == 404
    assert api.get(f"{LIST}?patientId={make.pat.pk}").status_code == 404


@pytest.mark.parametrize("completed_at", [NOON, None])
def test_a_session_is_opened_planned_or_completed_by_every_connected_doctor(make: Make, completed_at: Any) -> None:
    workout = make.workout(completed_at=completed_at, on=TODAY)
    workout.exercises.update(pain=8, patient_notes="sore", doctor_notes_post_exercise="slowly")
    cora = make.doctor("Cora", patients=[make.pat])
    expected = session(with_exercises(Workout.objects.all()).get())
    for doctor in (make.dana, cora):
        answer = make.api(doctor).get(f"{LIST}/{workout.pk}")
        assert answer.status_code == 200
        assert answer.json() == expected
        assert {row["doctorNotesPostExercise"] for row in answer.json()["exercises"]} == {"slowly"}


@pytest.mark.parametrize(
    ("name", "of_list", "of_one"),
    [
        ("dana", 200, 200),
        ("omar", 200, 404),
        ("stella", 200, 404),
        ("pat", 403, 403),
        ("ada", 403, 403),
        (None, 401, 401),
    ],
)
def test_who_may_look(make: Make, name: str | None, of_list: int, of_one: int) -> None:
    workout = make.workout(completed_at=NOON)
    api = make.api(getattr(make, name) if name else None)
    assert api.get(LIST).status_code == of_list
    assert api.get(f"{LIST}/{workout.pk}").status_code == of_one


@pytest.mark.parametrize("key", ["0", "9" * 19, "9" * 400, "x", "-1", "1.5"])
def test_a_session_that_cannot_be_is_not_found(make: Make, key: str) -> None:
    answer = make.api(make.dana).get(f"{LIST}/{key}")
    assert (answer.status_code, answer.json()) == (404, {"error": "Not found.", "code": "not_found"})


@pytest.mark.parametrize("count", [3, 300])
def test_a_page_of_sessions_costs_the_same_however_many_there_are(
    make: Make, count: int, django_assert_num_queries: Any
) -> None:
    workout = make.workout(completed_at=NOON, exercises=5)
    rows = Workout.objects.filter(pk=workout.pk).values().get()
    del rows["id"], rows["created_at"]
    Workout.objects.bulk_create(
        Workout(**rows | {"completed_at": NOON - timedelta(minutes=number)}) for number in range(1, count)
    )
    api = make.api(make.dana)
    with django_assert_num_queries(2):
        assert len(ids(api.get(LIST))) == min(count, 50)
    with django_assert_num_queries(3):
        assert len(ids(api.get(f"{LIST}?patientId={make.pat.pk}"))) == min(count, 50)


@pytest.mark.parametrize("count", [1, 50])
def test_opening_a_session_costs_three_queries(make: Make, count: int, django_assert_num_queries: Any) -> None:
    workout = make.workout(exercises=count)
    api = make.api(make.dana)
    with django_assert_num_queries(3):
        assert len(api.get(f"{LIST}/{workout.pk}").json()["exercises"]) == count
