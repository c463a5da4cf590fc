"""Running steps at the same time, each on a database connection of its own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connections

Result = TypeVar("Result")


def together(steps: Sequence[Callable[[], Result]], *, threads: int | None = None) -> list[Result]:
    """
    Run every step in a thread, all starting at the same moment; give back their results in order.

    With fewer ``threads`` than steps they start together and then take turns. An exception in any
    step is raised here.
    """
    workers = threads or len(steps)
    barrier = Barrier(workers)

    def begin() -> None:
        barrier.wait(timeout=10)

    def run(step: Callable[[], Result]) -> Result:
        try:
            return step()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(workers, initializer=begin) as pool:
        return list(pool.map(run, steps))
