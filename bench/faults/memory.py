"""What the harness did and was answered: the model the database is compared with at the end."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import sql

# What each table remembers. ``kept``: the product said yes. Without it nobody knows: the answer was an
# error or never came, and both is right, that it happened and that it did not. ``began`` and ``ended``
# are this machine's clock, which is the database's as well.
INTERVAL = "began timestamptz, ended timestamptz, kept boolean"
TABLES = {
    "saves": f"workout bigint, exercise bigint, note text, {INTERVAL}",
    "completions": f"workout bigint, patient bigint, flagged boolean, {INTERVAL}",
    "visits": f"patient bigint, said text, {INTERVAL}",
    "visitors": "patient bigint, source bigint",
    "promises": (
        f"follow_up uuid, words text, conversation uuid, scheduled_for timestamptz, token text, place int, {INTERVAL}"
    ),
    "cancellations": f"conversation uuid, {INTERVAL}",
    # What the push service took: not what the product believes it took.
    "taken": "recipient text, collapse_id text, follow_up text, about text, workout text, at timestamptz",
    # When whom was out of order; an answer that was not given outside of all of them has no excuse.
    "disturbances": "kind text, target text, began timestamptz, ended timestamptz",
}


class Memory:
    """Written by many threads, read once they have ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
        self.surprises: list[str] = []

    def note(self, table: str, **row: Any) -> None:
        with self._lock:
            self.rows[table].append(row)

    def surprise(self, sentence: str) -> None:
        """Something no fault excuses, such as a 400 to a right request."""
        with self._lock:
            self.surprises.append(sentence)

    def count(self, table: str) -> int:
        with self._lock:
            return len(self.rows[table])

    def write_to(self, connection: psycopg.Connection[Any]) -> None:
        """Lay everything beside the product's own tables, for as long as this connection lasts."""
        for name, columns in TABLES.items():
            connection.execute(f"CREATE TEMPORARY TABLE {name} ({columns})")
            names = [column.split()[0] for column in columns.split(", ")]
            statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
                sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, names))
            )
            with connection.cursor() as cursor, cursor.copy(statement) as copy:
                for row in self.rows[name]:
                    copy.write_row([row.get(column) for column in names])
            connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(name)))


class Doing:
    """Something under way; ``kept`` when the product has said that it is done, ``said`` what it answered."""

    def __init__(self) -> None:
        self.began = now()
        self.kept = False
        self.said: Any = None
        self.learned: dict[str, Any] = {}

    def outcome(self) -> dict[str, Any]:
        return {"began": self.began, "ended": now(), "kept": self.kept, **self.learned}


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def remembered(memory: Memory, table: str, **row: Any) -> Iterator[Doing]:
    """Remember what is done inside, whatever becomes of it."""
    doing = Doing()
    try:
        yield doing
    finally:
        memory.note(table, **row, **doing.outcome())
