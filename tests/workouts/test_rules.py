"""The pure rules of workouts."""

import pytest

from workouts.rules import positions


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], []),
        ([None], [1]),
        ([None, None, None], [1, 2, 3]),
        ([5, None, None], [5, 6, 7]),
        ([None, 10, None], [1, 10, 11]),
        ([3, 2, None], [3, 2, 3]),
        ([1, 1], [1, 1]),
    ],
)
def test_an_exercise_without_a_position_follows_the_one_before(given: list[int | None], expected: list[int]) -> None:
    assert positions(given) == expected
