"""Pure rules of workouts."""

from collections.abc import Sequence

NOTE_LIMIT = 1000
"""The longest therapist's note, in Unicode code points."""

PATIENT_NOTE_LIMIT = 2000
"""The longest patient's note, in Unicode code points."""

SCALE_MAX = 10
"""Pain and exertion are rated from 0 to this."""

HIGH_PAIN = 7
"""Pain from here on is high (feedback messages, 2026-04-09)."""

HIGH_EXERTION = 9
"""Exertion from here on is high (feedback messages, 2026-04-09)."""

COUNT_MAX = 1000
"""The most sets or repetitions that can be planned or reported."""

SECONDS_MAX = 24 * 60 * 60
"""The longest an exercise can take."""

MINUTES_MAX = 24 * 60
"""The longest a session can take."""

EXERCISES_MAX = 200
"""The most exercises in one workout."""


def positions(given: Sequence[int | None]) -> list[int]:
    """
    The position of every exercise of a workout; one without a position follows the one before it.

    >>> positions([None, 10, None])
    [1, 10, 11]
    """
    taken: list[int] = []
    for position in given:
        following = taken[-1] + 1 if taken else 1
        taken.append(following if position is None else position)
    return taken
