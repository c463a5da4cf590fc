"""How the database goes about what the product asks it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection

# Of a smaller table, reading all of it may be the best there is.
BIG = 10_000
ROWS = "SELECT relname, reltuples FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"


class ReadsItAll(AssertionError):
    """A query of a page that reads a big table from its first row to its last."""


def check_plans(ask: Callable[[], object], *, big: int = BIG) -> int:
    """
    Look at the plan of every query that ``ask`` makes; how many there were.

    Raises ReadsItAll for one that reads a table of ``big`` rows or more, as the planner knows them, to
    its end.
    """
    asked: list[tuple[str, Any]] = []

    def listen(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Mapping[str, Any]) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        ask()
    with connection.cursor() as cursor:
        cursor.execute(ROWS)
        rows = dict(cursor.fetchall())
        for sql, params in asked:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
            for table in read_all_of(cursor.fetchone()[0][0]["Plan"]):
                if rows.get(table, 0) >= big:
                    raise ReadsItAll(f"Seq Scan on {table}, of {rows[table]:,.0f} rows: {' '.join(sql.split())}")
    return len(asked)


def read_all_of(plan: Mapping[str, Any]) -> Iterator[str]:
    """The tables that some part of a plan reads to the end."""
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for part in plan.get("Plans", ()):
        yield from read_all_of(part)


@contextmanager
def only_where_nothing_else_helps() -> Iterator[None]:
    """Let the planner read all of a table only where no index can be used, however small the table is."""
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        try:
            yield
        finally:
            cursor.execute("RESET enable_seqscan")
