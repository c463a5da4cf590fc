"""Asking a worker to look at the second a follow-up is due."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from okta.wakeups import wake

SHORTEST_HORIZON = timedelta(minutes=2)
# One wake-up serves all that is due in its second, however many there are.
UPCOMING = """
    SELECT DISTINCT ON (second) second, second - extract(epoch FROM statement_timestamp())
    FROM (
        SELECT ceil(extract(epoch FROM greatest(scheduled_for, next_attempt_at)))::bigint AS second
        FROM follow_up_requests
        WHERE status = 'scheduled' AND scheduled_for <= statement_timestamp() + %(horizon)s
            AND coalesce(next_attempt_at <= statement_timestamp() + %(horizon)s, true)
            AND CASE
                WHEN %(id)s::uuid IS NULL THEN greatest(scheduled_for, next_attempt_at) > statement_timestamp()
                ELSE id = %(id)s::uuid
            END
    ) AS upcoming
    ORDER BY second
    LIMIT 300
"""


def wake_delivery(*, follow_up_id: UUID | None = None) -> None:
    """
    Wake a worker for this follow-up, or for every one that comes due before the next sweeps.

    Beyond that horizon nothing is asked for: the sweep that comes shortly before the time will ask.
    """
    horizon = max(2 * settings.SWEEPS["followups.sweep"], SHORTEST_HORIZON)
    values: dict[str, Any] = {"horizon": horizon, "id": follow_up_id}
    with connection.cursor() as cursor:
        cursor.execute(UPCOMING, values)
        seconds = cursor.fetchall()
    for second, wait in seconds:
        if wait <= 0:
            wake("followups.deliver", key="followups.deliver")
        else:
            wake("followups.deliver", key=f"followups.deliver:{second}", after=timedelta(seconds=float(wait)))
