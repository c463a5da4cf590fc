"""Sweeps stand back from one another, and every run leaves a row that tells the truth."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.db.models.functions import Now
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

from okta.celery import app
from okta.models import SweepRun
from okta.sweeps import Budget, LastRun, Swept, forget_old_runs, last_runs, make_all_due, run_sweep
from tests.together import together

KIND = "okta.heartbeat"


def started_ago(**ago: float) -> Any:
    return Now() - timedelta(**ago)


@pytest.mark.django_db
def test_a_run_tells_what_it_found() -> None:
    assert run_sweep(KIND, lambda: Swept(rows=3, lag=timedelta(seconds=5))) == "3 rows"
    run = SweepRun.objects.get()
    assert (run.kind, run.ok, run.rows, run.lag) == (KIND, True, 3, timedelta(seconds=5))
    assert run.finished_at is not None


@pytest.mark.django_db
def test_a_run_that_raises_says_so_and_still_raises() -> None:
    def broken() -> Swept:
        raise LookupError("a patient's words")

    with pytest.raises(LookupError):
        run_sweep(KIND, broken)
    run = SweepRun.objects.get()
    assert (run.ok, run.failed) == (False, "LookupError")


@pytest.mark.django_db
def test_a_second_run_right_after_the_first_stands_back() -> None:
    run_sweep(KIND, Swept)
    assert run_sweep(KIND, Swept) == "skipped"
    assert SweepRun.objects.count() == 1


@pytest.mark.django_db
def test_another_kind_is_not_in_the_way() -> None:
    run_sweep(KIND, Swept)
    assert run_sweep("feedback.sweep", Swept) == "0 rows"


@pytest.mark.django_db
def test_the_next_interval_runs_again() -> None:
    run_sweep(KIND, Swept)
    SweepRun.objects.update(started_at=started_ago(seconds=59))
    assert run_sweep(KIND, Swept) == "0 rows"


@pytest.mark.django_db
def test_a_run_still_under_way_is_not_overtaken() -> None:
    SweepRun.objects.create(kind=KIND, started_at=started_ago(seconds=50))
    assert run_sweep(KIND, Swept) == "skipped"


@pytest.mark.django_db
def test_a_run_whose_worker_died_is_buried_an_interval_later() -> None:
    SweepRun.objects.create(kind=KIND, started_at=started_ago(seconds=60))
    assert run_sweep(KIND, Swept) == "0 rows"
    died, _ran = SweepRun.objects.order_by("pk")
    assert (died.ok, died.failed) == (False, "died")


@pytest.mark.django_db
def test_a_run_of_a_rare_sweep_is_not_believed_in_for_ever(settings: Any) -> None:
    settings.SWEEPS = {KIND: timedelta(hours=1)}
    SweepRun.objects.create(kind=KIND, started_at=started_ago(minutes=31))
    assert run_sweep(KIND, Swept) == "0 rows"


@pytest.mark.django_db(transaction=True)
def test_eight_beats_at_the_same_moment_run_one_sweep() -> None:
    answers = together([partial(run_sweep, KIND, Swept)] * 8)
    assert sorted(answers) == ["0 rows"] + ["skipped"] * 7


def test_a_budget_ends() -> None:
    assert Budget().is_left()
    assert not Budget(timedelta(0)).is_left()
    assert not Budget(-timedelta(seconds=1)).is_left()


@pytest.mark.django_db
def test_old_runs_are_forgotten_and_new_ones_kept() -> None:
    SweepRun.objects.create(kind=KIND, started_at=started_ago(days=15), finished_at=Now())
    SweepRun.objects.create(kind=KIND, started_at=started_ago(days=13), finished_at=Now())
    assert forget_old_runs() == 1
    assert SweepRun.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_starting_beat_finds_every_sweep_due(settings: Any) -> None:
    scheduler = DatabaseScheduler(app=app)
    make_all_due()
    scheduler.sync()
    due = {name for name, entry in scheduler.schedule.items() if name in settings.SWEEPS and entry.is_due().is_due}
    assert due == set(settings.SWEEPS)
    assert PeriodicTask.objects.filter(name__in=settings.SWEEPS).count() == len(settings.SWEEPS)


def ended(kind: str, *, ok: bool = True, **columns: Any) -> SweepRun:
    """A run that ended two seconds after it started."""
    started: timedelta = columns.pop("ago")
    return SweepRun.objects.create(
        kind=kind, started_at=Now() - started, finished_at=Now() - started + timedelta(seconds=2), ok=ok, **columns
    )


@pytest.mark.django_db
def test_the_last_run_tells_how_it_ended_and_when_one_ended_well() -> None:
    ended(KIND, ago=timedelta(minutes=9), rows=4, lag=timedelta(seconds=1))
    ended(KIND, ago=timedelta(minutes=5), rows=7, lag=timedelta(seconds=8))
    ended(KIND, ago=timedelta(minutes=2), ok=False, failed="LookupError")
    SweepRun.objects.create(kind=KIND)

    runs = last_runs()

    assert list(runs) == list(settings.SWEEPS)
    assert seconds(runs[KIND].age) == 118
    assert seconds(runs[KIND].good_age) == 298
    assert (runs[KIND].ok, runs[KIND].failed, runs[KIND].rows, runs[KIND].lag) == (False, "LookupError", 0, None)
    assert runs["feedback.sweep"] == LastRun(None, None, "", 0, None, None)


@pytest.mark.django_db
def test_the_last_good_run_tells_what_it_found() -> None:
    ended(KIND, ago=timedelta(minutes=1), rows=7, lag=timedelta(seconds=8))

    run = last_runs()[KIND]

    assert (run.ok, run.failed, run.rows, run.lag, run.age == run.good_age) == (True, "", 7, timedelta(seconds=8), True)


def seconds(age: timedelta | None) -> int:
    assert age is not None
    return int(age.total_seconds())
