"""Completing a workout: what is written, once, and on which day."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from accounts.models import User
from okta.errors import InvalidInput, NotFound
from tests.make import NOON, Make
from tests.together import together
from workouts.actions.complete import ExerciseReport, Report, mark_completed
from workouts.models import ExerciseInWorkout, Workout
from workouts.states import Status

FELT = {"actual_sets": 3, "actual_reps": 12, "actual_duration_seconds": 90, "pain": 8, "exertion": 0}


BARE = Report()


def complete(workout: Workout, report: Report = BARE, now: datetime = NOON) -> tuple[Workout, bool]:
    with transaction.atomic():
        return mark_completed(workout_id=workout.pk, patient_id=workout.patient_id, report=report, now=now)


def everything(workout: Workout) -> list[dict[str, Any]]:
    """Every column of a workout and its exercises, to see that nothing changed."""
    return [
        *Workout.objects.filter(pk=workout.pk).values(),
        *ExerciseInWorkout.objects.filter(workout=workout).order_by("pk").values(),
    ]


def test_a_report_is_written_down(make: Make) -> None:
    workout = make.workout(exercises=3)
    first, second, third = workout.exercises.all()
    report = Report(
        duration_minutes=40,
        exercises=[
            ExerciseReport(second.pk, patient_notes="sore 🦵"),
            ExerciseReport(first.pk, **FELT),
        ],
    )

    completed, done = complete(workout, report)

    assert (completed, done) == (workout, True)
    workout.refresh_from_db()
    assert workout.status == Status.COMPLETED
    assert workout.completed_at == NOON
    assert workout.completed_on == date(2026, 4, 8)
    assert workout.started_at == NOON - timedelta(minutes=40)
    assert workout.duration_minutes == 40
    names = ["actual_sets", "actual_reps", "actual_duration_seconds", "pain", "exertion", "patient_notes"]
    assert list(workout.exercises.values_list(*names)) == [
        (3, 12, 90, 8, 0, ""),
        (None, None, None, None, None, "sore 🦵"),
        (None, None, None, None, None, ""),
    ]
    assert list(workout.exercises.values_list("planned_sets", "planned_reps", "position")) == [
        (3, 10, 1),
        (3, 10, 2),
        (3, 10, 3),
    ]
    assert third.pk not in {row.exercise_in_workout_id for row in report.exercises}


def test_a_bare_completion_says_nothing_but_that(make: Make) -> None:
    workout = make.workout(exercises=1)
    before = everything(workout)
    complete(workout)
    assert everything(workout) == [
        {**before[0], "status": "COMPLETED", "completed_at": NOON, "completed_on": date(2026, 4, 8)},
        before[1],
    ]


def test_a_known_start_is_kept(make: Make) -> None:
    began = NOON - timedelta(hours=2)
    workout = make.workout(started_at=began)
    complete(workout, Report(duration_minutes=30))
    workout.refresh_from_db()
    assert (workout.started_at, workout.duration_minutes) == (began, 30)


def test_no_minutes_are_minutes_too(make: Make) -> None:
    workout = make.workout()
    complete(workout, Report(duration_minutes=0))
    workout.refresh_from_db()
    assert (workout.started_at, workout.duration_minutes) == (NOON, 0)


def test_a_second_completion_changes_nothing(make: Make) -> None:
    workout = make.workout()
    row = workout.exercises.all()[0]
    complete(workout, Report(duration_minutes=40, exercises=[ExerciseReport(row.pk, pain=2)]))
    before = everything(workout)

    report = Report(duration_minutes=5, exercises=[ExerciseReport(row.pk, pain=9), ExerciseReport(2**60)])
    again, done = complete(workout, report, NOON + timedelta(days=1))

    assert (again, done) == (workout, False)
    assert again.completed_at == NOON
    assert everything(workout) == before


def test_what_the_therapist_wrote_is_kept(make: Make) -> None:
    workout = make.workout(exercises=1)
    workout.exercises.update(doctor_notes_post_exercise="slowly", doctor_notes_post_exercise_at=NOON)
    row = workout.exercises.get()
    complete(workout, Report(exercises=[ExerciseReport(row.pk, **FELT)]))
    row.refresh_from_db()
    assert (row.doctor_notes_post_exercise, row.doctor_notes_post_exercise_at, row.pain) == ("slowly", NOON, 8)


@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        (
            lambda own, foreign: [own[0], foreign],
            {"exercises.1.exerciseInWorkoutId": ["This exercise is not part of the workout."]},
        ),
        (
            lambda own, foreign: [own[0], own[1], own[0]],
            {"exercises.2.exerciseInWorkoutId": ["This exercise is listed twice."]},
        ),
        (
            lambda own, foreign: [foreign, own[0], own[0], foreign],
            {
                "exercises.0.exerciseInWorkoutId": ["This exercise is not part of the workout."],
                "exercises.2.exerciseInWorkoutId": ["This exercise is listed twice."],
                "exercises.3.exerciseInWorkoutId": ["This exercise is not part of the workout."],
            },
        ),
    ],
)
def test_a_report_on_wrong_exercises_changes_nothing(
    make: Make, wrong: Callable[[list[int], int], list[int]], fields: dict[str, list[str]]
) -> None:
    workout = make.workout()
    own = list(workout.exercises.values_list("pk", flat=True))
    foreign = make.workout(exercises=1).exercises.get().pk
    before = everything(workout)

    with pytest.raises(InvalidInput) as refused:
        complete(workout, Report(exercises=[ExerciseReport(pk, **FELT) for pk in wrong(own, foreign)]))

    assert refused.value.fields == fields
    assert everything(workout) == before


def test_another_patients_workout_is_not_found(make: Make) -> None:
    workout = make.workout()
    other = make.patient()
    before = everything(workout)
    with pytest.raises(NotFound), transaction.atomic():
        mark_completed(workout_id=workout.pk, patient_id=other.pk, report=Report(), now=NOON)
    assert everything(workout) == before


@pytest.mark.parametrize(
    ("zone", "instant", "day"),
    [
        ("America/New_York", datetime(2026, 4, 8, 3, 59, tzinfo=UTC), date(2026, 4, 7)),
        ("America/New_York", datetime(2026, 4, 8, 4, 0, tzinfo=UTC), date(2026, 4, 8)),
        ("Pacific/Kiritimati", datetime(2026, 4, 8, 9, 59, tzinfo=UTC), date(2026, 4, 8)),
        ("Pacific/Kiritimati", datetime(2026, 4, 8, 10, 0, tzinfo=UTC), date(2026, 4, 9)),
        ("Pacific/Pago_Pago", datetime(2026, 4, 8, 10, 59, tzinfo=UTC), date(2026, 4, 7)),
        # 8 March 2026: clocks in New York go from 2 to 3; the day lasts from 05:00 UTC to 04:00 UTC.
        ("America/New_York", datetime(2026, 3, 8, 4, 59, tzinfo=UTC), date(2026, 3, 7)),
        ("America/New_York", datetime(2026, 3, 8, 5, 0, tzinfo=UTC), date(2026, 3, 8)),
        ("America/New_York", datetime(2026, 3, 9, 3, 59, tzinfo=UTC), date(2026, 3, 8)),
        ("America/New_York", datetime(2026, 3, 9, 4, 0, tzinfo=UTC), date(2026, 3, 9)),
        # 1 November 2026: from 2 back to 1; the day lasts from 04:00 UTC to 05:00 UTC.
        ("America/New_York", datetime(2026, 11, 1, 3, 59, tzinfo=UTC), date(2026, 10, 31)),
        ("America/New_York", datetime(2026, 11, 1, 4, 0, tzinfo=UTC), date(2026, 11, 1)),
        ("America/New_York", datetime(2026, 11, 2, 4, 59, tzinfo=UTC), date(2026, 11, 1)),
        ("America/New_York", datetime(2026, 11, 2, 5, 0, tzinfo=UTC), date(2026, 11, 2)),
    ],
)
def test_the_day_of_completion_is_the_patients_own(make: Make, zone: str, instant: datetime, day: date) -> None:
    workout = make.workout(patient=make.patient(timezone=zone))
    completed, _ = complete(workout, now=instant)
    workout.refresh_from_db()
    assert completed.completed_on == workout.completed_on == day


def test_the_day_is_frozen(make: Make) -> None:
    workout = make.workout(patient=make.patient(timezone="Pacific/Kiritimati"))
    complete(workout)
    User.objects.update(timezone="Pacific/Pago_Pago")
    complete(workout)
    workout.refresh_from_db()
    assert workout.completed_on == date(2026, 4, 9)


def test_a_zone_changed_before_the_lock_is_the_one_that_counts(make: Make) -> None:
    workout = make.workout(patient=make.patient(timezone="America/New_York"))
    User.objects.filter(pk=workout.patient_id).update(timezone="Pacific/Kiritimati")
    completed, _ = complete(workout)
    assert completed.completed_on == date(2026, 4, 9)


@pytest.mark.parametrize("count", [1, 200])
def test_completing_costs_five_queries_however_many_exercises(
    make: Make, count: int, django_assert_num_queries: Any
) -> None:
    workout = make.workout(exercises=count)
    report = Report(exercises=[ExerciseReport(row.pk, **FELT) for row in workout.exercises.all()])
    with transaction.atomic(), django_assert_num_queries(5):
        mark_completed(workout_id=workout.pk, patient_id=workout.patient_id, report=report, now=NOON)
    assert workout.exercises.filter(pain=8).count() == count


@pytest.mark.django_db(transaction=True)
def test_it_is_a_part_of_the_callers_transaction() -> None:
    make = Make()
    workout = make.workout()
    with pytest.raises(TransactionManagementError):
        mark_completed(workout_id=workout.pk, patient_id=workout.patient_id, report=Report(), now=NOON)


@pytest.mark.django_db(transaction=True)
def test_of_many_completions_at_once_one_counts() -> None:
    make = Make()
    workout = make.workout(exercises=1)
    row = workout.exercises.get()

    def attempt(pain: int) -> Callable[[], tuple[int, bool]]:
        report = Report(duration_minutes=pain, exercises=[ExerciseReport(row.pk, pain=pain)])
        return lambda: (pain, complete(workout, report)[1])

    outcomes = together([attempt(pain) for pain in range(8)])

    [winner] = [pain for pain, done in outcomes if done]
    workout.refresh_from_db()
    row.refresh_from_db()
    assert (workout.duration_minutes, row.pain) == (winner, winner)
