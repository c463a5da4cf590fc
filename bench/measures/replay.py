"""
What a replay of streaks and of monitoring days costs, against the days of history.

Each size is measured beside a bare loop over the same days, in turns. A replay is linear when its
cost grows with the days and no faster: the slope of cost over days, both on a logarithmic scale, is 1.
"""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from bench.figures import Figure, Target, Way, ratios, side_by_side
from bench.run import Run, timed
from rtm.rules import graded, windows
from rtm.states import Grade
from workouts.streaks import replay

TITLE = "Replays of a history"
LINEAR = Target(at_most=1.1)
FIRST = date(2000, 1, 3)
# Enough repetitions to be read off the clock.
DAYS_A_TIMING = 20_000

Days = Sequence[tuple[date, int | None]]


@dataclass(frozen=True, slots=True)
class Plan:
    sizes: tuple[int, ...]
    """Days of history."""
    rounds: int = 9


QUICK = Plan(sizes=(100, 1_000, 10_000), rounds=5)
FULL = Plan(sizes=(100, 365, 1_000, 3_650, 10_000))


def measure(run: Run, plan: Plan) -> list[Figure]:
    """The cost beside the loop, size by size, then how it grows."""
    run.say(f"{plan.sizes[0]:,} to {plan.sizes[-1]:,} days, {plan.rounds} rounds")
    ways: dict[str, Way] = {
        f"{name} {count}": partial(seconds, step, history(count))
        for count in plan.sizes
        for name, step in STEPS.items()
    }
    taken = side_by_side(ways, rounds=plan.rounds, chance=run.chance)
    figures = []
    for name in ("streaks", "monitoring"):
        figures += [beside_loop(name, count, taken) for count in plan.sizes]
        figures.append(Figure(f"{name}: slope of cost over days", "", slopes(name, plan.sizes, taken), LINEAR))
    return figures


def history(count: int) -> Days:
    """Workout days with a rest every third day, and every seventh without minutes."""
    return [(FIRST + timedelta(days=n + n // 2), None if n % 7 == 0 else 25) for n in range(count)]


def bare_loop(days: Days) -> int:
    """The least anybody can do: look at every day once."""
    total = 0
    for _day, minutes in days:
        total += minutes or 0
    return total


def replay_streaks(days: Days) -> object:
    return replay(days, today=days[-1][0])


def replay_monitoring(days: Days) -> object:
    kept = graded((day, Grade.THERAPEUTIC if minutes else Grade.INFERRED) for day, minutes in days)
    return windows(kept, through=days[-1][0])


STEPS: Mapping[str, Callable[[Days], object]] = {
    "loop": bare_loop,
    "streaks": replay_streaks,
    "monitoring": replay_monitoring,
}


def seconds(step: Callable[[Days], object], days: Days) -> float:
    """The seconds one pass over the history takes."""
    repetitions = max(1, DAYS_A_TIMING // len(days))

    def repeat() -> None:
        for _ in range(repetitions):
            step(days)

    return timed(repeat) / repetitions


def beside_loop(name: str, count: int, taken: Mapping[str, list[float]]) -> Figure:
    samples, loop = taken[f"{name} {count}"], taken[f"loop {count}"]
    shown = {"nanoseconds a day": statistics.median(samples) / count * 1e9}
    return Figure(f"{name}, {count:,} days", "× a bare loop", ratios(samples, loop), None, shown)


def slopes(name: str, sizes: Sequence[int], taken: Mapping[str, list[float]]) -> list[float]:
    """Round by round, the line through the logarithms."""
    days = [math.log(count) for count in sizes]
    rounds = zip(*(taken[f"{name} {count}"] for count in sizes), strict=True)
    return [statistics.linear_regression(days, [math.log(cost) for cost in costs]).slope for costs in rounds]
