"""Children are started again when they die, given up when they keep dying, and stopped in reverse."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from okta.devstack import processes, supervisor
from okta.devstack.supervisor import Child, KeepsDying, Supervisor


class Watched:
    """A supervisor and everything it said and reported."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.changes = 0
        self.supervisor = Supervisor(say=self.said.append, changed=self.note_change)

    def note_change(self) -> None:
        self.changes += 1

    def keep(self, name: str, code: str) -> Child:
        log = self.folder / f"{name}.log"

        def launch() -> subprocess.Popen[bytes]:
            return processes.spawn([sys.executable, "-c", code], ending=signal.SIGKILL, log=log)

        child = Child(name, launch, log=log, grace=5)
        self.supervisor.add(child)
        return child

    def tend_until(self, holds: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 20
        while not holds():
            assert time.monotonic() < deadline
            self.supervisor.tend()
            time.sleep(0.01)


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    monkeypatch.setattr(supervisor, "FIRST_PAUSE", 0.01)
    one = Watched(tmp_path)
    yield one
    one.supervisor.stop(patient=lambda: False)


SLEEP = "import time; time.sleep(60)"


def test_a_killed_child_is_started_again_under_a_new_pid(watched: Watched) -> None:
    worker = watched.keep("worker", SLEEP)
    assert worker.process is not None
    first = worker.process.pid

    worker.process.kill()
    watched.tend_until(lambda: watched.changes == 1)

    assert watched.supervisor.pids()["worker"] != first
    assert watched.said == ["worker was killed by SIGKILL; starting it again in 0.01 s."]


def test_what_a_dead_child_had_forked_is_ended_before_its_successor_starts(watched: Watched) -> None:
    forks = "import subprocess, time; print(subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)"
    worker = watched.keep("worker", forks)
    assert worker.process is not None
    watched.tend_until(lambda: bool(worker.log.read_text().strip()))
    grandchild = int(worker.log.read_text())

    worker.process.kill()
    watched.tend_until(lambda: watched.changes == 1)

    assert processes.wait_until(lambda: not processes.is_running(grandchild), seconds=5)


def test_five_deaths_in_a_minute_are_the_end_and_name_the_child(watched: Watched) -> None:
    watched.keep("web", SLEEP)
    watched.keep("beat", "raise SystemExit('no schedule')")

    with pytest.raises(KeepsDying, match=r"(?s)beat ended 5 times within a minute.*no schedule"):
        watched.tend_until(lambda: False)

    assert watched.changes == 4


def test_deaths_long_ago_do_not_count(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "WITHIN_SECONDS", 0.0)
    watched.keep("beat", "raise SystemExit(3)")

    watched.tend_until(lambda: watched.changes == 6)


def test_the_last_started_is_stopped_first(watched: Watched, tmp_path: Path) -> None:
    order = tmp_path / "order"
    says_goodbye = (
        "import signal, sys, time\n"
        "def leave(*_):\n    open({order!r}, 'a').write({name!r} + ' ')\n    sys.exit()\n"
        "signal.signal(signal.SIGTERM, leave)\nprint('up', flush=True)\ntime.sleep(60)"
    )
    children = [watched.keep(name, says_goodbye.format(order=str(order), name=name)) for name in ("valkey", "worker")]
    watched.tend_until(lambda: all("up" in child.log.read_text() for child in children))

    watched.supervisor.stop(patient=lambda: True)

    assert order.read_text() == "worker valkey "


def test_without_patience_a_child_that_will_not_end_is_killed_at_once(watched: Watched) -> None:
    ignores = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    )
    deaf = watched.keep("web", ignores)
    watched.tend_until(lambda: "up" in deaf.log.read_text())
    began = time.monotonic()

    watched.supervisor.stop(patient=lambda: False)

    assert time.monotonic() - began < 2
    assert deaf.process is not None
    assert deaf.process.returncode == -signal.SIGKILL
