"""The broker dies under a worker that holds messages and is in the middle of one."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from celery import current_app

from feedback.actions.conversation import feedback_conversation
from messaging.models import Conversation
from notifications.models import Device
from notifications.states import Platform
from okta.devstack.fake_provider import FakeProvider
from okta.devstack.valkey import Valkey
from tests.feedback.steps import note_cards, quiet_period_ends, save
from tests.live import Broker, Live, eventually
from tests.make import NOON, Make
from tests.races.blocking import holding, until_waiting

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("broker")]

DELIVER = "feedback.deliver_notes"


@pytest.fixture
def live(transactional_db: None, fake_provider: FakeProvider, spare_valkey: Valkey, tmp_path: Path) -> Iterator[Live]:
    """Processes on a broker of this test's own, which keeps nothing."""
    processes = Live(tmp_path, EXPO_PUSH_URL=fake_provider.url, REDIS_URL=spare_valkey.url)
    yield processes
    processes.stop()


def publish(valkey: Valkey, delivery_id: int, *, countdown: float | None = None) -> None:
    with current_app.connection_for_write(valkey.url) as connection:
        current_app.send_task(
            DELIVER, kwargs={"delivery_id": delivery_id}, countdown=countdown, queue="timers", connection=connection
        )


def test_a_worker_that_holds_messages_comes_back_to_a_broker_that_was_killed(
    live: Live, make: Make, spare_valkey: Valkey, fake_provider: FakeProvider
) -> None:
    Device.objects.create(user=make.pat, platform=Platform.EXPO, token="ExponentPushToken[pat]")
    running, later, *waiting = [make.workout(completed_at=NOON) for _ in range(12)]
    deliveries = {workout: save(workout, "Good depth") for workout in (running, later, *waiting)}
    feedback_conversation(patient=make.pat, doctors=[make.dana])
    worker, held = live.worker(), Broker(spare_valkey.url).redis
    for workout in waiting:
        publish(spare_valkey, deliveries[workout].pk, countdown=600)
    # A card needs its conversation's row: held, the worker stands in the middle of a task.
    with holding(Conversation.objects.all()) as background:
        background.start(partial(quiet_period_ends, deliveries[running])).result()
        publish(spare_valkey, deliveries[running].pk)
        until_waiting(1)
        eventually(lambda: held.hlen("unacked") == 11)
        spare_valkey.kill()
        spare_valkey.start()
    eventually(lambda: note_cards(running) == [["Good depth"]])

    quiet_period_ends(deliveries[later])
    publish(spare_valkey, deliveries[later].pk)
    eventually(lambda: note_cards(later) == [["Good depth"]], seconds=30)
    assert worker.poll() is None, "it is the same worker, and no sweep has run yet"

    for workout in waiting:
        quiet_period_ends(deliveries[workout])
    live.beat()
    eventually(lambda: len(fake_provider.received()) == 12, seconds=30)
    assert [note_cards(workout) for workout in deliveries] == [[["Good depth"]]] * 12
    assert worker.poll() is None
