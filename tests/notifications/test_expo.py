"""Expo's wire format: what is asked, and what every answer means."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from notifications.transports import expo as module
from notifications.transports import transport_for
from notifications.transports.base import (
    Accepted,
    BatchRefused,
    Delivered,
    Outgoing,
    Refused,
    TransportDown,
    TryAgain,
)
from notifications.transports.console import ConsoleTransport
from notifications.transports.expo import ExpoTransport
from okta.devstack.fake_provider import FakeProvider
from tests.notifications.conftest import push_to


def outgoing(number: int = 1, **fields: Any) -> Outgoing:
    return push_to(**({"token": f"ExponentPushToken[{number}]", "push_id": number} | fields))


Answer = Callable[[int, Any], None]


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Make Expo give one certain answer to everything."""

    def give(status: int, body: Any, **headers: str) -> None:
        kwargs = {"text": body} if isinstance(body, str) else {"json": body}
        monkeypatch.setattr(httpx, "post", lambda *_, **__: httpx.Response(status, headers=headers, **kwargs))

    return give


def ticket(error: str | None) -> dict[str, Any]:
    if error is None:
        return {"status": "ok", "id": "t-1"}
    return {"status": "error", "message": '"ExponentPushToken[1]" is bad', "details": {"error": error}}


def test_a_message_is_what_expo_documents(expo: FakeProvider) -> None:
    [outcome] = ExpoTransport().send([outgoing(urgent=True)])

    [push] = expo.received()
    assert push.pop("at")
    assert push == {
        "provider": "expo",
        "to": "ExponentPushToken[1]",
        "title": "Northside",
        "body": "Pat left feedback",
        "data": {"type": "PATIENT_FEEDBACK", "workoutId": 7},
        "sound": "default",
        "priority": "high",
        "collapseId": "summary:7",
    }
    assert isinstance(outcome, Accepted)
    assert outcome.ticket


def test_a_full_batch_is_packed_and_answered_in_order(expo: FakeProvider) -> None:
    outcomes = ExpoTransport().send([outgoing(number) for number in range(100)])

    assert [push["to"] for push in expo.received()] == [f"ExponentPushToken[{number}]" for number in range(100)]
    assert len({outcome.ticket for outcome in outcomes if isinstance(outcome, Accepted)}) == 100


def test_the_access_token_is_sent_when_there_is_one(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    seen: list[dict[str, str]] = []

    def post(_url: str, *, headers: dict[str, str], **_: Any) -> httpx.Response:
        seen.append(headers)
        return httpx.Response(200, json={"data": [ticket(None)]})

    monkeypatch.setattr(httpx, "post", post)
    ExpoTransport().send([outgoing()])
    settings.EXPO_ACCESS_TOKEN = "secret"
    ExpoTransport().send([outgoing()])

    assert [headers.get("Authorization") for headers in seen] == [None, "Bearer secret"]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, Accepted("t-1")),
        ("DeviceNotRegistered", Refused("DeviceNotRegistered", retire_device=True)),
        ("MessageTooBig", Refused("MessageTooBig")),
        ("MismatchSenderId", Refused("MismatchSenderId")),
        ("InvalidCredentials", Refused("InvalidCredentials")),
        ("MessageRateExceeded", TryAgain("MessageRateExceeded")),
        ("SomethingNew", TryAgain("SomethingNew")),
    ],
)
def test_every_ticket_has_its_meaning(answer: Answer, error: str | None, outcome: object) -> None:
    answer(200, {"data": [ticket(error), ticket(None)]})

    assert ExpoTransport().send([outgoing(), outgoing()]) == [outcome, Accepted("t-1")]


@pytest.mark.parametrize("odd", [None, "ok", {}, {"status": "error"}, {"status": "error", "details": []}])
def test_an_odd_ticket_is_tried_again(answer: Answer, odd: Any) -> None:
    answer(200, {"data": [odd]})

    [outcome] = ExpoTransport().send([outgoing()])
    assert isinstance(outcome, TryAgain)


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (500, {"errors": [{"code": "INTERNAL_SERVER_ERROR"}]}, "INTERNAL_SERVER_ERROR"),
        (502, "<html>Bad gateway</html>", "HTTP 502"),
        (429, {"errors": [{"code": "TOO_MANY_REQUESTS"}]}, "TOO_MANY_REQUESTS"),
        (401, {"errors": [{"code": "UNAUTHORIZED"}]}, "UNAUTHORIZED"),
        (301, "", "HTTP 301"),
        (200, "not JSON", "malformed answer"),
        (200, [], "malformed answer"),
        (200, {"errors": [{"code": "ODD"}]}, "ODD"),
        (200, {"data": []}, "not one ticket for each message"),
        (200, {"data": ticket(None)}, "not one ticket for each message"),
        (200, {}, "not one ticket for each message"),
    ],
)
def test_an_answer_that_blames_nobody_in_particular_takes_the_transport_down(
    answer: Answer, status: int, body: Any, reason: str
) -> None:
    answer(status, body)

    with pytest.raises(TransportDown) as down:
        ExpoTransport().send([outgoing()])

    assert (down.value.reason, down.value.retry_after) == (reason, None)


def test_the_provider_says_when_to_come_back(answer: Callable[..., None]) -> None:
    answer(429, {}, **{"Retry-After": "7"})

    with pytest.raises(TransportDown) as down:
        ExpoTransport().send([outgoing()])

    assert down.value.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize("status", [400, 413, 422])
def test_an_answer_that_blames_the_request_refuses_the_batch(answer: Answer, status: int) -> None:
    answer(status, {"errors": [{"code": "PUSH_TOO_MANY_EXPERIENCE_IDS", "message": "ExponentPushToken[1] …"}]})

    with pytest.raises(BatchRefused) as refused:
        ExpoTransport().send([outgoing()])

    assert refused.value.reason == "PUSH_TOO_MANY_EXPERIENCE_IDS"


def test_a_silent_provider_is_down(expo: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT", httpx.Timeout(0.1))
    expo.behave("timeout")

    with pytest.raises(TransportDown, match="ReadTimeout"):
        ExpoTransport().send([outgoing()])


def test_nobody_answering_is_down(settings: Any) -> None:
    settings.EXPO_PUSH_URL = "http://127.0.0.1:9"

    with pytest.raises(TransportDown, match="ConnectError"):
        ExpoTransport().send([outgoing()])


def test_receipts_are_told_apart(expo: FakeProvider) -> None:
    sent = [outcome.ticket for outcome in ExpoTransport().send([outgoing(1), outgoing(2)])]  # type: ignore[union-attr]
    expo.behave("DeviceNotRegisteredReceipt", 1)

    receipts = ExpoTransport().receipts([*sent, "unknown"])

    assert receipts == {sent[0]: Refused("DeviceNotRegistered", retire_device=True), sent[1]: Delivered()}


@pytest.mark.parametrize(("status", "body"), [(400, {}), (500, {}), (200, {"data": []}), (200, "no")])
def test_receipts_that_cannot_be_read_are_asked_for_again(answer: Answer, status: int, body: Any) -> None:
    answer(status, body)

    with pytest.raises(TransportDown):
        ExpoTransport().receipts(["t-1"])


def test_the_console_shows_ids_and_no_text(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        outcomes = ConsoleTransport().send([outgoing(12)])

    assert outcomes == [Accepted()]
    assert caplog.messages == ["push 12, collapse id summary:7"]
    assert ConsoleTransport().receipts(["x"]) == {}


def test_settings_choose_the_transport(settings: Any) -> None:
    settings.PUSH_TRANSPORTS = {"EXPO": "notifications.transports.console.ConsoleTransport", "FCM": ""}

    assert isinstance(transport_for("EXPO"), ConsoleTransport)
    assert transport_for("FCM") is None
    assert transport_for("APNS") is None
