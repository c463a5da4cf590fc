"""The doors to streaks: what they say, and to whom."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import CareLink, User
from tests.make import NOON, Make
from workouts.models import Streak

DAY = timedelta(days=1)
OWN = "/v2/streaks"


def of(patient: User) -> str:
    return f"/v2/doctor/patients/{patient.pk}/streaks"


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def test_patient_and_doctor_see_the_same(make: Make) -> None:
    make.workout(completed_at=NOON - 2 * DAY, duration_minutes=20)
    make.workout(completed_at=NOON, duration_minutes=25)
    make.workout(patient=make.patient("Paul"), completed_at=NOON - DAY, duration_minutes=90)
    expected = {
        "dailyStreak": 2,
        "weeklyStreak": 1,
        "longestDailyStreak": 2,
        "longestWeeklyStreak": 1,
        "daysOffPerWeek": 3,
        "restDaysUsed": 1,
        "restDaysRemaining": 2,
        "weeklyWorkoutDays": [1, 3],
        "weeklyMinutes": 45,
        "weeklyMinutesTarget": 45,
        "weekStreakActiveSince": 1,
        "lastWorkoutOn": "2026-04-08",
    }
    for answer in (make.api(make.pat).get(OWN), make.api(make.dana).get(of(make.pat))):
        assert (answer.status_code, answer.json()) == (200, expected)


def test_somebody_who_has_not_begun_has_no_streak(make: Make) -> None:
    assert make.api(make.pat).get(OWN).json() == {
        "dailyStreak": 0,
        "weeklyStreak": 0,
        "longestDailyStreak": 0,
        "longestWeeklyStreak": 0,
        "daysOffPerWeek": 3,
        "restDaysUsed": 0,
        "restDaysRemaining": 3,
        "weeklyWorkoutDays": [],
        "weeklyMinutes": 0,
        "weeklyMinutesTarget": 45,
        "weekStreakActiveSince": None,
        "lastWorkoutOn": None,
    }
    assert not Streak.objects.exists()


def test_the_day_is_the_patients_not_the_doctors(make: Make) -> None:
    make.pat.timezone = "Pacific/Kiritimati"
    make.pat.save(update_fields=["timezone"])
    make.workout(completed_at=NOON - 4 * DAY)
    # In Kiritimati it is Thursday already, so Wednesday was missed too.
    assert make.api(make.dana).get(of(make.pat)).json()["dailyStreak"] == 1
    assert make.api(make.dana).get(of(make.pat)).json()["restDaysUsed"] == 3


@pytest.mark.parametrize(
    ("name", "own", "patients"),
    [
        ("dana", 403, 200),
        ("omar", 403, 404),
        ("stella", 403, 404),
        ("pat", 200, 403),
        ("ada", 403, 403),
        (None, 401, 401),
    ],
)
def test_who_may_look(make: Make, name: str | None, own: int, patients: int) -> None:
    make.workout(completed_at=NOON)
    api = make.api(getattr(make, name) if name else None)
    assert api.get(OWN).status_code == own
    assert api.get(of(make.pat)).status_code == patients


@pytest.mark.parametrize("change", ["ended", "archived"])
def test_a_doctor_who_is_no_longer_connected_sees_nothing(make: Make, change: str) -> None:
    api = make.api(make.dana)
    assert api.get(of(make.pat)).status_code == 200
    if change == "ended":
        CareLink.objects.update(ended_at=NOON)
    else:
        User.objects.filter(pk=make.pat.pk).update(archived_at=NOON)
    assert api.get(of(make.pat)).json() == {"error": "Not found.", "code": "not_found"}


@pytest.mark.parametrize("key", ["0", "9" * 19, "9" * 400, "x", "-1", "1.5"])
def test_a_patient_that_cannot_be_is_not_found(make: Make, key: str) -> None:
    answer = make.api(make.dana).get(f"/v2/doctor/patients/{key}/streaks")
    assert (answer.status_code, answer.json()) == (404, {"error": "Not found.", "code": "not_found"})


@pytest.mark.parametrize("count", [1, 50])
def test_looking_costs_the_same_however_long_the_history(
    make: Make, count: int, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        make.workout(completed_at=NOON - number * DAY, exercises=0)
    pat, dana = make.api(make.pat), make.api(make.dana)
    with django_assert_num_queries(4):
        pat.get(OWN)
    with django_assert_num_queries(6):
        dana.get(of(make.pat))
