"""`./dev up`: the whole stack on this machine, from an empty directory to a URL that answers."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import FrameType
from typing import Any

import httpx

from okta.devstack import announcement, commands, processes
from okta.devstack.environment import ROOT, product_environment
from okta.devstack.server import EmbeddedServer, ServerDied
from okta.devstack.state import State, write_private
from okta.devstack.supervisor import Child, KeepsDying, Supervisor

DEFAULT_PORT = 8000
STEP_SECONDS = 600.0
READY_SECONDS = 180.0
TEND_EVERY = 0.1
SHOWN_PIDS = ("worker", "beat", "web", "postgres", "valkey")
# Long enough to see the debounce wait, short enough to stand there and watch.
SHORT_WINDOWS = {
    "FEEDBACK_QUIET_PERIOD": "3",
    "ENTRANCE_WINDOW": "3",
    "ENTRANCE_SWEEP_EVERY": "2",
    "FEEDBACK_MAX_WAIT": "60",
    "FEEDBACK_SWEEP_EVERY": "2",
    "FOLLOWUP_SWEEP_EVERY": "2",
    "PUSH_SWEEP_EVERY": "2",
}


# "Ready" waits for a heartbeat newer than this run; at the usual minute a quick restart would have
# to wait for it, because the newest one is still fresh.
EARLY_HEARTBEAT = {"HEARTBEAT_EVERY": "4"}


class Failed(RuntimeError):
    """The stack can't come up; the sentence says why."""


class Stopped(Exception):
    """A person asked for the end."""


class Wishes:
    """How often we were asked to stop: once means orderly, twice at once."""

    def __init__(self) -> None:
        self.count = 0
        signal.signal(signal.SIGINT, self._note)
        signal.signal(signal.SIGTERM, self._note)
        # Under nohup the closing of the terminal is to be ignored.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._note)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.count += 1


def main(state: State, *, port: int | None, once: bool) -> int:
    """Run the stack until asked to stop (0), or until it can't go on (1); `once` ends by itself."""
    # Before the first thing that would have to be undone.
    wishes = Wishes()
    with state.owned():
        state.unsay_ready()
        state.start_logs()
        state.clear_temporary()
        for key, value in (EARLY_HEARTBEAT | (SHORT_WINDOWS if once else {})).items():
            os.environ.setdefault(key, value)
        try:
            stack = Stack(state, web_port=choose_port(port), wishes=wishes)
        except Failed as failed:
            print(failed, file=sys.stderr)
            return 1
        return stack.run(once=once)


def choose_port(asked: int | None) -> int:
    """The port asked for, or 8000, or the next free one; raises Failed when the one asked for is taken."""
    if asked is not None:
        if not processes.port_is_free(asked):
            raise Failed(f"Port {asked} is taken; give another one with --port.")
        return asked
    for port in range(DEFAULT_PORT, DEFAULT_PORT + 100):
        if processes.port_is_free(port):
            if port != DEFAULT_PORT:
                print(f"Port {DEFAULT_PORT} is taken; using {port}.")
            return port
    raise Failed(f"No free port between {DEFAULT_PORT} and {DEFAULT_PORT + 99}; give one with --port.")


class Stack:
    """One life of the stack."""

    def __init__(self, state: State, *, web_port: int, wishes: Wishes) -> None:
        self.state = state
        self.began = datetime.now(UTC)
        self.web_port = web_port
        self.url = f"http://127.0.0.1:{web_port}"
        self.provider_port = state.port("fake_provider")
        self.provider_url = f"http://127.0.0.1:{self.provider_port}"
        self.apns_port = state.port("fake_apns")
        self.apns_url = f"http://127.0.0.1:{self.apns_port}"
        self.environment: dict[str, str] = {}
        self.facts: dict[str, Any] = {}
        self.wishes = wishes
        self.supervisor = Supervisor(say=say, changed=self.tell)

    def run(self, *, once: bool) -> int:
        """Start, stay, stop; the exit code."""
        code = 0
        try:
            self.start()
            code = self.show_once() if once else self.stay()
        except Stopped:
            pass
        except (Failed, KeepsDying, ServerDied) as problem:
            print(f"\n{problem}", file=sys.stderr)
            code = 1
        finally:
            self.state.unsay_ready()
            with step("Stopping"):
                already = self.wishes.count
                self.supervisor.stop(patient=lambda: self.wishes.count <= max(already, 1))
        return code

    def start(self) -> None:
        """Everything in order, until it answers."""
        database_url, redis_url = self.servers()
        self.environment = product_environment(
            database_url=database_url,
            redis_url=redis_url,
            secret_key=self.state.secret_key(),
            provider_url=self.provider_url,
            apns_url=self.apns_url,
            keys=self.state.push_keys(),
            public_url=self.url,
        ) | {"TMPDIR": str(self.state.temporary)}
        with step("Migrating the database"):
            self.run_to_end("migrate", commands.manage("migrate", "--no-input"))
        with step("Making the demo data"):
            seeded = self.seed()
        # Rows that come by plain SQL and name no conversation of ours are the demo clinic's.
        if "tenantId" in seeded:
            self.environment.setdefault("FOLLOWUP_DEFAULT_TENANT", str(seeded["tenantId"]))
        with step("Starting worker, beat and web"):
            self.children()
            self.wait_ready()
        self.facts = {
            "url": self.url,
            "databaseUrl": database_url,
            "redisUrl": redis_url,
            "fakeProviderUrl": self.provider_url,
            "fakeApnsUrl": self.apns_url,
        } | seeded
        self.tell()
        print(announcement.text(self.facts), flush=True)

    def servers(self) -> tuple[str, str]:
        """The URLs of database and broker: those in the environment, else of servers of ours."""
        database_url, redis_url = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
        if not database_url:
            postgres = self.state.postgres()
            with step("Starting PostgreSQL"):
                self.serve(postgres)
            database_url = postgres.url
        if not redis_url:
            valkey = self.state.valkey()
            with step("Starting Valkey"):
                self.serve(valkey)
            redis_url = valkey.url
        return database_url, redis_url

    def serve(self, server: EmbeddedServer) -> None:
        child = Child(server.name, server.launch, log=server.log, ending=server.ending, grace=20.0)
        self.supervisor.add(child)
        server.wait_ready()

    def children(self) -> None:
        ports = "--port", str(self.provider_port), "--apns-port", str(self.apns_port)
        provider = commands.module("fake_provider", *ports)
        self.keep("fake-provider", provider)
        self.keep("worker", commands.worker(), grace=5.0, **commands.WORKER_VARIABLES)
        self.keep("beat", commands.beat())
        self.keep("web", commands.web(self.web_port))

    def keep(self, name: str, command: list[str], *, grace: float = 10.0, **variables: str) -> None:
        """Start a child whose end, should we be killed, is immediate: all it did is in the database."""
        log = self.state.logs / f"{name}.log"

        def launch() -> subprocess.Popen[bytes]:
            return self.spawn(command, log=log.name, **variables)

        self.supervisor.add(Child(name, launch, log=log, grace=grace))

    def spawn(self, command: list[str], *, log: str, **variables: str) -> subprocess.Popen[bytes]:
        return processes.spawn(
            command,
            ending=signal.SIGKILL,
            log=self.state.logs / log,
            environment=self.environment | variables,
            directory=ROOT,
        )

    def run_to_end(self, name: str, command: list[str]) -> None:
        """Run a command that ends by itself; raises Failed with the end of its log."""
        process = self.spawn(command, log=f"{name}.log")
        try:
            self.until(lambda: process.poll() is not None, seconds=STEP_SECONDS, what=f"{name} to end")
        finally:
            processes.kill_group(process)
        if process.returncode != 0:
            raise Failed(f"{name} failed:\n{processes.last_lines(self.state.logs / f'{name}.log')}")

    def seed(self) -> dict[str, Any]:
        told = self.state.directory / "seed.json"
        # The file exists, private, before the command fills it: it holds passwords.
        write_private(told, "{}")
        self.run_to_end("seed", commands.manage("seed_demo", "--json", str(told)))
        seeded: dict[str, Any] = json.loads(told.read_text())
        told.unlink()
        return seeded

    def wait_ready(self) -> None:
        """Web answers, the worker answers, and beat, worker and database have met since we began."""
        ping = self.spawn(commands.module("ping"), log="ping.log")
        try:
            self.until(self.answers, seconds=READY_SECONDS, what="web and beat")
            self.until(lambda: ping.poll() == 0, seconds=READY_SECONDS, what="the worker")
        finally:
            processes.kill_group(ping)

    def answers(self) -> bool:
        with contextlib.suppress(httpx.HTTPError, ValueError):
            answer = httpx.get(f"{self.url}/readyz", timeout=2.0, trust_env=False)
            if answer.status_code == 200:
                beaten = answer.json()["heartbeatAt"]
                return beaten is not None and datetime.fromisoformat(beaten) > self.began
        return False

    def stay(self) -> int:
        self.until(lambda: False, seconds=None, what="the end")
        return 0

    def show_once(self) -> int:
        """Let a child walk through the stories, while we go on tending."""
        command = commands.module("once", str(self.state.directory / "ready.json"))
        process = subprocess.Popen(command, cwd=ROOT, env=self.environment, start_new_session=True)
        try:
            self.until(lambda: process.poll() is not None, seconds=STEP_SECONDS, what="the stories")
        finally:
            processes.kill_group(process)
        return 1 if process.returncode else 0

    def until(self, holds: Callable[[], bool], *, seconds: float | None, what: str) -> None:
        """Tend the children until a condition holds; raises Stopped, Failed or KeepsDying."""
        deadline = time.monotonic() + seconds if seconds is not None else None
        while not holds():
            if self.wishes.count:
                raise Stopped
            if deadline is not None and time.monotonic() > deadline:
                raise Failed(f"Waited {seconds:.0f} s for {what}; the logs are in {self.state.logs}.")
            self.supervisor.tend()
            time.sleep(TEND_EVERY)

    def tell(self) -> None:
        """Write down what runs, as it is now."""
        if self.facts:
            pids = self.supervisor.pids()
            self.state.say_ready(self.facts | {"pids": {name: pids.get(name) for name in SHOWN_PIDS}})


@contextlib.contextmanager
def step(text: str) -> Iterator[None]:
    """Show what is being done, then how long it took."""
    began = time.monotonic()
    print(f"{text} … ", end="", flush=True)
    yield
    print(f"{time.monotonic() - began:.1f} s", flush=True)


def say(sentence: str) -> None:
    print(f"{datetime.now():%H:%M:%S} {sentence}", flush=True)  # noqa: DTZ005
