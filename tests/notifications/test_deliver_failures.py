"""What becomes of pushes that a provider, a device or a bug stands in the way of."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from notifications.actions import hand_over
from notifications.actions.deliver import deliver_due
from notifications.models import Device, Push
from notifications.states import Platform, PushStatus
from notifications.transports.base import Accepted, BatchRefused, Outcome, Outgoing, TransportDown
from notifications.transports.expo import ExpoTransport
from okta.devstack.fake_provider import FakeProvider
from tests.make import Make
from tests.notifications.conftest import Outbox, many, push_to, seconds_until, sent

Woken = list[tuple[str, float]]


def test_a_provider_in_trouble_is_asked_once_and_again_later(outbox: Outbox, expo: FakeProvider, woken: Woken) -> None:
    many(outbox.push(), 150)
    woken.clear()
    expo.behave("500")

    assert deliver_due() == 150

    # Once, and once for each half: it fails over whatever it is given.
    assert len(expo.attempts()) == 3
    push = Push.objects.order_by("pk").last()
    assert push is not None
    assert (push.status, push.attempts, push.last_error) == (PushStatus.PENDING, 1, "INTERNAL_SERVER_ERROR")
    assert (push.lease, push.settled_at, push.receipt_due_at) == (None, None, None)
    assert seconds_until(push, "next_attempt_at") == 30
    assert set(woken) == {("notifications.deliver:30", 30.0)}
    assert deliver_due() == 0


@pytest.mark.parametrize(("attempts", "wait"), [(0, 30), (1, 60), (4, 480), (5, 900), (32_767, 900)])
def test_each_failure_doubles_the_wait(
    outbox: Outbox, expo: FakeProvider, woken: Woken, attempts: int, wait: int
) -> None:
    push = outbox.push(attempts=attempts)
    expo.behave("500")

    deliver_due()

    push.refresh_from_db()
    assert push.attempts == min(attempts + 1, 32_767)
    assert seconds_until(push, "next_attempt_at") == wait


@pytest.mark.parametrize(("asked", "wait"), [(5, 30), (120, 120)])
def test_the_provider_may_ask_for_a_longer_wait(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch, woken: Woken, asked: int, wait: int
) -> None:
    push = outbox.push()
    answers(monkeypatch, TransportDown("TOO_MANY_REQUESTS", timedelta(seconds=asked)))

    deliver_due()

    push.refresh_from_db()
    assert push.last_error == "TOO_MANY_REQUESTS"
    assert seconds_until(push, "next_attempt_at") == wait
    assert woken[-1] == (f"notifications.deliver:{wait}", wait)


def test_a_push_is_given_up_with_its_last_reason(outbox: Outbox, expo: FakeProvider, woken: Woken) -> None:
    old = outbox.push(created_at=Now() - timedelta(hours=6))
    young = outbox.push(created_at=Now() - timedelta(hours=6) + timedelta(seconds=5))
    expo.behave("429")

    deliver_due()

    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.status, old.last_error) == (PushStatus.FAILED, "TOO_MANY_REQUESTS")
    assert old.settled_at is not None
    assert young.status == PushStatus.PENDING


def test_a_late_push_that_is_taken_is_not_given_up(outbox: Outbox, expo: FakeProvider) -> None:
    push = outbox.push(created_at=Now() - timedelta(hours=7))

    deliver_due()

    push.refresh_from_db()
    assert push.status == PushStatus.SENT


def test_a_device_that_is_gone_is_retired(outbox: Outbox, expo: FakeProvider) -> None:
    push, other = outbox.push(), outbox.push()
    expo.behave("DeviceNotRegistered", 1)

    assert deliver_due() == 2

    push.refresh_from_db()
    other.refresh_from_db()
    assert (push.status, push.last_error, push.attempts) == (PushStatus.FAILED, "DeviceNotRegistered", 1)
    assert push.device.retired_at is not None
    assert other.status == PushStatus.SENT
    assert other.device.retired_at is None


def test_a_push_never_reaches_the_next_owner_of_a_device(make: Make, outbox: Outbox, expo: FakeProvider) -> None:
    push = outbox.push()
    Device.objects.filter(pk=push.device_id).update(user=make.omar)

    deliver_due()

    push.refresh_from_db()
    assert (push.status, push.last_error) == (PushStatus.FAILED, "the device belongs to somebody else now")
    assert expo.attempts() == []


def test_a_push_to_a_retired_device_is_not_sent(outbox: Outbox, expo: FakeProvider) -> None:
    push = outbox.push()
    Device.objects.update(retired_at=Now())

    deliver_due()

    push.refresh_from_db()
    assert (push.status, push.last_error) == (PushStatus.FAILED, "the device is retired")
    assert expo.attempts() == []


def test_a_kind_of_device_without_a_transport_fails_in_words(outbox: Outbox, expo: FakeProvider, settings: Any) -> None:
    settings.PUSH_TRANSPORTS = {"EXPO": settings.PUSH_TRANSPORTS["EXPO"]}
    stranded = outbox.push(outbox.device(platform=Platform.APNS, token="a1"))
    push = outbox.push()

    assert deliver_due() == 2

    stranded.refresh_from_db()
    assert (stranded.status, stranded.last_error) == (
        PushStatus.FAILED,
        "this installation has no transport for APNS",
    )
    assert sent(expo) == [push.collapse_id]


@pytest.mark.parametrize(
    ("error", "status", "reason"),
    [
        (BatchRefused("VALIDATION_ERROR"), PushStatus.FAILED, "VALIDATION_ERROR"),
        (
            ZeroDivisionError("Pat"),
            PushStatus.PENDING,
            f"ZeroDivisionError at {__name__}:",
        ),
    ],
)
def test_one_bad_row_fails_alone(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch, woken: Woken, error: Exception, status: PushStatus, reason: str
) -> None:
    many(outbox.push(), 19)
    bad = outbox.push()
    batches = answers(monkeypatch, error, only_for=bad.pk)

    assert deliver_due() == 20

    bad.refresh_from_db()
    assert bad.status == status
    assert bad.last_error.startswith(reason)
    assert set(Push.objects.exclude(pk=bad.pk).values_list("status", flat=True)) == {PushStatus.SENT}
    taken = [pk for batch in batches for pk in batch]
    assert len(taken) == len(set(taken)) == 19


def test_what_was_taken_before_the_provider_broke_is_not_sent_again(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch, woken: Woken
) -> None:
    first, second = outbox.push(), outbox.push()
    monkeypatch.setattr(ExpoTransport, "batch_size", 1)
    answers(monkeypatch, TransportDown("HTTP 503"), only_for=second.pk)

    deliver_due()

    assert dict(Push.objects.values_list("pk", "status")) == {
        first.pk: PushStatus.SENT,
        second.pk: PushStatus.PENDING,
    }


def answers(monkeypatch: pytest.MonkeyPatch, error: Exception, *, only_for: int | None = None) -> list[list[int]]:
    """Make every request fail that carries the push ``only_for``; return the batches that were taken."""
    taken: list[list[int]] = []

    def send(_self: ExpoTransport, batch: Sequence[Outgoing]) -> list[Outcome]:
        ids = [outgoing.push_id for outgoing in batch]
        if only_for is None or only_for in ids:
            raise error
        taken.append(ids)
        return [Accepted(f"t-{pk}") for pk in ids]

    monkeypatch.setattr(ExpoTransport, "send", send)
    return taken


def test_a_half_that_was_not_asked_in_time_has_not_taken_anything(
    expo: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The whole is asked in time, and its first half; for the second it is too late.
    clock = iter([0.0, 1.0, 99.0])
    monkeypatch.setattr(hand_over, "monotonic", lambda: next(clock))
    expo.behave("500")

    batch = [push_to(f"ExponentPushToken[{number}]") for number in range(2)]
    handed = hand_over.hand_over(ExpoTransport(), batch, until=50.0)

    assert (handed.outcomes, handed.down is not None) == ({}, True)
