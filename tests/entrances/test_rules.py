"""What a closed window turns into, as a table."""

import pytest

from entrances.rules import Evidence, verdict
from entrances.states import Reason, Status

INFERRED = Status.FINALIZED_TO_INFERRED_WORKOUT


@pytest.mark.parametrize(
    ("case", "evidence", "expected"),
    [
        ("a visit with a plan", Evidence(True, False, 7, None), (INFERRED, Reason.PLANNED_WORKOUT)),
        ("a visit and a last workout", Evidence(True, False, None, 5), (INFERRED, Reason.LAST_WORKOUT)),
        ("the plan goes before the last workout", Evidence(True, False, 7, 5), (INFERRED, Reason.PLANNED_WORKOUT)),
        (
            "nothing to copy",
            Evidence(True, False, None, None),
            (Status.SKIPPED_NO_SOURCE_WORKOUT, Reason.NO_SOURCE),
        ),
        (
            "Pat trained after all",
            Evidence(True, True, 7, 5),
            (Status.CANCELED_BY_REAL_WORKOUT, Reason.REAL_WORKOUT),
        ),
        (
            "the clinic switched tracking off",
            Evidence(False, False, 7, 5),
            (Status.SKIPPED_FEATURE_DISABLED, Reason.FEATURE_OFF),
        ),
        (
            "off goes before a real workout",
            Evidence(False, True, 7, 5),
            (Status.SKIPPED_FEATURE_DISABLED, Reason.FEATURE_OFF),
        ),
    ],
)
def test_verdict(case: str, evidence: Evidence, expected: tuple[Status, Reason]) -> None:
    assert verdict(evidence) == expected


def test_the_source_is_the_plan_before_the_last_workout() -> None:
    assert Evidence(True, False, 7, 5).source_workout_id == 7
    assert Evidence(True, False, None, 5).source_workout_id == 5
