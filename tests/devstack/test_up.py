"""`./dev up` tells where everything is, owns its state, and leaves nobody behind however it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from okta.devstack import processes

ROOT = Path(__file__).resolve().parents[2]
STUB = Path(__file__).with_name("stub_stack.py")
# Servers that are named are not started, which keeps these tests fast.
NAMED = {"DATABASE_URL": "postgres://okta@127.0.0.1:9/okta", "REDIS_URL": "redis://127.0.0.1:9/0"}


class Run:
    """One run of the stub stack on a state of its own."""

    def __init__(self, state: Path, **variables: str) -> None:
        self.state = state
        self.process = subprocess.Popen(
            [sys.executable, str(STUB), str(state)],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)} | NAMED | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def until_ready(self) -> dict[str, Any]:
        assert processes.wait_until((self.state / "ready.json").exists, seconds=20)
        return self.facts()

    def facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads((self.state / "ready.json").read_text())
        return facts

    def end(self, number: signal.Signals) -> tuple[int, str]:
        self.process.send_signal(number)
        output, _ = self.process.communicate(timeout=20)
        return self.process.returncode, output


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    one = Run(tmp_path / "state")
    yield one
    if one.process.poll() is None:
        one.end(signal.SIGTERM)


def family(run: Run) -> list[int]:
    """Everything below the supervisor, once every stand-in has forked."""
    assert processes.wait_until(lambda: len(processes.descendants(run.process.pid)) >= 7, seconds=10)
    return processes.descendants(run.process.pid)


def all_gone(pids: list[int]) -> bool:
    return processes.wait_until(lambda: not any(processes.is_running(pid) for pid in pids), seconds=10)


@pytest.mark.parametrize("wish", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_ends_well_and_leaves_nobody(run: Run, wish: signal.Signals) -> None:
    run.until_ready()
    pids = family(run)

    code, _ = run.end(wish)

    assert code == 0
    assert all_gone(pids)
    assert not (run.state / "ready.json").exists()


def test_a_killed_supervisor_leaves_nobody(run: Run) -> None:
    run.until_ready()
    pids = family(run)

    run.end(signal.SIGKILL)

    assert all_gone(pids)


def test_what_is_ready_is_told_with_what_the_demo_data_adds(run: Run) -> None:
    facts = run.until_ready()

    assert sorted(facts) == sorted(
        ["url", "databaseUrl", "redisUrl", "fakeProviderUrl", "fakeApnsUrl", "demo", "workoutIds", "pids", "followUpId"]
    )
    assert facts["databaseUrl"] == NAMED["DATABASE_URL"]
    assert facts["pids"]["postgres"] is None
    assert all(processes.is_running(facts["pids"][name]) for name in ("worker", "beat", "web"))


def test_what_children_leave_lying_about_stays_in_the_state_and_is_cleared(run: Run) -> None:
    run.until_ready()
    (run.state / "tmp" / "left").touch()
    run.end(signal.SIGTERM)

    again = Run(run.state)
    again.until_ready()
    again.end(signal.SIGTERM)

    assert list((run.state / "tmp").iterdir()) == []


def test_a_new_pid_is_told(run: Run) -> None:
    first = run.until_ready()["pids"]["worker"]

    os.kill(first, signal.SIGKILL)

    assert processes.wait_until(lambda: run.facts()["pids"]["worker"] != first, seconds=10)


def test_a_second_run_on_the_same_state_says_so(run: Run) -> None:
    run.until_ready()
    command = [sys.executable, "-m", "okta.devstack", str(ROOT), "up", "--state", str(run.state)]

    second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert second.returncode == 1
    assert f"Another ./dev is using {run.state}" in second.stderr
    assert run.process.poll() is None


def test_a_port_that_is_taken_is_refused_in_words(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = str(holder.getsockname()[1])
        command = [sys.executable, "-m", "okta.devstack", str(ROOT), "up", "--state", str(tmp_path), "--port", port]
        refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert refused.returncode == 1
    assert refused.stderr == f"Port {port} is taken; give another one with --port.\n"


def test_a_stop_while_starting_is_a_stop(tmp_path: Path) -> None:
    run = Run(tmp_path / "state")
    assert processes.wait_until((run.state / "lock").exists, seconds=20)

    code, _ = run.end(signal.SIGINT)

    assert code == 0
