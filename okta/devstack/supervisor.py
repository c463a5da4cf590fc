"""Children that are started in order, kept alive, and stopped in reverse."""

from __future__ import annotations

import signal
import subprocess
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from okta.devstack import processes

DEATHS_ALLOWED = 4
WITHIN_SECONDS = 60.0
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0


@dataclass(slots=True)
class Child:
    """One process that is started again whenever it ends."""

    name: str
    launch: Callable[[], subprocess.Popen[bytes]]
    log: Path
    ending: signal.Signals = signal.SIGTERM
    grace: float = 10.0
    process: subprocess.Popen[bytes] | None = None
    again_at: float | None = None
    deaths: deque[float] = field(default_factory=deque)


class KeepsDying(RuntimeError):
    """A child died so often that starting it again is no help; carries the end of its log."""

    def __init__(self, child: Child) -> None:
        super().__init__(
            f"{child.name} ended {len(child.deaths)} times within a minute. "
            f"The end of {child.log}:\n{processes.last_lines(child.log)}"
        )


class Supervisor:
    """
    Owns the children. It never waits: call `tend` a few times a second.

    `say` gets a sentence for a person; `changed` is called when a child has a new pid.
    """

    def __init__(self, *, say: Callable[[str], None], changed: Callable[[], None]) -> None:
        self.children: list[Child] = []
        self._say = say
        self._changed = changed

    def add(self, child: Child) -> None:
        """Start a child; it is stopped before all that were added earlier."""
        child.process = child.launch()
        self.children.append(child)

    def pids(self) -> dict[str, int]:
        return {child.name: child.process.pid for child in self.children if child.process is not None}

    def tend(self) -> None:
        """
        Notice the dead, and start those whose pause is over.

        Raises KeepsDying at the fifth death of one child within a minute.
        """
        now = time.monotonic()
        for child in self.children:
            if child.again_at is None and child.process is not None and child.process.poll() is not None:
                self._bury(child, now)
            elif child.again_at is not None and now >= child.again_at:
                child.again_at = None
                child.process = child.launch()
                self._changed()

    def stop(self, *, patient: Callable[[], bool]) -> None:
        """End all children, the last started first; without patience, at once."""
        for child in reversed(self.children):
            if child.process is not None:
                processes.end(child.process, ending=child.ending, grace=child.grace, patient=patient)
        self.children.clear()

    def _bury(self, child: Child, now: float) -> None:
        process = child.process
        if process is None:
            return
        # What it forked must not go on working beside its successor.
        processes.kill_group(process)
        child.deaths.append(now)
        while now - child.deaths[0] > WITHIN_SECONDS:
            child.deaths.popleft()
        if len(child.deaths) > DEATHS_ALLOWED:
            raise KeepsDying(child)
        pause = min(FIRST_PAUSE * 2 ** (len(child.deaths) - 1), LONGEST_PAUSE)
        child.again_at = now + pause
        self._say(f"{child.name} {how_it_ended(process.returncode)}; starting it again in {pause:g} s.")


def how_it_ended(code: int) -> str:
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
