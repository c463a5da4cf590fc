"""What a workout says of itself."""

from datetime import date

import pytest

from workouts.models import Workout
from workouts.states import Status

PLANNED_FOR, DONE_ON = date(2026, 4, 8), date(2026, 4, 10)


@pytest.mark.parametrize(("completed_on", "day"), [(None, PLANNED_FOR), (DONE_ON, DONE_ON)])
def test_its_day_is_the_one_it_was_done_on_else_the_one_it_is_planned_for(completed_on: date | None, day: date) -> None:
    assert Workout(date_scheduled=PLANNED_FOR, completed_on=completed_on).day == day


@pytest.mark.parametrize(
    ("status", "inferred", "told"),
    [(Status.COMPLETED, False, True), (Status.COMPLETED, True, False), (Status.PLANNED, False, False)],
)
def test_the_patient_has_told_of_what_was_done_and_not_inferred(status: str, inferred: bool, told: bool) -> None:
    assert Workout(status=status, completed_via_app_entrance=inferred).told_by_patient == told
