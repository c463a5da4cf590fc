"""
Follow-ups due in the app, through the real sweep, beside three other ways to say them.

Plain SQL does the same claim, inserts and updates in batches of 500 and decides nothing, so it is
close to what the database can do at all. One Celery task a row goes through a real worker; the bare
loop is a backend's first draft. All of them start from the same rows, and what they said is counted.
"""

import os
import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from celery import current_app

from bench import due, naive
from bench.figures import Figure, Target, Way, ratios, side_by_side
from bench.run import Run, timed, until
from followups.actions.deliver_due import deliver_due

TITLE = "Delivery of follow-ups"
PLAIN = Target(at_least=0.45)
TASKS = Target(at_least=60)

Ways = Mapping[str, Callable[[], object]]


@dataclass(frozen=True, slots=True)
class Plan:
    """How many follow-ups are due at once; the slow ways are tried with up to ``slow_up_to`` of them."""

    sizes: tuple[int, ...]
    slow_up_to: int
    rounds: int = 5


QUICK = Plan(sizes=(300, 3_000), slow_up_to=300)
FULL = Plan(sizes=(1_000, 10_000, 100_000), slow_up_to=1_000)


def measure(run: Run, plan: Plan) -> list[Figure]:
    """Each size by every way that can bear it; a worker is there only while tasks are measured."""
    figures = []
    for size in plan.sizes:
        # What takes a tenth of a second is over before a busy machine has shown all its moods.
        rounds = plan.rounds * (4 if size <= plan.slow_up_to else 1)
        run.say(f"{size:,} due, {rounds} rounds")
        ways: Ways = {"sweep": partial(sweep, size), "plain SQL": naive.deliver_in_sql}
        figures.append(against_plain(size, rates(ways, size, run, rounds)))
        if size <= plan.slow_up_to:
            figures += against_slow(size, run, plan.rounds)
    return figures


def against_plain(size: int, taken: Mapping[str, list[float]]) -> Figure:
    samples = ratios(taken["sweep"], taken["plain SQL"])
    return Figure(f"{size:,} due: the sweep", "× plain SQL", samples, PLAIN, medians(taken))


def against_slow(size: int, run: Run, rounds: int) -> list[Figure]:
    """The sweep beside the ways that take a row at a time."""
    run.say(f"{size:,} due, one task a row and the bare loop, {rounds} rounds")
    ways: Ways = {"sweep": partial(sweep, size), "one task a row": one_task_a_row, "bare loop": naive.deliver_in_a_loop}
    with run.worker(os.environ):
        taken = rates(ways, size, run, rounds)
    name, shown = f"{size:,} due: the sweep", medians(taken)
    return [
        Figure(name, "× one task a row", ratios(taken["sweep"], taken["one task a row"]), TASKS, shown),
        Figure(name, "× a bare loop", ratios(taken["sweep"], taken["bare loop"]), None, shown),
    ]


def rates(ways: Ways, size: int, run: Run, rounds: int) -> dict[str, list[float]]:
    """Rows a second by each way, round by round."""
    fresh: dict[str, Way] = {name: partial(rate, way, size, run) for name, way in ways.items()}
    return side_by_side(fresh, rounds=rounds, chance=run.chance)


def rate(way: Callable[[], object], size: int, run: Run) -> float:
    """Rows a second, from tables that hold nothing but what is due."""
    due.empty()
    due.add_due(size, run=run)
    seconds = timed(way)
    due.check_said(size)
    return size / seconds


def sweep(size: int) -> None:
    """The sweep's own step, again and again as beat would ask for it: one run ends after 20 s."""
    done = 0
    while done < size:
        settled = deliver_due()
        if not settled:
            return  # The check of what was said will tell.
        done += settled


def one_task_a_row(task: str = "bench.deliver_one") -> None:
    """A task for every row that is due, and the wait until a worker has run them all."""
    for pk in due.ids():
        current_app.send_task(task, kwargs={"follow_up_id": str(pk)}, queue="default", retry=False)
    until(lambda: not due.waiting(), seconds=300, what="one task a row")


def medians(taken: Mapping[str, list[float]]) -> dict[str, float]:
    return {f"{name}, rows/s": statistics.median(each) for name, each in taken.items()}
