"""Real worker, beat and web processes over a test's own database and broker."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from celery import current_app
from django.conf import settings
from django.db import connection
from redis import Redis

from okta.devstack.processes import end, free_port, kill_group, spawn, wait_until
from okta.models import SweepRun

# What the processes get instead of minutes, so that a story fits into a test.
SHORT = {
    "FEEDBACK_QUIET_PERIOD": "2",
    "FEEDBACK_MAX_WAIT": "20",
    "FEEDBACK_SWEEP_EVERY": "1",
    "ENTRANCE_WINDOW": "2",
    "ENTRANCE_SWEEP_EVERY": "1",
    "FOLLOWUP_SWEEP_EVERY": "1",
    "FOLLOWUP_RECEIPTS_EVERY": "1",
    "FOLLOWUP_RETRY_BASE": "1",
    "PUSH_SWEEP_EVERY": "1",
    "PUSH_RECEIPTS_EVERY": "1",
    "HEARTBEAT_EVERY": "1",
    "LOG_LEVEL": "INFO",
}


class Live:
    """Starts the product's own processes, and ends them the hard way or the soft way."""

    def __init__(self, logs: Path, **environment: str) -> None:
        self._logs = logs
        self._environment = {**os.environ, "DATABASE_URL": database_url(), "REDIS_URL": settings.REDIS_URL, **SHORT}
        self._environment |= environment
        self._running: list[subprocess.Popen[bytes]] = []

    def worker(self, *, clock: timedelta = timedelta(0)) -> subprocess.Popen[bytes]:
        """A worker on all queues, ready to take tasks; its clock may be wrong by ``clock``."""
        log = self._log("worker")
        celery = ("celery",) if not clock else ("bench.wrong_clock", str(clock.total_seconds()), "celery")
        queues = ("-Q", "timers,sweeps,default", "-c", "2")
        process = self._start(*celery, "-A", "okta", "worker", *queues, "-l", "info", log=log)
        assert wait_until(lambda: b" ready." in log.read_bytes(), seconds=30), log.read_text()
        return process

    def beat(self) -> subprocess.Popen[bytes]:
        """A beat; it asks for every sweep at once, and then every interval."""
        schedule = self._log("beat")
        return self._start("celery", "-A", "okta", "beat", "--pidfile=", "-l", "info", log=schedule)

    def web(self) -> httpx.Client:
        """A web process; an HTTP client that speaks to it."""
        port, log = free_port(), self._log("web")
        options = ("--interface", "wsgi", "okta.wsgi:application", "--host", "127.0.0.1", "--port", str(port))
        self._start("granian", *options, "--blocking-threads", "8", log=log)
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10)
        assert wait_until(lambda: answers(client), seconds=30), log.read_text()
        return client

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """``kill -9`` the process and all its children."""
        kill_group(process)
        self._running.remove(process)

    def stop(self) -> None:
        """End everything that still runs."""
        while self._running:
            end(self._running.pop(), ending=signal.SIGTERM, grace=0.2)

    def _start(self, *command: str, log: Path) -> subprocess.Popen[bytes]:
        process = spawn([sys.executable, "-m", *command], ending=signal.SIGKILL, log=log, environment=self._environment)
        self._running.append(process)
        return process

    def _log(self, name: str) -> Path:
        return self._logs / f"{name}-{len(self._running)}.log"


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/livez").status_code == 200
    except httpx.HTTPError:
        return False


def database_url() -> str:
    """The test's own database, for processes outside."""
    at = connection.settings_dict
    return f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


def eventually(condition: Any, *, seconds: float = 15) -> None:
    """Wait for what a worker will do; fail when it does not."""
    assert wait_until(condition, seconds=seconds), "it did not happen in time"


def sweeps_later(kind: str, count: int) -> None:
    """Return when that many more sweeps of this kind have finished well."""
    done = SweepRun.objects.filter(kind=kind, ok=True)
    before = done.count()
    eventually(lambda: done.count() >= before + count)


def send_task(name: str, **ids: int) -> None:
    """Put a task into the broker as if it had been woken, with no wake-up of its own."""
    current_app.send_task(name, kwargs=ids, queue="timers", retry=False)


class Broker:
    """What is in the broker now: waiting in a queue, or taken by a worker and not done."""

    def __init__(self, url: str = "") -> None:
        self.redis: Redis = Redis.from_url(url or settings.REDIS_URL, decode_responses=True)

    def outstanding(self, task: str) -> int:
        """How many messages of ``task`` the broker holds."""
        raw = [*self.redis.lrange("timers", 0, -1), *self.redis.hvals("unacked")]  # type: ignore[misc]
        return sum(f'"task": "{task}"' in message.replace('\\"', '"') for message in raw)


@contextmanager
def an_empty_broker() -> Iterator[Broker]:
    """The test's broker, with nothing of an earlier test in it and nothing left behind."""
    broker = Broker()
    broker.redis.flushdb()
    yield broker
    broker.redis.flushdb()
