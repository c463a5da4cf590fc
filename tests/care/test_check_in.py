"""A patient says how a day went: their word instead of a guess."""

from datetime import timedelta
from typing import Any

import pytest

from entrances.models import AppEntrance
from entrances.states import Reason, Status
from messaging.models import Message
from rtm.models import EvidenceDay
from tests.entrances.steps import visit, window_closes
from tests.make import NOON, TODAY, Make
from workouts.models import Workout
from workouts.states import Status as WorkoutStatus

pytestmark = pytest.mark.django_db(transaction=True)


def check_in(make: Make, entrance: AppEntrance, **said: Any) -> Any:
    return make.api(make.pat).post(f"/v2/app-entrances/{entrance.pk}/check-in", said)


@pytest.fixture
def planned(make: Make) -> Workout:
    """Pat's workout planned for the day of the visit."""
    return make.workout(on=TODAY)


@pytest.mark.parametrize("answer", ["DONE", "PART"])
def test_done_completes_the_days_workout_on_its_own_day(make: Make, planned: Workout, answer: str) -> None:
    answered = check_in(make, visit(make.pat), answer=answer)
    assert (answered.status_code, answered.json()["status"]) == (200, Status.CANCELED_BY_REAL_WORKOUT)
    planned.refresh_from_db()
    assert (planned.status, planned.completed_on) == (WorkoutStatus.COMPLETED, TODAY)
    entrance = AppEntrance.objects.get()
    assert (entrance.answer, entrance.reason) == (answer, Reason.REAL_WORKOUT)


def test_not_today_settles_the_day_without_a_workout(make: Make, planned: Workout) -> None:
    answered = check_in(make, visit(make.pat), answer="NOT_TODAY")
    assert (answered.status_code, answered.json()["status"]) == (200, Status.SKIPPED_NO_SOURCE_WORKOUT)
    assert AppEntrance.objects.get().reason == Reason.PATIENT_SAID_NO
    assert Workout.objects.get().status == WorkoutStatus.PLANNED


@pytest.mark.parametrize("answer", ["DONE", "NOT_TODAY"])
@pytest.mark.parametrize(
    ("said", "flags"),
    [({"pain": 7}, ["pain"]), ({"note": "Too sore"}, ["notes"]), ({"pain": 6, "note": " "}, None), ({}, None)],
)
def test_pain_and_words_are_told_as_an_exercises_would_be(
    make: Make, planned: Workout, answer: str, said: dict[str, Any], flags: list[str] | None
) -> None:
    check_in(make, visit(make.pat), answer=answer, **said)
    cards = [metadata["exercises"][0] for metadata in Message.objects.values_list("metadata", flat=True) if metadata]
    assert [(card["exerciseName"], card["flags"]) for card in cards] == ([(None, flags)] if flags else [])


@pytest.mark.parametrize(
    ("said", "grade", "counted"),
    [({}, "access", False), ({"pain": 0}, "therapeutic", True), ({"note": "Fine"}, "therapeutic", True)],
)
def test_an_answer_with_a_value_is_monitoring_data_and_a_bare_one_is_not(
    make: Make, planned: Workout, said: dict[str, Any], grade: str, counted: bool
) -> None:
    check_in(make, visit(make.pat), answer="DONE", **said)
    day = EvidenceDay.objects.get()
    assert (day.day, day.grade, day.counted) == (TODAY, grade, counted)


def test_done_without_a_planned_workout_is_refused_and_nothing_is_written(make: Make) -> None:
    entrance = visit(make.pat)
    answered = check_in(make, entrance, answer="DONE", pain=8)
    assert (answered.status_code, answered.json()["code"]) == (409, "nothing_planned")
    assert AppEntrance.objects.values().get() == AppEntrance.objects.filter(status="PENDING", answer="").values().get()
    assert (EvidenceDay.objects.count(), Message.objects.count()) == (0, 0)


def test_a_settled_day_cannot_be_answered(make: Make, planned: Workout) -> None:
    entrance = visit(make.pat)
    check_in(make, entrance, answer="NOT_TODAY")
    before = AppEntrance.objects.values().get()
    answered = check_in(make, entrance, answer="DONE")
    assert (answered.status_code, answered.json()["code"]) == (409, "already_settled")
    assert AppEntrance.objects.values().get() == before


def test_after_midnight_done_still_counts_for_the_day_of_the_visit(make: Make) -> None:
    yesterday = make.workout(on=TODAY - timedelta(days=1))
    entrance = visit(make.pat, NOON - timedelta(days=1))
    window_closes(entrance)
    check_in(make, entrance, answer="DONE")
    yesterday.refresh_from_db()
    assert yesterday.completed_on == TODAY - timedelta(days=1)


@pytest.mark.parametrize(
    ("said", "field"),
    [({}, "answer"), ({"answer": "MAYBE"}, "answer"), ({"answer": "DONE", "pain": 11}, "pain")],
)
def test_a_bad_answer_is_named(make: Make, planned: Workout, said: dict[str, Any], field: str) -> None:
    answered = check_in(make, visit(make.pat), **said)
    assert (answered.status_code, list(answered.json()["fields"])) == (400, [field])
    assert AppEntrance.objects.get().status == Status.PENDING


def test_a_day_already_trained_cannot_be_answered_and_is_settled(make: Make, planned: Workout) -> None:
    """A visit that was logged while the day's workout was being completed."""
    entrance = visit(make.pat)
    make.workout(completed_at=NOON)
    answered = check_in(make, entrance, answer="DONE")
    assert (answered.status_code, answered.json()["code"]) == (409, "already_settled")
    assert AppEntrance.objects.get().status == Status.CANCELED_BY_REAL_WORKOUT
    planned.refresh_from_db()
    assert planned.status == WorkoutStatus.PLANNED
