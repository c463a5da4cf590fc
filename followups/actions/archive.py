"""Moving what was settled long ago out of the client's table."""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.db import connection

from followups.models import FollowUpArchive, FollowUpRequest
from okta.sweeps import Budget, Swept

BATCH: Final = 1000
# Failed follow-ups, and those with a status of somebody else's, are in neither list and stay for ever.
SENT: Final = "status = 'sent' AND sent_at <= statement_timestamp() - %(after)s"
SENT_FIRST: Final = "sent_at"
CANCELLED: Final = """
    status = 'cancelled' AND scheduled_for <= statement_timestamp() - %(after)s
    AND created_at <= statement_timestamp() - %(after)s
"""
CANCELLED_FIRST: Final = "scheduled_for"
COLUMNS: Final = ", ".join(f'"{field.column}"' for field in FollowUpRequest._meta.concrete_fields)
FORGET: Final = f"""
    DELETE FROM {FollowUpArchive._meta.db_table} WHERE id IN (
        SELECT id FROM {FollowUpArchive._meta.db_table}
        WHERE archived_at <= statement_timestamp() - %(keep)s
        ORDER BY archived_at LIMIT {BATCH} FOR UPDATE SKIP LOCKED
    )
"""  # noqa: S608  constants of this file and names of our own tables


def moving(settled: str, first: str) -> str:
    """
    The statement that moves one batch, so that a row is always in one of the two tables.

    An id that is in the archive already was used again from outside: such a row stays where it is.
    """
    return f"""
        WITH chosen AS (
            SELECT id FROM follow_up_requests AS r
            WHERE {settled} AND NOT EXISTS (SELECT 1 FROM follow_up_archive AS a WHERE a.id = r.id)
            ORDER BY {first} LIMIT {BATCH} FOR UPDATE SKIP LOCKED
        ), gone AS (
            DELETE FROM follow_up_requests WHERE id IN (SELECT id FROM chosen) RETURNING {COLUMNS}
        )
        INSERT INTO follow_up_archive ({COLUMNS}) SELECT {COLUMNS} FROM gone
    """  # noqa: S608  as above


def archive_settled() -> Swept:
    """
    Archive what was sent or cancelled longer ago than ``FOLLOWUP_ARCHIVE_AFTER``; forget what was
    archived longer ago than ``FOLLOWUP_ARCHIVE_KEEP``, where that is not zero.

    On the database's clock, in batches of at most a thousand; what somebody else is changing waits
    for the next run. The messages to the parents and the attempts stay where they are (follow-up
    system, 2025-11-09).
    """
    budget, after = Budget(), settings.FOLLOWUP_ARCHIVE_AFTER
    rows = _until_done(lambda: _run(moving(SENT, SENT_FIRST), after=after), budget)
    rows += _until_done(lambda: _run(moving(CANCELLED, CANCELLED_FIRST), after=after), budget)
    if settings.FOLLOWUP_ARCHIVE_KEEP:
        rows += _until_done(lambda: _run(FORGET, keep=settings.FOLLOWUP_ARCHIVE_KEEP), budget)
    return Swept(rows=rows)


def _until_done(batch: Callable[[], int], budget: Budget) -> int:
    """Repeat a batch until one was not full, or the budget is spent; return how many rows it was."""
    rows, moved = 0, BATCH
    while moved == BATCH and budget.is_left():
        moved = batch()
        rows += moved
    return rows


def _run(statement: str, **values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        moved: int = cursor.rowcount
    return moved
