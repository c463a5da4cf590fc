"""How well pushes arrive: figures read from the rows, on the database's clock."""

from typing import Final

from django.db import connection

from accounts.models import User
from notifications.models import Notification, Push

HOURS: Final = 24
BY_HOUR: Final = f"""
    WITH settled AS (
        SELECT greatest(floor(extract(epoch FROM statement_timestamp() - settled_at) / 3600), 0) AS hours_ago, status
        FROM {Push._meta.db_table} AS push
        WHERE settled_at > statement_timestamp() - make_interval(hours => {HOURS}) AND (
            %(tenant)s::bigint IS NULL OR EXISTS (
                SELECT 1 FROM {Notification._meta.db_table} AS told
                JOIN {User._meta.db_table} AS person ON person.id = told.recipient_id
                WHERE told.id = push.notification_id AND person.tenant_id = %(tenant)s
            )
        )
    )
    SELECT hour, count(settled.status), count(*) FILTER (WHERE settled.status <> 'FAILED')
    FROM generate_series({HOURS} - 1, 0, -1) AS hour LEFT JOIN settled ON settled.hours_ago = hour
    GROUP BY hour ORDER BY hour DESC
"""  # noqa: S608  constants of this file and names of our own tables


def pushes_by_hour(*, tenant_id: int | None) -> list[tuple[int, int]]:
    """
    Of each of the last 24 hours, the oldest first, how many pushes were settled and how many of them accepted.

    Those of one clinic's people, or of everybody's.
    """
    with connection.cursor() as cursor:
        cursor.execute(BY_HOUR, {"tenant": tenant_id})
        return [(settled, accepted) for _hour, settled, accepted in cursor.fetchall()]
