"""Deliveries that go wrong: what is tried again, what has failed, and who is told."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DataError
from django.db.models import DurationField, ExpressionWrapper, F
from django.db.models.functions import Now

from followups.actions import collect_receipts as receipts
from followups.actions import deliver_due as delivery
from followups.actions import settle as settling
from followups.actions.cancel import cancel
from followups.actions.collect_receipts import collect_receipts
from followups.actions.retry import retry
from followups.models import FollowUpAttempt, FollowUpRequest
from followups.states import Status
from notifications.actions import hand_over as handing_over
from notifications.models import Device, Notification, RetiredToken, TransportPause
from notifications.transports.base import TransportDown
from okta.devstack.fake_provider import FakeProvider
from tests.followups.scripted import Scripted
from tests.followups.steps import (
    TOKEN,
    deliver,
    device,
    due_again,
    for_pat,
    messages,
    promised,
    status_of,
    tried,
)
from tests.make import Make

pytestmark = pytest.mark.django_db


def waits(row: FollowUpRequest) -> float:
    """Seconds until the next attempt, on the database's clock."""
    left = ExpressionWrapper(F("next_attempt_at") - Now(), output_field=DurationField())
    found: timedelta = FollowUpRequest.objects.filter(pk=row.pk).values_list(left, flat=True).get()
    return found.total_seconds()


def alerts() -> list[tuple[str, str]]:
    rows = Notification.objects.filter(type="ADMIN_ALERT").order_by("pk")
    return list(rows.values_list("recipient__first_name", "body"))


ONE_FAILED = "1 follow-up could not be delivered. The admin says why and lets you try again."


def test_a_refusal_for_now_is_tried_again_after_a_growing_wait_and_has_failed_after_the_third(
    make: Make, scripted: type[Scripted]
) -> None:
    assert make.ada
    row = promised(device_token="ExponentPushToken[flaky]", tenant=make.clinic)

    deliver()
    assert (status_of(row), 50 < waits(row) <= 66, messages()) == ("scheduled", True, [])
    deliver()
    assert len(tried(row)) == 1
    due_again()
    deliver()
    assert 100 < waits(row) <= 132
    due_again()
    deliver()

    row.refresh_from_db()
    assert (row.status, row.attempts, row.last_error, row.next_attempt_at) == ("failed", 3, "MessageRateExceeded", None)
    assert row.failed_at is not None
    assert tried(row) == [(n, "EXPO", "TRY_AGAIN", "MessageRateExceeded") for n in (1, 2, 3)]
    assert alerts() == [("Ada", ONE_FAILED)]
    assert messages() == []


def test_a_services_wish_to_wait_longer_is_respected_by_every_one(scripted: type[Scripted]) -> None:
    rows = [promised(device_token=f"ExponentPushToken[later-{number}]") for number in range(12)]
    deliver()
    waiting = sorted(map(waits, rows))
    # A few seconds have passed since it was written down.
    assert (waiting[0] > 7 * 60 - 5, waiting[-1] <= 7 * 60 * 1.1) == (True, True)


def test_an_invalid_token_fails_at_once_is_retired_and_admins_are_told(make: Make, expo: FakeProvider) -> None:
    assert make.ada
    device(make.pat)
    row = for_pat(make)
    expo.behave("DeviceNotRegistered", 1)

    deliver()

    row.refresh_from_db()
    assert (row.status, row.attempts, row.last_error) == ("failed", 1, "DeviceNotRegistered")
    assert Device.objects.get().retired_at is not None
    assert alerts() == [("Ada", ONE_FAILED)]
    # What comes next is said in the app, instead of failing again.
    later = for_pat(make, display_text="And now?")
    deliver()
    assert (status_of(later), tried(later)) == ("sent", [(1, "IN_APP", "ACCEPTED", "")])


def test_a_token_of_no_device_is_retired_too(expo: FakeProvider) -> None:
    expo.behave("DeviceNotRegistered", 1)
    first = promised(device_token="ExponentPushToken[gone]")
    deliver()
    second = promised(device_token="ExponentPushToken[gone]")
    deliver()
    assert RetiredToken.objects.get().token == "ExponentPushToken[gone]"
    assert (status_of(first), status_of(second), expo.received()) == ("failed", "sent", [])


def test_one_device_that_takes_it_is_enough(make: Make, expo: FakeProvider) -> None:
    device(make.pat)
    device(make.pat, "ExponentPushToken[gone]")
    row = for_pat(make)
    expo.behave("DeviceNotRegistered", token="ExponentPushToken[gone]")
    deliver()
    assert status_of(row) == "sent"
    assert tried(row) == [(1, "EXPO", "ACCEPTED", ""), (1, "EXPO", "REFUSED", "DeviceNotRegistered")]
    assert list(Device.objects.filter(retired_at=None).values_list("token", flat=True)) == [TOKEN]


@pytest.mark.parametrize("mode", ["500", "429"])
def test_an_outage_charges_nobody_and_pauses_the_service(make: Make, expo: FakeProvider, mode: str) -> None:
    device(make.pat)
    row, outside = for_pat(make), promised(device_token="ExponentPushToken[x]")
    expo.behave(mode)

    deliver()
    asked = len(expo.attempts())
    expo.behave("ok")
    assert [status_of(row), status_of(outside), messages()] == ["scheduled", "scheduled", []]
    row.refresh_from_db()
    assert (row.attempts, tried(row)[0][2]) == (0, "DOWN")
    due_again()
    deliver()
    assert len(expo.attempts()) == asked, "a service on pause is not asked"
    assert len(tried(row)) == 1, "and what was not asked was not tried"

    TransportPause.objects.update(paused_until=Now())
    due_again()
    deliver()
    assert [status_of(row), status_of(outside)] == ["sent", "sent"]
    assert not TransportPause.objects.exists()


def test_a_timeout_is_an_outage(make: Make, scripted: type[Scripted]) -> None:
    scripted.down.append(TransportDown("ReadTimeout", timedelta(minutes=4)))
    row, *others = [promised(device_token=f"ExponentPushToken[x-{number}]") for number in range(12)]
    deliver()
    row.refresh_from_db()
    assert (row.status, row.attempts, row.last_error) == ("scheduled", 0, "ReadTimeout")
    # Nobody comes back while the service is still left alone.
    waiting = sorted(map(waits, [row, *others]))
    assert (waiting[0] > 4 * 60 - 5, waiting[-1] <= 4 * 60 * 1.1) == (True, True)


def test_an_outage_beyond_the_grace_charges_every_attempt(make: Make, scripted: type[Scripted], settings: Any) -> None:
    assert make.ada
    scripted.down.append(TransportDown("ConnectError"))
    row = promised(device_token="ExponentPushToken[x]", tenant=make.clinic)
    deliver()
    TransportPause.objects.update(down_since=Now() - settings.FOLLOWUP_OUTAGE_GRACE - timedelta(seconds=1))
    for _ in range(3):
        TransportPause.objects.update(paused_until=Now())
        due_again()
        deliver()
    row.refresh_from_db()
    assert (row.status, row.attempts, row.last_error) == ("failed", 3, "ConnectError")
    assert [outcome for _, _, outcome, _ in tried(row)] == ["DOWN"] * 4
    assert alerts() == [("Ada", ONE_FAILED)]


def test_an_outage_charges_nobody_whom_the_service_was_not_asked_about(scripted: type[Scripted]) -> None:
    scripted.down.append(TransportDown("HTTP 429", timedelta(hours=1)))
    first = promised(device_token="ExponentPushToken[first]")
    deliver()
    TransportPause.objects.update(down_since=Now() - timedelta(minutes=50), paused_until=Now() + timedelta(minutes=10))
    second = promised(device_token="ExponentPushToken[second]")
    for _ in range(3):
        due_again()
        deliver()
    for row in (first, second):
        row.refresh_from_db()
        assert (row.status, row.attempts, row.last_error) == ("scheduled", 0, "HTTP 429")
    assert [outcome for _, _, outcome, _ in tried(first) + tried(second)] == ["DOWN"], "it was asked once"


def test_an_outage_nobody_has_heard_of_for_long_is_not_that_of_today(scripted: type[Scripted]) -> None:
    scripted.down.append(TransportDown("ConnectError"))
    cancel(follow_up_id=promised(device_token="ExponentPushToken[x]").pk)
    gone = promised(device_token="ExponentPushToken[x]")
    deliver()
    cancel(follow_up_id=gone.pk)
    TransportPause.objects.update(down_since=Now() - timedelta(days=7), paused_until=Now() - timedelta(days=7))

    row = promised(device_token="ExponentPushToken[y]")
    deliver()

    row.refresh_from_db()
    assert (row.status, row.attempts) == ("scheduled", 0)
    assert TransportPause.objects.filter(down_since__gt=Now() - timedelta(minutes=1)).exists()


def test_what_one_place_has_taken_is_sent_though_there_was_no_time_to_ask_the_other(
    make: Make, scripted: type[Scripted], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PUSH_TRANSPORTS = dict.fromkeys(("EXPO", "FCM"), "tests.followups.scripted.Scripted")
    device(make.pat)
    device(make.pat, "fcm:other", platform="FCM")
    row = for_pat(make)
    scripted.during.append(lambda: monkeypatch.setattr(handing_over, "monotonic", lambda: float("inf")))
    deliver(times=2)
    assert (status_of(row), [outgoing.token for outgoing in scripted.sent]) == ("sent", [TOKEN])
    assert tried(row) == [(1, "EXPO", "ACCEPTED", "")]


@pytest.mark.parametrize(("token", "outcome"), [("bug", "TRY_AGAIN"), ("spoilt", "REFUSED")])
def test_a_poisonous_row_delays_nobody(scripted: type[Scripted], token: str, outcome: str) -> None:
    poison = promised(device_token=f"ExponentPushToken[{token}]")
    good = [promised(device_token=f"ExponentPushToken[{n}]") for n in range(20)]
    deliver()
    assert {status_of(row) for row in good} == {"sent"}
    assert tried(poison)[0][2] == outcome


def test_a_row_that_cannot_be_written_down_fails_alone(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [promised(display_text=f"{n}") for n in range(7)]
    poison = rows[3]
    post = settling._say

    def refuse(sent: Any) -> None:
        if any(parcel.id == poison.pk for parcel in sent):
            raise DataError("as from a value that nothing can hold")
        post(sent)

    monkeypatch.setattr(settling, "_say", refuse)
    deliver()
    assert [status_of(row) for row in rows] == ["sent"] * 3 + ["scheduled"] + ["sent"] * 3
    assert [row[2] for row in tried(poison)] == ["ACCEPTED", "ERROR"]
    for _ in range(2):
        due_again()
        deliver()
    assert (status_of(poison), len(messages())) == ("failed", 6)


def test_a_conversation_in_back_off_holds_up_only_itself(scripted: type[Scripted]) -> None:
    conversation_id = uuid4()
    first = promised(conversation_id=conversation_id, device_token="ExponentPushToken[flaky]")
    second = promised(conversation_id=conversation_id, display_text="second")
    other = promised(display_text="other")

    deliver(times=2)
    assert [status_of(row) for row in (first, second, other)] == ["scheduled", "scheduled", "sent"]

    FollowUpRequest.objects.filter(pk=first.pk).update(device_token=None, next_attempt_at=Now())
    deliver()
    assert [text for _, text in messages()] == ["other", "How is Sam?", "second"]


def test_a_cancellation_during_back_off_wins_and_frees_the_conversation(scripted: type[Scripted]) -> None:
    first = promised(device_token="ExponentPushToken[flaky]")
    second = promised(conversation_id=first.conversation_id, display_text="second")
    deliver()
    cancel(follow_up_id=first.pk)
    deliver()
    assert (status_of(first), status_of(second)) == ("cancelled", "sent")
    assert [text for _, text in messages()] == ["second"]


def test_a_cancellation_while_it_is_being_sent_wins(scripted: type[Scripted]) -> None:
    row = promised(device_token="ExponentPushToken[x]")
    scripted.during.append(lambda: FollowUpRequest.objects.filter(pk=row.pk).update(status=Status.CANCELLED))
    deliver()
    row.refresh_from_db()
    assert (row.status, row.sent_at, messages()) == ("cancelled", None, [])
    # The phone had it by then, and the record says so.
    assert tried(row) == [(1, "EXPO", "ACCEPTED", "")]


def test_a_cancellation_after_it_was_sent_finds_nothing(make: Make) -> None:
    row = promised()
    deliver()
    assert FollowUpRequest.objects.filter(status=Status.SCHEDULED).update(status=Status.CANCELLED) == 0
    assert status_of(row) == "sent"


def test_a_change_while_it_is_being_sent_is_what_will_be_said(scripted: type[Scripted]) -> None:
    row = promised(device_token="ExponentPushToken[x]")
    scripted.during.append(
        lambda: FollowUpRequest.objects.filter(pk=row.pk).update(display_text="Better words", lease=None)
    )
    deliver(times=2)
    assert messages() == [(row.conversation_id, "Better words")]
    assert {outgoing.collapse_id for outgoing in scripted.sent} == {f"follow-up:{row.pk}"}
    assert [outgoing.body for outgoing in scripted.sent] == ["How is Sam?", "Better words"]


class TestLostWorkers:
    """A lease that ran out: somebody died holding it."""

    def held(self, row: FollowUpRequest, *, until: timedelta) -> None:
        FollowUpRequest.objects.filter(pk=row.pk).update(lease=uuid4(), leased_until=Now() + until)

    def test_what_somebody_holds_is_theirs(self) -> None:
        row = promised()
        self.held(row, until=timedelta(minutes=1))
        deliver()
        assert (status_of(row), messages()) == ("scheduled", [])

    def test_it_is_tried_alone_and_charged_once(self, scripted: type[Scripted]) -> None:
        row = promised(device_token="ExponentPushToken[x]")
        self.held(row, until=timedelta(seconds=-1))
        deliver()
        row.refresh_from_db()
        assert (row.status, row.attempts) == ("sent", 1)
        assert [attempt[1:3] for attempt in tried(row)] == [("NONE", "LOST"), ("EXPO", "ACCEPTED")]

    def test_a_backlog_does_not_keep_it_waiting(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(delivery, "ROUND", 1)
        clock = iter([0.0, 0.0, 21.0])
        monkeypatch.setattr(delivery, "monotonic", lambda: next(clock))
        row = promised()
        self.held(row, until=timedelta(seconds=-1))
        backlog = [promised(display_text=f"{n}") for n in range(2)]
        deliver()
        assert [status_of(one) for one in (row, *backlog)] == ["sent", "sent", "scheduled"]

    def test_after_the_third_death_it_has_failed_without_being_tried(
        self, make: Make, scripted: type[Scripted]
    ) -> None:
        assert make.ada
        row = promised(device_token="ExponentPushToken[killer]", tenant=make.clinic, attempts=3)
        self.held(row, until=timedelta(seconds=-1))
        deliver()
        row.refresh_from_db()
        assert (row.status, row.last_error) == ("failed", "the worker died while sending it")
        assert alerts() == [("Ada", ONE_FAILED)]

    def test_what_kills_its_worker_before_anything_is_sent_is_charged_too(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Killed(BaseException):
            """As the kernel would, out of memory."""

        def kill(ids: Any) -> Any:
            raise Killed

        row = promised()
        self.held(row, until=timedelta(seconds=-1))
        monkeypatch.setattr(delivery, "address", kill)
        with pytest.raises(Killed):
            deliver()
        row.refresh_from_db()
        assert (row.status, row.attempts) == ("scheduled", 1)

    def test_an_outage_does_not_charge_it_again(self, scripted: type[Scripted]) -> None:
        row = promised(device_token="ExponentPushToken[x]")
        self.held(row, until=timedelta(seconds=-1))
        scripted.down.append(TransportDown("ConnectError"))
        deliver()
        row.refresh_from_db()
        assert (row.status, row.attempts, row.lease) == ("scheduled", 1, None)


class TestReceipts:
    """What a service says later."""

    def due(self) -> None:
        FollowUpAttempt.objects.update(receipt_due_at=Now())

    def test_a_receipt_that_knows_no_such_device_retires_the_token_and_leaves_the_follow_up_sent(
        self, make: Make, expo: FakeProvider
    ) -> None:
        device(make.pat)
        row = for_pat(make)
        deliver()
        expo.behave("DeviceNotRegisteredReceipt", 1)
        self.due()
        assert collect_receipts() == 1
        assert status_of(row) == "sent"
        assert Device.objects.get().retired_at is not None
        assert tried(row) == [(1, "EXPO", "ACCEPTED", "DeviceNotRegistered")]
        assert collect_receipts() == 0

    def test_a_device_registered_again_since_the_push_stays(self, make: Make, expo: FakeProvider) -> None:
        device(make.pat)
        for_pat(make)
        deliver()
        Device.objects.update(registered_at=Now())
        expo.behave("DeviceNotRegisteredReceipt", 1)
        self.due()
        assert collect_receipts() == 1
        assert Device.objects.get().retired_at is None
        assert not RetiredToken.objects.exists()

    def test_when_the_time_is_up_nothing_more_is_asked(
        self, make: Make, expo: FakeProvider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        device(make.pat)
        for_pat(make)
        deliver()
        self.due()
        monkeypatch.setattr(receipts, "LAST_BATCH", -1.0)
        assert collect_receipts() == 0
        monkeypatch.undo()
        self.due()
        assert collect_receipts() == 1

    def test_a_good_receipt_is_kept(self, make: Make, expo: FakeProvider) -> None:
        device(make.pat)
        row = for_pat(make)
        deliver()
        assert collect_receipts() == 0
        self.due()
        assert collect_receipts() == 1
        assert tried(row) == [(1, "EXPO", "ACCEPTED", "delivered")]

    def test_a_service_that_is_down_is_asked_again_later(self, make: Make, expo: FakeProvider) -> None:
        device(make.pat)
        for_pat(make)
        deliver()
        expo.behave("500", 1)
        self.due()
        assert collect_receipts() == 0
        assert FollowUpAttempt.objects.filter(receipt_due_at__gt=Now() + timedelta(minutes=14)).count() == 1

    def test_after_a_day_nobody_asks_any_more(self, make: Make, expo: FakeProvider) -> None:
        device(make.pat)
        for_pat(make)
        deliver()
        FollowUpAttempt.objects.update(receipt_due_at=Now(), at=Now() - timedelta(days=2))
        expo.behave("500", 1)
        collect_receipts()
        assert FollowUpAttempt.objects.get().receipt_due_at is None


def test_a_failed_one_is_tried_again_with_all_its_attempts(make: Make, expo: FakeProvider) -> None:
    device(make.pat)
    row = for_pat(make, status="failed", attempts=3, last_error="MessageRateExceeded", failed_at=Now())
    retry(follow_up_id=row.pk)
    deliver()
    row.refresh_from_db()
    assert (row.status, row.attempts, row.last_error, row.failed_at) == ("sent", 1, "", None)
    assert len(expo.received()) == 1


def test_a_failed_one_can_be_said_in_the_app_alone(make: Make, expo: FakeProvider) -> None:
    device(make.pat)
    row = for_pat(make, status="failed", attempts=3)
    retry(follow_up_id=row.pk, in_app_only=True)
    deliver()
    assert (status_of(row), expo.received()) == ("sent", [])


def test_many_failures_at_once_are_one_alert_a_clinic(make: Make) -> None:
    assert make.ada
    for _ in range(3):
        promised(display_text=" ", tenant=make.clinic)
    deliver()
    [(_, sentence)] = alerts()
    assert sentence.startswith("3 follow-ups could not be delivered.")


def test_a_service_that_fails_over_one_message_is_not_down_for_the_others(expo: FakeProvider) -> None:
    poison = promised(device_token="ExponentPushToken[poison]")
    good = [promised(device_token=f"ExponentPushToken[{n}]") for n in range(20)]
    expo.behave("500", token="ExponentPushToken[poison]")
    deliver()
    assert {status_of(row) for row in good} == {"sent"}
    assert len(expo.received()) == 20
    assert [attempt[2] for attempt in tried(poison)] == ["TRY_AGAIN"]
    assert not TransportPause.objects.exists()


def test_a_service_that_fails_over_everything_is_asked_three_times_and_no_more(expo: FakeProvider) -> None:
    rows = [promised(device_token=f"ExponentPushToken[{n}]") for n in range(20)]
    expo.behave("500")
    deliver()
    assert (len(expo.attempts()), {status_of(row) for row in rows}) == (3, {"scheduled"})
    assert FollowUpRequest.objects.filter(attempts=0).count() == 20


def test_failures_that_are_settled_apart_are_all_told(
    make: Make, monkeypatch: pytest.MonkeyPatch, expo: FakeProvider
) -> None:
    assert make.ada
    monkeypatch.setattr(delivery, "HANDFUL", 2)
    for number in range(3):
        promised(device_token=f"ExponentPushToken[{number}]", tenant=make.clinic)
    expo.behave("DeviceNotRegistered")
    deliver()
    assert [sentence.split()[0] for _, sentence in alerts()] == ["2", "1"]
