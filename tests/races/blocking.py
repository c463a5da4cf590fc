"""Stopping other connections at a chosen row, without luck."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from django.db import connection, connections, transaction
from django.db.models import QuerySet

from okta.devstack.processes import wait_until

Result = TypeVar("Result")

WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def waiting_for_a_lock() -> int:
    """How many connections of this database stand before a row somebody else holds."""
    with connection.cursor() as cursor:
        # Inside a transaction the view would otherwise answer what it answered first.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(WAITING)
        return int(cursor.fetchone()[0])


def until_waiting(count: int) -> None:
    """Return once exactly ``count`` connections wait for a lock."""
    assert wait_until(lambda: waiting_for_a_lock() == count, seconds=10), f"{waiting_for_a_lock()} wait, not {count}"


class Background:
    """Steps running in threads of their own while the test holds a row."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool

    def start(self, step: Callable[[], Result]) -> "Future[Result]":
        def run() -> Result:
            try:
                return step()
            finally:
                connections.close_all()

        return self._pool.submit(run)


@contextmanager
def holding(rows: "QuerySet[object]") -> Iterator[Background]:  # type: ignore[type-var]
    """
    Hold the locks of ``rows`` inside the block; what was started in it goes on when the block ends.

    The block must not wait for the results of what it blocks: ask the futures after it.
    """
    with ThreadPoolExecutor(8) as pool, transaction.atomic():
        assert list(rows.select_for_update()), "there is no such row to hold"
        yield Background(pool)
