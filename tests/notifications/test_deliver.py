"""The outbox: claimed by one, sent outside any transaction, settled by whoever still holds the lease."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from accounts.models import Tenant, TenantSettings, User
from notifications.actions import deliver, hand_over
from notifications.actions.deliver import deliver_due
from notifications.actions.settle import Verdict, settle
from notifications.health import oldest_push_due
from notifications.models import Push
from notifications.states import PushStatus
from notifications.tasks import deliver as woken_task
from notifications.tasks import sweep_pushes
from notifications.transports.base import Accepted, Outcome, Outgoing
from notifications.transports.expo import ExpoTransport
from okta.devstack.fake_provider import FakeProvider
from okta.models import SweepRun
from tests.notifications.conftest import Outbox, many, seconds_until, sent
from tests.together import together

Woken = list[tuple[str, float]]


def test_a_due_push_is_sent_and_settled(outbox: Outbox, expo: FakeProvider) -> None:
    push = outbox.push()

    assert deliver_due() == 1

    push.refresh_from_db()
    [received] = expo.received()
    assert received["to"] == push.device.token
    assert (received["title"], received["body"]) == ("Northside", "Pat left feedback")
    assert (push.status, push.attempts, push.last_error) == (PushStatus.SENT, 1, "")
    assert (push.lease, push.leased_until) == (None, None)
    assert push.ticket
    assert push.settled_at is not None
    assert seconds_until(push, "receipt_due_at") == 900
    assert deliver_due() == 0
    assert len(expo.received()) == 1


def test_what_is_not_due_or_in_other_hands_is_left_alone(outbox: Outbox, expo: FakeProvider) -> None:
    outbox.push(next_attempt_at=Now() + timedelta(seconds=5))
    outbox.push(lease=uuid4(), leased_until=Now() + timedelta(seconds=5))
    outbox.push(status=PushStatus.FAILED)
    outbox.push(status=PushStatus.SENT)

    assert deliver_due() == 0
    assert expo.attempts() == []


def test_a_lease_that_ran_out_holds_nobody_up(outbox: Outbox, expo: FakeProvider) -> None:
    push = outbox.push(lease=uuid4(), leased_until=Now() - timedelta(seconds=1))

    assert deliver_due() == 1
    assert sent(expo) == [push.collapse_id]


@pytest.mark.parametrize("closed", [User, Tenant], ids=["person", "clinic"])
def test_who_may_not_sign_in_any_more_is_sent_nothing(
    outbox: Outbox, expo: FakeProvider, closed: type[User | Tenant]
) -> None:
    push = outbox.push()
    closed.objects.update(is_active=False)  # type: ignore[union-attr]

    assert deliver_due() == 1

    push.refresh_from_db()
    assert (push.status, push.last_error) == (PushStatus.FAILED, "the recipient may not sign in any more")
    assert expo.attempts() == []


def test_a_push_owed_when_its_clinic_turns_discreet_is_sent_discreetly(outbox: Outbox, expo: FakeProvider) -> None:
    push = outbox.push()
    Push.objects.update(data={"type": "PATIENT_FEEDBACK", "workoutId": 7, "patientName": "Pat Lee"})
    User.objects.filter(pk=push.device.user_id).update(language="ru")
    TenantSettings.objects.update(features={"discreetPush": True})

    deliver_due()

    [received] = expo.received()
    assert (received["title"], received["body"]) == ("Okta", "В приложении появилось кое-что новое для вас.")
    assert received["data"] == {"type": "PATIENT_FEEDBACK", "workoutId": 7}


def test_pushes_go_out_in_batches_of_a_hundred(outbox: Outbox, expo: FakeProvider, woken: Woken) -> None:
    device = outbox.device()
    many(outbox.push(device), 250)

    assert deliver_due() == 250
    assert [attempt["outcome"] for attempt in expo.attempts()] == ["200", "200", "200"]
    assert set(Push.objects.values_list("status", flat=True)) == {PushStatus.SENT}
    assert Push.objects.exclude(ticket="").values("ticket").distinct().count() == 250


def test_a_run_out_of_time_gives_back_what_it_could_not_send(
    outbox: Outbox, expo: FakeProvider, monkeypatch: pytest.MonkeyPatch, woken: Woken
) -> None:
    many(outbox.push(), 150)
    # Started; first round; first batch in time (asked twice); second batch too late; no other round.
    clock = iter([0.0, 1.0, 2.0, 3.0, 35.1, 36.0])
    monkeypatch.setattr(deliver, "monotonic", lambda: next(clock))
    monkeypatch.setattr(hand_over, "monotonic", lambda: next(clock))

    assert deliver_due() == 100

    left = Push.objects.filter(status=PushStatus.PENDING)
    assert left.count() == 50
    assert set(left.values_list("attempts", "lease", "leased_until", "last_error")) == {(0, None, None, "")}


def test_a_batch_whose_time_is_up_at_the_last_moment_is_given_back_uncharged(
    outbox: Outbox, expo: FakeProvider, monkeypatch: pytest.MonkeyPatch, woken: Woken
) -> None:
    outbox.push()
    clock = iter([0.0, 1.0, 2.0, 35.1, 36.0])
    monkeypatch.setattr(deliver, "monotonic", lambda: next(clock))
    monkeypatch.setattr(hand_over, "monotonic", lambda: next(clock))

    assert deliver_due() == 0
    assert Push.objects.values_list("status", "attempts", "lease", "last_error").get() == ("PENDING", 0, None, "")
    assert expo.attempts() == []


def test_a_worker_that_lost_its_lease_settles_nothing(outbox: Outbox) -> None:
    push = outbox.push(lease=uuid4(), leased_until=Now() + timedelta(seconds=5))

    verdict = Verdict(PushStatus.FAILED, reason="DeviceNotRegistered", retire_device=True)
    settled = settle(lease=uuid4(), verdicts={push.pk: verdict}, charge=1)

    lease = push.lease
    push.refresh_from_db()
    assert settled == 0
    assert (push.status, push.attempts, push.lease) == (PushStatus.PENDING, 0, lease)
    assert push.device.retired_at is None


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_before_it_settled_repeats_after_its_lease(
    outbox: Outbox, expo: FakeProvider, monkeypatch: pytest.MonkeyPatch, woken: Woken
) -> None:
    push = outbox.push()

    def die(**_: Any) -> int:
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(deliver, "settle", die)
        with pytest.raises(SystemExit):
            deliver_due()
    assert sent(expo) == [push.collapse_id]
    push.refresh_from_db()
    assert (push.status, push.attempts) == (PushStatus.PENDING, 0)
    assert seconds_until(push, "leased_until") == 120

    assert deliver_due() == 0
    Push.objects.update(leased_until=Now())
    assert deliver_due() == 1

    assert sent(expo) == [push.collapse_id, push.collapse_id]
    push.refresh_from_db()
    assert (push.status, push.attempts) == (PushStatus.SENT, 1)


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_send_each_push_once(
    outbox: Outbox, expo: FakeProvider, monkeypatch: pytest.MonkeyPatch, woken: Woken
) -> None:
    many(outbox.push(), 60)
    monkeypatch.setattr(deliver, "ROUND", 10)

    settled = together([deliver_due] * 4)

    assert sum(settled) == 60
    assert len(expo.received()) == 60
    assert len({push["data"]["number"] for push in expo.received()}) == 60


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_inside_a_transaction(outbox: Outbox, monkeypatch: pytest.MonkeyPatch, woken: Woken) -> None:
    outbox.push()
    inside = []

    def send(_self: ExpoTransport, batch: Sequence[Outgoing]) -> list[Outcome]:
        inside.append(connection.in_atomic_block)
        return [Accepted() for _ in batch]

    monkeypatch.setattr(ExpoTransport, "send", send)
    deliver_due()

    assert inside == [False]


def test_a_push_without_a_ticket_has_no_receipt(outbox: Outbox, settings: Any) -> None:
    settings.PUSH_TRANSPORTS = {"EXPO": "notifications.transports.console.ConsoleTransport"}
    push = outbox.push()

    deliver_due()

    push.refresh_from_db()
    assert (push.status, push.receipt_due_at) == (PushStatus.SENT, None)


def test_fifty_pushes_cost_as_many_queries_as_one(outbox: Outbox, expo: FakeProvider, woken: Woken) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            deliver_due()
        return len([query for query in captured if "SAVEPOINT" not in query["sql"]])

    outbox.push()
    one = queries()
    many(outbox.push(), 50)

    assert queries() == one == 6


def test_the_woken_task_and_the_sweep_find_the_same_rows(outbox: Outbox, expo: FakeProvider) -> None:
    outbox.push(next_attempt_at=Now() - timedelta(minutes=3))
    assert sweep_pushes() == "1 rows"
    run = SweepRun.objects.get(kind="notifications.sweep")
    assert run.lag is not None
    assert round(run.lag.total_seconds()) == 180

    outbox.push()
    assert woken_task(newer="argument") == "1 pushes settled"
    assert len(expo.received()) == 2


@pytest.mark.parametrize(
    ("late", "said"),
    [(timedelta(minutes=5, seconds=-5), []), (timedelta(minutes=7), ["pushes: the oldest has been due for 7 minutes"])],
)
def test_health_tells_of_pushes_left_lying(outbox: Outbox, late: timedelta, said: list[str]) -> None:
    outbox.push()
    outbox.push(next_attempt_at=Now() - late)
    outbox.push(next_attempt_at=Now() - timedelta(days=1), status=PushStatus.FAILED)

    assert oldest_push_due() == said


def test_health_has_nothing_to_say_of_an_empty_outbox(db: None) -> None:
    assert oldest_push_due() == []
