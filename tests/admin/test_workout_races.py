"""An administrator's change or deletion meets the patient's completion: what the patient reported stays."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from care.complete_workout import complete_workout
from okta.errors import InvalidInput, NotFound
from tests.admin.conftest import form_of, page
from tests.make import NOON, Make
from tests.races.interrupt import interrupted_before
from workouts.actions.complete import ExerciseReport, Report
from workouts.models import Workout
from workouts.states import Status

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE_THE_LOCKS = "workouts.admin.lock_patient"
BETWEEN_THE_LOCKS = "workouts.admin.lock_workouts"
BEFORE_WRITING = {
    "delete": "django.contrib.admin.options.get_deleted_objects",
    "bulk": "django.contrib.admin.options.get_deleted_objects",
    "change": "accounts.clinic_admin.save_rows",
}
Press = Callable[[], Any]


@pytest.fixture
def workout(make: Make) -> Workout:
    return make.workout()


@pytest.fixture
def complete(make: Make, workout: Workout) -> Press:
    """The patient completes it, and says that the first exercise hurt."""
    first = workout.exercises.get(position=1)
    report = Report((ExerciseReport(first.pk, actual_sets=2, pain=8, patient_notes="My knee"),), 20)
    return lambda: complete_workout(patient=make.pat, workout_id=workout.pk, report=report, now=NOON)


@pytest.fixture
def presses(ada: Client, workout: Workout) -> dict[str, Press]:
    """What the administrator sends from pages that were opened while the workout was planned."""
    opened = form_of(ada.get(page(Workout, "change", workout.pk)))
    opened |= {"exercises-0-DELETE": "on", "exercises-1-planned_sets": "5"}
    chosen = {"action": "delete_selected", "_selected_action": [workout.pk], "post": "yes"}
    return {
        "delete": lambda: ada.post(page(Workout, "delete", workout.pk), {"post": "yes"}),
        "change": lambda: ada.post(page(Workout, "change", workout.pk), opened),
        "bulk": lambda: ada.post(page(Workout, "changelist"), chosen, follow=True),
    }


def reported(workout: Workout) -> tuple[str, list[tuple[Any, ...]]]:
    rows = workout.exercises.order_by("position")
    return (
        Workout.objects.get(pk=workout.pk).status,
        list(rows.values_list("position", "planned_sets", "actual_sets", "pain", "patient_notes")),
    )


@pytest.mark.parametrize(("pressed", "status"), [("delete", 403), ("change", 403), ("bulk", 200)])
def test_what_was_completed_just_before_stays_as_reported(
    workout: Workout, complete: Press, presses: dict[str, Press], pressed: str, status: int
) -> None:
    planned = reported(workout)[1]

    with interrupted_before(BEFORE_THE_LOCKS, complete) as completed:
        answer = presses[pressed]()

    completed.result()
    assert answer.status_code == status
    assert reported(workout) == (
        Status.COMPLETED,
        [(*planned[0][:2], 2, 8, "My knee"), *planned[1:]],
    )


def test_only_those_that_are_still_planned_are_deleted(
    ada: Client, make: Make, workout: Workout, complete: Press
) -> None:
    another = make.workout(patient=make.patient("Quinn", doctors=[make.dana]))
    chosen = {"action": "delete_selected", "_selected_action": [workout.pk, another.pk], "post": "yes"}

    with interrupted_before(BEFORE_THE_LOCKS, complete):
        answer = ada.post(page(Workout, "changelist"), chosen, follow=True)

    assert list(Workout.objects.all()) == [workout]
    assert [str(message) for message in answer.context["messages"]] == [
        "1 was left as it is.",
        "Successfully deleted 1 workout.",
    ]


@pytest.mark.parametrize("pressed", ["delete", "bulk"])
@pytest.mark.parametrize("moment", ["between", "writing"])
def test_a_completion_waits_for_a_deletion_and_is_told(
    workout: Workout, complete: Press, presses: dict[str, Press], pressed: str, moment: str
) -> None:
    with interrupted_before(BETWEEN_THE_LOCKS if moment == "between" else BEFORE_WRITING[pressed], complete) as late:
        presses[pressed]()

    assert isinstance(late.exception(), NotFound)
    assert not Workout.objects.filter(pk=workout.pk).exists()


def test_a_completion_waits_for_a_change_and_is_told(
    workout: Workout, complete: Press, presses: dict[str, Press]
) -> None:
    planned = reported(workout)[1]

    with interrupted_before(BEFORE_WRITING["change"], complete) as late:
        answer = presses["change"]()

    assert answer.status_code == 302
    assert isinstance(late.exception(), InvalidInput), "the exercise it reports on was taken out before"
    assert reported(workout) == (Status.PLANNED, [(2, 5, None, None, ""), *planned[2:]])
