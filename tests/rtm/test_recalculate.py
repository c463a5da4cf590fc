"""Days of evidence: read from workouts and answers, kept, and rebuilt."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from rtm.actions.recalculate import recalculate, recalculate_days
from rtm.actions.record_answer import record_answer
from rtm.models import EvidenceDay, RecordedAnswer
from tests.make import NOON, TODAY, Make
from workouts.models import ExerciseInWorkout, Workout
from workouts.states import Status

DAY = timedelta(days=1)


def kept(patient: User) -> list[tuple[date, str, bool, str]]:
    rows = EvidenceDay.objects.filter(patient=patient).order_by("day")
    return list(rows.values_list("day", "grade", "counted", "reason"))


def everything() -> list[dict[str, Any]]:
    """Every column of every evidence row, to see that nothing changed."""
    return list(EvidenceDay.objects.order_by("pk").values())


@pytest.mark.parametrize(
    "said",
    [
        {"actual_sets": 0},
        {"actual_reps": 10},
        {"actual_duration_seconds": 0},
        {"pain": 0},
        {"exertion": 3},
        {"patient_notes": "sore"},
    ],
    ids=lambda said: next(iter(said)),
)
def test_one_value_the_patient_entered_makes_a_day_count(make: Make, said: dict[str, Any]) -> None:
    workout = make.workout(completed_at=NOON)
    ExerciseInWorkout.objects.filter(workout=workout, position=2).update(**said)
    recalculate(patient=make.pat, now=NOON)
    assert kept(make.pat) == [(TODAY, "therapeutic", True, "entered")]


@pytest.mark.parametrize("note", ["", "  ", "\n\t"])
def test_a_bare_completion_is_access(make: Make, note: str) -> None:
    workout = make.workout(completed_at=NOON, duration_minutes=40)
    workout.exercises.update(patient_notes=note, doctor_notes_post_exercise="slowly")
    recalculate(patient=make.pat, now=NOON)
    assert kept(make.pat) == [(TODAY, "access", False, "nothing_entered")]


def test_a_workout_without_exercises_is_access(make: Make) -> None:
    make.workout(completed_at=NOON, exercises=0)
    recalculate(patient=make.pat, now=NOON)
    assert kept(make.pat) == [(TODAY, "access", False, "nothing_entered")]


def test_an_inferred_workout_never_counts_whatever_is_in_it(make: Make) -> None:
    mirror = make.workout(completed_at=NOON, completed_via_app_entrance=True)
    mirror.exercises.update(pain=5, actual_sets=3)
    recalculate(patient=make.pat, now=NOON)
    assert kept(make.pat) == [(TODAY, "inferred", False, "inferred")]


def test_a_real_workout_takes_the_place_of_an_inferred_one(make: Make) -> None:
    mirror = make.workout(completed_at=NOON, completed_via_app_entrance=True)
    recalculate(patient=make.pat, now=NOON)
    Workout.objects.filter(pk=mirror.pk).update(superseded_at=NOON)
    make.workout(completed_at=NOON)
    recalculate(patient=make.pat, now=NOON)
    assert kept(make.pat) == [(TODAY, "access", False, "nothing_entered")]


def test_a_replaced_inferred_workout_is_no_evidence(make: Make) -> None:
    make.workout(completed_at=NOON, completed_via_app_entrance=True, superseded_at=NOON)
    recalculate(patient=make.pat, now=NOON)
    assert kept(make.pat) == []


def test_planned_and_foreign_workouts_are_no_evidence(make: Make) -> None:
    make.workout().exercises.update(pain=3)
    make.workout(patient=make.patient("Paul"), completed_at=NOON).exercises.update(pain=3)
    recalculate(patient=make.pat, now=NOON)
    assert everything() == []


@pytest.mark.parametrize(
    ("has_data", "expected"),
    [(True, ("therapeutic", True, "entered")), (False, ("access", False, "nothing_entered"))],
)
def test_an_answer_is_evidence_of_its_day(make: Make, has_data: bool, expected: tuple[str, bool, str]) -> None:
    make.workout(completed_at=NOON, completed_via_app_entrance=True)
    record_answer(patient=make.pat, day=TODAY, has_data=has_data, key="check-in:1")
    recalculate(patient=make.pat, now=NOON)
    assert kept(make.pat) == [(TODAY, *expected)]


def test_an_answer_is_recorded_once_and_as_it_was_first(make: Make) -> None:
    record_answer(patient=make.pat, day=TODAY, has_data=False, key="check-in:1")
    record_answer(patient=make.pat, day=TODAY + DAY, has_data=True, key="check-in:1")
    assert list(RecordedAnswer.objects.values_list("day", "has_data")) == [(TODAY, False)]


def test_a_day_is_kept_once_however_many_pieces_it_has(make: Make) -> None:
    make.workout(completed_at=NOON)
    make.workout(completed_at=NOON).exercises.update(pain=1)
    record_answer(patient=make.pat, day=TODAY, has_data=True, key="check-in:1")
    recalculate(patient=make.pat, now=NOON)
    assert kept(make.pat) == [(TODAY, "therapeutic", True, "entered")]


def test_doing_it_again_writes_nothing(make: Make) -> None:
    make.workout(completed_at=NOON).exercises.update(pain=1)
    make.workout(completed_at=NOON - DAY)
    recalculate(patient=make.pat, now=NOON)
    before = everything()
    recalculate(patient=make.pat, now=NOON + DAY)
    assert everything() == before


def test_what_is_kept_can_be_rebuilt_from_anything(make: Make) -> None:
    make.workout(completed_at=NOON).exercises.update(pain=1)
    make.workout(completed_at=NOON - DAY)
    recalculate(patient=make.pat, now=NOON)
    expected = kept(make.pat)
    EvidenceDay.objects.filter(day=TODAY).delete()
    EvidenceDay.objects.update(grade="inferred", reason="inferred")
    EvidenceDay.objects.create(patient=make.pat, day=date(2020, 1, 1), grade="access", counted=False, reason="x")
    paul = make.patient("Paul")
    EvidenceDay.objects.create(patient=paul, day=TODAY, grade="access", counted=False, reason="x")
    recalculate(patient=make.pat, now=NOON)
    assert kept(make.pat) == expected
    assert kept(paul) == [(TODAY, "access", False, "x")]


def test_the_day_is_the_one_frozen_at_completion(make: Make) -> None:
    make.workout(completed_at=NOON, completed_on=TODAY + DAY).exercises.update(pain=1)
    User.objects.update(timezone="Pacific/Pago_Pago")
    recalculate(patient=make.pat, now=NOON)
    assert [day for day, *_ in kept(make.pat)] == [TODAY + DAY]


@pytest.mark.django_db(transaction=True)
def test_it_is_a_part_of_the_callers_transaction() -> None:
    make = Make()
    make.workout(completed_at=NOON).exercises.update(pain=1)

    def fail_after() -> None:
        recalculate(patient=make.pat, now=NOON)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), transaction.atomic():
        fail_after()
    assert everything() == []


def history(make: Make, days: int) -> None:
    """A workout a day, up to yesterday."""
    Workout.objects.bulk_create(
        Workout(
            tenant=make.clinic,
            patient=make.pat,
            doctor=make.dana,
            date_scheduled=TODAY,
            status=Status.COMPLETED,
            completed_at=NOON - number * DAY,
            completed_on=TODAY - number * DAY,
        )
        for number in range(1, days + 1)
    )


@pytest.mark.parametrize("days", [1, 100])
def test_the_cost_does_not_grow_with_the_history(make: Make, days: int) -> None:
    history(make, days)

    def queries(now: datetime = NOON) -> int:
        with CaptureQueriesContext(connection) as captured:
            recalculate(patient=make.pat, now=now)
        return len(captured)

    assert queries() == 5, "workouts, answers, what is kept, what is new, certified months"
    assert queries() == 4, "nothing to write"
    Workout.objects.update(completed_via_app_entrance=True, superseded_at=NOON)
    assert queries() == 5, "all of it is gone"


# --- some days of many patients ---


def test_only_the_named_days_are_looked_at(make: Make) -> None:
    make.workout(completed_at=NOON).exercises.update(pain=1)
    make.workout(completed_at=NOON - DAY).exercises.update(pain=1)
    recalculate(patient=make.pat, now=NOON)
    EvidenceDay.objects.update(grade="access", counted=False, reason="nothing_entered")
    recalculate_days(patients=[make.pat], on=[TODAY], now=NOON)
    assert kept(make.pat) == [
        (TODAY - DAY, "access", False, "nothing_entered"),
        (TODAY, "therapeutic", True, "entered"),
    ]


def test_a_day_that_is_no_evidence_any_more_is_forgotten(make: Make) -> None:
    for back in (0, 1):
        make.workout(completed_at=NOON - back * DAY)
    recalculate(patient=make.pat, now=NOON)
    Workout.objects.update(completed_via_app_entrance=True, superseded_at=NOON)
    recalculate_days(patients=[make.pat], on=[TODAY], now=NOON)
    assert [day for day, *_ in kept(make.pat)] == [TODAY - DAY]


def test_a_patient_of_whom_nothing_is_kept_is_replayed_from_the_beginning(make: Make) -> None:
    paul = make.patient("Paul")
    for patient in (make.pat, paul):
        for back in (0, 1, 2):
            make.workout(patient=patient, completed_at=NOON - back * DAY)
    recalculate(patient=make.pat, now=NOON)
    recalculate_days(patients=[make.pat, paul], on=[TODAY], now=NOON)
    assert kept(paul) == kept(make.pat)
    assert len(kept(paul)) == 3


def test_answers_of_the_day_are_evidence_too(make: Make) -> None:
    make.workout(completed_at=NOON, completed_via_app_entrance=True)
    make.workout(completed_at=NOON - DAY)
    recalculate(patient=make.pat, now=NOON)
    record_answer(patient=make.pat, day=TODAY, has_data=True, key="check-in:1")
    recalculate_days(patients=[make.pat], on=[TODAY], now=NOON)
    assert kept(make.pat)[-1] == (TODAY, "therapeutic", True, "entered")


def test_twenty_patients_cost_what_one_costs(make: Make) -> None:
    def queries(number: int) -> int:
        people = [make.patient(f"P{count}") for count in range(number)]
        for patient in people:
            make.workout(patient=patient, completed_at=NOON - DAY)
            recalculate(patient=patient, now=NOON)
            make.workout(patient=patient, completed_at=NOON)
        with CaptureQueriesContext(connection) as captured:
            recalculate_days(patients=people, on=[TODAY], now=NOON)
        return len(captured)

    assert queries(1) == queries(20) == 6, "who is new, workouts, answers, what is kept, what is new, certified months"
