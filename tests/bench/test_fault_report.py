"""What a run of faults says of itself: the table, the file, the picture and the exit code."""

import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from bench import report as reports
from bench.faults import picture, telling
from bench.faults.__main__ import FULL, QUICK, parse
from bench.faults.audit import Finding
from bench.faults.curves import POINTS, by_moment
from bench.faults.memory import Memory
from bench.faults.run import as_taken
from bench.faults.settling import Settled
from bench.faults.telling import Report

ROOT = Path(__file__).resolve().parents[2]
SVG = "{http://www.w3.org/2000/svg}"
BEGAN = datetime(2026, 4, 8, 12, 0, tzinfo=UTC)
KEPT = Finding("notes", "nothing is owed & nothing <is> lost", [])
BROKEN = Finding("visits", "every visit is settled", [f"entrance {number}" for number in range(1, 8)])
CURVE = {"due": by_moment([0.0, 1.0, 2.0], 60.0), "done": by_moment([1.0, 30.0], 60.0)}
REPORT = Report(
    seed=7,
    quick=True,
    broken="",
    began=BEGAN,
    broken_for=40.4,
    lasted=60.0,
    happened=Counter({"kill worker": 2, "flush valkey": 1}),
    unforced=1,
    settled=Settled(12.3, 0, {"notes": 0, "pushes": 0}),
    findings=[KEPT],
    curves={"follow-ups": CURVE},
)


@pytest.fixture
def memory(db: None) -> Memory:
    """What is told is told with the database it was found on."""
    memory = Memory()
    for _ in range(1234):
        memory.note("saves", workout=1)
    memory.note("taken", recipient="a phone")
    for kind, target, at, seconds in (("killed", "worker 1", 6, 3), ("flushed", "valkey", 30, 0)):
        began = BEGAN + timedelta(seconds=at)
        ended = began + timedelta(seconds=seconds)
        memory.note("disturbances", kind=kind, target=target, began=began, ended=ended)
    return memory


def test_moments_are_counted_up_to_and_with_each_point() -> None:
    assert by_moment([1.0, 2.0], 4.0)[::40] == [0, 1, 2]
    assert by_moment([1.0, 1.0, 4.0, 5.0], 4.0)[28:31] == [0, 2, 2]
    assert by_moment([1.0, 1.0, 4.0, 5.0], 4.0)[-2:] == [2, 3]
    assert by_moment([-1.0], 4.0) == [1] * POINTS
    assert by_moment([], 4.0) == [0] * POINTS


@pytest.mark.parametrize(
    ("findings", "broken", "as_expected"),
    [([KEPT], "", True), ([KEPT, BROKEN], "", False), ([KEPT], "lock", False), ([KEPT, BROKEN], "lock", True)],
    ids=["all kept", "one broken", "nothing noticed", "noticed"],
)
def test_what_is_taken_out_turns_the_verdict_round(findings: list[Finding], broken: str, as_expected: bool) -> None:
    report = replace(REPORT, findings=findings, broken=broken)
    assert report.is_as_expected is as_expected


def test_the_table_says_what_happened_and_what_was_broken(memory: Memory, capsys: pytest.CaptureFixture[str]) -> None:
    telling.tell(replace(REPORT, findings=[KEPT, BROKEN]), memory)
    said = capsys.readouterr().out
    assert "3 faults in 40 s: 1,234 saves, 0 workouts" in said
    assert "     2  kill worker\n     1  flush valkey\n" in said
    assert "Settled in 12 s. Still owed: nothing.\n" in said
    assert [line.split()[-1] for line in said.splitlines() if "nothing is owed" in line] == ["kept"]
    assert [line.split()[-3:] for line in said.splitlines() if "every visit" in line] == [["BROKEN", "7", "times"]]
    assert ("entrance 5" in said, "entrance 6" in said) == (True, False)
    assert said.rstrip().endswith("PROMISES WERE BROKEN.")


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "Every promise was kept."),
        ({"broken": "rev"}, "Without the guarantee “rev” AND THE AUDIT DID NOT NOTICE."),
        ({"broken": "rev", "findings": [BROKEN]}, "Without the guarantee “rev” the audit noticed, as it must."),
    ],
)
def test_the_verdict_is_one_sentence(
    memory: Memory, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], verdict: str
) -> None:
    telling.tell(replace(REPORT, **changes), memory)
    assert capsys.readouterr().out.splitlines()[-1] == verdict


def test_what_is_still_owed_and_what_was_skipped_is_said(memory: Memory, capsys: pytest.CaptureFixture[str]) -> None:
    telling.tell(replace(REPORT, settled=Settled(90.0, 2, {"notes": 3, "visits": 0, "pushes": 1})), memory)
    sentence = "Settled in 90 s, of which waits for another attempt were skipped 2 times. "
    assert f"{sentence}Still owed: 3 notes, 1 pushes.\n" in capsys.readouterr().out


def test_the_file_has_every_promise_and_the_timeline(memory: Memory) -> None:
    found = replace(REPORT, findings=[KEPT, BROKEN]).as_json(memory)
    assert found["faults"] == {"kill worker": 2, "flush valkey": 1}
    assert [(one["story"], one["broken"]) for one in found["promises"]] == [("notes", 0), ("visits", 7)]
    assert found["timeline"] == [
        {"at": 6.0, "seconds": 3.0, "kind": "killed", "target": "worker 1"},
        {"at": 30.0, "seconds": 0.0, "kind": "flushed", "target": "valkey"},
    ]
    assert (found["did"]["saves"], found["did"]["pushes"]) == (1234, 1)
    assert (found["brokenForSeconds"], found["settledAfterSeconds"], found["curvesSeconds"]) == (40, 12, 60)


def drawn(report: Report, memory: Memory) -> ElementTree.Element:
    return ElementTree.fromstring(picture.svg(report.as_json(memory)))


def test_the_picture_says_in_words_what_it_shows(memory: Memory) -> None:
    drawing = drawn(REPORT, memory)
    described = drawing.findtext(f"{SVG}desc")
    assert described is not None
    assert described.startswith("1,234 saves, 0 workouts, 0 visits, 0 follow-ups promised, 0 taken back, 1 pushes. ")
    assert described.endswith("2 times kill worker, 1 times flush valkey")
    assert drawing.findtext(f"{SVG}title") == "3 faults in 40 s under load; every promise was kept"
    assert drawing.get("aria-labelledby") == "t d"


def test_the_picture_admits_what_was_broken(memory: Memory) -> None:
    drawing = drawn(replace(REPORT, findings=[KEPT, BROKEN]), memory)
    assert drawing.findtext(f"{SVG}title") == "3 faults in 40 s under load; 7 promises broken"


def test_what_was_out_of_order_is_drawn_when_it_was_and_as_long(memory: Memory) -> None:
    blocks = {
        block.findtext(f"{SVG}title"): (float(block.attrib["x"]), float(block.attrib["width"]), block.get("class"))
        for block in drawn(REPORT, memory).iter(f"{SVG}rect")
        if block.get("class") != "ground"
    }
    # 806 points are 60 s.
    assert blocks == {"killed, 3.0 s": (230.6, 40.3, "ours"), "flushed, 0.0 s": (553.0, 3.0, "server")}


def test_every_target_that_can_be_out_of_order_has_a_lane() -> None:
    targets = {*picture.LANES}
    assert targets == {
        "worker 1",
        "worker 2",
        "beat 1",
        "beat 2",
        "web",
        "postgres",
        "valkey",
        "messages",
        "push service",
    }


def test_what_came_due_and_what_was_done_end_where_they_were_counted(memory: Memory) -> None:
    lines = list(drawn(REPORT, memory).iter(f"{SVG}polyline"))
    assert [line.get("class") for line in lines] == ["due", "done"]
    due, done = (line.attrib["points"].split() for line in lines)
    assert (len(due), len(done)) == (POINTS, POINTS)
    bottom = picture.TOP + picture.LANE * len(picture.LANES) + picture.GAP + picture.CHART
    assert [points[-1] for points in (due, done)] == [f"956.0,{bottom - 84:.1f}", f"956.0,{bottom - 56:.1f}"]


def test_a_run_is_kept_as_a_file_and_a_picture(memory: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "QUICK", tmp_path)
    to = telling.keep(REPORT, memory)
    assert to == tmp_path / "faults.svg"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["faults.json", "faults.svg"]


def test_what_the_service_took_is_remembered_in_our_words() -> None:
    data = {"type": "DOCTOR_FEEDBACK", "workoutId": 7}
    taken = as_taken({"to": "a phone", "collapseId": "7:1:2", "data": data, "at": "2026-04-08T12:00:00Z"})
    assert taken == {
        "recipient": "a phone",
        "collapse_id": "7:1:2",
        "follow_up": None,
        "about": "DOCTOR_FEEDBACK",
        "workout": 7,
        "at": "2026-04-08T12:00:00Z",
    }
    assert as_taken({"to": "a phone", "data": None, "at": ""})["collapse_id"] is None


def test_how_many_faults_is_said_or_depends_on_the_hurry() -> None:
    assert [parse(given).faults for given in ([], ["--quick"], ["--quick", "--faults", "3"])] == [FULL, QUICK, 3]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (["--broken", "luck"], "invalid choice: 'luck'"),
        (["--faults", "0"], "--faults must be at least 1."),
        (["--faults", "-1"], "--faults must be at least 1."),
        (["--faults", "many"], "invalid int value: 'many'"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_started(given: list[str], why: str) -> None:
    command = [sys.executable, "-m", "bench.faults", *given]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (2, "")
    assert why in done.stderr
