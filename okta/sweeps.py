"""
Sweeps: the repair that finds every due row whether or not its wake-up survived.

A sweep is a Celery task that beat asks for at the interval in ``settings.SWEEPS``. Each run is a
``SweepRun`` row; a run that meets one of its kind running, or just started, stands back, so any
number of beats is harmless.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol, cast

from celery import Task, shared_task
from celery.signals import beat_init
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django_celery_beat.models import PeriodicTask, PeriodicTasks

from okta.models import SweepRun

logger = logging.getLogger(__name__)

# A run whose worker was killed never finishes. It stands in the way for one interval, so that a
# killed sweep costs one; believing in it longer would only be politeness, since two runs are harmless.
SHORTEST_LIFE = timedelta(seconds=10)
LONGEST_LIFE = timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT + 20)
KEPT_FOR = timedelta(days=14)
STARTED = time.monotonic()
LATE_AFTER_INTERVALS = 3

START = """
    INSERT INTO okta_sweeprun (kind, started_at, rows, failed)
    SELECT %(kind)s, statement_timestamp(), 0, ''
    WHERE NOT EXISTS (
        SELECT 1 FROM okta_sweeprun
        WHERE kind = %(kind)s AND started_at > statement_timestamp() - make_interval(secs => %(spacing)s)
    )
    ON CONFLICT DO NOTHING
    RETURNING id
"""

LAST_GOOD = """
    SELECT kinds.kind, statement_timestamp() - last.finished_at, last.lag
    FROM unnest(%s::text[]) WITH ORDINALITY AS kinds (kind, position)
    LEFT JOIN LATERAL (
        SELECT finished_at, lag FROM okta_sweeprun WHERE kind = kinds.kind AND ok ORDER BY started_at DESC LIMIT 1
    ) AS last ON true
    ORDER BY kinds.position
"""


# The last run is the last that ended: one that is under way has nothing to tell yet.
LAST = """
    SELECT kinds.kind, statement_timestamp() - last.finished_at, last.ok, last.failed, last.rows, last.lag,
        statement_timestamp() - good.finished_at
    FROM unnest(%s::text[]) WITH ORDINALITY AS kinds (kind, position)
    LEFT JOIN LATERAL (
        SELECT * FROM okta_sweeprun
        WHERE kind = kinds.kind AND finished_at IS NOT NULL ORDER BY started_at DESC LIMIT 1
    ) AS last ON true
    LEFT JOIN LATERAL (
        SELECT finished_at FROM okta_sweeprun WHERE kind = kinds.kind AND ok ORDER BY started_at DESC LIMIT 1
    ) AS good ON true
    ORDER BY kinds.position
"""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found: rows settled, and how late the oldest of them was."""

    rows: int = 0
    lag: timedelta | None = None


class Budget:
    """The time one run may spend, well inside a task's soft time limit; the next run finds what is left."""

    def __init__(self, allowed: timedelta = timedelta(seconds=30)) -> None:
        self._ends = time.monotonic() + allowed.total_seconds()

    def is_left(self) -> bool:
        return time.monotonic() < self._ends


@dataclass(frozen=True, slots=True)
class GoodRun:
    """The last run of a kind that finished well: how long ago, and the lag it found; None without one."""

    age: timedelta | None
    lag: timedelta | None


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last run of a kind that ended, well or not; without one, everything is None, empty or zero."""

    age: timedelta | None
    ok: bool | None
    failed: str
    """The name of what it raised."""
    rows: int
    lag: timedelta | None
    good_age: timedelta | None
    """Since one last ended well."""


class SweepStep(Protocol):
    def __call__(self) -> Swept: ...


def sweep(name: str) -> Callable[[SweepStep], "Task[Any, Any]"]:
    """Register ``step`` as the sweep task ``name``; the name must be a key of ``settings.SWEEPS``."""

    def register(step: SweepStep) -> "Task[Any, Any]":
        def run(**_newer: object) -> str:
            return run_sweep(name, step)

        run.__doc__ = step.__doc__
        return cast("Task[Any, Any]", shared_task(name=name)(run))

    return register


def run_sweep(kind: str, step: SweepStep) -> str:
    """Run ``step`` unless another run of this kind is under way or has just started; say what happened."""
    run_id = _start(kind)
    if run_id is None:
        return "skipped"
    run = SweepRun.objects.filter(pk=run_id)
    try:
        swept = step()
    except BaseException as error:
        run.update(finished_at=Now(), ok=False, failed=type(error).__name__)
        raise
    run.update(finished_at=Now(), ok=True, rows=swept.rows, lag=swept.lag)
    return f"{swept.rows} rows"


def _start(kind: str) -> int | None:
    every = settings.SWEEPS[kind]
    # A little less than an interval: the sweep that comes an interval later must find it gone.
    life = min(max(every * 0.9, SHORTEST_LIFE), LONGEST_LIFE)
    SweepRun.objects.filter(kind=kind, finished_at=None, started_at__lt=Now() - life).update(
        finished_at=Now(), ok=False, failed="died"
    )
    # Half an interval: two beats ask at the same moment, one beat never that often.
    spacing = every.total_seconds() / 2
    with transaction.atomic(), connection.cursor() as cursor:
        # In turn, so that each looks after the one before it has left its row.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"sweep:{kind}"])
        cursor.execute(START, {"kind": kind, "spacing": spacing})
        row = cursor.fetchone()
    return row[0] if row else None


def last_good_runs() -> dict[str, GoodRun]:
    """Every kind in ``settings.SWEEPS`` with its last good run, in one query, on the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_GOOD, [list(settings.SWEEPS)])
        return {kind: GoodRun(age, lag) for kind, age, lag in cursor.fetchall()}


def last_runs() -> dict[str, LastRun]:
    """Every kind in ``settings.SWEEPS`` with its last run, in one query, on the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(LAST, [list(settings.SWEEPS)])
        return {
            kind: LastRun(age, ok, failed or "", rows or 0, lag, good_age)
            for kind, age, ok, failed, rows, lag, good_age in cursor.fetchall()
        }


def is_overdue(kind: str, age: timedelta | None) -> bool:
    """Whether a sweep whose last good run was ``age`` ago has missed three of its intervals."""
    return age is None or age > settings.SWEEPS[kind] * LATE_AFTER_INTERVALS


def is_late(kind: str, age: timedelta | None) -> bool:
    """
    Whether a sweep is overdue, and this process has lived for long enough to hold it against anybody.

    When a whole stack starts, every sweep is overdue and about to run.
    """
    grown_up = time.monotonic() - STARTED > (settings.SWEEPS[kind] * LATE_AFTER_INTERVALS).total_seconds()
    return grown_up and is_overdue(kind, age)


def forget_old_runs() -> int:
    """Delete the runs nobody will ask about any more; return how many."""
    deleted, _ = SweepRun.objects.filter(started_at__lt=Now() - KEPT_FOR).delete()
    return deleted


@beat_init.connect
def make_all_due(**_: Any) -> None:
    """
    Make every sweep due when beat starts, instead of an interval later.

    Whatever came due while beat was down is repaired at once, and a new stack shows at once that
    beat, broker, worker and database work together.
    """
    PeriodicTask.objects.filter(name__in=settings.SWEEPS).update(last_run_at=Now() - max(settings.SWEEPS.values()))
    PeriodicTasks.update_changed()
