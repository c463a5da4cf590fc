"""The commands behind `./dev`, which calls `python -m okta.devstack <where the user stands> <command> …`."""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
from pathlib import Path

from okta.devstack import check, environment, up
from okta.devstack.server import ServerDied
from okta.devstack.state import InUse, State


def main(stood_in: Path, arguments: list[str]) -> int:
    """Run one command; the exit code is the process's."""
    # What follows belongs to pytest, the programs of bench and Django, options included.
    for command, module in (("test", "pytest"), ("bench", "bench"), ("faults", "bench.faults")):
        if arguments[:1] == [command]:
            os.execv(sys.executable, [sys.executable, "-m", module, *arguments[1:]])  # noqa: S606
    if arguments[:1] == ["manage"]:
        return manage(State(environment.ROOT / ".okta"), arguments[1:])
    chosen = parse(arguments)
    if chosen.command == "check":
        return check.main(require_browser=chosen.require_browser)
    state = State(stood_in / chosen.state if chosen.state else environment.ROOT / ".okta")
    if chosen.command == "reset":
        return reset(state)
    return up.main(state, port=chosen.port, once=chosen.once)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev")
    commands = parser.add_subparsers(dest="command", required=True)
    with_state = argparse.ArgumentParser(add_help=False)
    with_state.add_argument("--state", metavar="DIR", help="where to keep data, logs and secrets (default: .okta)")
    running = commands.add_parser("up", parents=[with_state], help="run everything")
    running.add_argument("--port", type=port_number, help="of the web (default: 8000, or the next free one)")
    running.add_argument("--once", action="store_true", help="show each story through the stack, then end")
    commands.add_parser("reset", parents=[with_state], help="forget the data of `up`")
    checking = commands.add_parser("check", help="everything the build checks")
    checking.add_argument("--require-browser", action="store_true", help="fail where there is no Chromium to test with")
    return parser.parse_args(arguments)


def port_number(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 65_535:
        raise argparse.ArgumentTypeError(f"{number} is not a port")
    return number


def manage(state: State, arguments: list[str]) -> int:
    with environment.borrowed(state) as variables:
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=environment.ROOT, env=variables, check=False).returncode


def reset(state: State) -> int:
    with state.owned():
        state.forget()
    print(f"{state.directory} is forgotten.")
    return 0


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        # A terminal without Unicode shows question marks instead of ending the program.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        code = main(Path(sys.argv[1]), sys.argv[2:])
    except (InUse, ServerDied) as problem:
        print(problem, file=sys.stderr)
        code = 1
    except PermissionError as problem:
        print(f"You may not write to {problem.filename}; give another place with --state.", file=sys.stderr)
        code = 1
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)
