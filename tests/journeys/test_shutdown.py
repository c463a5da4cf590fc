"""A worker is asked to end, as every deployment does, while it has its hands full."""

import signal
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db.models.functions import Now

from entrances.actions.wake_finalizer import wake_finalizer
from followups.models import FollowUpMessage, FollowUpRequest
from okta.devstack.fake_provider import FakeProvider
from tests.journeys.test_followups_survive import leases_run_out
from tests.live import Broker, Live, eventually, send_task

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def slow_provider() -> Iterator[FakeProvider]:
    """A push service that takes its time."""
    provider = FakeProvider(latency=0.6).start()
    yield provider
    provider.stop()


@pytest.fixture
def live(transactional_db: None, broker: Broker, fake_provider: FakeProvider, tmp_path: Path) -> Iterator[Live]:
    """What is started afterwards; its push service is quick."""
    processes = Live(tmp_path, EXPO_PUSH_URL=fake_provider.url)
    yield processes
    processes.stop()


@pytest.fixture
def patient(live: Live, slow_provider: FakeProvider, tmp_path: Path) -> Iterator[Any]:
    """Starts a worker that is given so many seconds to finish when it is asked to end."""
    started: list[Live] = []

    def worker(seconds: int) -> "subprocess.Popen[bytes]":
        patience = {"REMAP_SIGTERM": "SIGQUIT", "WORKER_SOFT_SHUTDOWN_TIMEOUT": str(seconds)}
        logs = tmp_path / "patient"
        logs.mkdir()
        started.append(Live(logs, EXPO_PUSH_URL=slow_provider.url, **patience))
        return started[-1].worker()

    yield worker
    for processes in started:
        processes.stop()


def ended(worker: "subprocess.Popen[bytes]") -> int:
    """Ask the main process alone to end, as a supervisor or a container does; how it did."""
    worker.send_signal(signal.SIGTERM)
    return worker.wait(timeout=60)


def four_hundred_due() -> None:
    FollowUpRequest.objects.bulk_create(
        FollowUpRequest(
            conversation_id=uuid4(),
            user_id="7c0f",
            display_text="How is Sam?",
            scheduled_for=Now(),
            device_token=f"ExponentPushToken[{number}]",
        )
        for number in range(400)
    )


def sent() -> int:
    return FollowUpRequest.objects.filter(status="sent").count()


@pytest.mark.parametrize("seconds", [5, 1], ids=["in time", "too late"])
def test_a_delivery_under_way_is_finished_or_found_again(
    patient: Any, live: Live, fake_provider: FakeProvider, slow_provider: FakeProvider, seconds: int
) -> None:
    four_hundred_due()
    worker = patient(seconds)
    send_task("followups.deliver")
    eventually(lambda: sent() >= 100)
    assert sent() < 400
    ended(worker)
    assert (sent() == 400) is (seconds == 5)

    leases_run_out()
    live.beat()
    live.worker()
    eventually(lambda: sent() == 400, seconds=60)
    said = FollowUpMessage.objects.values_list("follow_up_id", flat=True)
    assert (len(said), len(set(said))) == (400, 400)
    pushed = [push["collapseId"] for provider in (slow_provider, fake_provider) for push in provider.received()]
    assert len(set(pushed)) == 400
    # What was on its way when the patience ended may ring again: at most what one worker has in its hands.
    assert len(pushed) - 400 <= (100 if seconds == 1 else 0)


def test_wake_ups_a_worker_holds_go_back_to_the_broker(patient: Any, live: Live, broker: Broker) -> None:
    worker = patient(1)
    for entrance_id in range(50):
        wake_finalizer(entrance_id=entrance_id, after=timedelta(minutes=10))
    eventually(lambda: broker.redis.hlen("unacked") == 50)
    ended(worker)
    assert (broker.redis.hlen("unacked"), broker.redis.llen("timers")) == (0, 50)
    live.worker()
    eventually(lambda: broker.redis.hlen("unacked") == 50)
