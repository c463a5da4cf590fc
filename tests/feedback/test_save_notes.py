"""Saving a note: the text, the debt, and the window it opens."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from feedback.actions.save_notes import NoteChanged, save_notes
from feedback.actions.steer import hold
from feedback.models import NoteDelivery
from feedback.rules import fingerprint
from tests.feedback.steps import save, time_passes, wait_of
from tests.make import NOON, Make
from workouts.models import Workout

pytestmark = pytest.mark.django_db


def test_a_save_writes_the_text_and_when(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    save(workout, "Good depth")
    exercise = workout.exercises.get(position=1)
    assert exercise.doctor_notes_post_exercise == "Good depth"
    assert exercise.doctor_notes_post_exercise_at is not None


def test_an_empty_note_clears_the_text_and_when(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    save(workout, "Good depth")
    save(workout, "")
    exercise = workout.exercises.get(position=1)
    assert (exercise.doctor_notes_post_exercise, exercise.doctor_notes_post_exercise_at) == ("", None)


def test_the_first_save_waits_one_quiet_period(make: Make, settings: Any) -> None:
    settings.FEEDBACK_QUIET_PERIOD = timedelta(seconds=300)
    delivery = save(make.workout(completed_at=NOON), "Good depth")
    assert abs(wait_of(delivery) - timedelta(seconds=300)) < timedelta(milliseconds=5)
    assert delivery.rev == 1


def test_each_save_restarts_the_quiet_period(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    delivery = save(workout, "Good depth")
    time_passes(delivery, timedelta(seconds=200))
    delivery = save(workout, "Better depth")
    assert timedelta(seconds=499) < wait_of(delivery) < timedelta(seconds=501)
    assert delivery.rev == 2


def test_saving_for_ever_waits_no_longer_than_the_longest_wait(make: Make, settings: Any) -> None:
    settings.FEEDBACK_MAX_WAIT = timedelta(seconds=1800)
    workout = make.workout(completed_at=NOON)
    delivery = save(workout, "Good depth")
    time_passes(delivery, timedelta(seconds=1700))
    delivery = save(workout, "Better depth")
    assert wait_of(delivery) == timedelta(seconds=1800)


def test_a_longest_wait_shorter_than_the_quiet_period_wins_from_the_first_save(make: Make, settings: Any) -> None:
    settings.FEEDBACK_MAX_WAIT = timedelta(seconds=60)
    delivery = save(make.workout(completed_at=NOON), "Good depth")
    assert abs(wait_of(delivery) - timedelta(seconds=60)) < timedelta(milliseconds=5)


def test_a_save_during_a_hold_leaves_the_hold(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    delivery = save(workout, "Good depth")
    hold(delivery_id=delivery.pk)
    assert save(workout, "Better depth").held_at is not None


def test_a_save_revives_a_dead_delivery(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    delivery = save(workout, "Good depth")
    NoteDelivery.objects.update(attempts=3, dead_at=Now(), last_error="LookupError")
    delivery = save(workout, "Better depth")
    assert (delivery.attempts, delivery.dead_at, delivery.last_error) == (0, None, "")


def test_two_doctors_owe_two_deliveries(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    other = make.doctor(patients=[make.pat])
    save(workout, "Good depth")
    save(workout, "I agree", doctor=other)
    assert NoteDelivery.objects.count() == 2


def edited(workout: Workout, text: str, *, begun: str) -> None:
    """The owner saves a note on the first exercise that said ``begun`` when they opened it."""
    pk = workout.exercises.get(position=1).pk
    save_notes(workout=workout, doctor=workout.doctor, texts={pk: text}, begun={pk: fingerprint(begun)})


def test_an_edit_is_saved_over_the_note_it_began_from(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    edited(workout, "Good depth", begun="")
    edited(workout, "Better depth", begun="Good depth")
    assert workout.exercises.get(position=1).doctor_notes_post_exercise == "Better depth"


def test_an_edit_is_not_saved_over_a_note_it_did_not_begin_from(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    save(workout, "Good depth")
    notes, debts = list(workout.exercises.values()), list(NoteDelivery.objects.values())
    with pytest.raises(NoteChanged):
        edited(workout, "Better depth", begun="")
    assert (list(workout.exercises.values()), list(NoteDelivery.objects.values())) == (notes, debts)


def test_the_same_words_from_two_windows_are_no_quarrel(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    edited(workout, "Good depth", begun="")
    edited(workout, "Good depth", begun="")
    assert NoteDelivery.objects.get().rev == 2


@pytest.mark.parametrize("count", [1, 50])
def test_a_save_costs_the_same_number_of_queries_for_one_note_and_fifty(
    make: Make, count: int, django_assert_num_queries: Any
) -> None:
    workout = make.workout(completed_at=NOON, exercises=50)
    _ = workout.doctor
    ids = list(workout.exercises.values_list("pk", flat=True))[:count]
    with django_assert_num_queries(6):  # savepoints included
        save_notes(workout=workout, doctor=workout.doctor, texts=dict.fromkeys(ids, "Good depth"))
