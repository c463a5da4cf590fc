"""What was due and what was done, over the time of a run: for the picture, read from the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg

POINTS = 120
# Each: when something came due, and when it was done.
CURVES = {
    "follow-ups": """
        SELECT greatest(scheduled_for, created_at), sent_at FROM follow_up_requests WHERE status = 'sent'
    """,
    "app visits": """
        SELECT window_ends_at, settled_at FROM entrances_appentrance
        WHERE status NOT IN ('PENDING', 'CANCELED_BY_REAL_WORKOUT')
    """,
    "pushes": """
        SELECT p.created_at, coalesce(min(t.at), p.settled_at)
        FROM notifications_push AS p
        JOIN notifications_device AS d ON d.id = p.device_id
        LEFT JOIN taken AS t ON t.recipient = d.token AND t.collapse_id = p.collapse_id
        WHERE p.status <> 'PENDING'
        GROUP BY p.id
    """,
}


def curves(connection: psycopg.Connection[Any], began: datetime, seconds: float) -> dict[str, dict[str, list[int]]]:
    """For each kind, how many were due and how many done by each of ``POINTS`` moments of the run."""
    found = {}
    for name, question in CURVES.items():
        rows = connection.execute(question).fetchall()
        due, done = (sorted((row[column] - began).total_seconds() for row in rows) for column in (0, 1))
        found[name] = {"due": by_moment(due, seconds), "done": by_moment(done, seconds)}
    return found


def by_moment(at: Sequence[float], seconds: float) -> list[int]:
    """
    How many of the sorted moments lie before each point of the run.

    >>> by_moment([1.0, 2.0], 4.0)[::40]
    [0, 1, 2]
    """
    counted, number = [], 0
    for point in range(1, POINTS + 1):
        while number < len(at) and at[number] <= seconds * point / POINTS:
            number += 1
        counted.append(number)
    return counted
