"""
How well promises are kept: figures read from the rows, in one statement, on the database's clock.

A follow-up is *due* while it is scheduled and its time has come, whether it waits for a worker, for
its next attempt or for an earlier one of its conversation. A *try* is what was recorded of one follow-up
at one moment, on however many channels and devices; it has succeeded when one of them accepted the
message. (The numbers of attempts begin anew when a failed follow-up is scheduled again.)
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import connection

from followups.models import FollowUpAttempt, FollowUpRequest
from okta.models import SweepRun

SWEEP: Final = "followups.sweep"
OWN: Final = "(%(tenant)s::bigint IS NULL OR tenant_id = %(tenant)s)"
# An hour is any that ends a whole number of hours ago, so that the newest is the last hour of every other figure.
TRIES: Final = f"""
    SELECT bool_or(outcome = 'ACCEPTED') AS succeeded,
        greatest(floor(extract(epoch FROM statement_timestamp() - at) / 3600), 0) AS hours_ago
    FROM {FollowUpAttempt._meta.db_table}
    WHERE at > statement_timestamp() - interval '1 day' AND {OWN}
    GROUP BY follow_up_id, at
"""  # noqa: S608  as below
BY_HOUR: Final = f"""
    WITH tries AS ({TRIES})
    SELECT hour, count(tries.hours_ago), count(*) FILTER (WHERE tries.succeeded)
    FROM generate_series(23, 0, -1) AS hour LEFT JOIN tries ON tries.hours_ago = hour
    GROUP BY hour ORDER BY hour DESC
"""  # noqa: S608  as below
MEASURE: Final = f"""
    WITH due AS (
        SELECT count(*) AS number,
            greatest(max(statement_timestamp() - greatest(scheduled_for, created_at)), '0') AS oldest
        FROM {FollowUpRequest._meta.db_table}
        WHERE status = 'scheduled' AND scheduled_for <= statement_timestamp() AND {OWN}
    ), failed AS (
        SELECT count(*) AS number,
            count(*) FILTER (WHERE failed_at > statement_timestamp() - interval '1 day') AS last_day
        FROM {FollowUpRequest._meta.db_table} WHERE status = 'failed' AND {OWN}
    ), tries AS ({TRIES}), tried AS (
        SELECT count(*) AS last_day, count(*) FILTER (WHERE hours_ago = 0) AS last_hour,
            count(*) FILTER (WHERE succeeded) AS succeeded_last_day,
            count(*) FILTER (WHERE succeeded AND hours_ago = 0) AS succeeded_last_hour
        FROM tries
    )
    SELECT due.number, due.oldest, failed.number, failed.last_day,
        tried.last_hour, tried.succeeded_last_hour, tried.last_day, tried.succeeded_last_day,
        (
            SELECT statement_timestamp() - finished_at FROM {SweepRun._meta.db_table}
            WHERE kind = %(sweep)s AND ok ORDER BY started_at DESC LIMIT 1
        )
    FROM due, failed, tried
"""  # noqa: S608  constants of this file and names of our own tables
OUTCOMES: Final = f"""
    SELECT outcome, count(*) FILTER (WHERE at > statement_timestamp() - interval '1 hour'), count(*)
    FROM {FollowUpAttempt._meta.db_table} WHERE at > statement_timestamp() - interval '1 day'
    GROUP BY outcome ORDER BY outcome
"""  # noqa: S608  as above


@dataclass(frozen=True, slots=True)
class Tries:
    """The tries of a period that ends now."""

    number: int
    succeeded: int

    @property
    def rate(self) -> float | None:
        """The part that succeeded, from 0 to 1; None without a try."""
        return self.succeeded / self.number if self.number else None

    def below(self, percent: int, *, of_at_least: int) -> bool:
        """Fewer than so many of a hundred succeeded, of enough to say so."""
        return self.number >= of_at_least and self.succeeded * 100 < self.number * percent


@dataclass(frozen=True, slots=True)
class Measures:
    """The figures of one clinic, or of all, at one moment."""

    due: int
    oldest_due: timedelta
    """How long a parent has been waiting, counted from the later of the promised time and the promise."""
    failed: int
    failed_last_day: int
    last_hour: Tries
    last_day: Tries
    since_sweep: timedelta | None
    """Since a sweep last finished well; None when none ever has. The same for every clinic."""


def measure(*, tenant_id: int | None = None) -> Measures:
    """The figures of a clinic; without one, of all, and of the rows that have no clinic yet."""
    with connection.cursor() as cursor:
        cursor.execute(MEASURE, {"tenant": tenant_id, "sweep": SWEEP})
        due, oldest, failed, failed_last_day, hour, hour_well, day, day_well, since_sweep = cursor.fetchone()
    return Measures(due, oldest, failed, failed_last_day, Tries(hour, hour_well), Tries(day, day_well), since_sweep)


def tries_by_hour(*, tenant_id: int | None = None) -> list[Tries]:
    """The tries of each of the last 24 hours, the oldest first, of a clinic or of all."""
    with connection.cursor() as cursor:
        cursor.execute(BY_HOUR, {"tenant": tenant_id})
        return [Tries(number, succeeded) for _hour, number, succeeded in cursor.fetchall()]


def outcomes() -> dict[str, tuple[int, int]]:
    """By outcome, how many attempts the last hour and the last day saw, each channel and device counted."""
    with connection.cursor() as cursor:
        cursor.execute(OUTCOMES)
        return {outcome: (last_hour, last_day) for outcome, last_hour, last_day in cursor.fetchall()}
