"""The measures find what they say, by the way they say; how fast is for a quiet machine to tell."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection

from bench import due, naive, picture, report
from bench.__main__ import NAMES
from bench.broker import Watch
from bench.cast import a_workout
from bench.figures import Figure, Target, side_by_side
from bench.measures import broker, delivery, finalization, history, memory, pages, pushed, replay, requests
from bench.run import Run
from followups.models import FollowUpAttempt, FollowUpMessage, FollowUpRequest
from tests.live import an_empty_broker

ROOT = Path(__file__).resolve().parents[2]
MET = Figure("twice as fast", "× a bare loop", [2.0, 3.0, 2.5], Target(at_least=2), {"rows/s": 12_345.678})
MISSED = Figure("a burst & its messages", "messages", [3, 4, 3], Target(at_most=2))
PLAIN = Figure("no <target>", "× nothing", [0, 0.5, 0.1])


@pytest.fixture
def run() -> Run:
    return Run.of(7)


def shown(name: str, figures: list[Figure]) -> dict[str, Any]:
    return report.result(name, "A title", figures, seed=7, quick=True)


def test_every_measure_has_the_shape_of_the_others() -> None:
    assert NAMES == ["broker", "delivery", "finalization", "history", "memory", "pages", "pushed", "replay", "requests"]
    for module in (broker, delivery, finalization, history, memory, pages, pushed, replay, requests):
        assert module.TITLE
        assert module.QUICK.rounds >= 5
        assert module.FULL.rounds >= 5


def test_an_unknown_measure_is_refused_before_anything_is_started() -> None:
    command = [sys.executable, "-m", "bench", "--only", "luck"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "invalid choice: 'luck'" in done.stderr
    assert done.stdout == ""


def test_ways_are_taken_in_turns_and_the_order_is_the_seeds() -> None:
    taken: list[str] = []

    def way(name: str) -> Callable[[], float]:
        return lambda: taken.append(name) or float(len(taken))  # type: ignore[func-returns-value]

    ways = {name: way(name) for name in "abc"}
    timings = side_by_side(ways, rounds=4, chance=Run.of(7).chance)
    first, taken = taken, []
    side_by_side(ways, rounds=4, chance=Run.of(7).chance)
    assert first == taken
    assert [sorted(first[n : n + 3]) for n in range(0, 12, 3)] == [["a", "b", "c"]] * 4
    assert {name: len(each) for name, each in timings.items()} == {"a": 4, "b": 4, "c": 4}


@pytest.mark.django_db(transaction=True)
def test_every_way_of_delivery_says_each_follow_up_once(run: Run) -> None:
    for way, attempts in ((lambda: delivery.sweep(30), 30), (naive.deliver_in_sql, 30), (naive.deliver_in_a_loop, 0)):
        assert delivery.rate(way, 30, run) > 0
        assert FollowUpRequest.objects.filter(status="sent").count() == 30
        assert FollowUpMessage.objects.values("follow_up_id").distinct().count() == 30
        assert FollowUpAttempt.objects.count() == attempts


@pytest.mark.django_db(transaction=True)
def test_one_task_a_row_says_it_once_however_often_it_runs(run: Run) -> None:
    due.add_due(2, run=run)
    first, second = due.ids()
    for _ in range(2):
        naive.deliver_one(follow_up_id=str(first))
    assert due.ids() == [second]
    assert FollowUpMessage.objects.get().follow_up_id == first


@pytest.mark.django_db(transaction=True)
def test_a_timing_of_work_that_was_not_done_is_refused(run: Run) -> None:
    with pytest.raises(AssertionError, match="3 follow-ups were due; 3 still are, and 0 were said"):
        delivery.rate(lambda: None, 3, run)


@pytest.mark.django_db(transaction=True)
def test_delivery_is_measured_against_plain_sql(run: Run) -> None:
    [figure] = delivery.measure(run, delivery.Plan(sizes=(20,), slow_up_to=0, rounds=5))
    assert (figure.name, figure.unit, str(figure.target)) == ("20 due: the sweep", "× plain SQL", "≥ 0.45")
    assert len(figure.samples) == 5
    assert set(figure.beside) == {"sweep, rows/s", "plain SQL, rows/s"}


@pytest.mark.django_db(transaction=True)
def test_the_past_is_written_into_a_copy_and_gone_afterwards(run: Run) -> None:
    mine = connection.settings_dict["NAME"]
    [figure] = history.measure(run, history.Plan(due=10, sent=50, rounds=5))
    assert figure.name == "10 due beside 50 sent"
    assert len(figure.samples) == 5
    assert connection.settings_dict["NAME"] == mine
    assert FollowUpRequest.objects.count() == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [f"{mine}_past"])
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_a_burst_is_counted_by_the_broker_itself() -> None:
    with an_empty_broker(), Watch(settings.REDIS_URL) as watch:
        ours = broker.burst(broker.ours, 7, watch)
        naively = broker.burst(broker.naive, 7, watch)
        current_app.send_task(broker.OURS, kwargs={"delivery_id": 0}, queue="timers", retry=False)
        watch.catch_up()
    assert (watch.published[ours.kind], ours.held) == (1, 1)
    assert (watch.published[naively.kind], naively.held) == (7, 7)
    counted = broker.figures(7, [ours, naively], watch)
    assert [(figure.name, figure.median) for figure in counted] == [
        ("a burst of 7: published", 1),
        ("a burst of 7: at once", 1),
        ("a burst of 7: one countdown a save", 7),
    ]


@pytest.mark.django_db
def test_every_workout_of_the_cast_is_another() -> None:
    assert a_workout().pk != a_workout().pk


def test_replays_are_measured_size_by_size_and_by_their_slope(run: Run) -> None:
    figures = replay.measure(run, replay.Plan(sizes=(10, 20), rounds=5))
    assert [figure.name for figure in figures] == [
        "streaks, 10 days",
        "streaks, 20 days",
        "streaks: slope of cost over days",
        "monitoring, 10 days",
        "monitoring, 20 days",
        "monitoring: slope of cost over days",
    ]
    assert {len(figure.samples) for figure in figures} == {5}


def test_a_missed_target_is_shown_with_its_number() -> None:
    rows = [line.split() for line in report.table([MET, MISSED, PLAIN]).splitlines()]
    assert rows[1][-3:] == ["≥", "2", "met"]
    assert rows[2][-3:] == ["≤", "2", "MISSED"]
    assert "3 3 – 4 messages" in " ".join(rows[2])


@pytest.mark.django_db
def test_a_result_says_when_where_and_how_far_the_rounds_lie_apart(tmp_path: Path) -> None:
    written = json.loads(report.write(shown("luck", [MET, MISSED]), directory=tmp_path).read_text())
    assert written["machine"]["cores"] >= 1
    assert len(written["date"]) == len("2026-04-08")
    assert (written["measure"], written["seed"], written["quick"]) == ("luck", 7, True)
    assert written["figures"] == [
        {
            "name": "twice as fast",
            "unit": "× a bare loop",
            "median": 2.5,
            "min": 2.0,
            "max": 3.0,
            "rounds": 3,
            "target": "≥ 2",
            "met": True,
            "beside": {"rows/s": 12_350.0},
        },
        {
            "name": "a burst & its messages",
            "unit": "messages",
            "median": 3.0,
            "min": 3.0,
            "max": 4.0,
            "rounds": 3,
            "target": "≤ 2",
            "met": False,
            "beside": {},
        },
    ]


@pytest.mark.django_db
def test_the_picture_is_well_formed_and_says_what_is_in_it(tmp_path: Path) -> None:
    for name in ("luck", "chance"):
        report.write(shown(name, [MET, MISSED, PLAIN]), directory=tmp_path)
    root = ElementTree.parse(report.draw(directory=tmp_path, to=tmp_path / "it.svg")).getroot()
    words = ["".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert words.count("a burst & its messages") == 2
    assert words.count("≤ 2 missed") == 2
    assert "no <target>" in words
    assert "prefers-color-scheme:dark" in picture.STYLE


def test_the_committed_picture_is_drawn_from_the_committed_results(tmp_path: Path) -> None:
    directory, pictures = report.places(quick=False)
    assert {path.stem for path in directory.glob("*.json")} == {*NAMES, "faults"}
    assert (pictures / "bench.svg").read_text() == report.draw(
        directory=directory, to=tmp_path / "again.svg"
    ).read_text()
