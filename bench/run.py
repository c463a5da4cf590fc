"""One run of the measurements: its chance, its progress, and a worker for the measures that ask for one."""

import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from celery import current_app

from okta.devstack import commands, processes
from okta.devstack.environment import ROOT

WORKER_SECONDS = 60.0
# A naive way gets its tasks into the same worker; at -l info it would mostly write lines.
WORKER_OPTIONS = ("--include", "bench.naive,bench.pushing", "-l", "warning")


class TookTooLong(RuntimeError):
    """Something a measure waits for did not happen; the sentence says what."""


@dataclass(frozen=True, slots=True)
class Run:
    """
    What every measure is given.

    ``chance`` comes from the seed: it decides the order of ways in a round and what is in the rows.
    """

    seed: int
    chance: Random

    @classmethod
    def of(cls, seed: int) -> "Run":
        return cls(seed, Random(seed))

    def say(self, sentence: str) -> None:
        """Progress, for a person who waits."""
        print(f"  {time.strftime('%H:%M:%S')} {sentence}", flush=True)

    @contextmanager
    def worker(self, variables: Mapping[str, str] = os.environ) -> Iterator[None]:
        """The product's own worker, ready to take tasks, for as long as this lasts."""
        with tempfile.TemporaryDirectory(prefix="okta-bench-") as directory:
            log = Path(directory) / "worker.log"
            spawn = partial(processes.spawn, ending=signal.SIGKILL, log=log, environment=variables, directory=ROOT)
            process = spawn([*commands.worker(), *WORKER_OPTIONS])
            try:
                until(answers, seconds=WORKER_SECONDS, what="a worker", why=lambda: processes.last_lines(log))
                yield
            finally:
                processes.end(process, ending=signal.SIGTERM, grace=0.5)


def answers() -> bool:
    return bool(current_app.control.ping(timeout=1.0, limit=1))


def until(holds: Callable[[], bool], *, seconds: float, what: str, why: Callable[[], str] = str) -> None:
    """Wait for something; raises TookTooLong."""
    if not processes.wait_until(holds, seconds=seconds):
        raise TookTooLong(f"Waited {seconds:.0f} s for {what}. {why()}".rstrip())


def timed(step: Callable[[], object]) -> float:
    """The seconds a step takes."""
    began = time.perf_counter()
    step()
    return time.perf_counter() - began


def complain(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
