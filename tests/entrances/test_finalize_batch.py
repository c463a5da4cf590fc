"""Many windows at once: what each becomes does not depend on the others, and neither does the number of statements."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import TenantSettings, User
from entrances.actions.finalize import finalize_batch, finalize_entrance
from entrances.models import AppEntrance
from entrances.states import Reason, Status
from rtm.actions.recalculate import recalculate
from rtm.models import EvidenceDay
from tests.entrances.steps import mirrors, visit, window_closes
from tests.make import NOON, TODAY, Make
from workouts.actions.rebuild_streak import rebuild_streak
from workouts.models import Streak

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TRACKED = {"appEntranceTracking": True}
PLANNED = ("position", "exercise_block", "exercise_type", "planned_sets", "planned_reps")


def overdue(patient: User, back: int = 0) -> AppEntrance:
    """The patient opened the app some days ago, and the window has closed."""
    entrance = visit(patient, NOON - back * DAY)
    window_closes(entrance)
    return entrance


def lived(make: Make, patient: User, *backs: int) -> None:
    """The patient trained some days ago, with one value entered, and everything is kept as it should be."""
    for back in backs:
        workout = make.workout(patient=patient, completed_at=NOON - back * DAY, duration_minutes=20)
        workout.exercises.filter(position=1).update(actual_reps=9)
    rebuild_streak(patient=patient, now=NOON)
    recalculate(patient=patient, now=NOON)


def cohort(make: Make, name: str) -> list[User]:
    """One patient for each thing that can become of a window, in three clinics."""
    clinic, strict, untracked = (make.tenant(f"{name} {number}") for number in range(3))
    TenantSettings.objects.filter(tenant=strict).update(features=TRACKED | {"inferredVisitsKeepStreaks": False})
    TenantSettings.objects.filter(tenant=untracked).update(features={})
    tenants = (clinic, clinic, clinic, clinic, clinic, clinic, strict, untracked)
    people = [make.patient(f"{name}{number}", tenant=tenant) for number, tenant in enumerate(tenants)]
    plans, copies, nothing, trained, thrice, late, uncounted, off = people
    make.workout(patient=plans, on=TODAY)
    for patient in (copies, thrice, uncounted, off):
        lived(make, patient, 9, 5, 4)
    lived(make, late, 9, 1)
    lived(make, trained, 0)
    for patient in (plans, copies, nothing, uncounted):
        overdue(patient)
    for patient, back in ((thrice, 3), (thrice, 2), (thrice, 0), (late, 3)):
        overdue(patient, back)
    for patient in (trained, off):
        window_closes(make.entrance(patient))
    return people


def became(patients: Sequence[User]) -> list[Any]:
    """All that finalization has written, without keys."""
    return [
        (
            list(AppEntrance.objects.filter(patient=one).order_by("local_date").values_list("status", "reason")),
            [
                (
                    copy.completed_on,
                    copy.completed_at,
                    copy.duration_minutes,
                    list(copy.exercises.values_list(*PLANNED)),
                )
                for copy in mirrors(one)
            ],
            list(Streak.objects.filter(patient=one).values_list("daily_streak", "week_days", "last_workout_on")),
            list(EvidenceDay.objects.filter(patient=one).order_by("day").values_list("day", "grade", "counted")),
        )
        for one in patients
    ]


def test_a_batch_becomes_what_each_becomes_alone(make: Make) -> None:
    together, alone = cohort(make, "Together"), cohort(make, "Alone")
    assert finalize_batch(patient_ids=[one.pk for one in together], now=NOON) == 10
    for entrance in AppEntrance.objects.filter(patient__in=alone).order_by("local_date"):
        finalize_entrance(entrance_id=entrance.pk, now=NOON)
    assert became(together) == became(alone)
    reasons = AppEntrance.objects.filter(patient__in=together).order_by("patient", "local_date")
    assert list(reasons.values_list("reason", flat=True)) == [
        Reason.PLANNED_WORKOUT,
        Reason.LAST_WORKOUT,
        Reason.NO_SOURCE,
        Reason.REAL_WORKOUT,
        *[Reason.LAST_WORKOUT] * 3,
        Reason.LAST_WORKOUT,
        Reason.LAST_WORKOUT,
        Reason.FEATURE_OFF,
    ]


def test_what_a_batch_keeps_is_what_a_replay_of_everything_says(make: Make) -> None:
    people = cohort(make, "Together")
    finalize_batch(patient_ids=[one.pk for one in people], now=NOON)
    kept_is_what_a_replay_says(people)


def kept_is_what_a_replay_says(patients: Sequence[User]) -> None:
    def kept() -> Any:
        rows = Streak.objects.filter(patient__in=patients), EvidenceDay.objects.filter(patient__in=patients)
        return [list(table.order_by("pk").values()) for table in rows]

    before = kept()
    for patient in patients:
        if Streak.objects.filter(patient=patient).exists():
            rebuild_streak(patient=patient, now=NOON)
        recalculate(patient=patient, now=NOON)
    assert kept() == before


@hypothesis_settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    trained=st.lists(st.sets(st.integers(0, 20), max_size=6), min_size=1, max_size=3),
    opened=st.sets(st.integers(0, 12), min_size=1, max_size=4),
    kept=st.booleans(),
    counts=st.booleans(),
)
def test_whatever_the_histories_a_batch_keeps_what_a_replay_says(
    make: Make, trained: list[set[int]], opened: set[int], kept: bool, counts: bool
) -> None:
    people = [make.patient(f"P{number}") for number in range(len(trained))]
    switched = TRACKED | {"inferredVisitsKeepStreaks": counts}
    TenantSettings.objects.filter(tenant=make.clinic).update(features=switched)
    for patient, backs in zip(people, trained, strict=True):
        for back in backs:
            make.workout(patient=patient, completed_at=NOON - back * DAY, duration_minutes=20, exercises=1)
        if kept:
            rebuild_streak(patient=patient, now=NOON)
            recalculate(patient=patient, now=NOON)
        for back in opened:
            window_closes(make.entrance(patient, TODAY - back * DAY))
    finalize_batch(patient_ids=[one.pk for one in people], now=NOON)
    assert not AppEntrance.objects.filter(patient__in=people, status=Status.PENDING).exists()
    touched = [one for one in people if mirrors(one)]
    kept_is_what_a_replay_says(touched)


@pytest.mark.parametrize("case", ["kept", "nothing kept", "late", "nothing to copy"])
def test_a_batch_of_twenty_costs_what_a_batch_of_one_costs(make: Make, case: str) -> None:
    def cost(number: int) -> int:
        people = [make.patient(f"P{count}", tenant=make.tenant(f"{case} {number} {count}")) for count in range(number)]
        for patient in people:
            if case != "nothing to copy":
                lived(make, patient, 9, 8, 1)
            overdue(patient, 2 if case == "late" else 0)
        if case == "nothing kept":
            Streak.objects.all().delete()
            EvidenceDay.objects.all().delete()
        with CaptureQueriesContext(connection) as queries:
            assert finalize_batch(patient_ids=[one.pk for one in people], now=NOON) == number
        return len(queries)

    assert cost(1) == cost(20)


def test_a_batch_of_nobody_writes_nothing(make: Make) -> None:
    entrance = visit(make.pat)
    before = AppEntrance.objects.values().get(pk=entrance.pk)
    assert finalize_batch(patient_ids=[make.pat.pk], now=NOON) == 0
    assert AppEntrance.objects.values().get(pk=entrance.pk) == before


def test_every_patient_has_a_copy_of_their_own(make: Make) -> None:
    people = [make.patient(f"P{number}", doctors=[make.dana]) for number in range(3)]
    sources = [make.workout(patient=one, on=TODAY, exercises=number + 1) for number, one in enumerate(people)]
    for one in people:
        overdue(one)
    finalize_batch(patient_ids=[one.pk for one in people], now=NOON)
    copied = [mirrors(one)[0] for one in people]
    assert [copy.mirrored_from for copy in copied] == sources
    assert [copy.exercises.count() for copy in copied] == [1, 2, 3]
    of_entrances = AppEntrance.objects.order_by("patient").values_list("inferred_workout", flat=True)
    assert list(of_entrances) == [copy.pk for copy in copied]


def test_a_batch_that_fails_leaves_nothing_behind(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    make.workout(on=TODAY)
    overdue(make.pat)

    def fail(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("entrances.actions.finalize.recalculate_days", fail)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        finalize_batch(patient_ids=[make.pat.pk], now=NOON)
    assert (mirrors(make.pat), Streak.objects.count()) == ([], 0)
    assert AppEntrance.objects.get().status == Status.PENDING
