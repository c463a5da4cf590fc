"""What a worker's memory is measured with: real wake-ups, real countdowns, and the kernel's own numbers."""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from bench import waits
from bench.measures import memory
from bench.run import Run
from bench.waits import Broker
from entrances.models import AppEntrance
from okta import wakeups
from tests.live import an_empty_broker, database_url

pytestmark = pytest.mark.django_db(transaction=True)

HOLDS_40_MIB_IN_A_CHILD = """
import os
pid = os.fork()
held = bytearray(os.urandom(1)) * (40 * 1024 * 1024) if pid == 0 else b""
if pid == 0:
    print("holding", flush=True)
os.read(0, 1)
"""


@pytest.fixture
def broker() -> Iterator[Broker]:
    wakeups.breaker.close()
    with an_empty_broker():
        yield Broker()


def test_the_memory_of_a_process_is_its_childrens_too() -> None:
    command = [sys.executable, "-c", HOLDS_40_MIB_IN_A_CHILD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        assert 40 < memory.memory(holder.pid) < 80
        holder.communicate(b"..")


def test_every_wait_is_a_row_and_only_as_many_as_the_budget_are_messages(broker: Broker, settings: Any) -> None:
    settings.WAKEUP_BUDGET = 20
    waits.wake_for(waits.open_windows(30))
    assert AppEntrance.objects.filter(status="PENDING").count() == 30
    assert broker.waiting() == 20
    waits.close_windows()
    assert AppEntrance.objects.count() == 0


def test_more_waits_than_patients_are_over_several_days(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waits, "PATIENTS", 4)
    assert len(set(waits.open_windows(10))) == 10


def test_countdowns_are_copies_with_ids_of_their_own(broker: Broker) -> None:
    waits.count_down(30, waits.a_countdown(broker), broker)
    messages = [json.loads(raw) for raw in broker.redis.lrange("timers", 0, -1)]
    assert len({message["headers"]["id"] for message in messages}) == 30
    assert len({message["properties"]["delivery_tag"] for message in messages}) == 30
    assert {message["headers"]["task"] for message in messages} == {"entrances.finalize"}


def test_a_broker_is_put_back_to_what_it_was(broker: Broker) -> None:
    waits.wake_for([1, 2, 3])
    kept = broker.kept()
    waits.wake_for([4])
    broker.put_back(kept)
    assert (broker.waiting(), broker.kept()) == (3, kept)


def test_a_worker_is_measured_when_it_holds_them_all(
    broker: Broker, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WAKEUP_BUDGET = 20
    monkeypatch.setenv("DATABASE_URL", database_url())
    figures = memory.measure(Run.of(7), memory.Plan(waits=30, countdowns=(10, 40), fresh=False, rounds=5))
    assert [(figure.name, figure.unit, len(figure.samples)) for figure in figures] == [
        ("30 waits: a worker grows by", "MiB", 5),
        ("10 countdowns: a worker grows by", "MiB", 5),
        ("40 countdowns: a worker grows by", "MiB", 5),
    ]
    assert str(figures[0].target) == "≤ 25"
    assert set(figures[0].beside) == {"10 countdowns, MiB", "40 countdowns, MiB"}
    assert (broker.kept(), AppEntrance.objects.count()) == ({}, 0)
