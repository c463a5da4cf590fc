"""
Follow-ups due to parents with a phone, through the real sweep and transport, beside a push service's own pace.

The service answers after 50 ms. Beside the sweep: as many requests of a hundred back to back, with the
rows written in plain SQL; one Celery task a row, and a bare loop, each with a request a row. The last
two are measured with fewer rows, in rows a second: more of them would not make them faster.

No way has several requests under way at once, as ours has not: Expo takes 600 pushes a second from a
project and refuses what is beyond, and a hundred in 50 ms are more than that already.
"""

import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial

from django.test import override_settings

from bench import due, pushing
from bench.figures import Figure, ratios, side_by_side
from bench.measures.delivery import medians, one_task_a_row, sweep
from bench.pushing import PushService, push_service
from bench.run import Run, timed

TITLE = "Delivery of follow-ups that are pushed"
LATENCY = 0.05
LIMIT, TASKS, LOOP = "requests back to back", "one task a row", "a bare loop"


@dataclass(frozen=True, slots=True)
class Plan:
    """How many follow-ups are due at once; ``tasks`` and ``loop`` are how many for a way that asks for each."""

    sizes: tuple[int, ...]
    tasks: int
    loop: int
    rounds: int = 5


# No tasks: a worker takes longer to start than all the rest.
QUICK = Plan(sizes=(500,), tasks=0, loop=5)
FULL = Plan(sizes=(1_000, 4_000), tasks=40, loop=10)


def measure(run: Run, plan: Plan) -> list[Figure]:
    """Every way in turns; a worker is there only when tasks are measured."""
    with ExitStack() as started:
        service = started.enter_context(push_service(latency=LATENCY))
        started.enter_context(override_settings(EXPO_PUSH_URL=service.url))
        if plan.tasks:
            started.enter_context(run.worker({**os.environ, "EXPO_PUSH_URL": service.url}))
        run.say(f"{', '.join(f'{size:,}' for size in plan.sizes)} due, {plan.rounds} rounds")
        ways = {name: partial(rate, way, size, run, service) for name, (way, size) in ways_of(plan).items()}
        taken = side_by_side(ways, rounds=plan.rounds, chance=run.chance)
    return [figure for size in plan.sizes for figure in figures(size, plan, taken)]


def ways_of(plan: Plan) -> dict[str, tuple[Callable[[], object], int]]:
    """Each with how many are due for it."""
    ways: dict[str, tuple[Callable[[], object], int]] = {}
    for size in plan.sizes:
        ways[f"sweep of {size:,}"] = partial(sweep, size), size
    ways[LIMIT] = pushing.back_to_back, plan.sizes[0]
    ways[LOOP] = pushing.in_a_loop, plan.loop
    if plan.tasks:
        ways[TASKS] = partial(one_task_a_row, "bench.push_one"), plan.tasks
    return ways


def rate(way: Callable[[], object], size: int, run: Run, service: PushService) -> float:
    """Rows a second, from tables that hold nothing but what is due; each is said once and pushed once."""
    due.empty()
    due.add_due(size, run=run, phones=True)
    service.forget()
    seconds = timed(way)
    due.check_said(size)
    service.check_pushed(size)
    return size / seconds


def figures(size: int, plan: Plan, taken: Mapping[str, list[float]]) -> list[Figure]:
    """The sweep beside all the rest; what was measured with fewer rows says with how many."""
    mine = taken[f"sweep of {size:,}"]
    others = {LIMIT: f"× {LIMIT}", TASKS: f"× {TASKS}, of {plan.tasks}", LOOP: f"× {LOOP}, of {plan.loop}"}
    shown = medians({"sweep": mine, **{name: taken[name] for name in others if name in taken}})
    return [
        Figure(f"{size:,} due: the sweep", unit, ratios(mine, taken[name]), None, shown)
        for name, unit in others.items()
        if name in taken
    ]
