"""
Each story once, through the running stack, as its users would see it.

Everything goes over HTTP and is looked up at the fake push provider; nothing is read from the
database. One function tells one story; `./dev up --once` runs all of them and prints the table.
"""

from __future__ import annotations

import json
import os
import reprlib
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from okta.devstack.stage import Person, Stage

PATIENCE_SECONDS = 20.0
# Long enough for a second delivery to show itself, were there one.
SETTLE_SECONDS = 1.5
EDITS = 20
# How long each story waits at most: its window, and the sweep that repairs a lost wake-up.
WINDOWS = (
    (("FEEDBACK_QUIET_PERIOD", "300"), ("FEEDBACK_SWEEP_EVERY", "60")),
    (("ENTRANCE_WINDOW", "7200"), ("ENTRANCE_SWEEP_EVERY", "900")),
    (("FOLLOWUP_SWEEP_EVERY", "60"),),
)
# Time enough to see that nothing is said early, and to show how late it is.
PROMISED_IN = timedelta(seconds=4)
LATE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Sight:
    """One thing that must be so, and what was seen instead or as well."""

    what: str
    expected: Any
    seen: Any

    @property
    def as_expected(self) -> bool:
        return bool(self.expected == self.seen)


def app_entrances(stage: Stage) -> Iterator[Sight]:
    """A patient opens the app and does not train; it becomes an inferred visit, and no monitoring data."""
    logged = stage.patient.ask("POST", "/v2/app-entrances/log")
    if logged["status"] == "already_completed":
        yield Sight("nothing to infer: the patient has trained today", "already_completed", logged["status"])
        return
    day = logged["entrance"]["localDate"]
    if logged["status"] == "pending":
        yield Sight("inferred visits while the window is open", 0, len(inferred(stage.patient, day)))
    visits = eventually(lambda: inferred(stage.patient, day), bool)
    yield Sight("inferred visits once it has closed", 1, len(visits))
    yield Sight("minutes it took", [0], [visit["durationMinutes"] for visit in visits])
    yield Sight("another visit of the day", "settled", stage.patient.ask("POST", "/v2/app-entrances/log")["status"])
    rtm = stage.doctor.ask("GET", f"/v2/doctor/rtm?patientId={stage.patient_id}")
    graded = [(one["grade"], one["counted"]) for one in rtm["days"] if one["date"] == day]
    yield Sight("the day as monitoring data", [("inferred", False)], graded)


def inferred(patient: Person, day: str) -> list[dict[str, Any]]:
    """The patient's inferred visits of a day that nothing has replaced."""
    return [
        one
        for one in patient.all("/v2/workouts/patient/completed")
        if one["completedViaAppEntrance"] and one["completedOn"] == day and one["supersededAt"] is None
    ]


def feedback(stage: Stage) -> Iterator[Sight]:
    """A patient reports pain and the doctor hears of it once; the doctor's notes go out once, settled."""
    session = stage.planned_workout()
    yield from patient_to_doctor(stage, session)
    yield from doctor_to_patient(stage, session)


def patient_to_doctor(stage: Stage, session: dict[str, Any]) -> Iterator[Sight]:
    workout_id, first = session["id"], session["exercises"][0]
    before = {one["id"]: one["unreadCount"] for one in stage.doctor.all("/v2/conversations")}
    reported = {"exerciseInWorkoutId": first["exerciseInWorkoutId"], "pain": 8, "patientNotes": "My knee hurt."}
    body = {"durationMinutes": 20, "exercises": [reported]}

    done = stage.patient.ask("POST", f"/v2/workouts/{workout_id}/complete", body)
    yield Sight("the workout is completed", "COMPLETED", done["status"])

    cards = eventually(lambda: stage.doctor.cards("PATIENT_FEEDBACK_SUMMARY", workout_id), bool)
    pushes = settled(lambda: stage.pushes("PATIENT_FEEDBACK", workout_id))
    yield Sight("cards the doctor has about it", 1, len(cards))
    yield Sight("pushes to the doctor", 1, len(pushes))
    if not cards:
        return
    conversation = cards[0]["conversation"]
    yield Sight("flags on the exercise", ["notes", "pain"], sorted(cards[0]["metadata"]["exercises"][0]["flags"]))
    yield Sight("unread more than before", 1, conversation["unreadCount"] - before.get(conversation["id"], 0))


def doctor_to_patient(stage: Stage, session: dict[str, Any]) -> Iterator[Sight]:
    workout_id = session["id"]
    exercises = [one["exerciseInWorkoutId"] for one in session["exercises"][:2]]
    last: dict[int, str] = {}
    for edit in range(EDITS):
        exercise = exercises[edit % len(exercises)]
        last[exercise] = f"Bend only as far as it is comfortable ({edit + 1})."
        write_note(stage, exercise, last[exercise])
    yield Sight(f"cards the patient has right after {EDITS} edits", 0, len(notes(stage, workout_id)))

    cards = eventually(lambda: notes(stage, workout_id), bool)
    pushes = settled(lambda: stage.pushes("DOCTOR_FEEDBACK", workout_id))
    yield Sight("cards once it is quiet", 1, len(cards))
    yield Sight("its texts are the last ones", last, texts(cards))
    yield Sight("pushes to the patient", 1, len(pushes))

    last[exercises[0]] = "Rest it for two days."
    write_note(stage, exercises[0], last[exercises[0]])
    cards = eventually(lambda: notes(stage, workout_id), lambda now: texts(now) == last)
    pushes = settled(lambda: stage.pushes("DOCTOR_FEEDBACK", workout_id))
    yield Sight("cards after a later edit", 1, len(cards))
    yield Sight("its texts are the last ones again", last, texts(cards))
    yield Sight("pushes to the patient by then", 2, len(pushes))


def write_note(stage: Stage, exercise: int, text: str) -> None:
    path = f"/v2/exercises/exercises-in-workout/{exercise}/doctor-post-notes"
    stage.doctor.ask("PATCH", path, {"doctorNotesPostExercise": text})


def notes(stage: Stage, workout_id: int) -> list[dict[str, Any]]:
    return stage.patient.cards("DOCTOR_FEEDBACK_NOTE", workout_id)


def texts(cards: list[dict[str, Any]]) -> dict[int, str]:
    rows = cards[0]["metadata"]["exercises"] if cards else []
    return {row["exerciseInWorkoutId"]: row["doctorNotesPostExercise"] for row in rows}


def follow_ups(stage: Stage) -> Iterator[Sight]:
    """A provider's mobile client promises a message; it arrives on its second, once, and a cancelled one never."""
    conversation = stage.promised_to["conversationId"]
    at = datetime.now(UTC).replace(microsecond=0) + PROMISED_IN
    taken_back, promised = (
        {
            "conversation_id": conversation.upper(),
            "user_id": stage.promised_to["userId"],
            "scheduled_for": f"{at:%Y-%m-%dT%H:%M:%SZ}",
            "urgency": "routine",
            "display_text": text,
            "original_message": text,
            "status": "scheduled",
        }
        for text in (f"Never mind ({at:%H:%M:%S}).", f"How is the knee today? ({at:%H:%M:%S})")
    )
    stage.mobile.add("follow_up_requests", taken_back)
    stage.mobile.change(
        f"follow_up_requests?conversation_id=eq.{conversation.upper()}&status=eq.scheduled", {"status": "cancelled"}
    )
    ids = {stage.mobile.add("follow_up_requests", promised)["id"] for _ in range(3)}
    yield Sight("follow-ups after the same request three times", 1, len(ids))
    badge = f"provider_review_requests?conversation_id=eq.{conversation.lower()}"
    stage.mobile.change(badge, {"schedule_followup": True})
    yield Sight("the badge in the doctor's list", True, badged(stage, conversation))
    yield Sight("messages before its time", [], said(stage, promised, taken_back))
    yield from kept(stage, promised, taken_back, ids.pop())
    stage.mobile.change(badge, {"schedule_followup": False})
    yield Sight("the badge once it is tapped", False, badged(stage, conversation))


def kept(stage: Stage, promised: dict[str, Any], taken_back: dict[str, Any], follow_up_id: str) -> Iterator[Sight]:
    messages = settled(lambda: said(stage, promised, taken_back))
    yield Sight("messages once its time has come", [promised["display_text"]], messages)
    [row] = stage.mobile.rows(
        f"follow_up_requests?conversation_id=eq.{promised['conversation_id']}&id=eq.{follow_up_id}"
    )
    yield Sight("its status", "sent", row["status"])
    late = datetime.fromisoformat(row["sent_at"] or row["created_at"]) - datetime.fromisoformat(row["scheduled_for"])
    yield Sight(f"it was at most {LATE_SECONDS:.0f} s late", True, 0 <= late.total_seconds() <= LATE_SECONDS)
    pushes = [push for push in stage.received() if push["data"].get("follow_up_id") == follow_up_id]
    yield Sight("pushes to the parent", ["Follow-up from your provider"], [push["title"] for push in pushes])


def said(stage: Stage, *rows: dict[str, Any]) -> list[str]:
    """Which of these follow-ups the parent can read."""
    texts = [row["display_text"] for row in rows]
    query = f"follow_up_messages?conversation_id=eq.{rows[0]['conversation_id']}&order=timestamp.asc"
    return [row["message_content"] for row in stage.mobile.rows(query) if row["message_content"] in texts]


def badged(stage: Stage, conversation: str) -> bool:
    listed = stage.doctor.all("/v2/conversations")
    return any(one["hasScheduledFollowUp"] for one in listed if one["id"] == conversation)


# The visit first: it is one only as long as the patient has not trained that day.
STORIES: tuple[Callable[[Stage], Iterator[Sight]], ...] = (app_entrances, feedback, follow_ups)


def eventually(look: Callable[[], Any], holds: Callable[[Any], bool]) -> Any:
    """What is seen once it holds, or at the end of our patience."""
    deadline = time.monotonic() + max(sum(seconds(*pair) for pair in story) for story in WINDOWS) + PATIENCE_SECONDS
    seen = look()
    while not holds(seen) and time.monotonic() < deadline:
        time.sleep(0.2)
        seen = look()
    return seen


def seconds(name: str, default: str) -> float:
    return float(os.environ.get(name, default))


def settled(look: Callable[[], list[Any]]) -> list[Any]:
    """What is there a moment after the first came: a second one would be there too."""
    eventually(look, bool)
    time.sleep(SETTLE_SECONDS)
    return look()


def tell(story: Callable[[Stage], Iterator[Sight]], stage: Stage) -> bool:
    """Run one story and print a row for each sight; whether all was as expected."""
    print(f"\n{story.__name__.replace('_', ' ')}: {story.__doc__}", flush=True)
    well = True
    try:
        for sight in story(stage):
            well = well and sight.as_expected
            print(row(sight), flush=True)
    except (httpx.HTTPError, LookupError, TypeError) as problem:
        print(f"  NOT OK   the story broke off: {problem}", flush=True)
        return False
    return well


def row(sight: Sight) -> str:
    """A line of the table; what went wrong is shown whole."""
    if sight.as_expected:
        return f"  ok       {sight.what:<44} {reprlib.repr(sight.seen)}"
    return f"  NOT OK   {sight.what:<44} {sight.seen!r} instead of {sight.expected!r}"


def main(ready: Path) -> int:
    stage = Stage(json.loads(ready.read_text()))
    outcomes = [tell(story, stage) for story in STORIES]
    print(f"\n{sum(outcomes)} of {len(outcomes)} stories went as they should.", flush=True)
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
