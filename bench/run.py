"""One run of the measurements: its chance, its progress, and the processes that measures ask for."""

import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from celery import current_app
from django.conf import settings
from django.db import connection

from okta.devstack import commands, processes
from okta.devstack.environment import ROOT

READY_SECONDS = 60.0
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
    def worker(self, variables: Mapping[str, str] = os.environ) -> Iterator[int]:
        """The product's own worker, ready to take tasks, for as long as this lasts; its process id."""
        with started([*commands.worker(), *WORKER_OPTIONS], variables, ready=answers, what="a worker") as pid:
            yield pid

    @contextmanager
    def web(self) -> Iterator[int]:
        """The product's own web process on this process's servers; its port. `bench.urls` says which doors it has."""
        port = processes.free_port()
        variables = {**os.environ, "DATABASE_URL": database_url(), "REDIS_URL": settings.REDIS_URL}
        variables["DJANGO_SETTINGS_MODULE"] = "bench.settings"
        with started(commands.web(port), variables, ready=partial(listens, port), what="a web process"):
            yield port


@contextmanager
def started(
    command: Sequence[str], variables: Mapping[str, str], *, ready: Callable[[], bool], what: str
) -> Iterator[int]:
    """A process of the product, for as long as this lasts; its id. Raises TookTooLong with the end of its log."""
    with tempfile.TemporaryDirectory(prefix="okta-bench-") as directory:
        log = Path(directory) / "log"
        process = processes.spawn(command, ending=signal.SIGKILL, log=log, environment=variables, directory=ROOT)
        try:
            until(ready, seconds=READY_SECONDS, what=what, why=lambda: processes.last_lines(log))
            yield process.pid
        finally:
            processes.end(process, ending=signal.SIGTERM, grace=0.5)


def answers() -> bool:
    return bool(current_app.control.ping(timeout=1.0, limit=1))


def listens(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


def database_url() -> str:
    """This process's own database, for processes outside."""
    at = connection.settings_dict
    return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


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
