"""The feedback story on real processes while they are killed, flushed and doubled."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from feedback.actions.conversation import feedback_conversation
from feedback.actions.owe_summary import owe_summary
from feedback.models import NoteDelivery
from messaging.models import Conversation, Message
from messaging.states import MessageType
from notifications.models import Device, Notification
from notifications.states import Platform
from okta.devstack.fake_provider import FakeProvider
from tests.feedback.steps import note_cards, quiet_period_ends, save
from tests.live import Broker, Live, eventually, send_task, sweeps_later
from tests.make import NOON, Make
from tests.races.blocking import holding, until_waiting
from tests.together import together
from workouts.models import ExerciseInWorkout, Workout

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("short_windows")]

DELIVER = "feedback.deliver_notes"


@pytest.fixture
def workout(make: Make, live: Live) -> Workout:
    """Pat's completed workout; Pat has a phone."""
    Device.objects.create(user=make.pat, platform=Platform.EXPO, token="ExponentPushToken[pat]")
    return make.workout(completed_at=NOON)


def sent_once(workout: Workout, text: str, provider: FakeProvider) -> None:
    """Wait for the card and its push; then look again: there is one of each."""
    eventually(lambda: note_cards(workout) == [[text]] and len(provider.received()) == 1)
    assert Notification.objects.filter(recipient=workout.patient).count() == 1


def test_a_wake_up_delivers_when_the_quiet_period_ends(
    live: Live, workout: Workout, fake_provider: FakeProvider
) -> None:
    live.worker()
    save(workout, "Good depth")
    sent_once(workout, "Good depth", fake_provider)
    [push] = fake_provider.received()
    assert (push["to"], push["body"]) == ("ExponentPushToken[pat]", "Your therapist reviewed your session")


def test_a_worker_killed_before_the_delivery_costs_nothing(
    live: Live, workout: Workout, fake_provider: FakeProvider
) -> None:
    worker = live.worker()
    save(workout, "Good depth")
    eventually(lambda: Broker().redis.hlen("unacked") == 1)
    live.kill(worker)
    live.beat()
    live.worker()
    sent_once(workout, "Good depth", fake_provider)


def test_a_worker_killed_during_the_delivery_costs_nothing(
    live: Live, workout: Workout, fake_provider: FakeProvider
) -> None:
    worker = live.worker()
    feedback_conversation(patient=workout.patient, doctors=[workout.doctor])
    # A card needs its conversation's row: held, the worker stands between reading and committing.
    with holding(Conversation.objects.all()) as background:
        delivery = background.start(partial(save, workout, "Good depth")).result()
        until_waiting(1)
        live.kill(worker)
    assert note_cards(workout) == []
    live.beat()
    live.worker()
    sent_once(workout, "Good depth", fake_provider)
    delivery.refresh_from_db()
    assert delivery.attempts == 0


def test_a_worker_killed_after_the_delivery_sends_nothing_again(
    live: Live, workout: Workout, fake_provider: FakeProvider
) -> None:
    worker = live.worker()
    delivery = save(workout, "Good depth")
    sent_once(workout, "Good depth", fake_provider)
    live.kill(worker)
    live.beat()
    live.worker()
    send_task(DELIVER, delivery_id=delivery.pk)
    sweeps_later("feedback.sweep", 2)
    sent_once(workout, "Good depth", fake_provider)


def test_a_flushed_redis_costs_at_most_a_sweep(
    live: Live, broker: Broker, workout: Workout, fake_provider: FakeProvider
) -> None:
    save(workout, "Good depth")
    assert broker.outstanding(DELIVER) == 1
    broker.redis.flushdb()
    live.worker()
    live.beat()
    sent_once(workout, "Good depth", fake_provider)


def test_twenty_waiting_cards_survive_a_flushed_redis_and_a_killed_worker(
    live: Live, broker: Broker, make: Make, fake_provider: FakeProvider, settings: Any
) -> None:
    Device.objects.create(user=make.pat, platform=Platform.EXPO, token="ExponentPushToken[pat]")
    settings.FEEDBACK_QUIET_PERIOD = timedelta(minutes=10)
    worker = live.worker()
    workouts = [make.workout(completed_at=NOON) for _ in range(20)]
    deliveries = [save(workout, f"Text {number}") for number, workout in enumerate(workouts)]
    eventually(lambda: broker.redis.hlen("unacked") == 20)
    broker.redis.flushall()
    live.kill(worker)
    for delivery in deliveries:
        quiet_period_ends(delivery)
    live.beat()
    live.worker()
    eventually(lambda: len(fake_provider.received()) == 20)
    sweeps_later("feedback.sweep", 2)
    assert [note_cards(workout) for workout in workouts] == [[[f"Text {number}"]] for number in range(20)]
    assert len(fake_provider.received()) == 20


def test_two_hundred_saves_on_four_workouts_at_once_are_four_wake_ups_and_four_cards(
    live: Live, broker: Broker, make: Make, fake_provider: FakeProvider
) -> None:
    Device.objects.create(user=make.pat, platform=Platform.EXPO, token="ExponentPushToken[pat]")
    workouts = [make.workout(completed_at=NOON) for _ in range(4)]
    together([partial(save, workouts[number % 4], f"Text {number}") for number in range(200)], threads=50)
    assert broker.outstanding(DELIVER) == 4
    assert list(NoteDelivery.objects.values_list("rev", flat=True)) == [50] * 4
    live.worker()
    eventually(lambda: len(fake_provider.received()) == 4)
    eventually(lambda: broker.outstanding(DELIVER) == 0)
    last = [workout.exercises.get(position=1).doctor_notes_post_exercise for workout in workouts]
    assert [note_cards(workout) for workout in workouts] == [[[text]] for text in last]
    assert len(fake_provider.received()) == 4


def test_forty_duplicates_of_a_task_send_one_card(live: Live, workout: Workout, fake_provider: FakeProvider) -> None:
    delivery = save(workout, "Good depth")
    quiet_period_ends(delivery)
    for _ in range(40):
        send_task(DELIVER, delivery_id=delivery.pk)
    live.worker()
    eventually(lambda: Broker().outstanding(DELIVER) == 0)
    sent_once(workout, "Good depth", fake_provider)
    # A second run would have replaced the card by a later message.
    assert Message.objects.get(type=MessageType.DOCTOR_FEEDBACK_NOTE).seq == 1


def test_two_beats_and_two_workers_send_one_card(
    live: Live, broker: Broker, workout: Workout, fake_provider: FakeProvider
) -> None:
    save(workout, "Good depth")
    broker.redis.flushdb()
    for _ in range(2):
        live.worker()
        live.beat()
    sweeps_later("feedback.sweep", 2)
    sent_once(workout, "Good depth", fake_provider)


def test_an_edit_after_the_card_replaces_it_with_a_second_push(
    live: Live, workout: Workout, fake_provider: FakeProvider
) -> None:
    live.worker()
    save(workout, "Good depth")
    sent_once(workout, "Good depth", fake_provider)
    save(workout, "Better depth")
    eventually(lambda: note_cards(workout) == [["Better depth"]] and len(fake_provider.received()) == 2)


def test_a_summary_that_could_not_be_published_inline_comes_by_sweep(
    live: Live, make: Make, fake_provider: FakeProvider
) -> None:
    workout = make.workout(completed_at=NOON)
    ExerciseInWorkout.objects.filter(workout=workout).update(pain=8)
    owe_summary(workout=workout)
    live.worker()
    live.beat()
    eventually(lambda: Message.objects.filter(type=MessageType.PATIENT_FEEDBACK_SUMMARY).count() == 1)
