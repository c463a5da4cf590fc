"""Every fault does what its name says, and is mended."""

import os
import signal
import sys
from collections.abc import Iterator
from random import Random
from typing import Any

import psycopg
import pytest
import redis

from bench.faults import kinds
from bench.faults.memory import Memory
from bench.faults.stack import BEATS, WEB, WORKERS, Stack
from okta.devstack import processes
from okta.devstack.processes import wait_until
from tests.live import Broker, an_empty_broker

# Each has a process of its own below it, as the real ones have; the last answers over HTTP.
STAND_IN = "import subprocess, time; subprocess.Popen(['sleep', '300']); print({said!r}, flush=True); time.sleep(300)"
WEB_STAND_IN = """
import subprocess
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
subprocess.Popen(["sleep", "300"])
HTTPServer(("127.0.0.1", {port}), Handler).serve_forever()
"""
EVERYBODY = (*WORKERS, *BEATS, WEB)
# What each kind does when nothing is out of order: to which target, and by what name it is remembered.
DONE = {
    "kill_worker": ("killed", WORKERS),
    "kill_beat": ("killed", BEATS),
    "kill_web": ("killed", (WEB,)),
    "kill_a_child": ("child killed", WORKERS),
    "end_worker": ("ended, clock changed", WORKERS),
    "suspend_worker": ("suspended", WORKERS),
    "kill_valkey": ("killed", ("valkey",)),
    "freeze_valkey": ("frozen", ("valkey",)),
    "restart_valkey": ("restarted", ("valkey",)),
    "flush_valkey": ("flushed", ("valkey",)),
    "kill_postgres": ("killed", ("postgres",)),
    "freeze_postgres": ("frozen", ("postgres",)),
    "restart_postgres": ("restarted", ("postgres",)),
    "double_messages": ("repeated", ("messages",)),
    "shuffle_messages": ("reordered", ("messages",)),
    "provider_is_silent": ("timeout", ("push service",)),
    "provider_is_broken": ("500", ("push service",)),
    "provider_is_busy": ("429", ("push service",)),
    "provider_knows_no_device": ("DeviceNotRegistered", ("push service",)),
}
OF_THE_PROVIDER = [name for name, (_, targets) in DONE.items() if targets == ("push service",)]


class CheapStack(Stack):
    """The real servers, and stand-ins for the product's processes."""

    def _command(self, member: Any) -> list[str]:
        said = " ready." if member.name in WORKERS else "beat: Starting"
        script = WEB_STAND_IN.format(port=self._port) if member.name == WEB else STAND_IN.format(said=said)
        return [sys.executable, "-S", "-c", script]

    def family(self, name: str) -> list[int]:
        return [self.pid(name), *processes.descendants(self.pid(name))]


@pytest.fixture(scope="module")
def started() -> Iterator[CheapStack]:
    with CheapStack(Memory()) as stack:
        stack.start()
        yield stack


@pytest.fixture
def stack(started: CheapStack) -> Iterator[CheapStack]:
    """All in order, and nothing remembered; in order again afterwards."""
    started.memory = Memory()
    yield started
    started.heal()


@pytest.fixture
def broker() -> Iterator[Broker]:
    with an_empty_broker() as broker:
        yield broker


def disturbed(stack: Stack) -> list[tuple[str, str]]:
    return [(row["kind"], row["target"]) for row in stack.memory.rows["disturbances"]]


def answers(stack: Stack) -> bool:
    with psycopg.connect(stack.postgres.url, connect_timeout=5) as connection:
        return connection.execute("SELECT true").fetchone() == (True,)


def said_by(stack: Stack) -> redis.Redis:
    return redis.Redis.from_url(stack.valkey.url, socket_timeout=0.2)


def test_every_kind_is_known_here() -> None:
    assert {kind.__name__ for kind in kinds.KINDS} == {*DONE}
    assert min(kinds.KINDS.values()) >= 1


@pytest.mark.parametrize("name", DONE)
def test_a_fault_is_remembered_once_and_everything_works_after_it(stack: CheapStack, broker: Broker, name: str) -> None:
    kind, targets = DONE[name]
    assert getattr(kinds, name)(stack, Random(1)) is True
    stack.heal()
    [(happened, target)] = disturbed(stack)
    assert happened == kind
    assert target in targets
    assert [one for one in (*EVERYBODY, "valkey", "postgres") if stack.is_out(one)] == []
    assert all(wait_until(lambda one=one: processes.is_running(stack.pid(one)), seconds=5) for one in EVERYBODY)
    assert answers(stack)
    assert said_by(stack).ping()
    assert stack.unforced == 0


@pytest.mark.parametrize("name", DONE)
def test_what_is_out_of_order_is_left_alone(
    stack: CheapStack, broker: Broker, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(stack, "is_out", lambda _: True)
    able = name in OF_THE_PROVIDER
    assert getattr(kinds, name)(stack, Random(1)) is able
    assert len(disturbed(stack)) == able
    assert broker.redis.keys() == []


@pytest.mark.parametrize("name", ["kill_worker", "kill_beat", "kill_web", "end_worker"])
def test_who_is_killed_is_gone_with_all_its_children_and_comes_back(stack: CheapStack, name: str) -> None:
    before = {one: stack.family(one) for one in EVERYBODY}
    getattr(kinds, name)(stack, Random(1))
    [gone] = [one for one in EVERYBODY if stack.is_out(one)]
    assert gone in DONE[name][1]
    assert wait_until(lambda: not any(processes.is_running(pid) for pid in before[gone]), seconds=5)
    assert all(processes.is_running(pid) for one in EVERYBODY if one != gone for pid in before[one])
    stack.heal()
    assert stack.pid(gone) != before[gone][0]


def test_a_child_is_killed_and_its_parent_lives(stack: CheapStack) -> None:
    before = {one: stack.family(one) for one in WORKERS}
    assert kinds.kill_a_child(stack, Random(1))
    [(_, hit)] = disturbed(stack)
    parent, child = before[hit]
    assert wait_until(lambda: not processes.is_running(child), seconds=5)
    assert processes.is_running(parent)
    stack.kill(hit)
    stack.launch(hit)
    stack.wait_for_all()


def test_a_suspended_worker_stands_still_until_its_time_is_over(stack: CheapStack) -> None:
    kinds.suspend_worker(stack, Random(1))
    [still] = [one for one in WORKERS if stack.is_out(one)]
    assert wait_until(lambda: {processes.state(pid) for pid in stack.family(still)} == {"T"}, seconds=5)
    stack.heal()
    assert wait_until(lambda: {processes.state(pid) for pid in stack.family(still)} == {"S"}, seconds=5)


def test_only_the_second_workers_clock_is_changed(stack: CheapStack) -> None:
    seen: dict[str, set[int]] = {one: set() for one in WORKERS}
    for seed in range(6):
        kinds.end_worker(stack, Random(seed))
        [ended] = [one for one in WORKERS if stack.is_out(one)]
        seen[ended].add(stack._members[ended].ahead)
        stack.heal()
    assert seen[WORKERS[0]] == {0}
    assert len(seen[WORKERS[1]]) > 1
    assert max(map(abs, seen[WORKERS[1]])) <= kinds.MOST_WRONG


def test_a_server_is_silent_while_it_is_frozen_and_refuses_while_it_is_dead(stack: CheapStack) -> None:
    kinds.freeze_valkey(stack, Random(1))
    with pytest.raises(redis.TimeoutError):
        said_by(stack).ping()
    kinds.freeze_postgres(stack, Random(1))
    assert processes.state(stack.postgres.pid) == "T"
    stack.heal()
    kinds.kill_valkey(stack, Random(1))
    with pytest.raises(redis.ConnectionError):
        said_by(stack).ping()
    kinds.kill_postgres(stack, Random(1))
    with pytest.raises(psycopg.OperationalError):
        answers(stack)


def test_restarts_are_of_another_process_and_a_flush_forgets_everything(stack: CheapStack) -> None:
    before = (stack.valkey.pid, stack.postgres.pid)
    said_by(stack).set("kept", "yes")
    kinds.restart_valkey(stack, Random(1))
    kinds.restart_postgres(stack, Random(1))
    assert not {stack.valkey.pid, stack.postgres.pid} & {*before}
    assert said_by(stack).get("kept") == b"yes"
    kinds.flush_valkey(stack, Random(1))
    assert said_by(stack).keys() == []


def test_shuffled_messages_are_all_there_in_another_order(stack: CheapStack) -> None:
    queue = said_by(stack)
    before = [f"{number}".encode() for number in range(50)]
    for name in kinds.QUEUES[:2]:
        queue.rpush(name, *before)
    queue.rpush("unacked", "left alone")
    assert kinds.shuffle_messages(stack, Random(1))
    orders = [queue.lrange(name, 0, -1) for name in kinds.QUEUES]
    assert [sorted(order) for order in orders] == [sorted(before), sorted(before), []]
    assert before not in orders
    assert orders[0] != orders[1]
    assert queue.lrange("unacked", 0, -1) == [b"left alone"]
    queue.flushall()


def test_a_broker_that_is_no_redis_is_not_shuffled(stack: CheapStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack, "_broker", "amqp://guest@127.0.0.1")
    assert kinds.shuffle_messages(stack, Random(1)) is False


def test_messages_nobody_asked_for_are_of_known_tasks_in_known_queues(stack: CheapStack, broker: Broker) -> None:
    for seed in range(10):
        kinds.double_messages(stack, Random(seed))
    assert {key for key in broker.redis.scan_iter() if not key.startswith("_kombu.")} == {*kinds.QUEUES}
    sent = [message for queue in kinds.QUEUES for message in broker.redis.lrange(queue, 0, -1)]
    assert 10 <= len(sent) <= 10 * kinds.MOST_DUPLICATES
    assert [task for task, _ in kinds.TASKS if f'"task": "{task}"' not in "".join(sent)] == []


@pytest.mark.parametrize("name", OF_THE_PROVIDER)
def test_the_push_service_behaves_so_for_a_while(stack: CheapStack, name: str) -> None:
    getattr(kinds, name)(stack, Random(1))
    mode, _ = DONE[name]
    failure = stack.provider.ledger.misbehaves(mode, about=lambda _: True)
    assert failure is not None
    assert failure.mode == mode
    assert failure.left is not None
    stack.heal()
    assert stack.provider.ledger.misbehaves(mode, about=lambda _: True) is None


def test_who_ends_without_being_told_to_is_started_again(stack: CheapStack) -> None:
    stack.unforced = 0
    before = stack.pid("beat 1")
    os.kill(before, signal.SIGKILL)
    assert wait_until(lambda: not processes.is_running(before), seconds=5)
    stack.tend(0)
    assert stack.pid("beat 1") != before
    assert (stack.unforced, disturbed(stack)) == (1, [("ended by itself", "beat 1")])
    stack.unforced = 0
