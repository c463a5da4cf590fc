"""What an embedded server can be told: start, stop, and everything that goes wrong in real life."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from okta.devstack import places, processes

START_SECONDS = 60.0
STOP_SECONDS = 20.0
PORT_ATTEMPTS = 5


class ServerDied(RuntimeError):
    """A server ended, or stayed silent, instead of becoming ready; carries the end of its log."""


class EmbeddedServer(ABC):
    """
    One server process on 127.0.0.1 with its data under `home`.

    `durable=False` gives up what would survive a power cut, for speed. `port=None` takes a free one
    at the first start and keeps it from then on, so that clients find the server after a restart.
    """

    name: ClassVar[str]
    ending: ClassVar[signal.Signals]

    def __init__(self, home: Path, *, port: int | None = None, durable: bool = True) -> None:
        self.home = home
        self.durable = durable
        self.log = home / f"{self.name}.log"
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None
        self._throwaway = False

    @classmethod
    def throwaway(cls, *, durable: bool = False) -> Self:
        """A server for one test or run; gone with its data when stopped, or with us."""
        home = Path(tempfile.mkdtemp(prefix=f"okta-{cls.name}-", dir=places.temporary()))
        places.let_server_user_through(home)
        processes.REAPER.remove_later(home)
        server = cls(home, durable=durable)
        server._throwaway = True
        return server

    @property
    def port(self) -> int:
        if self._port is None:
            raise RuntimeError(f"{self.name} has no port before its first start.")
        return self._port

    @property
    def process(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise RuntimeError(f"{self.name} was not started.")
        return self._process

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    @abstractmethod
    def url(self) -> str:
        """Where the product finds this server."""

    def start(self) -> Self:
        """
        Start and wait until the server answers.

        Raises ServerDied with the end of the log when it does not.
        """
        chosen = self._port
        for attempt in range(1, PORT_ATTEMPTS + 1):
            self.launch()
            try:
                self.wait_ready()
            except ServerDied:
                self.kill()
                # Somebody may have taken a port between our look and the server's bind.
                if chosen is not None or attempt == PORT_ATTEMPTS or not self._port_is_lost():
                    raise
                self._port = None
            else:
                break
        return self

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the process and return at once; it may not answer yet."""
        places.require_reachable(self.home)
        if self._port is None:
            self._port = processes.free_port()
        self._prepare()
        self._process = processes.spawn(
            self._command(),
            ending=self.ending,
            log=self.log,
            directory=self.home,
            user=places.server_user(),
            environment=self._environment(),
        )
        return self._process

    def wait_ready(self, seconds: float = START_SECONDS) -> None:
        """Wait until the server answers; raises ServerDied when it ends or stays silent."""
        processes.wait_until(lambda: not self.running or self._answers(), seconds=seconds)
        if not self.running or not self._answers():
            raise ServerDied(f"{self.name} did not start:\n{processes.last_lines(self.log)}")

    def stop(self) -> None:
        """Stop in an orderly way; a throw-away server takes its data with it. Repeatable."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.thaw()
            processes.end(self._process, ending=self.ending, grace=STOP_SECONDS)
            self._process = None
        if self._throwaway:
            shutil.rmtree(self.home, ignore_errors=True)
            processes.REAPER.keep(self.home)

    def kill(self) -> None:
        """As `kill -9` or a power cut would; the data stays, `start()` recovers from it."""
        family = [self.pid, *processes.descendants(self.pid)]
        processes.kill_group(self.process)
        for pid in family:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        processes.wait_until(lambda: not any(processes.is_running(pid) for pid in family), seconds=STOP_SECONDS)

    def freeze(self) -> None:
        """Stop answering without closing a connection, as a hung machine would; see `thaw`."""
        family = self._signal_family(signal.SIGSTOP)
        # The signal arrives a moment later than it is sent.
        processes.wait_until(lambda: all(processes.state(pid) in ("T", "Z", None) for pid in family), seconds=5)

    def thaw(self) -> None:
        """Undo `freeze`."""
        self._signal_family(signal.SIGCONT)

    def restart(self) -> None:
        """Stop and start on the same port with the same data."""
        processes.end(self.process, ending=self.ending, grace=STOP_SECONDS)
        self.start()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _signal_family(self, number: signal.Signals) -> list[int]:
        os.kill(self.pid, number)
        # The parent first: a frozen parent forks nobody.
        children = processes.descendants(self.pid)
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        return [self.pid, *children]

    def _port_is_lost(self) -> bool:
        return not processes.port_is_free(self.port)

    def _environment(self) -> dict[str, str] | None:
        return None

    @abstractmethod
    def _prepare(self) -> None:
        """Make the data directory if there is none yet; called before every launch."""

    @abstractmethod
    def _command(self) -> list[str]: ...

    @abstractmethod
    def _answers(self) -> bool: ...
