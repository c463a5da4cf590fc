"""
`./dev bench`: every measure on servers of its own, then the table, the files and the picture.

    ./dev bench                 everything, under ten minutes
    ./dev bench --quick         smaller sizes, under two minutes; kept in bench/results/quick
    ./dev bench --only history  one measure; may be given again
"""

import argparse
import importlib
import io
import os
import pkgutil
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import django
from django.core.management import call_command

from bench import measures, report
from bench.figures import Figure
from bench.run import Run, complain
from okta.devstack.environment import SECRET_FOR_CHECKS, product_environment
from okta.devstack.postgres import Postgres
from okta.devstack.server import ServerDied
from okta.devstack.valkey import Valkey

NAMES = sorted(module.name for module in pkgutil.iter_modules(measures.__path__))


def main(arguments: Sequence[str]) -> int:
    """Measure, and end: 0 whether targets are met or missed, 1 when something could not be measured."""
    chosen = parse(arguments)
    with ExitStack() as started:
        print("Starting PostgreSQL and Valkey …", flush=True)
        # Durable, as a clinic's are: without the wait for the disk every ratio would be another.
        postgres = started.enter_context(Postgres.throwaway(durable=True))
        valkey = started.enter_context(Valkey.throwaway(durable=True))
        get_ready(database_url=postgres.url, redis_url=valkey.url)
        broken = [name for name in chosen.only or NAMES if not took(name, seed=chosen.seed, quick=chosen.quick)]
    directory, pictures = report.places(quick=chosen.quick)
    print(f"\nThe picture of all results: {report.draw(directory=directory, to=pictures / 'bench.svg')}", flush=True)
    for name in broken:
        complain(f"{name} could not be measured.")
    return 1 if broken else 0


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench", description="Measure, side by side, what the product costs.")
    parser.add_argument("--quick", action="store_true", help="smaller sizes: under two minutes")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of the order and the rows (default: 1)")
    parser.add_argument("--only", action="append", choices=NAMES, metavar="NAME", help=f"one of {', '.join(NAMES)}")
    return parser.parse_args(arguments)


def get_ready(*, database_url: str, redis_url: str) -> None:
    """Make this process one of the product's, on these servers; nothing of the caller's is touched."""
    variables = product_environment(database_url=database_url, redis_url=redis_url, secret_key=SECRET_FOR_CHECKS)
    own = {"DJANGO_SETTINGS_MODULE": "okta.settings", "CELERY_BROKER_URL": redis_url, "LOG_LEVEL": "WARNING"}
    os.environ.update(variables | own)
    django.setup()
    call_command("migrate", verbosity=0)


def took(name: str, *, seed: int, quick: bool) -> bool:
    """Take one measure, show it and keep it; False when it could not be taken, and the others go on."""
    began = time.monotonic()
    print(f"\n{name}", flush=True)
    # Only now: a measure's imports need Django.
    module: Any = importlib.import_module(f"{measures.__name__}.{name}")
    try:
        figures: list[Figure] = module.measure(Run.of(seed), module.QUICK if quick else module.FULL)
    except Exception as error:  # Whatever it is, the other measures are worth having.
        complain(f"  {type(error).__name__}: {error}")
        return False
    directory, _pictures = report.places(quick=quick)
    report.write(report.result(name, module.TITLE, figures, seed=seed, quick=quick), directory=directory)
    print(f"\n  {module.TITLE}, {time.monotonic() - began:.0f} s\n{report.table(figures)}", flush=True)
    return True


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal without Unicode shows question marks instead of ending the program.
        sys.stdout.reconfigure(errors="replace")
    try:
        code = main(sys.argv[1:])
    except ServerDied as problem:
        complain(str(problem))
        code = 1
    except KeyboardInterrupt:
        code = 130
    sys.exit(code)
