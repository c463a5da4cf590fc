"""The whole product on this machine, and every way to disturb it; whatever is disturbed comes back."""

import heapq
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from subprocess import Popen
from types import TracebackType
from typing import Self

import httpx

from bench.faults.memory import Memory, now
from bench.faults.stories.actor import Door
from okta.devstack import commands, processes
from okta.devstack.environment import ROOT, SECRET_FOR_CHECKS, product_environment
from okta.devstack.fake_provider import FakeProvider
from okta.devstack.postgres import Postgres
from okta.devstack.server import EmbeddedServer
from okta.devstack.valkey import Valkey

QUIET_SECONDS, WINDOW_SECONDS, LONGEST_WAIT_SECONDS = 2, 3, 20
# Seconds instead of minutes; what a process may hold, and for how long, stays as in production.
SHORT = {
    "FEEDBACK_QUIET_PERIOD": str(QUIET_SECONDS),
    "FEEDBACK_MAX_WAIT": str(LONGEST_WAIT_SECONDS),
    "FEEDBACK_SWEEP_EVERY": "3",
    "ENTRANCE_WINDOW": str(WINDOW_SECONDS),
    "ENTRANCE_SWEEP_EVERY": "3",
    "FOLLOWUP_SWEEP_EVERY": "3",
    "FOLLOWUP_RECEIPTS_EVERY": "5",
    "FOLLOWUP_RETRY_BASE": "1",
    "PUSH_SWEEP_EVERY": "3",
    "PUSH_RECEIPTS_EVERY": "5",
    "PUSH_RECEIPT_DELAY": "5",
    "HEARTBEAT_EVERY": "5",
    "WORKER_SOFT_SHUTDOWN_TIMEOUT": "5",
    "LOG_LEVEL": "WARNING",
}
WORKERS, BEATS, WEB = ("worker 1", "worker 2"), ("beat 1", "beat 2"), "web"
READY_SECONDS = 90.0

Undo = Callable[[], object]


@dataclass(slots=True)
class Member:
    """One of the product's processes; ``ahead`` is by how many seconds its clock is wrong."""

    name: str
    log: Path
    process: Popen[bytes] | None = None
    ahead: int = 0


@dataclass(order=True, slots=True)
class Later:
    """Something that is undone at its time."""

    at: float
    number: int
    undo: Undo = field(compare=False)


class Stack:
    """
    Two workers, two beats, a web process, their servers and a push service.

    ``broken`` takes a guarantee out of the workers; ``broker`` is the URL of a broker of the caller's own.
    Everything is done from one thread.
    """

    def __init__(self, memory: Memory, *, broken: str = "", broker: str = "") -> None:
        self.memory = memory
        self.provider = FakeProvider()
        self.postgres: Postgres
        self.valkey: Valkey
        self.environment: Mapping[str, str] = {}
        self.unforced = 0
        self._broken = broken
        self._broker = broker
        self._started = ExitStack()
        self._members: dict[str, Member] = {}
        self._out: set[str] = set()
        self._later: list[Later] = []
        self._numbers = count()
        self._port = processes.free_port()

    def __enter__(self) -> Self:
        self.postgres = self._started.enter_context(Postgres.throwaway(durable=True))
        self.valkey = self._started.enter_context(Valkey.throwaway(durable=True))
        self.provider.start()
        self._started.callback(self.provider.stop)
        variables = product_environment(
            database_url=self.postgres.url,
            redis_url=self.valkey.url,
            secret_key=SECRET_FOR_CHECKS,
            provider_url=self.provider.url,
            apns_url=self.provider.apns_url,
            keys=self.provider.ledger.keys,
        )
        broker = {"CELERY_BROKER_URL": self._broker or self.valkey.url}
        self.environment = variables | SHORT | broker | commands.WORKER_VARIABLES
        self._logs = Path(self._started.enter_context(tempfile.TemporaryDirectory(prefix="okta-faults-")))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for member in self._members.values():
            if member.process is not None:
                processes.kill_group(member.process)
        self._started.close()

    @property
    def door(self) -> Door:
        return Door(f"http://127.0.0.1:{self._port}", self.postgres.url)

    @property
    def speaks_redis(self) -> bool:
        return not self._broker or self._broker.startswith("redis")

    def start(self, **settings: str) -> None:
        """Everything, until it answers; with these settings, as in the environment."""
        self.environment = {**self.environment, **settings}
        for name in (*WORKERS, *BEATS, WEB):
            self._members[name] = Member(name, self._logs / f"{name.replace(' ', '-')}.log")
            self.launch(name)
        self.wait_for_all()

    # --- processes ---

    def launch(self, name: str) -> None:
        member = self._members[name]
        # A worker's " ready." must be the one of this life.
        member.log.unlink(missing_ok=True)
        member.process = processes.spawn(
            self._command(member), ending=signal.SIGKILL, log=member.log, environment=self.environment, directory=ROOT
        )

    def _command(self, member: Member) -> list[str]:
        if member.name == WEB:
            return commands.web(self._port)
        if member.name in BEATS:
            return [*commands.beat(), "--pidfile="]
        ours = [self._broken or "nothing", *commands.worker()[3:]]
        return [sys.executable, "-m", "bench.wrong_clock", str(member.ahead), "bench.faults.worker", *ours]

    def pid(self, name: str) -> int:
        process = self._members[name].process
        if process is None:
            raise LookupError(f"{name} is not running")
        return process.pid

    def kill(self, name: str) -> None:
        """``kill -9`` with all its children."""
        process = self._members[name].process
        if process is not None:
            processes.kill_group(process)
            self._members[name].process = None

    def end(self, name: str) -> None:
        """As a deployment does: what is under way may finish."""
        process = self._members[name].process
        if process is not None:
            processes.end(process, ending=signal.SIGTERM, grace=8)
            self._members[name].process = None

    def set_clock(self, name: str, *, ahead: int) -> None:
        self._members[name].ahead = ahead

    def wait_for_all(self) -> None:
        for name in self._members:
            self.wait_for(name)

    def wait_for(self, name: str) -> None:
        """Until it answers, or another second has to do: the next fault does not wait for ever."""
        processes.wait_until(lambda: self._is_ready(name), seconds=READY_SECONDS)

    def _is_ready(self, name: str) -> bool:
        member = self._members[name]
        if name == WEB:
            with suppress(httpx.HTTPError):
                return httpx.get(f"{self.door.url}/livez", timeout=1, trust_env=False).is_success
            return False
        said = " ready." if name in WORKERS else "beat: Starting"
        return member.log.exists() and said in member.log.read_text(errors="replace")

    # --- disturbances ---

    def is_out(self, target: str) -> bool:
        return target in self._out

    def disturb(self, kind: str, target: str, *, seconds: float, act: Callable[[], Undo]) -> None:
        """Put a target out of order; what ``act`` returns puts it right again in ``seconds``."""
        began = now()
        self._out.add(target)
        undo = act()

        def back() -> None:
            undo()
            self._out.discard(target)
            self.remember(kind, target, began)

        heapq.heappush(self._later, Later(time.monotonic() + seconds, next(self._numbers), back))

    def remember(self, kind: str, target: str, began: datetime) -> None:
        self.memory.note("disturbances", kind=kind, target=target, began=began, ended=now())

    def tend(self, seconds: float) -> None:
        """Let time pass: undo what is due, and start again whoever ended without being told to."""
        until = time.monotonic() + seconds
        while True:
            while self._later and self._later[0].at <= time.monotonic():
                heapq.heappop(self._later).undo()
            self._revive()
            if time.monotonic() >= until:
                return
            time.sleep(processes.POLL_SECONDS)

    def heal(self) -> None:
        """Undo everything now, and wait until all is well."""
        self.provider.behave("ok")
        while self._later:
            heapq.heappop(self._later).undo()
        self._revive()
        self.wait_for_all()

    def _revive(self) -> None:
        """What a supervisor does in production. A beat ends when its database does."""
        for name, member in self._members.items():
            if name not in self._out and member.process is not None and member.process.poll() is not None:
                began = now()
                processes.kill_group(member.process)
                self.launch(name)
                self.unforced += 1
                self.remember("ended by itself", name, began)

    def log_of(self, name: str) -> str:
        return processes.last_lines(self._members[name].log)


def freeze(server: EmbeddedServer) -> Undo:
    """Let a server answer nobody; returns what undoes it."""
    server.freeze()
    return server.thaw


def suspend(pid: int) -> Undo:
    """Let a process and its children stand still; returns what undoes it."""
    family = [pid, *processes.descendants(pid)]
    for one in family:
        with suppress(ProcessLookupError):
            os.kill(one, signal.SIGSTOP)

    def go_on() -> None:
        for one in family:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGCONT)

    return go_on
