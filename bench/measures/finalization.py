"""
Overdue app visits, through the real sweep, beside plain SQL and beside the product's own task for each.

Every entrance is of a patient of their own with a year of workouts: 208 days behind the streak and the
monitoring, the last of them with the six exercises that are copied. Plain SQL writes the same rows in
batches of the same size and decides nothing. All start from the same rows, in a database of their own,
and what was written is counted. A sweep that finds no stored streaks replays every year.
"""

import os
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from django.db import connection

from bench import overdue, settling
from bench.figures import Figure, Target, Way, ratios, side_by_side
from bench.measures.history import a_copy, standing_in
from bench.overdue import Year
from bench.run import Run, database_url, timed
from entrances.actions.settle_overdue import settle_overdue
from okta import clock

TITLE = "Finalization of app visits"
PLAIN = Target(at_least=0.4)
SMALL = 1_000

Ways = Mapping[str, Callable[[], object]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How many entrances are overdue at once, and how many of them are tried with a task each."""

    sizes: tuple[int, ...]
    tasks: int
    rounds: int = 5


QUICK = Plan(sizes=(1_000,), tasks=30)
# A task takes as long among two hundred as among a thousand.
FULL = Plan(sizes=(1_000, 10_000), tasks=200)


def measure(run: Run, plan: Plan) -> list[Figure]:
    """In a copy of the database, for so many rows are in nobody else's way there."""
    with a_copy(str(connection.settings_dict["NAME"])) as copy, standing_in(copy):
        patients = max(*plan.sizes, plan.tasks)
        run.say(f"a year of {patients:,} patients")
        year = overdue.live_a_year(patients)
        figures = []
        for size in plan.sizes:
            # What takes a tenth of a second is over before a busy machine has shown all its moods.
            figures += against_plain(year, size, run, plan.rounds * (2 if size < max(plan.sizes) else 1))
        return figures + against_tasks(year, plan.tasks, run, plan.rounds)


def against_plain(year: Year, size: int, run: Run, rounds: int) -> list[Figure]:
    """The sweep beside what the database can do at all; a small one also where every streak has to be replayed."""
    is_small = size <= SMALL
    run.say(f"{size:,} overdue, {rounds} rounds")
    ways = {
        "plain SQL": partial(rate, settling.settle_in_sql, year, size, run),
        "sweep": partial(rate, sweep, year, size, run),
    }
    if is_small:
        ways["replaying"] = partial(rate, sweep, year, size, run, prepare=overdue.forget_streaks)
    taken = side_by_side(ways, rounds=rounds, chance=run.chance)
    found = {name: ratios(taken[name], taken["plain SQL"]) for name in ways}
    shown, name = medians(taken), f"{size:,} overdue"
    figures = [Figure(f"{name}: the sweep", "× plain SQL", found["sweep"], PLAIN, shown)]
    if is_small:
        figures.append(Figure(f"{name}: replaying every year", "× plain SQL", found["replaying"], None, shown))
    return figures


def against_tasks(year: Year, size: int, run: Run, rounds: int) -> list[Figure]:
    """The sweep beside a task for each row, with a real worker."""
    run.say(f"{size:,} overdue, one task a row, {rounds} rounds")
    ways: dict[str, Way] = {
        "sweep": partial(rate, sweep, year, size, run),
        "one task a row": partial(rate, settling.one_task_a_row, year, size, run),
    }
    with run.worker({**os.environ, "DATABASE_URL": database_url()}):
        taken = side_by_side(ways, rounds=rounds, chance=run.chance)
    samples = ratios(taken["sweep"], taken["one task a row"])
    return [Figure(f"{size:,} overdue: the sweep", "× one task a row", samples, None, medians(taken))]


def rate(
    way: Callable[[], object], year: Year, size: int, run: Run, *, prepare: Callable[[], object] = lambda: None
) -> float:
    """Rows a second, from rows as they were before anything was finalized."""
    overdue.let_windows_close(year, size, run=run)
    prepare()
    seconds = timed(way)
    overdue.check_finalized(year, size)
    return size / seconds


def sweep() -> None:
    """The sweep's own step, again and again as beat would ask for it: one run ends after 30 s."""
    while settle_overdue(now=clock.now()).rows:
        pass


def medians(taken: Mapping[str, list[float]]) -> dict[str, float]:
    return {f"{name}, rows/s": statistics.median(each) for name, each in taken.items()}
