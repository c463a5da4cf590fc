"""
Starting processes that can't outlive us, and ending them with everything they started.

Three nets, because each has a hole. Every child leads its own process group, so ending it ends
what it forked. On Linux the kernel signals a child when we die. And a reaper (`reaper.py`) holds
the list of groups and directories: it also works for grandchildren, and where the kernel can't.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import json
import os
import pwd
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
POLL_SECONDS = 0.02


class Reaper:
    """Our end of the pipe to `reaper.py`, started with the first thing it has to watch."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._orders: IO[bytes] | None = None
        self._owner = os.getpid()
        self._lock = threading.Lock()

    def watch(self, group: int, *, ending: signal.Signals) -> None:
        self._order({"watch": group, "signal": int(ending)})

    def forget(self, group: int) -> None:
        self._order({"forget": group})

    def remove_later(self, directory: Path) -> None:
        self._order({"remove": str(directory)})

    def keep(self, directory: Path) -> None:
        self._order({"keep": str(directory)})

    def close(self) -> None:
        """Let the reaper go: it ends what is left on its list, then itself."""
        with self._lock:
            process, orders, self._process = self._process, self._orders, None
        # A fork of ours must not pull the plug on its parent's servers.
        if process is None or orders is None or self._owner != os.getpid():
            return
        with contextlib.suppress(BrokenPipeError):
            orders.close()
        process.wait()

    def _order(self, order: dict[str, int | str]) -> None:
        with self._lock:
            pipe = self._orders if self._orders and self._process else self._begin()
            # Somebody ended the reaper: the other two nets hold.
            with contextlib.suppress(BrokenPipeError):
                pipe.write(json.dumps(order).encode() + b"\n")
                pipe.flush()

    def _begin(self) -> IO[bytes]:
        reading, writing = os.pipe()
        with os.fdopen(reading, "rb") as its_end:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(Path(__file__).with_name("reaper.py"))],
                stdin=its_end,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                cwd="/",
            )
        atexit.register(self.close)
        self._orders = os.fdopen(writing, "wb")
        return self._orders


REAPER = Reaper()


def spawn(
    command: Sequence[str],
    *,
    ending: signal.Signals,
    log: Path | None = None,
    environment: Mapping[str, str] | None = None,
    directory: Path | None = None,
    user: str | None = None,
) -> subprocess.Popen[bytes]:
    """
    Start a child in its own process group, its output appended to `log`.

    `ending` is what it gets if we die first. `user` needs root and drops every other privilege.
    """
    with open_log(log) as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment) if environment is not None else None,
            cwd=directory,
            user=user,
            group=primary_group(user),
            extra_groups=[] if user else None,
            start_new_session=True,
            preexec_fn=die_with(os.getpid(), ending),
        )
    REAPER.watch(process.pid, ending=ending)
    return process


def die_with(parent: int, ending: signal.Signals) -> Callable[[], None] | None:
    """
    Ask the kernel to signal the child when its parent dies; to run in the child.

    It must run after the change of user, which clears the request: Popen does it in that order.
    The kernel takes "parent" to be the thread that forked, so a child started from a short-lived
    thread would die with that thread: there the reaper has to do.
    """
    if LIBC is None or threading.current_thread() is not threading.main_thread():
        return None
    libc = LIBC

    def request() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(ending), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return request


@contextlib.contextmanager
def open_log(log: Path | None) -> Iterator[IO[bytes] | int]:
    if log is None:
        yield subprocess.DEVNULL
        return
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        yield output


def primary_group(user: str | None) -> int | None:
    return pwd.getpwnam(user).pw_gid if user else None


def end(
    process: subprocess.Popen[bytes],
    *,
    ending: signal.Signals,
    grace: float,
    patient: Callable[[], bool] = lambda: True,
) -> None:
    """
    Ask the process to end, wait up to `grace` seconds, then insist; its whole group goes with it.

    The wait ends early when `patient` no longer holds.
    """
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(ending)
        wait_until(lambda: process.poll() is not None or not patient(), seconds=grace)
    kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of the process and of everything in its group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    REAPER.forget(process.pid)


def descendants(pid: int) -> list[int]:
    """Children, grandchildren and so on, parents before children. Empty where /proc is missing."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # The name in parentheses may itself hold spaces and parentheses.
            fields = entry.read_text().rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    found = [pid]
    for parent in found:
        found.extend(children.get(parent, ()))
    return found[1:]


def is_running(pid: int) -> bool:
    """Whether the process exists and is not merely waiting to be collected."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return state(pid) != "Z"


def state(pid: int) -> str | None:
    """The kernel's letter for what a process is doing, such as T for stopped; None where unknown."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z" if sys.platform == "linux" else None


def wait_until(holds: Callable[[], bool], *, seconds: float) -> bool:
    """Poll a condition; False when it did not hold in time."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def free_port(preferred: int | None = None) -> int:
    """
    A port of 127.0.0.1 nobody listens on: the preferred one if possible.

    Taken from below the range the kernel hands out for outgoing connections, so that nobody
    borrows it while a server is being restarted.
    """
    if preferred is not None and port_is_free(preferred):
        return preferred
    for _ in range(200):
        port = random.randrange(15_000, 32_000)  # noqa: S311
        if port_is_free(port):
            return port
    raise RuntimeError("No free port between 15000 and 32000 on 127.0.0.1.")


def port_is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As the servers do: a port in TIME_WAIT counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def last_lines(log: Path, count: int = 20) -> str:
    """The end of a log, for a message to a person."""
    try:
        lines = log.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(lines[-count:])
