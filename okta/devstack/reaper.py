"""
The last will of a process that starts others: run when it is gone, however it went.

Reads one JSON order a line from standard input and waits. When the input ends, the process
at the other end has exited or was killed: every process group still on the list is ended and
every directory on it removed. Runs on a bare interpreter, so it imports the standard library only.

    {"watch": 123, "signal": 2}   end group 123 with SIGINT     {"forget": 123}
    {"remove": "/tmp/x"}          remove that directory         {"keep": "/tmp/x"}
"""

from __future__ import annotations

import contextlib
import glob
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterable

GRACE_SECONDS = 5.0


def main(lines: Iterable[str]) -> None:
    """Collect orders until the input ends, then carry them out."""
    groups: dict[int, int] = {}
    directories: set[str] = set()
    for line in lines:
        order = json.loads(line)
        if "watch" in order:
            groups[order["watch"]] = order["signal"]
        elif "forget" in order:
            groups.pop(order["forget"], None)
        elif "remove" in order:
            directories.add(order["remove"])
        elif "keep" in order:
            directories.discard(order["keep"])
    end_groups(groups)
    for directory in directories:
        shutil.rmtree(directory, ignore_errors=True)


def end_groups(groups: dict[int, int]) -> None:
    """Ask each group to end in its own way; after a grace period, insist."""
    for group, number in groups.items():
        # A frozen process would never read the polite request.
        signal_group(group, signal.SIGCONT)
        signal_group(group, number)
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline and any(is_alive(group) for group in groups):
        time.sleep(0.05)
    for group in groups:
        signal_group(group, signal.SIGKILL)


def signal_group(group: int, number: int) -> bool:
    """Signal a group; False when nobody is left in it."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def is_alive(group: int) -> bool:
    """Whether anybody in the group is more than a zombie, which some containers never collect."""
    if not signal_group(group, 0):
        return False
    members = []
    for entry in glob.glob("/proc/[0-9]*/stat"):
        with contextlib.suppress(OSError), open(entry) as file:
            state, _parent, its_group = file.read().rpartition(")")[2].split()[:3]
            members += [state] if int(its_group) == group else []
    return not members or any(state != "Z" for state in members)


if __name__ == "__main__":
    # The terminal's Ctrl-C is for the process we watch, not for us.
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    with contextlib.suppress(KeyboardInterrupt):
        main(sys.stdin)
