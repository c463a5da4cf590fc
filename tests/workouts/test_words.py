"""Sessions and their exercises in words."""

import pytest
from django.utils.translation import override

from tests.make import NOON
from workouts.models import ExerciseInWorkout, Workout
from workouts.states import Status
from workouts.words import amount, duration, felt, minutes, note, state


@pytest.mark.parametrize(
    ("pain", "exertion", "shown"),
    [
        (6, None, '<span class="okta-badge okta-plain">pain 6</span>'),
        (None, 8, '<span class="okta-badge okta-plain">exertion 8</span>'),
        (7, None, '<span class="okta-badge okta-red">pain 7 — high</span>'),
        (None, 9, '<span class="okta-badge okta-orange">exertion 9 — high</span>'),
        (0, None, '<span class="okta-badge okta-plain">pain 0</span>'),
        (None, None, "–"),
    ],
)
def test_what_is_high_is_said_in_words_and_in_colour(pain: int | None, exertion: int | None, shown: str) -> None:
    assert felt(ExerciseInWorkout(pain=pain, exertion=exertion)) == shown


def test_an_amount_is_read_as_a_therapist_writes_it() -> None:
    spoken = [amount(3, 10, None), amount(3, None, 30), amount(None, 12, None), amount(2, None, None)]

    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in spoken] == ["3 × 10", "3 × 30 s", "12", "2"]
    assert amount(None, None, None) == "–"


@pytest.mark.parametrize(
    ("seconds", "english", "russian"),
    [
        (0, "0 s", "0 с"),
        (45, "45 s", "45 с"),
        (60, "1 min", "1 мин"),
        (90, "1 min 30 s", "1 мин 30 с"),
        (3600, "1 h", "1 ч"),
        (3700, "1 h 1 min 40 s", "1 ч 1 мин 40 с"),
    ],
)
def test_a_duration_is_said_in_the_units_it_has(seconds: int, english: str, russian: str) -> None:
    said = []
    for language in ("en", "ru"):
        with override(language):
            said.append(duration(seconds).replace("\N{NO-BREAK SPACE}", " "))

    assert said == [english, russian]


def test_a_note_is_escaped() -> None:
    shown = note("<script>alert(1)</script>", by="Patient", kind="patient")

    assert "<script>" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_a_missing_note_is_a_dash() -> None:
    assert note("", by="Patient", kind="patient") == "–"


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"status": Status.PLANNED}, ['plain">Planned']),
        ({"status": Status.COMPLETED}, ['blue">Completed']),
        (
            {"status": Status.COMPLETED, "completed_via_app_entrance": True},
            ['blue">Completed', 'emerald">App Entrance'],
        ),
        (
            {"status": Status.COMPLETED, "completed_via_app_entrance": True, "superseded_at": NOON},
            ['blue">Completed', 'emerald">App Entrance', 'plain">replaced by a real workout'],
        ),
    ],
)
def test_a_session_says_what_became_of_it(fields: dict[str, object], shown: list[str]) -> None:
    badges = state(Workout(**fields)).split("</span>")[:-1]

    assert [badge.removeprefix(" ").removeprefix('<span class="okta-badge okta-') for badge in badges] == shown


@pytest.mark.parametrize(("given", "shown"), [(None, "–"), (0, "0"), (25, "25")])
def test_minutes_nobody_told_are_a_dash(given: int | None, shown: str) -> None:
    assert minutes(Workout(duration_minutes=given)) == shown
