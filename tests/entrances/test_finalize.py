"""A window that has closed: what it becomes, once, and what it never counts for."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from accounts.models import TenantSettings
from entrances.actions import finalize as finalize_module
from entrances.actions.finalize import finalize_entrance
from entrances.actions.settle_overdue import settle_overdue
from entrances.health import failing_entrances
from entrances.models import AppEntrance
from entrances.states import Reason, Status
from messaging.models import Message
from notifications.models import Notification
from rtm.models import EvidenceDay
from tests.entrances.steps import mirrors, visit, window_closes
from tests.make import NOON, TODAY, Make
from workouts.models import Streak, Workout
from workouts.states import Status as WorkoutStatus

pytestmark = pytest.mark.django_db


def finalize(entrance: AppEntrance, now: datetime = NOON + timedelta(hours=2)) -> str:
    window_closes(entrance)
    status = finalize_entrance(entrance_id=entrance.pk, now=now)
    entrance.refresh_from_db()
    return status


def test_a_visit_becomes_a_mirror_of_the_days_plan(make: Make) -> None:
    planned = make.workout(on=TODAY)
    make.workout(completed_at=NOON - timedelta(days=2))
    entrance = visit(make.pat)
    assert finalize(entrance) == Status.FINALIZED_TO_INFERRED_WORKOUT
    [mirror] = mirrors(make.pat)
    assert (mirror.mirrored_from, entrance.inferred_workout) == (planned, mirror)
    assert entrance.reason == Reason.PLANNED_WORKOUT
    assert Workout.objects.get(pk=planned.pk).status == WorkoutStatus.PLANNED


def test_without_a_plan_the_last_workout_really_done_is_mirrored(make: Make) -> None:
    make.workout(completed_at=NOON - timedelta(days=3))
    last = make.workout(completed_at=NOON - timedelta(days=2))
    make.workout(
        completed_at=NOON - timedelta(days=1), completed_via_app_entrance=True, mirrored_from=last, duration_minutes=0
    )
    finalize(visit(make.pat))
    assert [mirror.mirrored_from for mirror in mirrors(make.pat)] == [last, last]


def test_a_workout_done_after_the_day_is_not_what_a_late_finalization_copies(make: Make) -> None:
    earlier = make.workout(completed_at=NOON - timedelta(days=5))
    entrance = visit(make.pat, NOON - timedelta(days=2))
    make.workout(completed_at=NOON - timedelta(days=1))
    finalize(entrance, now=NOON)
    assert [mirror.mirrored_from for mirror in mirrors(make.pat)] == [earlier]


def test_the_mirror_holds_what_was_planned_and_nothing_that_was_felt(make: Make) -> None:
    source = make.workout(completed_at=NOON - timedelta(days=2), duration_minutes=40)
    source.exercises.update(
        actual_sets=3, actual_reps=9, pain=8, exertion=9, patient_notes="Ow", doctor_notes_post_exercise="Slow down"
    )
    finalize(visit(make.pat))
    [mirror] = mirrors(make.pat)
    assert (mirror.doctor, mirror.duration_minutes, mirror.completed_at) == (make.dana, 0, NOON)
    assert (mirror.completed_on, mirror.date_scheduled) == (TODAY, TODAY)
    kept = ("exercise", "position", "planned_sets", "planned_reps")
    assert list(mirror.exercises.values_list(*kept)) == list(source.exercises.values_list(*kept))
    said = ("actual_sets", "actual_reps", "pain", "exertion", "patient_notes", "doctor_notes_post_exercise")
    assert set(mirror.exercises.values_list(*said)) == {(None, None, None, None, "", "")}


def test_nobody_is_told_of_an_inferred_visit(make: Make) -> None:
    make.workout(on=TODAY)
    finalize(visit(make.pat))
    assert (Message.objects.count(), Notification.objects.count()) == (0, 0)


def test_nothing_to_copy_is_skipped(make: Make) -> None:
    entrance = visit(make.pat)
    assert finalize(entrance) == Status.SKIPPED_NO_SOURCE_WORKOUT
    assert (entrance.reason, mirrors(make.pat)) == (Reason.NO_SOURCE, [])


def test_switched_off_in_between_is_skipped(make: Make) -> None:
    make.workout(on=TODAY)
    entrance = visit(make.pat)
    TenantSettings.objects.filter(tenant=make.pat.tenant).update(features={})
    assert finalize(entrance) == Status.SKIPPED_FEATURE_DISABLED
    assert mirrors(make.pat) == []


def test_a_real_workout_that_day_wins(make: Make) -> None:
    entrance = visit(make.pat)
    make.workout(completed_at=NOON + timedelta(hours=1))
    assert finalize(entrance) == Status.CANCELED_BY_REAL_WORKOUT
    assert mirrors(make.pat) == []


def test_a_window_still_open_is_left_alone(make: Make) -> None:
    make.workout(on=TODAY)
    entrance = visit(make.pat)
    assert finalize_entrance(entrance_id=entrance.pk, now=NOON + timedelta(days=1)) == Status.PENDING
    assert mirrors(make.pat) == []


def test_a_second_finalization_finds_it_settled(make: Make) -> None:
    make.workout(on=TODAY)
    entrance = visit(make.pat)
    finalize(entrance)
    assert finalize_entrance(entrance_id=entrance.pk, now=NOON) == Status.FINALIZED_TO_INFERRED_WORKOUT
    assert len(mirrors(make.pat)) == 1


def test_an_entrance_that_vanished_is_no_error() -> None:
    assert finalize_entrance(entrance_id=404, now=NOON) == "gone"


@pytest.mark.parametrize(
    ("zone", "opened", "day"),
    [
        ("America/New_York", datetime(2026, 4, 9, 3, 30, tzinfo=UTC), date(2026, 4, 8)),  # 23:30
        ("America/New_York", datetime(2026, 3, 8, 4, 30, tzinfo=UTC), date(2026, 3, 7)),  # the night clocks go forward
        ("America/New_York", datetime(2026, 11, 1, 3, 30, tzinfo=UTC), date(2026, 10, 31)),  # and back
        ("Pacific/Kiritimati", datetime(2026, 4, 8, 9, 30, tzinfo=UTC), date(2026, 4, 8)),
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 12, 30, tzinfo=UTC), date(2026, 4, 4)),
        ("Asia/Kathmandu", datetime(2026, 4, 8, 17, 45, tzinfo=UTC), date(2026, 4, 8)),
    ],
)
def test_opened_at_half_past_eleven_it_counts_for_the_day_it_was_opened(
    make: Make, zone: str, opened: datetime, day: date
) -> None:
    patient = make.patient("Zoe", doctors=[make.dana], timezone=zone)
    make.workout(patient=patient, completed_at=opened - timedelta(days=7))
    finalize(visit(patient, opened), now=opened + timedelta(hours=2))
    assert [(mirror.completed_on, mirror.completed_at) for mirror in mirrors(patient)] == [(day, opened)]
    assert Streak.objects.get(patient=patient).last_workout_on == day


def test_a_zone_changed_in_between_changes_nothing(make: Make) -> None:
    make.workout(completed_at=NOON - timedelta(days=7))
    entrance = visit(make.pat, datetime(2026, 4, 9, 3, 30, tzinfo=UTC))
    make.pat.timezone = "Pacific/Kiritimati"
    make.pat.save(update_fields=["timezone"])
    finalize(entrance, now=datetime(2026, 4, 9, 5, 30, tzinfo=UTC))
    assert [mirror.completed_on for mirror in mirrors(make.pat)] == [date(2026, 4, 8)]


def test_an_inferred_day_keeps_the_streak_and_is_never_monitoring_data(make: Make) -> None:
    make.workout(on=TODAY)
    finalize(visit(make.pat))
    assert Streak.objects.get(patient=make.pat).daily_streak == 1
    day = EvidenceDay.objects.get(patient=make.pat)
    assert (day.day, day.grade, day.counted) == (TODAY, "inferred", False)


def test_a_sweep_settles_every_overdue_row_and_only_those(make: Make) -> None:
    make.workout(on=TODAY)
    patients = [make.patient(f"P{number}", doctors=[make.dana]) for number in range(3)]
    entrances = [visit(patient) for patient in (make.pat, *patients)]
    window_closes(*entrances[:3])
    swept = settle_overdue(now=NOON + timedelta(hours=2))
    assert swept.rows == 3
    assert AppEntrance.objects.filter(status=Status.PENDING).get() == entrances[3]


def test_a_worker_down_for_days_settles_each_day_in_order(make: Make) -> None:
    make.workout(completed_at=NOON - timedelta(days=9))
    days = [NOON - timedelta(days=back) for back in (3, 2, 1)]
    window_closes(*[visit(make.pat, day) for day in days])
    assert settle_overdue(now=NOON).rows == 3
    assert [mirror.completed_on for mirror in mirrors(make.pat)] == [day.date() for day in days]


def test_a_poisoned_row_costs_only_itself(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    patients = [make.patient(f"P{number}", doctors=[make.dana]) for number in range(3)]
    entrances = [visit(patient) for patient in patients]
    window_closes(*entrances)
    original = finalize_module.evidence_of

    def poisoned(batch: Sequence[AppEntrance]) -> Any:
        if entrances[1] in batch:
            raise LookupError("Pat's own words")
        return original(batch)

    monkeypatch.setattr(finalize_module, "evidence_of", poisoned)
    assert settle_overdue(now=NOON).rows == 2
    failing = AppEntrance.objects.get(status=Status.PENDING)
    assert failing == entrances[1]
    assert failing.last_error.startswith("LookupError at ")
    assert failing_entrances() == ["entrances: 1 failing"]
    monkeypatch.undo()
    assert settle_overdue(now=NOON).rows == 1
    assert failing_entrances() == []


def test_a_finalization_costs_the_same_however_long_the_history(make: Make) -> None:
    def cost(days: int) -> int:
        patient = make.patient(f"P{days}", doctors=[make.dana])
        for back in range(1, days + 1):
            make.workout(patient=patient, completed_at=NOON - timedelta(days=back), exercises=3)
        entrance = visit(patient)
        window_closes(entrance)
        with CaptureQueriesContext(connection) as queries:
            finalize_entrance(entrance_id=entrance.pk, now=NOON)
        return len(queries)

    assert cost(2) == cost(40)


def test_the_window_is_judged_by_the_databases_clock(make: Make) -> None:
    make.workout(on=TODAY)
    entrance = visit(make.pat)
    AppEntrance.objects.update(window_ends_at=Now() + timedelta(seconds=30))
    assert finalize_entrance(entrance_id=entrance.pk, now=NOON + timedelta(days=30)) == Status.PENDING
