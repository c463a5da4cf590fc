"""The stored streak: always what a replay of the workouts says, and cheap to keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.locks import lock_patient
from accounts.models import TenantSettings, User
from okta.clock import local_date
from tests.make import NOON, TODAY, Make
from tests.workouts.test_streaks import walked
from workouts.actions.advance_streak import NewDay, advance_streak, advance_streaks
from workouts.actions.complete import Report, mark_completed
from workouts.actions.rebuild_streak import rebuild_streak
from workouts.models import Streak, Workout
from workouts.states import Status
from workouts.streak_queries import TALLY, as_stored, streak_of
from workouts.streaks import StreakState, monday, tally, weekday

DAY = timedelta(days=1)


def complete(patient: User, now: datetime, minutes: int | None) -> StreakState:
    """Complete a planned workout of ``patient`` and advance their streaks, as the journey does."""
    workout = Workout.objects.create(
        tenant_id=patient.tenant_id, patient=patient, doctor=patient, date_scheduled=now.date()
    )
    with transaction.atomic():
        done, _ = mark_completed(
            workout_id=workout.pk, patient_id=patient.pk, report=Report(duration_minutes=minutes), now=now
        )
        assert done.completed_on is not None
        Workout.objects.filter(
            patient=patient, completed_on=done.completed_on, completed_via_app_entrance=True, superseded_at=None
        ).update(superseded_at=now)
        locked = lock_patient(patient.pk)
        return advance_streak(patient=locked, day=done.completed_on, minutes=done.duration_minutes, now=now)


def infer(patient: User, day: date) -> None:
    """Infer a workout on a day without a real one, and add it to the streaks, as a finalized app visit does."""
    if Workout.objects.filter(patient=patient, completed_on=day).exists():
        return
    with transaction.atomic():
        locked = lock_patient(patient.pk)
        inferred(patient, day)
        advance_streaks(added=[NewDay(locked, day, inferred=True)])


def inferred(patient: User, day: date, **fields: Any) -> Workout:
    return Workout.objects.create(
        tenant_id=patient.tenant_id,
        patient=patient,
        doctor=patient,
        date_scheduled=day,
        status=Status.COMPLETED,
        completed_at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
        completed_on=day,
        duration_minutes=fields.pop("duration_minutes", 0),
        completed_via_app_entrance=True,
        **fields,
    )


def switch(patient: User, on: bool) -> None:
    """Let the clinic say whether inferred visits keep streaks."""
    TenantSettings.objects.filter(tenant=patient.tenant_id).update(features={"inferredVisitsKeepStreaks": on})


def counted(patient: User) -> list[tuple[date, int | None]]:
    """What should count, read with other eyes than the product's."""
    features = TenantSettings.objects.get(tenant=patient.tenant_id).features
    keeps = features.get("inferredVisitsKeepStreaks", True)
    days = []
    for workout in Workout.objects.filter(patient=patient, status=Status.COMPLETED):
        assert workout.completed_on is not None
        if not workout.completed_via_app_entrance:
            days.append((workout.completed_on, workout.duration_minutes))
        elif keeps and workout.superseded_at is None:
            days.append((workout.completed_on, 0))
    return days


@pytest.mark.parametrize("minutes", [None, 0, 45])
def test_the_first_workout_begins_both(make: Make, minutes: int | None) -> None:
    state = complete(make.pat, NOON, minutes)
    assert (state.daily_streak, state.last_workout_on, state.weekly_minutes) == (1, TODAY, minutes or 0)
    assert state.weekly_streak == (1 if minutes else 0)
    assert Streak.objects.get().patient == make.pat


def test_a_row_is_made_from_the_workouts_that_were_there_before_it(make: Make) -> None:
    for days in (1, 2, 3):
        make.workout(completed_at=NOON - days * DAY, duration_minutes=10, exercises=0)
    state = complete(make.pat, NOON, 20)
    assert (state.daily_streak, state.weekly_minutes) == (4, 40)


def test_other_patients_rows_are_not_touched(make: Make) -> None:
    paul = make.patient("Paul", doctors=[make.dana])
    complete(paul, NOON - DAY, 30)
    before = Streak.objects.filter(patient=paul).values().get()
    complete(make.pat, NOON, 30)
    assert Streak.objects.filter(patient=paul).values().get() == before
    assert streak_of(patient=make.pat, now=NOON).daily_streak == 1


def test_reading_settles_what_has_broken_and_writes_nothing(make: Make) -> None:
    complete(make.pat, NOON - 2 * DAY, 45)
    before = Streak.objects.values().get()
    seen = [streak_of(patient=make.pat, now=NOON + days * DAY) for days in (0, 2, 3, 10)]
    assert [state.daily_streak for state in seen] == [1, 1, 0, 0]
    assert [state.rest_days_used for state in seen] == [1, 3, 0, 0]
    assert [state.weekly_streak for state in seen] == [1, 1, 1, 1]
    assert streak_of(patient=make.pat, now=NOON + 12 * DAY).weekly_streak == 0
    assert Streak.objects.values().get() == before


def test_without_a_row_the_workouts_are_read(make: Make) -> None:
    make.workout(completed_at=NOON, duration_minutes=30)
    state = streak_of(patient=make.pat, now=NOON)
    assert (state.daily_streak, state.weekly_minutes) == (1, 30)
    assert not Streak.objects.exists()


def test_an_inferred_visit_is_a_day_without_minutes(make: Make) -> None:
    inferred(make.pat, TODAY, duration_minutes=50)
    state = rebuild_streak(patient=make.pat, now=NOON)
    assert (state.daily_streak, state.weekly_minutes, state.weekly_streak) == (1, 0, 0)


def test_an_inferred_visit_counts_only_while_the_clinic_wants_it(make: Make) -> None:
    inferred(make.pat, TODAY - DAY)
    rebuild_streak(patient=make.pat, now=NOON)
    assert streak_of(patient=make.pat, now=NOON).daily_streak == 1
    switch(make.pat, on=False)
    assert streak_of(patient=make.pat, now=NOON).daily_streak == 0
    assert complete(make.pat, NOON, 10).daily_streak == 1
    assert streak_of(patient=make.pat, now=NOON).daily_streak == 1
    switch(make.pat, on=True)
    assert streak_of(patient=make.pat, now=NOON).daily_streak == 2
    assert complete(make.pat, NOON, 10).daily_streak == 2


def test_a_superseded_visit_never_counts(make: Make) -> None:
    inferred(make.pat, TODAY - DAY, superseded_at=NOON)
    assert rebuild_streak(patient=make.pat, now=NOON).daily_streak == 0


def test_a_day_before_the_last_one_is_replayed(make: Make) -> None:
    make.pat.timezone = "Pacific/Kiritimati"
    make.pat.save(update_fields=["timezone"])
    complete(make.pat, NOON, 10)
    User.objects.filter(pk=make.pat.pk).update(timezone="Pacific/Pago_Pago")
    pat = User.objects.get(pk=make.pat.pk)
    state = complete(pat, NOON - timedelta(hours=2), 20)
    assert list(Workout.objects.order_by("pk").values_list("completed_on", flat=True)) == [
        date(2026, 4, 9),
        date(2026, 4, 7),
    ]
    assert (state.daily_streak, state.last_workout_on, state.rest_days_used) == (2, date(2026, 4, 9), 1)
    assert (state.weekly_workout_days, state.weekly_minutes) == ((2, 4), 30)


@pytest.mark.parametrize(
    ("zone", "instant", "day"),
    [
        # The evening before clocks go forward in New York, and that day from its first to its last minute.
        ("America/New_York", datetime(2026, 3, 8, 4, 59, tzinfo=UTC), date(2026, 3, 7)),
        ("America/New_York", datetime(2026, 3, 8, 5, 0, tzinfo=UTC), date(2026, 3, 8)),
        ("America/New_York", datetime(2026, 3, 9, 3, 59, tzinfo=UTC), date(2026, 3, 8)),
        ("America/New_York", datetime(2026, 3, 9, 4, 0, tzinfo=UTC), date(2026, 3, 9)),
        # Back again: the day has 25 hours, and Sunday is over an hour later.
        ("America/New_York", datetime(2026, 11, 1, 4, 0, tzinfo=UTC), date(2026, 11, 1)),
        ("America/New_York", datetime(2026, 11, 2, 4, 59, tzinfo=UTC), date(2026, 11, 1)),
        ("America/New_York", datetime(2026, 11, 2, 5, 0, tzinfo=UTC), date(2026, 11, 2)),
        # Half an hour of summer time.
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 12, 59, tzinfo=UTC), date(2026, 4, 4)),
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 13, 0, tzinfo=UTC), date(2026, 4, 5)),
        ("Australia/Lord_Howe", datetime(2026, 4, 5, 13, 29, tzinfo=UTC), date(2026, 4, 5)),
        ("Australia/Lord_Howe", datetime(2026, 4, 5, 13, 30, tzinfo=UTC), date(2026, 4, 6)),
        ("Australia/Lord_Howe", datetime(2026, 10, 3, 13, 30, tzinfo=UTC), date(2026, 10, 4)),
        ("Australia/Lord_Howe", datetime(2026, 10, 4, 12, 59, tzinfo=UTC), date(2026, 10, 4)),
        ("Australia/Lord_Howe", datetime(2026, 10, 4, 13, 0, tzinfo=UTC), date(2026, 10, 5)),
        # A quarter of an hour off, and fourteen hours ahead.
        ("Asia/Kathmandu", datetime(2026, 4, 12, 18, 14, tzinfo=UTC), date(2026, 4, 12)),
        ("Asia/Kathmandu", datetime(2026, 4, 12, 18, 15, tzinfo=UTC), date(2026, 4, 13)),
        ("Pacific/Kiritimati", datetime(2026, 4, 12, 9, 59, tzinfo=UTC), date(2026, 4, 12)),
        ("Pacific/Kiritimati", datetime(2026, 4, 12, 10, 0, tzinfo=UTC), date(2026, 4, 13)),
        ("Pacific/Kiritimati", datetime(2025, 12, 31, 10, 0, tzinfo=UTC), date(2026, 1, 1)),
    ],
)
def test_the_day_and_the_week_are_the_patients_own(make: Make, zone: str, instant: datetime, day: date) -> None:
    patient = make.patient(timezone=zone)
    state = complete(patient, instant, 20)
    assert (state.last_workout_on, state.weekly_workout_days) == (day, (weekday(day),))
    last_minute = datetime.combine(monday(day) + 7 * DAY, datetime.min.time(), patient.zone) - timedelta(minutes=1)
    assert streak_of(patient=patient, now=last_minute.astimezone(UTC)).weekly_minutes == 20
    assert streak_of(patient=patient, now=last_minute.astimezone(UTC) + timedelta(minutes=1)).weekly_minutes == 0


def queries(step: Any) -> int:
    with CaptureQueriesContext(connection) as captured:
        step()
    return len(captured)


@pytest.mark.parametrize("days", [1, 60])
def test_the_cost_does_not_grow_with_the_history(make: Make, days: int) -> None:
    pat = make.pat
    Workout.objects.bulk_create(
        Workout(
            tenant=pat.tenant,
            patient=pat,
            doctor=make.dana,
            date_scheduled=TODAY,
            status=Status.COMPLETED,
            completed_at=NOON - number * DAY,
            completed_on=TODAY - number * DAY,
        )
        for number in range(1, days + 1)
    )
    assert queries(lambda: rebuild_streak(patient=pat, now=NOON)) == 3
    assert queries(lambda: advance_streak(patient=pat, day=TODAY, minutes=10, now=NOON)) == 3
    assert queries(lambda: streak_of(patient=pat, now=NOON)) == 2


# --- any history at all ---

ZONES = ["America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Australia/Lord_Howe", "Asia/Kathmandu"]
# Both nights on which New York's clocks change, and the end of a year.
STARTS = [datetime(2026, 3, 4, tzinfo=UTC), datetime(2026, 10, 28, tzinfo=UTC), datetime(2025, 12, 28, tzinfo=UTC)]


@dataclass(frozen=True)
class Step:
    """One thing that happens, ``after`` the one before it."""

    kind: str
    after: timedelta
    minutes: int | None
    zone: str
    back: int
    on: bool


STEPS = st.lists(
    st.builds(
        Step,
        kind=st.sampled_from(["complete"] * 4 + ["infer"] * 2 + ["travel", "switch", "rebuild"]),
        after=st.integers(0, 60).map(lambda hours: timedelta(hours=hours)),
        minutes=st.none() | st.integers(0, 50),
        zone=st.sampled_from(ZONES),
        back=st.integers(0, 4),
        on=st.booleans(),
    ),
    min_size=1,
    max_size=14,
)


def live(patient: User, step: Step, now: datetime) -> None:
    today = local_date(now, patient.zone)
    if step.kind == "complete":
        complete(patient, now, step.minutes)
    elif step.kind == "infer":
        infer(patient, today - step.back * DAY)
    elif step.kind == "travel":
        patient.timezone = step.zone
        patient.save(update_fields=["timezone"])
    elif step.kind == "switch":
        switch(patient, step.on)
    else:
        rebuild_streak(patient=patient, now=now)


@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(start=st.sampled_from(STARTS), steps=STEPS, later=st.integers(0, 12))
def test_the_row_always_says_what_a_replay_says(make: Make, start: datetime, steps: Sequence[Step], later: int) -> None:
    patient = make.patient(timezone="America/New_York")
    switch(patient, on=True)
    now = start
    for step in steps:
        now += step.after
        live(patient, step, now)
        days = counted(patient)
        assert streak_of(patient=patient, now=now) == walked(days, local_date(now, patient.zone))
        row = Streak.objects.filter(patient=patient).first()
        keeps = TenantSettings.objects.get(tenant=patient.tenant_id).features["inferredVisitsKeepStreaks"]
        if row is not None and row.counts_inferred == keeps:
            assert as_stored(row) == tally(days)
    now += later * DAY
    assert streak_of(patient=patient, now=now) == walked(counted(patient), local_date(now, patient.zone))


def test_every_part_of_a_tally_is_kept() -> None:
    assert set(TALLY) <= {field.name for field in Streak._meta.concrete_fields}
