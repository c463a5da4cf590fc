"""Text messages: what is sent, what every answer and receipt means, and who is never written to."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.db.models.functions import Now

from notifications.actions import collect_receipts as collecting
from notifications.actions.collect_receipts import collect_receipts
from notifications.actions.deliver import deliver_due
from notifications.actions.notify import Text, notify
from notifications.actions.opt_out import opt_out
from notifications.models import Device, Notification, Push, SmsOptOut
from notifications.sms import number_from, one_message, wish
from notifications.states import NotificationType, Platform, PushStatus
from notifications.transports import sms as module
from notifications.transports import transport_for
from notifications.transports.base import Accepted, Delivered, Outgoing, Refused, TransportDown, TryAgain
from notifications.transports.sms import SmsTransport
from okta.devstack.fake_provider import FakeProvider
from tests.notifications.conftest import DATA, Outbox, push_to

PAT, LEE = "+15005550006", "+15005550007"
OURS = "+15005550001"


@pytest.fixture
def twilio(fake_provider: FakeProvider, settings: Any) -> FakeProvider:
    """Twilio, as far as the product can tell, with an account of ours."""
    settings.TWILIO_URL, settings.TWILIO_FROM = fake_provider.url, OURS
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC0123", "secret"
    settings.PUSH_TRANSPORTS = {"SMS": "notifications.transports.sms.SmsTransport"}
    return fake_provider


def outgoing(token: str = PAT, **fields: Any) -> Outgoing:
    return push_to(token, **({"body": "Как колено?", "data": {}, "collapse_id": "follow-up:7"} | fields))


def sent(transport: SmsTransport, *tokens: str) -> list[str]:
    outcomes = transport.send([outgoing(token) for token in tokens or (PAT,)])
    assert all(isinstance(outcome, Accepted) and outcome.ticket for outcome in outcomes)
    return [outcome.ticket for outcome in outcomes if isinstance(outcome, Accepted)]


# --- what is sent ---


def test_a_message_is_title_and_text(twilio: FakeProvider) -> None:
    [sid] = sent(SmsTransport())

    [message] = twilio.received()
    assert (message["to"], message["from"], message["sid"]) == (PAT, OURS, sid)
    assert message["body"] == "Northside\nКак колено?"


def test_a_messaging_service_may_stand_for_our_number(twilio: FakeProvider, settings: Any) -> None:
    settings.TWILIO_FROM = "MG0123"

    sent(SmsTransport())

    assert twilio.received()[0]["from"] == "MG0123"


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("b" * 1597, "t\n" + "b" * 1597),
        ("b" * 1598, "t\n" + "b" * 1598),
        ("b" * 1599, "t\n" + "b" * 1597 + "…"),
        # Each thumb is one character of four units, and stays whole.
        ("👍🏽" * 500, "t\n" + "👍🏽" * 399 + "…"),
        ("e\u0301" * 900, "t\n" + "e\u0301" * 798 + "…"),
        ("👨‍👩‍👧" * 300, "t\n" + "👨‍👩‍👧" * 199 + "…"),
    ],
)
def test_a_long_text_is_one_message_cut_between_characters(body: str, shown: str) -> None:
    assert one_message("t", body) == shown
    assert len(shown.encode("utf-16-le")) // 2 <= 1600


# --- what every answer means ---


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("21211", Refused("Twilio 21211", retire_device=True)),
        ("21217", Refused("Twilio 21217", retire_device=True)),
        ("21614", Refused("Twilio 21614", retire_device=True)),
        ("21610", Refused("Twilio 21610", retire_device=True)),
        ("21408", Refused("Twilio 21408")),
        ("429", TryAgain("Twilio 20429", timedelta(seconds=7))),
    ],
)
def test_every_refusal_has_its_meaning(twilio: FakeProvider, code: str, outcome: object) -> None:
    twilio.behave(code, retry_after="7")

    assert SmsTransport().send([outgoing()]) == [outcome]
    assert twilio.received() == []


@pytest.mark.parametrize(
    ("code", "reason"), [("20003", "Twilio 20003"), ("21606", "Twilio 21606"), ("500", "Twilio 20500")]
)
def test_who_takes_nothing_from_anybody_is_down(twilio: FakeProvider, code: str, reason: str) -> None:
    twilio.behave(code)

    with pytest.raises(TransportDown, match=f"^{reason}$"):
        SmsTransport().send([outgoing(PAT), outgoing(LEE)])


def test_a_silent_provider_is_down(twilio: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT", httpx.Timeout(0.2))
    twilio.behave("timeout")

    with pytest.raises(TransportDown, match="ReadTimeout"):
        SmsTransport().send([outgoing(PAT), outgoing(LEE)])


def test_nobody_answering_is_down(twilio: FakeProvider, settings: Any) -> None:
    settings.TWILIO_URL = "http://127.0.0.1:9"

    with pytest.raises(TransportDown, match="ConnectError"):
        SmsTransport().send([outgoing()])


@pytest.mark.parametrize(("mode", "reason"), [("500", "Twilio 20500"), ("timeout", "ReadTimeout")])
def test_half_a_batch_failing_is_half_a_batch_tried_again(
    twilio: FakeProvider, monkeypatch: pytest.MonkeyPatch, mode: str, reason: str
) -> None:
    monkeypatch.setattr(module, "TIMEOUT", httpx.Timeout(1.0))
    twilio.behave(mode, token=PAT)

    failed, taken = SmsTransport().send([outgoing(PAT), outgoing(LEE)])

    assert failed == TryAgain(reason)
    assert isinstance(taken, Accepted)
    assert [message["to"] for message in twilio.received()] == [LEE]


def test_a_malformed_number_fails_alone(twilio: FakeProvider) -> None:
    wrong, right = SmsTransport().send([outgoing("5550006"), outgoing()])

    assert wrong == Refused("Twilio 21211", retire_device=True)
    assert isinstance(right, Accepted)


@pytest.mark.parametrize("setting", ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM"])
def test_a_missing_setting_is_named(twilio: FakeProvider, settings: Any, setting: str) -> None:
    setattr(settings, setting, "")

    with pytest.raises(TransportDown, match=f"^{setting} is not set$"):
        SmsTransport().send([outgoing()])

    assert twilio.attempts() == []


def test_an_answer_that_is_no_twilio_s_is_read_by_its_status(
    twilio: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = []
    for status in (400, 201):
        answer = httpx.Response(status, text="<html>")
        monkeypatch.setattr(httpx.Client, "post", lambda *_, answer=answer, **__: answer)
        outcomes += SmsTransport().send([outgoing()])

    # Taken is taken: sent again, the person would read it twice.
    assert outcomes == [Refused("HTTP 400"), Accepted("")]


# --- receipts ---


@pytest.mark.parametrize(
    ("mode", "receipt"),
    [
        ("ok", Delivered()),
        ("30003", Refused("Twilio 30003")),
        ("30007", Refused("Twilio 30007")),
        ("30005", Refused("Twilio 30005", retire_device=True)),
        ("30006", Refused("Twilio 30006", retire_device=True)),
    ],
)
def test_every_receipt_has_its_meaning(twilio: FakeProvider, mode: str, receipt: object) -> None:
    [sid] = sent(SmsTransport())
    twilio.behave(mode)

    assert SmsTransport().receipts([sid]) == {sid: receipt}


def test_what_is_on_its_way_or_unknown_is_left_out(twilio: FakeProvider) -> None:
    first, second = sent(SmsTransport(), PAT, LEE)
    twilio.behave("queued", token=PAT)

    assert SmsTransport().receipts([first, second, "SM0"]) == {second: Delivered()}


def test_a_receipt_that_could_not_be_asked_for_is_left_out_while_others_could(
    twilio: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    tickets = sent(SmsTransport(), PAT, LEE)
    twilio.behave("500", 1)

    assert list(SmsTransport().receipts(tickets).values()) == [Delivered()]


@pytest.mark.parametrize("mode", ["500", "429"])
def test_receipts_are_asked_for_later_when_there_are_none(twilio: FakeProvider, mode: str) -> None:
    tickets = sent(SmsTransport(), PAT, LEE)
    twilio.behave(mode, retry_after="7")

    with pytest.raises(TransportDown) as down:
        SmsTransport().receipts(tickets)

    assert down.value.retry_after == (timedelta(seconds=7) if mode == "429" else None)


# --- through the outbox ---


def text_message(outbox: Outbox, number: str = PAT) -> Push:
    """What a follow-up owes: a push to a number, which ordinary notifications never make."""
    device = outbox.device(platform=Platform.SMS, token=number)
    told = Notification.objects.create(
        recipient=device.user,
        type=NotificationType.FOLLOW_UP,
        key=f"follow-up:{number}",
        title="Northside",
        body="Hello",
    )
    return Push.objects.create(
        notification=told, device=device, platform=Platform.SMS, title="Northside", body="Hello", collapse_id=told.key
    )


def test_the_outbox_sends_a_text_message_and_learns_what_became_of_it(twilio: FakeProvider, outbox: Outbox) -> None:
    push = text_message(outbox)

    assert deliver_due() == 1

    push.refresh_from_db()
    [message] = twilio.received()
    assert (push.status, push.ticket, message["to"]) == (PushStatus.SENT, message["sid"], PAT)
    Push.objects.update(receipt_due_at=Now())
    assert collect_receipts() == 1
    push.refresh_from_db()
    assert push.status == PushStatus.DELIVERED


def test_a_number_of_no_use_is_retired(twilio: FakeProvider, outbox: Outbox) -> None:
    push = text_message(outbox)
    twilio.behave("21614")

    deliver_due()

    push.refresh_from_db()
    push.device.refresh_from_db()
    assert (push.status, push.last_error) == (PushStatus.FAILED, "Twilio 21614")
    assert push.device.retired_at is not None


def test_a_number_that_opted_out_is_not_written_to(twilio: FakeProvider, outbox: Outbox) -> None:
    push, other = text_message(outbox), text_message(outbox, LEE)
    opt_out(number=PAT)

    deliver_due()

    push.refresh_from_db()
    assert (push.status, push.last_error) == (PushStatus.FAILED, "the device is retired")
    other.refresh_from_db()
    assert other.status == PushStatus.SENT


def test_nor_when_somebody_brings_it_back_to_life(twilio: FakeProvider, outbox: Outbox) -> None:
    push = text_message(outbox)
    opt_out(number=PAT)
    Device.objects.update(retired_at=None)

    deliver_due()

    push.refresh_from_db()
    assert (push.status, push.last_error) == (PushStatus.FAILED, "the number has opted out")
    assert twilio.attempts() == []


def test_ordinary_notifications_are_no_text_messages(twilio: FakeProvider, outbox: Outbox) -> None:
    number = outbox.device(platform=Platform.SMS, token=PAT)
    phone = outbox.device()

    notify(
        recipients=[number.user],
        type=NotificationType.PATIENT_FEEDBACK,
        key="summary:7",
        compose=lambda _: Text("Northside", "Pat left feedback"),
        data=DATA,
        collapse_id="summary:7",
    )

    assert [push.device for push in Push.objects.all()] == [phone]
    assert Notification.objects.count() == 1


def test_receipts_not_asked_for_in_time_are_left_for_the_next_run(
    twilio: FakeProvider, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    push = text_message(outbox)
    deliver_due()
    Push.objects.update(receipt_due_at=Now())
    # Started; first round; its first batch is too late; no other round.
    clock = iter([0.0, 1.0, 35.1, 36.0])
    monkeypatch.setattr(collecting, "monotonic", lambda: next(clock))

    assert collect_receipts() == 0

    push.refresh_from_db()
    assert (push.status, push.lease, push.leased_until) == (PushStatus.SENT, None, None)
    assert push.receipt_due_at is not None


# --- what is agreed ---


def test_text_messages_are_off_until_there_is_an_account() -> None:
    assert transport_for(Platform.SMS) is None


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+15005550006", "+15005550006"),
        ("+44 (0)1632 960001", "+441632960001"),
        ("+7 900 123-45-67", "+79001234567"),
        ("5005550006", None),
        ("+05005550006", None),
        ("+123456", None),
        ("+1234567890123456", None),
        ("+1500555000६", None),
        ("", None),
    ],
)
def test_a_number_has_its_country(typed: str, number: str | None) -> None:
    assert number_from(typed) == number


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        *((word, False) for word in ("STOP", "stopall", "Unsubscribe", "CANCEL", "end", "Quit", "стоп", " Stop \n")),
        *((word, True) for word in ("START", "yes", "Unstop ")),
        *((word, None) for word in ("HELP", "stop it", "STOP!", "", "no", "🛑")),
    ],
)
def test_only_the_whole_answer_is_a_wish(text: str, wanted: bool | None) -> None:
    assert wish(text) is wanted


@pytest.mark.django_db
def test_a_number_is_opted_out_once() -> None:
    opt_out(number=PAT)
    opt_out(number=PAT)

    assert [row.number for row in SmsOptOut.objects.all()] == [PAT]
