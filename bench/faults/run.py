"""One run: people act, things break, everything heals, what is owed is awaited, and the audit asks."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random
from uuid import UUID

import psycopg

from bench.faults import cast, telling
from bench.faults.audit import audit
from bench.faults.curves import curves
from bench.faults.kinds import break_something
from bench.faults.memory import Memory, now
from bench.faults.settling import settle
from bench.faults.stack import QUIET_SECONDS, Stack
from bench.faults.stories.actor import Actor
from bench.faults.stories.crowd import actors

# Between two faults: sometimes the next comes before the last is mended.
PAUSE = (0.2, 3.6)
WARM_UP_SECONDS = 3.0
# As much as the actors can do meanwhile; they end early when there is nothing left.
SESSIONS_A_FAULT, VISITORS_A_FAULT = 4, 5
# Real time until hours are skipped. The longest that a row may have to wait is a lease, 120 s; whoever
# is in a hurry skips it.
PATIENCE, HURRY = 180.0, 12.0
SAY_EVERY = 10


def run(stack: Stack, memory: Memory, *, faults: int, seed: int, quick: bool, broken: str) -> int:
    """The exit code: whether the audit found what it should, which is nothing unless something is ``broken``."""
    chance = Random(seed)
    people = cast.assemble(
        sessions=SESSIONS_A_FAULT * faults,
        visitors=VISITORS_A_FAULT * faults,
        ids=[UUID(int=chance.getrandbits(128), version=4) for _ in range(cast.UNKNOWN)],
    )
    say(f"Starting two workers, two beats and a web process; {faults} faults, seed {seed} …")
    # Rows from outside, of which nothing else says whose they are.
    stack.start(FOLLOWUP_DEFAULT_TENANT=str(people.clinic))
    began = now()
    with acting(list(actors(people, stack.door, memory, chance, quiet=QUIET_SECONDS))):
        happened = break_everything(stack, memory, chance, faults)
    broken_for = now() - began
    say("Everything is mended; waiting until nothing is owed …")
    settled = settle(stack, patience=HURRY if quick else PATIENCE, say=say)
    lasted = (now() - began).total_seconds()
    for push in stack.provider.received():
        memory.note("taken", **as_taken(push))
    with psycopg.connect(stack.postgres.url, autocommit=True) as connection:
        memory.write_to(connection)
        report = telling.Report(
            seed=seed,
            quick=quick,
            broken=broken,
            began=began,
            broken_for=broken_for.total_seconds(),
            lasted=lasted,
            happened=happened,
            unforced=stack.unforced,
            settled=settled,
            findings=audit(connection, memory.surprises),
            curves=curves(connection, began, lasted),
        )
    telling.tell(report, memory)
    if not broken:
        print(f"The picture: {telling.keep(report, memory)}")
    return 0 if report.is_as_expected else 1


def break_everything(stack: Stack, memory: Memory, chance: Random, faults: int) -> Counter[str]:
    """One fault after the other, then everything healed; which happened, and how often."""
    happened = Counter[str]()
    stack.tend(WARM_UP_SECONDS)
    for number in range(1, faults + 1):
        happened[break_something(stack, chance)] += 1
        stack.tend(chance.uniform(*PAUSE))
        if number % SAY_EVERY == 0:
            say(f"{number} of {faults} faults; {telling.done(memory)}")
    stack.heal()
    return happened


@contextmanager
def acting(crowd: Sequence[Actor]) -> Iterator[None]:
    """Everybody acts while this lasts; returns when the last of them has had their last answer."""
    threads = [threading.Thread(target=actor.live, daemon=True) for actor in crowd]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for actor in crowd:
            actor.stopped.set()
        for thread in threads:
            thread.join(timeout=60)


def as_taken(push: dict[str, object]) -> dict[str, object]:
    """What the push service has, in the harness's words."""
    data = push["data"] if isinstance(push["data"], dict) else {}
    return {
        "recipient": push["to"],
        "collapse_id": push.get("collapseId"),
        "follow_up": data.get("follow_up_id"),
        "about": data.get("type"),
        "workout": data.get("workoutId"),
        "at": push["at"],
    }


def say(sentence: str) -> None:
    """Progress, for a person who waits."""
    print(f"{time.strftime('%H:%M:%S')} {sentence}", flush=True)
