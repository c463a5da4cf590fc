"""A failing debt is charged, put off, declared dead, and costs nobody else anything."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from accounts.models import User
from feedback.actions import deliver_notes as deliver_module
from feedback.actions import publish_summary as publish_module
from feedback.actions.attempt import attempt_delivery
from feedback.actions.owe_summary import owe_summary
from feedback.actions.settle_due import settle_due
from feedback.health import dead_deliveries
from feedback.models import FeedbackSummary, NoteDelivery
from messaging.models import Message
from messaging.states import MessageType
from notifications.models import Notification
from notifications.states import NotificationType
from tests.feedback.steps import note_cards, quiet_period_ends, save
from tests.make import NOON, Make
from workouts.models import ExerciseInWorkout, Workout

pytestmark = pytest.mark.django_db


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """Workouts whose cards cannot be made."""
    poisoned: set[int] = set()

    note_card, summary_card = deliver_module.note_card, publish_module.summary_card

    def refuse(workout_id: int | None) -> None:
        if workout_id in poisoned:
            raise LookupError("Pat's own words")

    def poisoned_note(workout: Workout, *args: Any) -> Any:
        refuse(workout.pk)
        return note_card(workout, *args)

    def poisoned_summary(patient: User, workout_id: int | None, *args: Any) -> Any:
        refuse(workout_id)
        return summary_card(patient, workout_id, *args)

    monkeypatch.setattr(deliver_module, "note_card", poisoned_note)
    monkeypatch.setattr(publish_module, "summary_card", poisoned_summary)
    return poisoned


def fail(delivery: NoteDelivery, times: int) -> NoteDelivery:
    for _ in range(times):
        quiet_period_ends(delivery)
        assert attempt_delivery(delivery_id=delivery.pk) == "failed"
    delivery.refresh_from_db()
    return delivery


def put_off(delivery: NoteDelivery) -> timedelta:
    """How far ahead the next attempt is, on the database's clock."""
    assert delivery.due_at is not None
    now = NoteDelivery.objects.values_list(Now(), flat=True).get(pk=delivery.pk)
    return delivery.due_at - now


@pytest.mark.parametrize(("times", "seconds"), [(1, 30), (2, 120), (3, 3600)])
def test_each_failure_puts_the_next_attempt_off_further(make: Make, poison: set[int], times: int, seconds: int) -> None:
    workout = make.workout(completed_at=NOON)
    poison.add(workout.pk)
    delivery = fail(save(workout, "Good depth"), times)
    assert delivery.attempts == times
    assert timedelta(seconds=seconds - 2) < put_off(delivery) <= timedelta(seconds=seconds)


def test_a_failure_leaves_no_half_card(make: Make, poison: set[int]) -> None:
    workout = make.workout(completed_at=NOON)
    poison.add(workout.pk)
    fail(save(workout, "Good depth"), 1)
    assert (Message.objects.count(), Notification.objects.count()) == (0, 0)


def test_the_third_failure_is_death_and_admins_are_told_once(make: Make, poison: set[int]) -> None:
    _ = make.ada
    workout = make.workout(completed_at=NOON)
    poison.add(workout.pk)
    delivery = fail(save(workout, "Good depth"), 5)
    assert delivery.dead_at is not None
    alert = Notification.objects.get()
    assert (alert.type, alert.recipient) == (NotificationType.ADMIN_ALERT, make.ada)
    assert dead_deliveries() == ["feedback: 1 dead deliveries"]


def test_the_reason_names_the_error_and_never_the_words(make: Make, poison: set[int], caplog: Any) -> None:
    workout = make.workout(completed_at=NOON)
    poison.add(workout.pk)
    delivery = fail(save(workout, "Good depth"), 1)
    assert delivery.last_error.startswith("LookupError at tests.feedback.test_failures:")
    assert "Pat's own words" not in caplog.text + delivery.last_error


def test_a_dead_delivery_that_works_again_is_delivered_and_forgiven(make: Make, poison: set[int]) -> None:
    workout = make.workout(completed_at=NOON)
    poison.add(workout.pk)
    delivery = fail(save(workout, "Good depth"), 3)
    poison.clear()
    quiet_period_ends(delivery)
    assert attempt_delivery(delivery_id=delivery.pk) == "sent"
    delivery.refresh_from_db()
    assert (delivery.attempts, delivery.dead_at, delivery.last_error) == (0, None, "")


def test_a_save_during_the_failing_attempt_is_not_charged(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    workout = make.workout(completed_at=NOON)
    delivery = save(workout, "Good depth")
    quiet_period_ends(delivery)

    def fail_after_a_save(**_: Any) -> str:
        save(workout, "Better depth")
        raise LookupError

    monkeypatch.setattr("feedback.actions.attempt.deliver_notes", fail_after_a_save)
    attempt_delivery(delivery_id=delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.attempts, delivery.rev) == (0, 2)


def test_a_sweep_settles_everything_due_around_a_poisoned_row(make: Make, poison: set[int]) -> None:
    workouts = [make.workout(completed_at=NOON) for _ in range(3)]
    poison.add(workouts[0].pk)
    for workout in workouts:
        ExerciseInWorkout.objects.filter(workout=workout, position=1).update(pain=8)
        quiet_period_ends(save(workout, "Good depth"))
        owe_summary(workout=workout)
    swept = settle_due()
    assert swept.rows == 6
    assert [note_cards(workout) for workout in workouts] == [[], [["Good depth"]], [["Good depth"]]]
    assert Message.objects.filter(type=MessageType.PATIENT_FEEDBACK_SUMMARY).count() == 2
    assert FeedbackSummary.objects.filter(attempts=1, workout=workouts[0]).exists()


def test_a_sweep_leaves_what_is_not_due_or_held(make: Make) -> None:
    waiting, held = save(make.workout(completed_at=NOON), "Soon"), save(make.workout(completed_at=NOON), "Held")
    NoteDelivery.objects.filter(pk=held.pk).update(held_at=Now(), due_at=Now() - timedelta(hours=1))
    assert settle_due().rows == 0
    assert NoteDelivery.objects.filter(due_at__isnull=False).count() == 2
    assert note_cards(waiting.workout) == []


def test_a_sweep_says_how_late_the_oldest_row_was(make: Make) -> None:
    delivery = save(make.workout(completed_at=NOON), "Good depth")
    NoteDelivery.objects.filter(pk=delivery.pk).update(due_at=Now() - timedelta(hours=1))
    lag = settle_due().lag
    assert lag is not None
    assert timedelta(hours=1) <= lag < timedelta(hours=1, seconds=5)
