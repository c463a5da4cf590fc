"""Receipts: what became of the pushes a provider accepted."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.models.functions import Now

from notifications.actions.collect_receipts import collect_receipts
from notifications.actions.deliver import deliver_due
from notifications.models import Device, Push
from notifications.states import PushStatus
from notifications.tasks import sweep_receipts
from notifications.transports.base import Receipt, TransportDown, TryAgain
from notifications.transports.expo import ExpoTransport
from okta.devstack.fake_provider import FakeProvider
from tests.notifications.conftest import Outbox, many, seconds_until

pytestmark = pytest.mark.usefixtures("woken")


@pytest.fixture
def accepted(outbox: Outbox, expo: FakeProvider) -> Push:
    """A push Expo took a quarter of an hour ago."""
    push = outbox.push()
    deliver_due()
    Push.objects.update(receipt_due_at=Now(), settled_at=Now() - timedelta(minutes=15))
    Device.objects.update(registered_at=Now() - timedelta(days=1))
    push.refresh_from_db()
    return push


def answer(monkeypatch: pytest.MonkeyPatch, receipt: Receipt | Exception | None) -> None:
    def receipts(_self: ExpoTransport, tickets: list[str]) -> dict[str, Receipt]:
        if isinstance(receipt, Exception):
            raise receipt
        return {} if receipt is None else dict.fromkeys(tickets, receipt)

    monkeypatch.setattr(ExpoTransport, "receipts", receipts)


def test_a_push_that_arrived_is_delivered(accepted: Push) -> None:
    assert collect_receipts() == 1

    ticket = accepted.ticket
    accepted.refresh_from_db()
    assert (accepted.status, accepted.ticket, accepted.attempts) == (PushStatus.DELIVERED, ticket, 1)
    assert (accepted.receipt_due_at, accepted.lease) == (None, None)
    assert collect_receipts() == 0


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"receipt_due_at": Now() + timedelta(seconds=5)},
        {"lease": uuid4(), "leased_until": Now() + timedelta(seconds=5)},
    ],
    ids=["too early", "in other hands"],
)
def test_a_receipt_not_due_or_in_other_hands_is_left_alone(
    accepted: Push, expo: FakeProvider, elsewhere: dict[str, Any]
) -> None:
    Push.objects.update(**elsewhere)
    expo.clear()

    assert collect_receipts() == 0
    assert expo.attempts() == []


def test_a_device_that_was_gone_is_retired_by_the_receipt(accepted: Push, expo: FakeProvider) -> None:
    expo.behave("DeviceNotRegisteredReceipt")

    assert sweep_receipts() == "1 rows"

    accepted.refresh_from_db()
    assert (accepted.status, accepted.last_error) == (PushStatus.FAILED, "DeviceNotRegistered")
    assert Device.objects.get().retired_at is not None


def test_a_device_registered_since_is_not_retired_by_an_old_receipt(accepted: Push, expo: FakeProvider) -> None:
    Device.objects.update(registered_at=Now() - timedelta(minutes=10))
    expo.behave("DeviceNotRegisteredReceipt")

    collect_receipts()

    accepted.refresh_from_db()
    assert accepted.status == PushStatus.FAILED
    assert Device.objects.get().retired_at is None


def test_a_push_refused_for_its_pace_goes_out_again(accepted: Push, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, TryAgain("MessageRateExceeded"))

    assert collect_receipts() == 1

    accepted.refresh_from_db()
    assert (accepted.status, accepted.ticket, accepted.attempts) == (PushStatus.PENDING, "", 1)
    assert (accepted.receipt_due_at, accepted.settled_at) == (None, None)
    assert seconds_until(accepted, "next_attempt_at") == 30


def test_an_unknown_receipt_is_asked_for_again_for_a_day(accepted: Push, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(monkeypatch, None)

    assert collect_receipts() == 0
    accepted.refresh_from_db()
    assert (accepted.status, accepted.lease) == (PushStatus.SENT, None)
    assert seconds_until(accepted, "receipt_due_at") == 900

    Push.objects.update(receipt_due_at=Now(), settled_at=Now() - timedelta(days=1))
    assert collect_receipts() == 0
    accepted.refresh_from_db()
    assert (accepted.status, accepted.receipt_due_at) == (PushStatus.SENT, None)


@pytest.mark.parametrize(("asked", "wait"), [(None, 60), (timedelta(seconds=5), 60), (timedelta(seconds=300), 300)])
def test_a_provider_in_trouble_is_asked_later(
    accepted: Push, monkeypatch: pytest.MonkeyPatch, asked: timedelta | None, wait: int
) -> None:
    answer(monkeypatch, TransportDown("HTTP 503", asked))

    assert collect_receipts() == 0
    accepted.refresh_from_db()
    assert accepted.status == PushStatus.SENT
    assert seconds_until(accepted, "receipt_due_at") == wait


def test_receipts_of_a_transport_taken_away_wait(accepted: Push, settings: Any) -> None:
    settings.PUSH_TRANSPORTS = {}

    assert collect_receipts() == 0
    assert seconds_until(accepted, "receipt_due_at") == 900


def test_receipts_are_asked_for_in_batches(outbox: Outbox, expo: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    many(outbox.push(), 5)
    deliver_due()
    Push.objects.update(receipt_due_at=Now())
    expo.clear()
    monkeypatch.setattr(ExpoTransport, "receipts_size", 2)

    assert collect_receipts() == 5
    assert len(expo.attempts()) == 3
    assert set(Push.objects.values_list("status", flat=True)) == {PushStatus.DELIVERED}
