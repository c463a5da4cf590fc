"""
What a replay of streaks and of monitoring days costs, against the days of history.

Each size is measured beside a bare loop over the same days, interleaved, several times; the figure
is the median ratio. A replay is linear when its cost a day does not grow with the history.

    python -m bench.replay            about ten seconds; writes bench/results/replay.json
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from rtm.rules import graded, windows
from rtm.states import Grade
from workouts.streaks import replay

SIZES = (100, 365, 1_000, 3_650, 10_000)
ROUNDS = 9
FIRST = date(2000, 1, 3)
RESULTS = Path(__file__).parent / "results" / "replay.json"

Days = Sequence[tuple[date, int | None]]


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


def seconds(step: Callable[[Days], object], days: Days) -> float:
    """One timing, of enough repetitions to be read off the clock."""
    repetitions = max(1, 20_000 // len(days))
    started = time.perf_counter()
    for _ in range(repetitions):
        step(days)
    return (time.perf_counter() - started) / repetitions


def measure(count: int) -> dict[str, Any]:
    """The costs of one history, side by side."""
    days, steps = history(count), {"loop": bare_loop, "streaks": replay_streaks, "monitoring": replay_monitoring}
    timings: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(ROUNDS):
        for name, step in steps.items():
            timings[name].append(seconds(step, days))
    row: dict[str, Any] = {"days": count}
    for name in ("streaks", "monitoring"):
        ratios = [mine / bare for mine, bare in zip(timings[name], timings["loop"], strict=True)]
        row[name] = {
            "nanoseconds a day": round(statistics.median(timings[name]) / count * 1e9),
            "times a bare loop": round(statistics.median(ratios), 1),
            "spread": [round(min(ratios), 1), round(max(ratios), 1)],
        }
    return row


def main() -> None:
    rows = []
    sys.stdout.write(
        f"{'days':>7}  {'streaks, ns a day':>18} {'x loop':>7}  {'monitoring, ns a day':>21} {'x loop':>7}\n"
    )
    for count in SIZES:
        row = measure(count)
        rows.append(row)
        figures = [
            row[name][key] for name in ("streaks", "monitoring") for key in ("nanoseconds a day", "times a bare loop")
        ]
        sys.stdout.write("{:>7}  {:>18} {:>7}  {:>21} {:>7}\n".format(count, *figures))
        sys.stdout.flush()
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps({"rounds": ROUNDS, "rows": rows}, indent=2) + "\n")


if __name__ == "__main__":
    main()
