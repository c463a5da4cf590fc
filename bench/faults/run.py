"""One run: people act, things break, everything heals, what is owed is awaited, and the audit asks."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random
from uuid import UUID

from bench.faults import cast, telling
from bench.faults.audit import audit
from bench.faults.kinds import break_something
from bench.faults.memory import Memory
from bench.faults.settling import settle
from bench.faults.stack import QUIET_SECONDS, Stack
from bench.faults.stories.crowd import actors
from bench.faults.stories.actor import Actor

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
    began = time.monotonic()
    people = cast.assemble(
        sessions=SESSIONS_A_FAULT * faults,
        visitors=VISITORS_A_FAULT * faults,
        ids=[UUID(int=chance.getrandbits(128), version=4) for _ in range(cast.UNKNOWN)],
    )
    say(f"Starting two workers, two beats and a web process; {faults} faults, seed {seed} …")
    # Rows from outside, of which nothing else says whose they are.
    stack.start(FOLLOWUP_DEFAULT_TENANT=str(people.clinic))
    happened = Counter[str]()
    crowd = list(actors(people, stack.door, memory, chance, quiet=QUIET_SECONDS))
    with acting(crowd):
        stack.tend(WARM_UP_SECONDS)
        for number in range(1, faults + 1):
            happened[break_something(stack, chance)] += 1
            stack.tend(chance.uniform(*PAUSE))
            if number % SAY_EVERY == 0:
                say(f"{number} of {faults} faults; {telling.done(memory)}")
        stack.heal()
    say("Everything is mended; waiting until nothing is owed …")
    settled = settle(stack, patience=HURRY if quick else PATIENCE, say=say)
    for push in stack.provider.received():
        memory.note("taken", **as_taken(push))
    findings = audit(memory, stack.postgres.url)
    report = telling.Report(
        seed=seed,
        quick=quick,
        broken=broken,
        seconds=time.monotonic() - began,
        happened=happened,
        unforced=stack.unforced,
        settled=settled,
        findings=findings,
    )
    telling.tell(report, memory, stack.postgres.url)
    return 0 if report.is_as_expected else 1


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
