"""The guarded doors: who gets a row, who is told it is not there, who is told it is not theirs."""

from collections.abc import Callable

import pytest

from accounts.flags import ANY_CONNECTED_DOCTOR_MAY_NOTE
from accounts.models import CareLink, TenantSettings, User
from okta.errors import Forbidden, NotFound
from tests.make import NOON, Make
from workouts.models import Workout
from workouts.queries import exercise_for_note, workout_for_doctor, workout_for_notes, workout_of_patient

NOWHERE = 2**63 - 1
BEYOND_KEYS = 10**30


@pytest.fixture
def workout(make: Make) -> Workout:
    """Pat's workout, planned by Dana."""
    return make.workout()


def person(make: Make, name: str) -> User:
    """A member of the cast by name, and two more: Cora is connected to Pat, Paul is another patient of Dana."""
    if name == "cora":
        return make.doctor("Cora", patients=[make.pat])
    if name == "paul":
        return make.patient("Paul", doctors=[make.dana])
    member: User = getattr(make, name)
    return member


@pytest.mark.parametrize("name", ["paul", "dana", "omar", "stella", "ada"])
def test_a_patients_workout_does_not_exist_for_anybody_else(make: Make, workout: Workout, name: str) -> None:
    assert workout_of_patient(patient=make.pat, workout_id=workout.pk) == workout
    with pytest.raises(NotFound):
        workout_of_patient(patient=person(make, name), workout_id=workout.pk)


@pytest.mark.parametrize("name", ["dana", "cora"])
def test_every_connected_doctor_opens_a_workout(make: Make, workout: Workout, name: str) -> None:
    assert workout_for_doctor(doctor=person(make, name), workout_id=workout.pk) == workout


@pytest.mark.parametrize("name", ["omar", "stella", "pat", "ada"])
def test_a_workout_does_not_exist_for_who_is_not_connected(make: Make, workout: Workout, name: str) -> None:
    with pytest.raises(NotFound):
        workout_for_doctor(doctor=person(make, name), workout_id=workout.pk)


def test_an_invitation_that_is_not_accepted_connects_nobody(make: Make, workout: Workout) -> None:
    make.connect(make.pat, make.omar, accepted_at=None)
    with pytest.raises(NotFound):
        workout_for_doctor(doctor=make.omar, workout_id=workout.pk)


@pytest.mark.parametrize("door", [workout_for_doctor, workout_for_notes])
def test_the_owner_who_is_no_longer_connected_finds_nothing(
    make: Make, workout: Workout, door: Callable[..., Workout]
) -> None:
    CareLink.objects.update(ended_at=NOON)
    with pytest.raises(NotFound):
        door(doctor=make.dana, workout_id=workout.pk)


def test_an_archived_patients_workouts_are_gone_for_doctors(make: Make, workout: Workout) -> None:
    User.objects.filter(pk=make.pat.pk).update(archived_at=NOON)
    with pytest.raises(NotFound):
        workout_for_doctor(doctor=make.dana, workout_id=workout.pk)


def test_a_link_across_clinics_connects_nobody(make: Make, workout: Workout) -> None:
    make.connect(make.pat, make.stella)
    with pytest.raises(NotFound):
        workout_for_doctor(doctor=make.stella, workout_id=workout.pk)


@pytest.mark.parametrize("workout_id", [NOWHERE, BEYOND_KEYS])
def test_a_key_that_no_row_has_is_not_found(make: Make, workout_id: int) -> None:
    with pytest.raises(NotFound):
        workout_of_patient(patient=make.pat, workout_id=workout_id)
    with pytest.raises(NotFound):
        workout_for_doctor(doctor=make.dana, workout_id=workout_id)
    with pytest.raises(NotFound):
        workout_for_notes(doctor=make.dana, workout_id=workout_id)
    with pytest.raises(NotFound):
        exercise_for_note(doctor=make.dana, exercise_in_workout_id=workout_id)


NOTE_ANSWERS = [
    # who, the clinic lets any connected doctor write, one exercise, the whole workout
    ("dana", False, None, None),
    ("dana", True, None, None),
    ("cora", False, Forbidden, Forbidden),
    ("cora", True, None, Forbidden),
    ("omar", False, NotFound, NotFound),
    ("omar", True, NotFound, NotFound),
    ("stella", True, NotFound, NotFound),
    ("pat", True, NotFound, NotFound),
]


@pytest.mark.parametrize(("name", "anybody", "single", "bulk"), NOTE_ANSWERS)
def test_who_may_write_notes(
    make: Make,
    workout: Workout,
    name: str,
    anybody: bool,
    single: type[Exception] | None,
    bulk: type[Exception] | None,
) -> None:
    TenantSettings.objects.update(features={ANY_CONNECTED_DOCTOR_MAY_NOTE.key: anybody})
    doctor = person(make, name)
    exercise = workout.exercises.all()[0]

    if single is None:
        assert exercise_for_note(doctor=doctor, exercise_in_workout_id=exercise.pk) == exercise
    else:
        with pytest.raises(single):
            exercise_for_note(doctor=doctor, exercise_in_workout_id=exercise.pk)
    if bulk is None:
        assert workout_for_notes(doctor=doctor, workout_id=workout.pk) == workout
    else:
        with pytest.raises(bulk):
            workout_for_notes(doctor=doctor, workout_id=workout.pk)
