"""Every way of finalization writes the same rows, from the same year."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from bench import overdue, settling
from bench.measures import finalization
from bench.measures.history import a_copy, standing_in
from bench.overdue import Year
from bench.run import Run
from entrances.actions.finalize import attempt_finalization
from entrances.models import AppEntrance
from okta import clock
from rtm.models import EvidenceDay
from tests.make import NOON
from workouts.actions.rebuild_streak import rebuild_streak
from workouts.models import Streak, Workout

pytestmark = pytest.mark.django_db(transaction=True)

MIRROR = ("patient", "mirrored_from", "completed_on", "completed_at", "duration_minutes", "doctor", "tenant")


@pytest.fixture
def run() -> Run:
    return Run.of(7)


@pytest.fixture
def year() -> Iterator[Year]:
    """Three patients' year, in a database of their own, as the measure has it."""
    with a_copy(str(connection.settings_dict["NAME"])) as copy, standing_in(copy):
        yield overdue.live_a_year(3)


def keys() -> list[Any]:
    """Every index and constraint of the tables that are filled."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = ANY(%s) ORDER BY 1", [list(overdue.HISTORY)])
        indexes = cursor.fetchall()
        constraints = (
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = ANY(%s::regclass[])"
        )
        cursor.execute(f"{constraints} ORDER BY 1", [list(overdue.HISTORY)])
        return [*indexes, *cursor.fetchall()]


def in_a_row() -> None:
    """As a worker's task settles each."""
    for pk in overdue.ids():
        attempt_finalization(entrance_id=pk, now=clock.now())


def test_a_year_is_208_days_and_kept_as_the_product_keeps_it(year: Year) -> None:
    stored = list(Streak.objects.order_by("pk").values())
    assert len(stored) == 3
    assert Workout.objects.count() == EvidenceDay.objects.filter(counted=True).count() == 3 * 208
    for streak in Streak.objects.select_related("patient"):
        assert rebuild_streak(patient=streak.patient, now=NOON).longest_daily_streak == 208
    assert list(Streak.objects.order_by("pk").values()) == stored
    last = Workout.objects.order_by("completed_on", "pk").last()
    assert last is not None
    assert last.exercises.count() == 6


def test_filling_leaves_every_key_as_it_was(year: Year) -> None:
    after = keys()
    with overdue.without_keys(year):
        assert len(keys()) < len(after)
    assert keys() == after
    with standing_in(str(connection.settings_dict["NAME"]).removesuffix("_past")):
        assert keys() == after


def test_every_way_writes_the_same(year: Year, run: Run) -> None:
    ways: list[Callable[[], None]] = [finalization.sweep, settling.settle_in_sql, in_a_row]
    found = []
    for way in ways:
        assert finalization.rate(way, year, 2, run) > 0
        found.append(list(Workout.objects.filter(completed_via_app_entrance=True).order_by("patient").values(*MIRROR)))
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == 2


def test_each_round_begins_from_the_same_rows(year: Year, run: Run) -> None:
    before = [list(table.objects.order_by("pk").values()) for table in (Streak, Workout, EvidenceDay)]
    finalization.rate(finalization.sweep, year, 3, run)
    overdue.let_windows_close(year, 0, run=run)
    assert [list(table.objects.order_by("pk").values()) for table in (Streak, Workout, EvidenceDay)] == before


def test_a_sweep_without_stored_streaks_replays_them(year: Year, run: Run) -> None:
    finalization.rate(finalization.sweep, year, 3, run, prepare=overdue.forget_streaks)
    assert set(Streak.objects.values_list("daily_streak", flat=True)) == {209}


def test_a_timing_of_work_that_was_not_done_is_refused(year: Year, run: Run) -> None:
    said = "2 entrances were due; found 0 mirrors, 0 exercises, 0 streaks, 0 days of evidence, 0 entrances"
    with pytest.raises(AssertionError, match=said):
        finalization.rate(lambda: None, year, 2, run)


def test_what_nobody_waits_for_is_not_settled(year: Year, run: Run) -> None:
    overdue.let_windows_close(year, 2, run=run)
    AppEntrance.objects.update(window_ends_at=clock.now() + timedelta(hours=1))
    settling.settle_in_sql()
    assert len(overdue.ids()) == 2


def test_finalization_is_measured_against_plain_sql(run: Run) -> None:
    mine = connection.settings_dict["NAME"]
    with a_copy(str(mine)) as copy, standing_in(copy):
        figures = finalization.against_plain(overdue.live_a_year(5), 5, run, 5)
    assert [(figure.name, str(figure.target)) for figure in figures] == [
        ("5 overdue: the sweep", "≥ 0.40"),
        ("5 overdue: replaying every year", "None"),
    ]
    assert {len(figure.samples) for figure in figures} == {5}
    assert set(figures[0].beside) == {"plain SQL, rows/s", "sweep, rows/s", "replaying, rows/s"}
    assert connection.settings_dict["NAME"] == mine
