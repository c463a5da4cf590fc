"""The figures: what is due, what has failed, what succeeded."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from followups.health import figures, troubles
from followups.measures import BY_HOUR, MEASURE, OUTCOMES, SWEEP, Tries, measure, outcomes, tries_by_hour
from followups.states import Outcome, Status
from okta.models import SweepRun
from tests.followups.tries import ago, many, promised, swept, tried
from tests.make import Make

pytestmark = pytest.mark.django_db

ACCEPTED, REFUSED, TRY_AGAIN = Outcome.ACCEPTED, Outcome.REFUSED, Outcome.TRY_AGAIN


def about(seconds: float) -> Any:
    """A duration of so many seconds, and the moment a test takes."""
    return pytest.approx(timedelta(seconds=seconds), abs=timedelta(seconds=10))


def test_where_there_is_nothing_every_figure_says_so() -> None:
    now = measure()
    assert (now.due, now.oldest_due, now.failed, now.failed_last_day) == (0, timedelta(0), 0, 0)
    assert (now.last_hour, now.last_day, now.since_sweep) == (Tries(0, 0), Tries(0, 0), None)
    assert now.last_hour.rate is None


def test_a_try_has_succeeded_when_one_of_its_devices_took_it() -> None:
    tried(REFUSED, ACCEPTED, Outcome.DOWN)
    tried(REFUSED, TRY_AGAIN)
    assert measure().last_hour == Tries(2, 1)


def test_every_number_of_a_follow_up_is_a_try_of_its_own() -> None:
    follow_up_id = tried(TRY_AGAIN, number=1)
    tried(TRY_AGAIN, number=2, follow_up_id=follow_up_id)
    tried(ACCEPTED, number=3, follow_up_id=follow_up_id)
    assert measure().last_hour == Tries(3, 1)


def test_the_periods_are_the_last_hour_and_the_last_day() -> None:
    tried(ACCEPTED, at=ago(minutes=59))
    tried(REFUSED, at=ago(minutes=61))
    tried(ACCEPTED, at=ago(hours=23, minutes=59))
    tried(ACCEPTED, at=ago(hours=24, minutes=1))
    now = measure()
    assert (now.last_hour, now.last_day) == (Tries(1, 1), Tries(3, 2))
    assert now.last_day.rate == pytest.approx(2 / 3)


def test_due_is_what_is_scheduled_and_whose_time_has_come() -> None:
    promised(scheduled_for=ago(minutes=7))
    promised(scheduled_for=ago(minutes=2), next_attempt_at=ago(minutes=-5), attempts=1)
    promised(scheduled_for=ago(minutes=-1))
    for status in (Status.SENT, Status.CANCELLED, Status.FAILED, "odd"):
        promised(status, scheduled_for=ago(hours=5))
    now = measure()
    assert (now.due, now.oldest_due) == (2, about(7 * 60))


def test_a_promise_for_a_time_that_had_passed_is_as_old_as_the_promise() -> None:
    promised(scheduled_for=ago(days=400), created_at=ago(seconds=30))
    assert measure().oldest_due == about(30)


def test_a_promise_from_the_future_is_not_late() -> None:
    promised(scheduled_for=ago(minutes=5), created_at=ago(hours=-2))
    assert measure().oldest_due == timedelta(0)


def test_failed_is_counted_in_all_and_of_the_last_day() -> None:
    promised(Status.FAILED, failed_at=ago(hours=2))
    promised(Status.FAILED, failed_at=ago(hours=25))
    promised(Status.FAILED)
    now = measure()
    assert (now.failed, now.failed_last_day) == (3, 1)


def test_the_last_sweep_is_the_newest_that_finished_well() -> None:
    swept(minutes=9)
    swept(minutes=4)
    swept("feedback.sweep", minutes=1)
    SweepRun.objects.create(kind=SWEEP, started_at=ago(minutes=2), finished_at=ago(minutes=2), ok=False)
    SweepRun.objects.create(kind=SWEEP, started_at=ago(minutes=1))
    assert measure().since_sweep == about(4 * 60)


def test_a_clinic_has_its_own_figures_and_all_together_have_what_nobody_owns(make: Make) -> None:
    for tenant in (make.clinic, make.other_clinic, make.other_clinic, None):
        promised(tenant=tenant)
        promised(Status.FAILED, tenant=tenant, failed_at=ago(hours=1))
        tried(ACCEPTED, tenant=tenant)
    swept(minutes=1)
    figures_of = {pk: measure(tenant_id=pk) for pk in (make.clinic.pk, make.other_clinic.pk, None)}
    assert [(f.due, f.failed, f.failed_last_day, f.last_day.number) for f in figures_of.values()] == [
        (1, 1, 1, 1),
        (2, 2, 2, 2),
        (4, 4, 4, 4),
    ]
    assert all(f.since_sweep == about(60) for f in figures_of.values())


def test_the_hours_of_the_last_day_are_those_of_the_other_figures() -> None:
    tried(ACCEPTED, at=ago(minutes=-1))
    tried(REFUSED, ACCEPTED, at=ago(minutes=59))
    tried(REFUSED, at=ago(minutes=61))
    tried(ACCEPTED, at=ago(hours=23, minutes=59))
    tried(ACCEPTED, at=ago(hours=24, minutes=1))

    hours = tries_by_hour()

    nothing = Tries(0, 0)
    assert hours == [Tries(1, 1), *[nothing] * 21, Tries(1, 0), Tries(2, 2)]
    now = measure()
    assert (now.last_hour, now.last_day) == (hours[-1], Tries(4, 3))


def test_the_hours_of_a_clinic_are_its_own(make: Make) -> None:
    for tenant in (make.clinic, make.other_clinic, make.other_clinic, None):
        tried(ACCEPTED, tenant=tenant)

    assert [tries_by_hour(tenant_id=pk)[-1].number for pk in (make.clinic.pk, make.other_clinic.pk, None)] == [1, 2, 4]


def test_outcomes_are_counted_channel_by_channel() -> None:
    tried(REFUSED, ACCEPTED)
    tried(ACCEPTED, at=ago(hours=3))
    tried(ACCEPTED, at=ago(hours=25))
    assert outcomes() == {"ACCEPTED": (1, 2), "REFUSED": (1, 1)}


@pytest.mark.parametrize(
    ("number", "succeeded", "below"),
    [(20, 18, True), (20, 19, False), (19, 0, False), (100, 94, True), (100, 95, False), (0, 0, False)],
)
def test_a_rate_is_too_low_under_95_of_a_hundred_and_with_20_tries(number: int, succeeded: int, below: bool) -> None:
    assert Tries(number, succeeded).below(95, of_at_least=20) is below


def test_readiness_names_a_rate_that_is_too_low() -> None:
    many(ACCEPTED, 18)
    many(REFUSED, 1)
    assert troubles() == []
    many(REFUSED, 1)
    assert troubles() == ["follow-ups: 18 of 20 tries of the last hour succeeded"]


def test_readiness_names_a_parent_who_waits_for_more_than_five_minutes() -> None:
    promised(scheduled_for=ago(minutes=4, seconds=50))
    assert troubles() == []
    promised(scheduled_for=ago(minutes=8))
    assert troubles() == ["follow-ups: the oldest has been due for 8 minutes"]


def test_readiness_names_what_failed_in_the_last_day() -> None:
    promised(Status.FAILED, failed_at=ago(hours=25))
    assert troubles() == []
    promised(Status.FAILED, failed_at=ago(hours=23))
    assert troubles() == ["follow-ups: 1 failed in the last day"]


def test_readiness_tells_the_figures_themselves() -> None:
    promised(Status.FAILED)
    tried(ACCEPTED)
    many(REFUSED, 2)
    answer = Client().get("/readyz").json()
    assert answer["followUps"] == figures()
    assert answer["followUps"] == {
        "due": 0,
        "oldestDueSeconds": 0,
        "failed": 1,
        "lastHour": {"tries": 3, "succeeded": 1, "successRate": 0.3333},
        "lastDay": {"tries": 3, "succeeded": 1, "successRate": 0.3333},
        "lastSweepSecondsAgo": None,
    }


def test_the_figures_are_read_through_the_indexes() -> None:
    crowd()
    plan = explained(MEASURE) + explained(OUTCOMES) + explained(BY_HOUR)
    for index in ("follow_up_due", "follow_up_failed", "attempt_newest", "sweeprun_newest"):
        assert f"using {index}" in plan or f"on {index}" in plan, plan
    assert "Seq Scan" not in plan


def crowd() -> None:
    """Years of what is settled, and sweeps of two weeks."""
    with connection.cursor() as cursor:
        cursor.execute("""
            INSERT INTO follow_up_requests (conversation_id, user_id, display_text, status, scheduled_for, sent_at)
            SELECT gen_random_uuid(), 'x', 'y', 'sent', now(), now() FROM generate_series(1, 3000)
        """)
        cursor.execute("""
            INSERT INTO followups_followupattempt (follow_up_id, number, channel, outcome, at)
            SELECT gen_random_uuid(), 1, 'EXPO', 'ACCEPTED', now() - make_interval(hours => 24 + n)
            FROM generate_series(1, 3000) AS n
        """)
        cursor.execute("""
            INSERT INTO okta_sweeprun (kind, started_at, finished_at, ok, rows, failed)
            SELECT kind, now() - make_interval(mins => n), now(), true, 0, ''
            FROM generate_series(1, 1000) AS n, unnest(ARRAY['followups.sweep', 'feedback.sweep', 'a', 'b']) AS kind
        """)
        cursor.execute("ANALYZE follow_up_requests, followups_followupattempt, okta_sweeprun")


def explained(statement: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {statement}", {"tenant": None, "sweep": SWEEP})
        return "\n".join(line for (line,) in cursor.fetchall())


def test_a_try_and_its_repetition_are_two_even_where_the_numbers_began_anew() -> None:
    follow_up_id = tried(Outcome.REFUSED, at=ago(minutes=2))
    tried(Outcome.ACCEPTED, follow_up_id=follow_up_id)
    assert (measure().last_hour.number, measure().last_hour.succeeded) == (2, 1)
