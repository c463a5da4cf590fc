"""
`./dev faults`: all three stories while everything under them is broken, then an audit of every promise.

    ./dev faults                200 faults, under fifteen minutes
    ./dev faults --quick        20, under two minutes; kept in bench/results/quick
    ./dev faults --faults 1000  as many as you like
    ./dev faults --broken lock  with one guarantee taken out of the workers: the audit must notice

Ends with 0 when every promise was kept; with --broken, when the audit noticed.
"""

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence
from typing import Any

import django
from django.core.management import call_command

from bench.faults.memory import Memory
from bench.faults.stack import Stack
from okta.devstack.server import ServerDied

QUICK, FULL = 20, 200
GUARANTEES = ("lease", "lock", "rev", "window")


def main(arguments: Sequence[str]) -> int:
    """Break things, and find out what that broke."""
    chosen = parse(arguments)
    memory = Memory()
    with Stack(memory, broken=chosen.broken, broker=chosen.broker) as stack:
        os.environ.update(stack.environment, DJANGO_SETTINGS_MODULE="okta.settings")
        django.setup()
        call_command("migrate", verbosity=0)
        # Only now: its imports need Django.
        run: Any = importlib.import_module("bench.faults.run")
        return int(
            run.run(stack, memory, faults=chosen.faults, seed=chosen.seed, quick=chosen.quick, broken=chosen.broken)
        )


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev faults", description="Break everything, then audit every promise.")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} faults, under two minutes")
    parser.add_argument("--faults", type=int, metavar="N", help=f"how many (default: {FULL})")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the faults and the people (default: 1)")
    parser.add_argument(
        "--broken", choices=GUARANTEES, default="", help="take this guarantee out; the audit has to notice"
    )
    parser.add_argument("--broker", default="", metavar="URL", help="a broker of your own (default: a Valkey)")
    chosen = parser.parse_args(arguments)
    if chosen.faults is None:
        chosen.faults = QUICK if chosen.quick else FULL
    if chosen.faults < 1:
        parser.error("--faults must be at least 1.")
    return chosen


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal without Unicode shows question marks instead of ending the program.
        sys.stdout.reconfigure(errors="replace")
    try:
        code = main(sys.argv[1:])
    except ServerDied as problem:
        print(problem, file=sys.stderr)
        code = 1
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)
