"""The commonest save, in one statement: it does what saving many does, and leaves the rest to that."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.db.models.functions import Now

from accounts.models import CareLink, TenantSettings, User
from feedback.actions.deliver_notes import deliver_notes
from feedback.actions.save_notes import save_notes
from feedback.actions.save_own_note import Saved, save_own_note
from feedback.actions.steer import hold
from feedback.models import NoteDelivery
from tests.feedback.steps import quiet_period_ends
from tests.make import NOON, Make
from workouts.models import ExerciseInWorkout, Workout

pytestmark = pytest.mark.django_db


@pytest.fixture
def workout(make: Make) -> Workout:
    return make.workout(completed_at=NOON)


def save(workout: Workout, text: str = "Good depth", doctor: User | None = None) -> Saved | None:
    pk = workout.exercises.order_by("position").values_list("pk", flat=True)[0]
    return save_own_note(exercise_in_workout_id=pk, doctor=doctor or workout.doctor, text=text)


def waited(workout: Workout) -> bool:
    saved = save(workout)
    assert saved is not None
    return saved.waited


def rows(workout: Workout) -> tuple[dict[str, Any], dict[str, Any]]:
    """The note and the debt, without keys and instants; of instants, whether they are there."""
    left_out = ("id", "workout_id", "exercise_id", "created_at")
    found = []
    for row in (workout.exercises.order_by("position").values()[0], workout.note_deliveries.values().get()):
        kept = {name: value for name, value in row.items() if name not in left_out}
        found.append({name: value is not None if name.endswith("_at") else value for name, value in kept.items()})
    return found[0], found[1]


@pytest.mark.parametrize("texts", [["Good depth"], ["Good depth", "Better"], ["Good depth", ""]])
def test_it_writes_what_saving_many_writes(make: Make, texts: list[str]) -> None:
    one, other = make.workout(completed_at=NOON), make.workout(completed_at=NOON)
    for text in texts:
        save(one, text)
        first = other.exercises.order_by("position")[0]
        save_notes(workout=other, doctor=other.doctor, texts={first.pk: text})
    assert rows(one) == rows(other)


def test_it_costs_one_query(workout: Workout, django_assert_num_queries: Any) -> None:
    pk, doctor = workout.exercises.order_by("position")[0].pk, workout.doctor
    with django_assert_num_queries(1):
        save_own_note(exercise_in_workout_id=pk, doctor=doctor, text="Good depth")


def test_it_says_when_and_how_long_until_the_patient_is_told(workout: Workout, settings: Any) -> None:
    settings.FEEDBACK_QUIET_PERIOD = timedelta(seconds=300)
    saved = save(workout)
    assert saved is not None
    assert saved.delivery == NoteDelivery.objects.get()
    assert saved.at == workout.exercises.get(position=1).doctor_notes_post_exercise_at
    assert abs(saved.remaining - timedelta(seconds=300)) < timedelta(milliseconds=5)


def another_clinic(make: Make, workout: Workout) -> None:
    Workout.objects.filter(pk=workout.pk).update(tenant=make.other_clinic)


def a_patient_of_another_clinic(make: Make, workout: Workout) -> None:
    User.objects.filter(pk=workout.patient_id).update(tenant=make.other_clinic)


def an_archived_patient(_make: Make, workout: Workout) -> None:
    User.objects.filter(pk=workout.patient_id).update(archived_at=NOON)


def an_ended_link(_make: Make, workout: Workout) -> None:
    CareLink.objects.filter(patient=workout.patient_id).update(ended_at=NOON)


def a_link_not_accepted(_make: Make, workout: Workout) -> None:
    CareLink.objects.filter(patient=workout.patient_id).update(accepted_at=None)


def a_colleagues_workout(make: Make, workout: Workout) -> None:
    Workout.objects.filter(pk=workout.pk).update(doctor=make.doctor(patients=[make.pat]))


def a_colleagues_part_in_the_review(make: Make, workout: Workout) -> None:
    NoteDelivery.objects.create(workout=workout, doctor=make.doctor(patients=[make.pat]))


@pytest.mark.parametrize(
    "case",
    [
        another_clinic,
        a_patient_of_another_clinic,
        an_archived_patient,
        an_ended_link,
        a_link_not_accepted,
        a_colleagues_workout,
        a_colleagues_part_in_the_review,
    ],
)
def test_anything_else_is_left_alone(make: Make, workout: Workout, case: Callable[[Make, Workout], None]) -> None:
    doctor = workout.doctor
    case(make, workout)
    assert save(workout, doctor=doctor) is None
    assert not ExerciseInWorkout.objects.exclude(doctor_notes_post_exercise="").exists()
    assert not NoteDelivery.objects.filter(doctor=doctor).exists()


def test_an_exercise_nobody_has_is_left_alone(make: Make) -> None:
    assert save_own_note(exercise_in_workout_id=1, doctor=make.dana, text="Good depth") is None


def test_only_a_save_that_moves_a_waiting_delivery_away_finds_it_waiting(workout: Workout) -> None:
    assert [waited(workout), waited(workout)] == [False, True]


def test_what_is_due_or_failing_or_sent_was_not_waiting(workout: Workout) -> None:
    delivery = save(workout)
    assert delivery is not None
    quiet_period_ends(delivery.delivery)
    assert not waited(workout)
    NoteDelivery.objects.update(attempts=1)
    assert not waited(workout)
    quiet_period_ends(delivery.delivery)
    assert deliver_notes(delivery_id=delivery.delivery.pk) == "sent"
    assert not waited(workout)


def test_what_was_settled_before_its_time_was_not_waiting(workout: Workout) -> None:
    save(workout)
    NoteDelivery.objects.update(first_unsent_at=None, due_at=Now() + timedelta(seconds=300))
    assert not waited(workout)


def test_a_hold_stays(workout: Workout) -> None:
    saved = save(workout)
    assert saved is not None
    hold(delivery_id=saved.delivery.pk)
    again = save(workout)
    assert again is not None
    assert again.delivery.held_at is not None


def test_the_longest_wait_is_kept(workout: Workout, settings: Any) -> None:
    settings.FEEDBACK_MAX_WAIT = timedelta(seconds=1800)
    save(workout)
    NoteDelivery.objects.update(first_unsent_at=F("first_unsent_at") - timedelta(seconds=1700))
    saved = save(workout)
    assert saved is not None
    assert timedelta(seconds=99) < saved.remaining < timedelta(seconds=100)


def test_the_features_of_the_clinic_come_along(make: Make, workout: Workout) -> None:
    TenantSettings.objects.filter(tenant=make.clinic).delete()
    saved = save(workout)
    assert saved is not None
    assert saved.switched is None
