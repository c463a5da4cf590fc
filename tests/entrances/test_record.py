"""Opening the app: one row a local day, and a window that moves."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from accounts.models import TenantSettings
from entrances.actions.record import record_visit
from entrances.models import AppEntrance
from entrances.states import Logged, Reason, Status
from okta import wakeups
from tests.entrances.steps import visit
from tests.live import an_empty_broker
from tests.make import NOON, Make

pytestmark = pytest.mark.django_db

WINDOW = timedelta(hours=2)


def window_from_now(entrance: AppEntrance) -> timedelta:
    now = AppEntrance.objects.values_list(Now(), flat=True).get(pk=entrance.pk)
    return entrance.window_ends_at - now


def test_the_first_visit_opens_a_window_of_two_hours(make: Make) -> None:
    entrance = visit(make.pat)
    assert (entrance.status, entrance.visits) == (Status.PENDING, 1)
    assert abs(window_from_now(entrance) - WINDOW) < timedelta(seconds=2)
    assert (entrance.opened_at, entrance.last_seen_at) == (NOON, NOON)


def test_a_later_visit_moves_the_window_and_keeps_the_first_instant(make: Make) -> None:
    first = visit(make.pat)
    AppEntrance.objects.update(window_ends_at=Now() + timedelta(minutes=5))
    again = visit(make.pat, NOON + timedelta(hours=1))
    assert (again.pk, again.visits) == (first.pk, 2)
    assert abs(window_from_now(again) - WINDOW) < timedelta(seconds=2)
    assert (again.opened_at, again.last_seen_at) == (NOON, NOON + timedelta(hours=1))


def test_ten_visits_are_one_row(make: Make) -> None:
    for minutes in range(10):
        visit(make.pat, NOON + timedelta(minutes=minutes))
    assert AppEntrance.objects.get().visits == 10


def test_the_next_local_day_is_another_row(make: Make) -> None:
    visit(make.pat, datetime(2026, 4, 9, 3, 59, tzinfo=UTC))  # 23:59 in New York
    visit(make.pat, datetime(2026, 4, 9, 4, 0, tzinfo=UTC))  # 00:00
    assert list(AppEntrance.objects.order_by("local_date").values_list("local_date", flat=True)) == [
        date(2026, 4, 8),
        date(2026, 4, 9),
    ]


@pytest.mark.parametrize(
    ("zone", "instant", "day"),
    [
        ("Pacific/Kiritimati", datetime(2026, 4, 8, 10, 0, tzinfo=UTC), date(2026, 4, 9)),  # UTC+14
        ("Pacific/Kiritimati", datetime(2026, 4, 8, 9, 59, tzinfo=UTC), date(2026, 4, 8)),
        ("Asia/Kathmandu", datetime(2026, 4, 8, 18, 15, tzinfo=UTC), date(2026, 4, 9)),  # UTC+5:45
        ("Asia/Kathmandu", datetime(2026, 4, 8, 18, 14, tzinfo=UTC), date(2026, 4, 8)),
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 12, 59, tzinfo=UTC), date(2026, 4, 4)),  # UTC+11
        ("Australia/Lord_Howe", datetime(2026, 4, 5, 13, 29, tzinfo=UTC), date(2026, 4, 5)),  # UTC+10:30
        ("America/New_York", datetime(2026, 3, 8, 4, 59, tzinfo=UTC), date(2026, 3, 7)),  # EST
        ("America/New_York", datetime(2026, 3, 9, 3, 59, tzinfo=UTC), date(2026, 3, 8)),  # EDT
        ("America/New_York", datetime(2026, 11, 1, 3, 59, tzinfo=UTC), date(2026, 10, 31)),  # EDT
        ("America/New_York", datetime(2026, 11, 2, 4, 59, tzinfo=UTC), date(2026, 11, 1)),  # EST
    ],
)
def test_the_day_is_the_patients_own(make: Make, zone: str, instant: datetime, day: date) -> None:
    patient = make.patient("Zoe", doctors=[make.dana], timezone=zone)
    entrance = visit(patient, instant)
    assert (entrance.local_date, entrance.zone) == (day, zone)


def test_with_tracking_off_nothing_is_recorded(make: Make) -> None:
    TenantSettings.objects.filter(tenant=make.pat.tenant).update(features={})
    assert record_visit(patient=make.pat, now=NOON).logged == Logged.DISABLED
    assert not AppEntrance.objects.exists()


def test_after_a_real_workout_that_day_nothing_is_recorded(make: Make) -> None:
    make.workout(completed_at=NOON - timedelta(hours=1))
    found = record_visit(patient=make.pat, now=NOON)
    assert (found.logged, found.entrance) == (Logged.ALREADY_COMPLETED, None)
    assert not AppEntrance.objects.exists()


def test_a_workout_of_yesterday_is_not_todays(make: Make) -> None:
    make.workout(completed_at=NOON - timedelta(days=1))
    assert record_visit(patient=make.pat, now=NOON).logged == Logged.PENDING


def test_a_settled_day_stays_as_it_is(make: Make) -> None:
    entrance = visit(make.pat)
    AppEntrance.objects.update(status=Status.SKIPPED_NO_SOURCE_WORKOUT, reason=Reason.NO_SOURCE, settled_at=Now())
    before = AppEntrance.objects.values().get()
    found = record_visit(patient=make.pat, now=NOON + timedelta(hours=1))
    assert (found.logged, found.entrance) == (Logged.SETTLED, entrance)
    assert AppEntrance.objects.values().get() == before


def test_a_visit_costs_the_same_number_of_queries_however_long_the_history(
    make: Make, django_assert_num_queries: Any
) -> None:
    for days in range(1, 30):
        make.workout(completed_at=NOON - timedelta(days=days), exercises=1)
    patient = make.pat
    _ = patient.tenant
    with django_assert_num_queries(1):
        record_visit(patient=patient, now=NOON)


@pytest.mark.parametrize(
    ("features", "logged"),
    [
        ({"appEntranceTracking": True}, Logged.PENDING),
        ({"appEntranceTracking": False}, Logged.DISABLED),
        ({}, Logged.DISABLED),
        (None, Logged.DISABLED),
    ],
)
def test_the_clinics_word_is_asked_at_every_visit(make: Make, features: dict[str, bool] | None, logged: Logged) -> None:
    patient = make.pat
    settings = TenantSettings.objects.filter(tenant=make.clinic)
    settings.delete() if features is None else settings.update(features=features)
    assert record_visit(patient=patient, now=NOON).logged == logged
    assert AppEntrance.objects.count() == (1 if logged == Logged.PENDING else 0)


@pytest.mark.django_db(transaction=True)
def test_a_visit_asks_for_a_wake_up_unless_one_is_known_to_be_on_its_way(make: Make) -> None:
    wakeups.breaker.close()
    asked: list[int] = []
    changes: list[dict[str, Any]] = [
        {},
        {},
        {"last_error": "LookupError"},
        {"last_error": "", "window_ends_at": NOON},
        {},
    ]
    with an_empty_broker() as broker:
        for change in changes:
            if change:
                AppEntrance.objects.update(**change)
            broker.redis.flushdb()
            record_visit(patient=make.pat, now=NOON)
            asked.append(broker.outstanding("entrances.finalize"))
    assert asked == [1, 0, 1, 1, 0]
