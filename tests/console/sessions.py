"""What a person does on the page of a session, and what they see there."""

import re
from datetime import timedelta
from typing import Any

from django.test import Client

from console.countdown import clock_of
from feedback.rules import fingerprint
from workouts.models import ExerciseInWorkout, Workout

CLOCK = re.compile(r"(?<=in |ез )((?:\d+:)?\d+:\d\d)")
HIDDEN = (
    "There is no connection at the moment. What stands here may not be true any more.",
    "That did not work. Try again, or reload the page.",
)
HTMX = {"HTTP_HX_REQUEST": "true"}


def session_of(workout: Workout, *parts: object) -> str:
    return "/".join(["/admin/sessions", str(workout.pk), *(str(part) for part in parts), ""])


def note_of(row: ExerciseInWorkout) -> str:
    return session_of(row.workout, "notes", row.pk)


def words(answer: Any) -> str:
    """The page, or the part of one, with its white space told as a browser does."""
    assert answer.status_code == 200, answer.status_code
    return " ".join(answer.content.decode().split())


def shown(client: Client, workout: Workout) -> str:
    return words(client.get(session_of(workout)))


def change(workout: Workout, position: int = 1, **fields: Any) -> ExerciseInWorkout:
    """Another state of an exercise."""
    workout.exercises.filter(position=position).update(**fields)
    return workout.exercises.get(position=position)


def write(client: Client, row: ExerciseInWorkout, text: str, *, begun: str = "", **headers: str) -> Any:
    """Save a note that said ``begun`` when writing it began; by htmx unless said otherwise."""
    return client.post(note_of(row), {"text": text, "begun": fingerprint(begun)}, **(headers or HTMX))  # type: ignore[arg-type]


def text_of(row: ExerciseInWorkout) -> str:
    """What the note says now."""
    row.refresh_from_db()
    return row.doctor_notes_post_exercise


def part_of(html: str, tag: str, identity: str) -> str:
    """The element of this identity up to its end, where it has no other of its kind within."""
    return html.split(f'id="{identity}"')[1].split(f"</{tag}>")[0]


def strip_in(html: str) -> str:
    """
    What the strip says, and what its buttons are called, as one line without tags.

    Its clocks are told by the half minute that has begun: the database's goes on while a test asks.
    """
    inside = part_of(html, "section", "okta-strip").split(">", 1)[1]
    said = [piece.split("<")[0] for piece in f">{inside}".split(">")]
    line = " ".join(" ".join(said).split())
    for hidden in HIDDEN:
        line = line.replace(hidden, "")
    return CLOCK.sub(_by_the_half_minute, line.strip())


def _by_the_half_minute(clock: re.Match[str]) -> str:
    seconds = sum(int(part) * unit for part, unit in zip(reversed(clock[1].split(":")), (1, 60, 3600), strict=False))
    return clock_of(timedelta(seconds=-(-seconds // 30) * 30))
