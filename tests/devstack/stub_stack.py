"""A stack with stand-ins for the product's processes, run by test_up.py: `python stub_stack.py STATE`."""

import sys
from pathlib import Path
from typing import Any

from okta.devstack import up
from okta.devstack.state import State

# Like the real ones, each has a process of its own below it.
STAND_IN = "import subprocess, time; subprocess.Popen(['sleep', '300']); time.sleep(300)"


class StubStack(up.Stack):
    def run_to_end(self, name: str, command: list[str]) -> None:
        """Nothing to migrate."""

    def seed(self) -> dict[str, Any]:
        return {"demo": {}, "workoutIds": [1], "followUpId": 7}

    def children(self) -> None:
        for name in ("worker", "beat", "web"):
            self.keep(name, [sys.executable, "-c", STAND_IN])

    def wait_ready(self) -> None:
        """Nobody to wait for."""


if __name__ == "__main__":
    up.Stack = StubStack  # type: ignore[misc]
    up.announcement.text = lambda facts: f"Okta is ready at {facts['url']}"
    sys.exit(up.main(State(Path(sys.argv[1])), port=None, once=False))
