"""Saves and deliveries of notes meeting at the worst moments, on real connections."""

from datetime import timedelta
from functools import partial

import pytest
from django.db.models.functions import Now

from feedback.actions.deliver_notes import deliver_notes
from feedback.actions.owe_summary import owe_summary
from feedback.actions.publish_summary import publish_summary
from feedback.actions.save_notes import NoteChanged, save_notes
from feedback.actions.settle_due import settle_due
from feedback.actions.steer import send_now
from feedback.cards import summary_key
from feedback.models import NoteDelivery
from feedback.rules import fingerprint
from messaging.models import Conversation, Message
from messaging.states import MessageType
from notifications.models import Notification
from tests.feedback.steps import note_cards, quiet_period_ends, save
from tests.make import NOON, Make
from tests.races.blocking import holding, until_waiting
from tests.together import together
from workouts.models import ExerciseInWorkout, Workout

pytestmark = pytest.mark.django_db(transaction=True)


def delivered_once(make: Make, text: str) -> Workout:
    """A workout whose first note the patient has, so that its conversation stands."""
    workout = make.workout(completed_at=NOON)
    delivery = save(workout, text)
    quiet_period_ends(delivery)
    deliver_notes(delivery_id=delivery.pk)
    return workout


def test_a_save_between_the_reading_and_the_commit_is_sent_in_the_next_window(make: Make) -> None:
    workout = delivered_once(make, "First")
    delivery = save(workout, "Second")
    quiet_period_ends(delivery)
    # A card needs its conversation's row: held, the delivery stands between reading and committing.
    with holding(Conversation.objects.all()) as background:
        delivering = background.start(partial(deliver_notes, delivery_id=delivery.pk))
        until_waiting(1)
        saving = background.start(partial(save, workout, "Third"))
        until_waiting(2)
    assert delivering.result() == "sent"
    assert saving.result().due_at is not None
    assert note_cards(workout) == [["Second"]]

    quiet_period_ends(delivery)
    assert deliver_notes(delivery_id=delivery.pk) == "sent"
    assert note_cards(workout) == [["Third"]]


def test_a_save_just_before_the_delivery_gets_the_row_postpones_it(make: Make) -> None:
    workout = delivered_once(make, "First")
    delivery = save(workout, "Second")
    quiet_period_ends(delivery)
    with holding(NoteDelivery.objects.all()) as background:
        delivering = background.start(partial(deliver_notes, delivery_id=delivery.pk))
        until_waiting(1)
        save(workout, "Third")
    assert delivering.result() == "not due"
    assert note_cards(workout) == [["First"]]


def test_five_workers_deliver_one_card(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    delivery = save(workout, "Good depth")
    quiet_period_ends(delivery)
    outcomes = together([partial(deliver_notes, delivery_id=delivery.pk)] * 5)
    assert sorted(outcomes) == ["not due"] * 4 + ["sent"]
    assert note_cards(workout) == [["Good depth"]]
    assert Notification.objects.count() == 1


def test_two_sweeps_and_a_wake_up_deliver_one_card(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    delivery = save(workout, "Good depth")
    quiet_period_ends(delivery)
    together([settle_due, settle_due, partial(deliver_notes, delivery_id=delivery.pk)])
    assert note_cards(workout) == [["Good depth"]]
    assert Notification.objects.count() == 1


def test_a_sweep_does_not_wait_for_a_delivery_another_worker_holds(make: Make) -> None:
    busy, free = make.workout(completed_at=NOON), make.workout(completed_at=NOON)
    for workout in (busy, free):
        quiet_period_ends(save(workout, "Good depth"))
    with holding(NoteDelivery.objects.filter(workout=busy)) as background:
        assert background.start(settle_due).result(timeout=10).rows == 2
    assert (note_cards(busy), note_cards(free)) == ([], [["Good depth"]])


def test_fifty_concurrent_saves_owe_one_delivery_of_fifty_revisions(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    _ = workout.doctor
    together([partial(save, workout, f"Text {number}") for number in range(50)], threads=8)
    delivery = NoteDelivery.objects.get()
    assert delivery.rev == 50
    quiet_period_ends(delivery)
    deliver_notes(delivery_id=delivery.pk)
    assert note_cards(workout) == [[workout.exercises.get(position=1).doctor_notes_post_exercise]]


def test_the_row_says_what_the_last_save_wrote(make: Make) -> None:
    """Whoever holds the debt writes the notes, so text and revision never come from two saves."""
    workout = make.workout(completed_at=NOON)
    save(workout, "First", "First")
    with holding(NoteDelivery.objects.all()) as background:
        savings = [background.start(partial(save, workout, text, text)) for text in ("Left", "Right")]
        until_waiting(2)
    for saving in savings:
        saving.result()
    assert len(set(workout.exercises.values_list("doctor_notes_post_exercise", flat=True))) == 1


@pytest.mark.parametrize("second", ["Dana in another window", "a colleague"])
def test_of_two_edits_of_one_note_at_once_the_later_is_told(second: str, make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    other = make.dana if second.startswith("Dana") else make.doctor(patients=[make.pat])
    [first, _] = list(workout.exercises.all())
    begun = {first.pk: fingerprint("")}
    with holding(ExerciseInWorkout.objects.filter(pk=first.pk)) as background:
        savings = [
            background.start(partial(save_notes, workout=workout, doctor=who, texts={first.pk: text}, begun=begun))
            for who, text in ((make.dana, "Left"), (other, "Right"))
        ]
        until_waiting(2)
    [refused] = [saving.exception() for saving in savings if saving.exception()]
    assert isinstance(refused, NoteChanged)
    first.refresh_from_db()
    assert first.doctor_notes_post_exercise == ("Right" if savings[0].exception() else "Left")
    assert NoteDelivery.objects.get().rev == 1


def test_send_now_during_a_delivery_is_told_there_is_nothing_left(make: Make) -> None:
    workout = delivered_once(make, "First")
    delivery = save(workout, "Second")
    quiet_period_ends(delivery)
    with holding(Conversation.objects.all()) as background:
        delivering = background.start(partial(deliver_notes, delivery_id=delivery.pk))
        until_waiting(1)
        sending = background.start(partial(send_now, delivery_id=delivery.pk))
        until_waiting(2)
    assert delivering.result() == "sent"
    assert type(sending.exception()).__name__ == "NothingToSend"
    assert note_cards(workout) == [["Second"]]


def test_many_publishers_of_one_summary_publish_one_card(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    ExerciseInWorkout.objects.filter(workout=workout).update(pain=8)
    owe_summary(workout=workout)
    outcomes = together([partial(publish_summary, key=summary_key(workout.pk))] * 5)
    assert sorted(outcomes) == ["not due"] * 4 + ["sent"]
    assert Message.objects.filter(type=MessageType.PATIENT_FEEDBACK_SUMMARY).count() == 1
    assert Notification.objects.count() == 1


def test_two_first_contacts_open_one_conversation(make: Make) -> None:
    """A summary and a delivery, both the first thing said between Pat and her doctors."""
    make.doctor("Second", patients=[make.pat])
    workout = make.workout(completed_at=NOON)
    ExerciseInWorkout.objects.filter(workout=workout).update(pain=8)
    owe_summary(workout=workout)
    delivery = save(workout, "Good depth")
    quiet_period_ends(delivery)
    together([partial(publish_summary, key=summary_key(workout.pk)), partial(deliver_notes, delivery_id=delivery.pk)])
    assert Conversation.objects.count() == 1
    assert Message.objects.count() == 2


def test_a_row_not_due_on_the_databases_clock_is_not_sent_whatever_the_worker_believes(make: Make) -> None:
    workout = make.workout(completed_at=NOON)
    delivery = save(workout, "Good depth")
    NoteDelivery.objects.update(due_at=Now() + timedelta(seconds=30))
    assert deliver_notes(delivery_id=delivery.pk) == "not due"
