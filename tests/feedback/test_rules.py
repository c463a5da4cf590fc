"""What deserves a therapist's attention, as a table."""

from datetime import timedelta

import pytest

from feedback import rules
from feedback.rules import Felt
from feedback.states import ExerciseFlag

PAIN, EXERTION, NOTES = ExerciseFlag.PAIN, ExerciseFlag.EXERTION, ExerciseFlag.NOTES


@pytest.mark.parametrize(
    ("case", "felt", "expected"),
    [
        ("nothing reported", Felt(None, None, ""), []),
        ("no pain at all", Felt(0, 0, ""), []),
        ("pain just below", Felt(6, None, ""), []),
        ("pain at the threshold", Felt(7, None, ""), [PAIN]),
        ("the worst pain", Felt(10, None, ""), [PAIN]),
        ("exertion just below", Felt(None, 8, ""), []),
        ("exertion at the threshold", Felt(None, 9, ""), [EXERTION]),
        ("a comment", Felt(None, None, "Knee clicks"), [NOTES]),
        ("an emoji", Felt(None, None, "🙂"), [NOTES]),
        ("a comment of spaces", Felt(None, None, " \n\t "), []),
        ("everything", Felt(8, 10, "Stopped early"), [PAIN, EXERTION, NOTES]),
    ],
)
def test_flags(case: str, felt: Felt, expected: list[ExerciseFlag]) -> None:
    assert rules.flags(felt) == expected


@pytest.mark.parametrize(
    ("attempts", "wait"),
    [(1, timedelta(seconds=30)), (2, timedelta(minutes=2)), (3, timedelta(hours=1)), (9, timedelta(hours=1))],
)
def test_a_failing_debt_is_put_off_and_the_dead_are_tried_hourly(attempts: int, wait: timedelta) -> None:
    assert rules.retry_after(attempts) == wait
