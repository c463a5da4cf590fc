"""
The memory of a worker while many wait for their time, beside what it is with none.

Ours are rows with a due time, each with a wake-up asked for through okta.wakeups, which puts no more
than WAKEUP_BUDGET of them into the broker. The naive way is a countdown task for each, and a worker
takes all of them into its memory; a hundred thousand would take it a minute, so there are fewer.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from bench import waits
from bench.figures import Figure, Target
from bench.run import Run, until
from bench.waits import Broker
from okta.devstack import processes

TITLE = "Memory of a worker for what is pending"
GROWTH = Target(at_most=25)
KIB = 1024
# Two readings this close together, in MiB, and the worker has come to rest.
AT_REST = 0.5
SECONDS_TO_TAKE, SECONDS_TO_REST = 120.0, 20.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How many wait; with ``fresh`` every sample of ours is of a worker of its own."""

    waits: int
    countdowns: tuple[int, ...]
    """Ascending: one worker takes them all."""
    fresh: bool
    rounds: int = 5


QUICK = Plan(waits=10_000, countdowns=(10_000,), fresh=False)
FULL = Plan(waits=100_000, countdowns=(10_000, 30_000), fresh=True)


def measure(run: Run, plan: Plan) -> list[Figure]:
    """What a worker grows by when it has taken all it is given, in MiB over its processes."""
    broker = Broker()
    broker.empty()
    try:
        mine = ours(run, plan, broker)
        naively = naive(run, plan, broker)
    finally:
        broker.empty()
        waits.close_windows()
    shown = {f"{number:,} countdowns, MiB": samples[0] for number, samples in naively.items()}
    return [
        Figure(f"{plan.waits:,} waits: a worker grows by", "MiB", mine, GROWTH, shown),
        *(Figure(f"{number:,} countdowns: a worker grows by", "MiB", each) for number, each in naively.items()),
    ]


def ours(run: Run, plan: Plan, broker: Broker) -> list[float]:
    run.say(f"{plan.waits:,} rows, and a wake-up asked for each")
    waits.wake_for(waits.open_windows(plan.waits))
    published, budget = broker.waiting(), min(plan.waits, settings.WAKEUP_BUDGET)
    if published != budget:
        raise AssertionError(f"{budget:,} wake-ups were to be published; {published:,} were")
    kept = broker.kept()
    run.say(f"{published:,} are in the broker; workers: {plan.rounds if plan.fresh else 1}")
    samples: list[float] = []
    while len(samples) < plan.rounds:
        with an_idle_worker(run, broker) as worker:
            broker.put_back(kept)
            samples += worker.growth(published, broker, readings=1 if plan.fresh else plan.rounds)
    return samples


def naive(run: Run, plan: Plan, broker: Broker) -> dict[int, list[float]]:
    """One worker that is given more and more."""
    message, samples = waits.a_countdown(broker), {}
    with an_idle_worker(run, broker) as worker:
        for number in plan.countdowns:
            run.say(f"{number:,} countdowns")
            waits.count_down(number - broker.taken(), message, broker)
            samples[number] = worker.growth(number, broker, readings=plan.rounds)
    return samples


@dataclass(frozen=True, slots=True)
class Worker:
    pid: int
    at_first: float

    def growth(self, number: int, broker: Broker, *, readings: int) -> list[float]:
        """How much more it is in MiB once it holds so many messages and has come to rest."""
        until(lambda: broker.taken() >= number, seconds=SECONDS_TO_TAKE, what=f"{number:,} messages to be taken")
        return [at_rest(self.pid) - self.at_first for _ in range(readings)]


@contextmanager
def an_idle_worker(run: Run, broker: Broker) -> Iterator[Worker]:
    """A worker that has found nothing to do, and what it takes then."""
    broker.empty()
    with run.worker(os.environ) as pid:
        yield Worker(pid, at_rest(pid))


def at_rest(pid: int) -> float:
    """Its memory in MiB, once that no longer changes."""
    readings: list[float] = [0.0]

    def unchanged() -> bool:
        readings.append(memory(pid))
        return abs(readings[-1] - readings[-2]) < AT_REST

    until(unchanged, seconds=SECONDS_TO_REST, what="a worker to come to rest")
    return readings[-1]


def memory(pid: int) -> float:
    """MiB of the process and its children; of what several share, each has its part."""
    return sum(_shares([pid, *processes.descendants(pid)])) / KIB


def _shares(pids: Sequence[int]) -> Iterator[int]:
    for pid in pids:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        yield from (int(line.split()[1]) for line in lines if line.startswith("Pss:"))
