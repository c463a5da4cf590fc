"""A completion and a finalization of the same day, in every order: one of them counts."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from accounts.models import User
from care.check_in import check_in
from care.complete_workout import complete_workout
from entrances.actions.answer import Said
from entrances.actions.finalize import finalize_entrance
from entrances.actions.record import record_visit
from entrances.actions.settle_overdue import settle_overdue
from entrances.models import AppEntrance
from entrances.states import Answer, Status
from okta import wakeups
from tests.entrances.steps import mirrors, visit, window_closes
from tests.make import NOON, TODAY, Make
from tests.races.blocking import holding, until_waiting
from tests.races.interrupt import interrupted_before
from tests.together import together
from workouts.actions.complete import Report
from workouts.actions.rebuild_streak import rebuild_streak
from workouts.models import Streak, Workout
from workouts.states import Status as WorkoutStatus

pytestmark = pytest.mark.django_db(transaction=True)

FINALIZING = [
    "entrances.actions.finalize.lock_patient",
    "entrances.actions.finalize.lock_overdue_entrance",
    "entrances.actions.finalize.evidence_of",
    "entrances.actions.finalize.mirror_workouts",
    "entrances.actions.finalize.advance_streaks",
    "entrances.actions.finalize.recalculate_days",
]
COMPLETING = [
    "care.complete_workout.mark_completed",
    "workouts.actions.complete.lock_workout",
    "care.complete_workout.cancel_for_real_workout",
    "care.complete_workout.supersede_inferred",
    "care.complete_workout.advance_streak",
    "care.complete_workout.recalculate",
    "care.complete_workout.owe_summary",
    "care.complete_workout.publish_summary",
]


class Day:
    """Pat's day: a planned workout, and an entrance whose window has closed."""

    def __init__(self, make: Make) -> None:
        self.pat: User = make.pat
        self.planned = make.workout(on=TODAY)
        self.entrance = visit(make.pat)
        window_closes(self.entrance)

    def complete(self) -> Workout:
        return complete_workout(patient=self.pat, workout_id=self.planned.pk, report=Report((), 20), now=NOON)

    def finalize(self) -> str:
        return finalize_entrance(entrance_id=self.entrance.pk, now=NOON)

    def counted(self) -> list[Workout]:
        """The day's completed workouts that count for anything."""
        done = Workout.objects.filter(patient=self.pat, status=WorkoutStatus.COMPLETED, completed_on=TODAY)
        return list(done.filter(superseded_at__isnull=True))


@pytest.fixture
def day(make: Make) -> Day:
    return Day(make)


def only_the_real_one_counts(day: Day) -> None:
    assert day.counted() == [day.planned]
    assert AppEntrance.objects.get().status != Status.PENDING
    stored = Streak.objects.values().get(patient=day.pat)
    rebuild_streak(patient=day.pat, now=NOON)
    assert Streak.objects.values().get(patient=day.pat) == stored
    assert stored["daily_streak"] == 1


@pytest.mark.parametrize("point", FINALIZING)
def test_a_completion_in_the_middle_of_a_finalization(day: Day, point: str) -> None:
    with interrupted_before(point, day.complete) as completing:
        day.finalize()
    assert completing.result().status == WorkoutStatus.COMPLETED
    only_the_real_one_counts(day)


@pytest.mark.parametrize("point", COMPLETING)
def test_a_finalization_in_the_middle_of_a_completion(day: Day, point: str) -> None:
    with interrupted_before(point, day.finalize) as finalizing:
        day.complete()
    finalizing.result()
    only_the_real_one_counts(day)


def test_without_the_locks_both_would_count(day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests above can fail: this is what the locks prevent."""

    def unlocked(patient_id: int) -> Any:
        return User.objects.get(pk=patient_id)

    monkeypatch.setattr("entrances.actions.finalize.lock_patient", unlocked)
    monkeypatch.setattr("entrances.actions.finalize.lock_overdue_entrance", lambda pk: AppEntrance.objects.get(pk=pk))
    with interrupted_before("entrances.actions.finalize.mirror_workouts", day.complete):
        day.finalize()
    assert len(day.counted()) == 2


class Week:
    """Two plans of one day, and a visit of the day before: three things that move one streak."""

    def __init__(self, make: Make) -> None:
        self.pat: User = make.pat
        self.plans = [make.workout(on=TODAY), make.workout(on=TODAY)]
        self.yesterday = visit(make.pat, NOON - timedelta(days=1))
        self.today = visit(make.pat)
        window_closes(self.yesterday)

    def train(self) -> Workout:
        return complete_workout(patient=self.pat, workout_id=self.plans[0].pk, report=Report((), 20), now=NOON)

    def train_again(self) -> Workout:
        return complete_workout(patient=self.pat, workout_id=self.plans[1].pk, report=Report((), 25), now=NOON)

    def finalize_yesterday(self) -> str:
        return finalize_entrance(entrance_id=self.yesterday.pk, now=NOON)

    def check_in_today(self) -> AppEntrance:
        return check_in(patient=self.pat, entrance_id=self.today.pk, said=Said(Answer.DONE), now=NOON)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("train", "train_again"),
        ("train", "finalize_yesterday"),
        ("finalize_yesterday", "train"),
        ("check_in_today", "train_again"),
        ("check_in_today", "finalize_yesterday"),
    ],
)
def test_whatever_moves_a_streak_takes_turns(make: Make, first: str, second: str) -> None:
    """Only the patient's row lock keeps these apart: they share no workout and no entrance."""
    make.workout(completed_at=NOON - timedelta(days=9))
    rebuild_streak(patient=make.pat, now=NOON)
    week = Week(make)
    with interrupted_before("workouts.actions.advance_streak.store", getattr(week, second)) as other:
        getattr(week, first)()
    other.result()
    stored = Streak.objects.values().get(patient=week.pat)
    rebuild_streak(patient=week.pat, now=NOON)
    assert stored == Streak.objects.values().get(patient=week.pat)


def test_two_workers_finalize_one_entrance_once(day: Day) -> None:
    outcomes = together([day.finalize, day.finalize, partial(settle_overdue, now=NOON)])
    assert outcomes[0] == outcomes[1] == Status.FINALIZED_TO_INFERRED_WORKOUT
    assert len(mirrors(day.pat)) == 1


def test_a_visit_while_the_finalizer_waits_keeps_its_extension(day: Day) -> None:
    with holding(AppEntrance.objects.all()) as background:
        finalizing = background.start(day.finalize)
        until_waiting(1)
        record_visit(patient=day.pat, now=NOON)
    assert finalizing.result() == Status.PENDING
    assert mirrors(day.pat) == []


def test_a_hundred_visits_at_once_are_one_row(make: Make) -> None:
    wakeups.breaker.close()
    patient = make.pat
    _ = patient.tenant
    together([partial(record_visit, patient=patient, now=NOON)] * 100, threads=8)
    assert AppEntrance.objects.get().visits == 100


def test_a_sweep_passes_a_patient_somebody_else_holds(make: Make) -> None:
    busy, free = make.patient("Busy", doctors=[make.dana]), make.patient("Free", doctors=[make.dana])
    for patient in (busy, free):
        make.workout(patient=patient, on=TODAY)
        window_closes(visit(patient))
    with holding(User.objects.filter(pk=busy.pk)) as background:
        assert background.start(partial(settle_overdue, now=NOON)).result(timeout=10).rows == 1
    assert (len(mirrors(busy)), len(mirrors(free))) == (0, 1)
