"""Send now, hold, resume."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from feedback.actions.deliver_notes import deliver_notes
from feedback.actions.steer import NothingToSend, hold, resume, send_now
from feedback.models import NoteDelivery
from feedback.queries import deliveries_on
from tests.feedback.steps import note_cards, quiet_period_ends, save, time_passes, wait_of
from tests.make import NOON, Make

pytestmark = pytest.mark.django_db


@pytest.fixture
def delivery(make: Make) -> NoteDelivery:
    """Dana's unsent notes on Pat's workout."""
    return save(make.workout(completed_at=NOON), "Good depth")


def test_send_now_ends_the_quiet_period(delivery: NoteDelivery) -> None:
    send_now(delivery_id=delivery.pk)
    assert deliver_notes(delivery_id=delivery.pk) == "sent"


def test_send_now_ends_a_hold(delivery: NoteDelivery) -> None:
    hold(delivery_id=delivery.pk)
    send_now(delivery_id=delivery.pk)
    assert deliver_notes(delivery_id=delivery.pk) == "sent"


def test_send_now_tries_a_dead_one_again(delivery: NoteDelivery) -> None:
    NoteDelivery.objects.update(attempts=3, dead_at=Now(), due_at=Now() + timedelta(hours=1))
    send_now(delivery_id=delivery.pk)
    delivery.refresh_from_db()
    assert (delivery.attempts, delivery.dead_at) == (0, None)
    assert deliver_notes(delivery_id=delivery.pk) == "sent"


def test_resume_starts_a_quiet_period_and_the_longest_wait_with_it(delivery: NoteDelivery, settings: Any) -> None:
    hold(delivery_id=delivery.pk)
    time_passes(delivery, timedelta(days=2))
    resume(delivery_id=delivery.pk)
    assert wait_of(delivery) == settings.FEEDBACK_QUIET_PERIOD
    assert deliver_notes(delivery_id=delivery.pk) == "not due"
    quiet_period_ends(delivery)
    assert deliver_notes(delivery_id=delivery.pk) == "sent"


def test_resuming_what_is_not_held_changes_nothing(delivery: NoteDelivery) -> None:
    before = NoteDelivery.objects.values().get()
    resume(delivery_id=delivery.pk)
    assert NoteDelivery.objects.values().get() == before


def test_holding_twice_keeps_the_first_instant(delivery: NoteDelivery) -> None:
    hold(delivery_id=delivery.pk)
    NoteDelivery.objects.update(held_at=NOON)
    hold(delivery_id=delivery.pk)
    delivery.refresh_from_db()
    assert delivery.held_at == NOON


@pytest.mark.parametrize("step", [send_now, hold, resume])
def test_what_is_sent_cannot_be_steered(delivery: NoteDelivery, step: Any) -> None:
    quiet_period_ends(delivery)
    deliver_notes(delivery_id=delivery.pk)
    before = NoteDelivery.objects.values().get()
    with pytest.raises(NothingToSend):
        step(delivery_id=delivery.pk)
    assert NoteDelivery.objects.values().get() == before
    assert len(note_cards(delivery.workout)) == 1


def test_the_deliveries_of_a_workout_say_how_long_they_wait_and_how_much_they_bring(make: Make, settings: Any) -> None:
    workout = make.workout(completed_at=NOON, exercises=3)
    other = make.doctor(patients=[make.pat])
    save(workout, "Good depth", "Slow down")
    save(workout, "I agree", doctor=other)
    NoteDelivery.objects.filter(doctor=make.dana).update(due_at=Now() - timedelta(seconds=9))
    settled = save(make.workout(completed_at=NOON), "Elsewhere")

    mine, theirs = deliveries_on(workout)

    assert [(row.doctor, row.note_count) for row in (mine, theirs)] == [(make.dana, 1), (other, 1)]
    assert timedelta(seconds=-10) < mine.remaining <= timedelta(seconds=-9)
    assert timedelta(seconds=295) < theirs.remaining <= settings.FEEDBACK_QUIET_PERIOD

    quiet_period_ends(settled)
    deliver_notes(delivery_id=settled.pk)
    assert [row.remaining for row in deliveries_on(settled.workout)] == [None]
