"""Firebase Cloud Messaging's wire format: what is asked, and what every answer means."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import time_machine

from notifications.actions.deliver import deliver_due
from notifications.models import Push
from notifications.states import Platform, PushStatus
from notifications.transports import fcm as module
from notifications.transports import google_access, one_each, transport_for
from notifications.transports.base import Accepted, Outgoing, Refused, TransportDown, TryAgain
from notifications.transports.fcm import FcmTransport
from okta import clock
from okta.devstack.fake_provider import FakeProvider
from tests.notifications.conftest import Outbox, push_to

SEND = "/v1/projects/okta-nowhere/messages:send"
Woken = list[tuple[str, float]]


def outgoing(number: int = 1, **fields: Any) -> Outgoing:
    return push_to(**({"token": f"phone-{number}:APA91b", "push_id": number} | fields))


@pytest.fixture(autouse=True)
def no_token_yet() -> None:
    """Every test mints its own access token."""
    google_access.service_account.cache_clear()


Posted = list[tuple[str, dict[str, str], bytes]]


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> Posted:
    """Every request on its way out, as (address, headers, body)."""
    seen: Posted = []
    send = httpx.Client.send

    def watched(self: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
        seen.append((request.url.path, dict(request.headers), request.read()))
        return send(self, request, **options)

    monkeypatch.setattr(httpx.Client, "send", watched)
    return seen


def paths(provider: FakeProvider) -> list[str]:
    return [attempt["path"] for attempt in provider.attempts()]


def sent_to(provider: FakeProvider) -> set[str]:
    return {push["to"] for push in provider.received()}


def test_a_message_is_byte_for_byte_what_firebase_documents(fcm: FakeProvider, posted: Posted) -> None:
    assert FcmTransport().send([outgoing(urgent=True)]) == [Accepted()]

    path, headers, body = posted[1]
    assert path == SEND
    assert headers["content-type"] == "application/json"
    assert headers["authorization"].startswith("Bearer ya29.")
    assert body == (
        b'{"message":{"token":"phone-1:APA91b",'
        b'"notification":{"title":"Northside","body":"Pat left feedback"},'
        b'"data":{"type":"PATIENT_FEEDBACK","workoutId":"7"},'
        b'"android":{"collapse_key":"summary:7","priority":"HIGH",'
        b'"notification":{"tag":"summary:7","sound":"default"}},'
        b'"apns":{"headers":{"apns-collapse-id":"summary:7","apns-priority":"10"},'
        b'"payload":{"aps":{"sound":"default"}}}}}'
    )


def test_what_is_not_urgent_does_not_wake_a_phone(fcm: FakeProvider) -> None:
    FcmTransport().send([outgoing()])

    [push] = fcm.received()
    assert push["message"]["android"]["priority"] == "NORMAL"
    assert push["message"]["apns"]["headers"]["apns-priority"] == "5"


def test_data_that_is_no_text_goes_as_json(fcm: FakeProvider) -> None:
    data = {"type": "x", "id": 7, "yes": True, "none": None, "list": [1, "два"], "empty": ""}

    FcmTransport().send([outgoing(data=data)])

    assert fcm.received()[0]["data"] == {
        "type": "x",
        "id": "7",
        "yes": "true",
        "none": "null",
        "list": '[1,"два"]',
        "empty": "",
    }


def test_a_repetition_collapses_into_the_first(fcm: FakeProvider) -> None:
    for _ in range(2):
        FcmTransport().send([outgoing(collapse_id="сводка:7")])

    first, second = (push["message"] for push in fcm.received())
    assert first == second
    assert first["android"]["collapse_key"] == first["android"]["notification"]["tag"] == "сводка:7"
    assert len(first["apns"]["headers"]["apns-collapse-id"]) == 64


@pytest.mark.parametrize(
    ("mode", "outcome"),
    [
        ("DeviceNotRegistered", Refused("UNREGISTERED", retire_device=True)),
        ("UNREGISTERED", Refused("UNREGISTERED", retire_device=True)),
        ("INVALID_ARGUMENT", Refused("INVALID_ARGUMENT")),
        ("SENDER_ID_MISMATCH", Refused("SENDER_ID_MISMATCH")),
        ("THIRD_PARTY_AUTH_ERROR", TryAgain("THIRD_PARTY_AUTH_ERROR")),
        ("QUOTA_EXCEEDED", TryAgain("QUOTA_EXCEEDED", timedelta(seconds=7))),
        ("429", TryAgain("QUOTA_EXCEEDED", timedelta(seconds=7))),
        ("UNAVAILABLE", TryAgain("UNAVAILABLE", timedelta(seconds=7))),
        ("INTERNAL", TryAgain("INTERNAL")),
        ("500", TryAgain("INTERNAL")),
        ("UNAUTHENTICATED", TryAgain("UNAUTHENTICATED")),
        ("PERMISSION_DENIED", TryAgain("PERMISSION_DENIED")),
        ("NOT_FOUND", TryAgain("NOT_FOUND")),
    ],
)
def test_what_befalls_one_message_befalls_no_other(fcm: FakeProvider, mode: str, outcome: Refused | TryAgain) -> None:
    fcm.behave(mode, token=outgoing(2).token, retry_after="7")

    outcomes = FcmTransport().send([outgoing(1), outgoing(2), outgoing(3)])

    assert outcomes == [Accepted(), outcome, Accepted()]
    assert sent_to(fcm) == {outgoing(1).token, outgoing(3).token}


@pytest.mark.parametrize(
    ("mode", "reason", "wait"),
    [
        ("429", "QUOTA_EXCEEDED", timedelta(seconds=30)),
        ("UNAVAILABLE", "UNAVAILABLE", timedelta(seconds=30)),
        ("500", "INTERNAL", None),
        ("PERMISSION_DENIED", "PERMISSION_DENIED", None),
        ("NOT_FOUND", "NOT_FOUND", None),
    ],
)
def test_a_google_that_takes_nothing_is_down(
    fcm: FakeProvider, monkeypatch: pytest.MonkeyPatch, noon: datetime, mode: str, reason: str, wait: timedelta | None
) -> None:
    monkeypatch.setattr(clock, "now", lambda: noon)
    fcm.behave(mode, retry_after="Wed, 08 Apr 2026 12:00:30 GMT")

    with pytest.raises(TransportDown) as down:
        FcmTransport().send([outgoing(1), outgoing(2)])

    assert (down.value.reason, down.value.retry_after) == (reason, wait)
    assert fcm.received() == []


@pytest.mark.parametrize(
    ("mode", "outcome"),
    [
        ("DeviceNotRegistered", Refused("UNREGISTERED", retire_device=True)),
        ("INVALID_ARGUMENT", Refused("INVALID_ARGUMENT")),
        ("SENDER_ID_MISMATCH", Refused("SENDER_ID_MISMATCH")),
        ("THIRD_PARTY_AUTH_ERROR", TryAgain("THIRD_PARTY_AUTH_ERROR")),
    ],
)
def test_what_is_said_of_each_message_takes_nothing_down(
    fcm: FakeProvider, mode: str, outcome: Refused | TryAgain
) -> None:
    fcm.behave(mode)

    assert FcmTransport().send([outgoing(1), outgoing(2)]) == [outcome, outcome]


def test_a_malformed_token_retires_its_device(fcm: FakeProvider) -> None:
    outcomes = FcmTransport().send([outgoing(token="nonsense"), outgoing(2)])

    assert outcomes == [Refused("INVALID_ARGUMENT", retire_device=True), Accepted()]


def test_a_message_google_cannot_take_keeps_its_device(fcm: FakeProvider) -> None:
    [too_big] = FcmTransport().send([outgoing(data={"notes": "x" * 5000})])
    [reserved] = FcmTransport().send([outgoing(data={"from": "Pat"})])

    assert too_big == reserved == Refused("INVALID_ARGUMENT")


def test_a_field_that_names_the_token_blames_the_token() -> None:
    violation = {"fieldViolations": [{"field": "message.token", "description": "Invalid registration token"}]}
    error = {"status": "INVALID_ARGUMENT", "message": "Request contains …", "details": [violation]}

    assert module.judge(httpx.Response(400, json={"error": error})) == Refused("INVALID_ARGUMENT", retire_device=True)


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, b"{}", one_each.Down("malformed answer")),
        (200, b"<html>", one_each.Down("malformed answer")),
        (502, b"<html>Bad gateway</html>", one_each.Down("HTTP 502")),
        (301, b"", one_each.Down("HTTP 301")),
        (404, b"[]", one_each.Down("HTTP 404")),
        (413, b"", Refused("HTTP 413")),
        (500, b'{"error":{"status":"phone-1:APA91b","details":[{}]}}', one_each.Down("HTTP 500")),
        (500, b'{"error":"odd"}', one_each.Down("HTTP 500")),
    ],
)
def test_an_odd_answer_has_a_reason_without_its_text(status: int, body: bytes, outcome: object) -> None:
    assert module.judge(httpx.Response(status, content=body)) == outcome


def test_one_slow_message_fails_alone(fcm: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT", httpx.Timeout(0.5))
    fcm.behave("timeout", token=outgoing(1).token)

    outcomes = FcmTransport().send([outgoing(number) for number in range(1, 17)])

    assert outcomes == [TryAgain("ReadTimeout")] + [Accepted()] * 15


def test_half_a_batch_failing_leaves_the_other_half_sent(fcm: FakeProvider) -> None:
    for number in range(0, 16, 2):
        fcm.behave("500", token=outgoing(number).token)

    outcomes = FcmTransport().send([outgoing(number) for number in range(16)])

    assert outcomes == [TryAgain("INTERNAL"), Accepted()] * 8
    assert sent_to(fcm) == {outgoing(number).token for number in range(1, 16, 2)}


def test_a_silent_google_is_down(fcm: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUT", httpx.Timeout(0.2))
    fcm.behave("timeout")

    with pytest.raises(TransportDown, match="ReadTimeout"):
        FcmTransport().send([outgoing(1), outgoing(2)])


def test_nobody_answering_is_down(fcm: FakeProvider, settings: Any) -> None:
    settings.FCM_URL = "http://127.0.0.1:9"

    with pytest.raises(TransportDown, match="ConnectError"):
        FcmTransport().send([outgoing()])


def test_an_access_token_is_minted_once_for_many_batches(fcm: FakeProvider) -> None:
    for _ in range(3):
        FcmTransport().send([outgoing(1), outgoing(2)])

    assert sorted(paths(fcm)) == ["/token"] + [SEND] * 6


def test_an_access_token_is_minted_anew_before_it_ends(fcm: FakeProvider) -> None:
    FcmTransport().send([outgoing()])

    with time_machine.travel(clock.now() + timedelta(minutes=58)):
        assert FcmTransport().send([outgoing()]) == [Accepted()]

    assert paths(fcm) == ["/token", SEND, "/token", SEND]


def test_an_access_token_google_no_longer_takes_is_renewed_once_for_all(fcm: FakeProvider) -> None:
    FcmTransport().send([outgoing()])
    fcm.clear()
    for number in (1, 2, 3):
        fcm.behave("UNAUTHENTICATED", 1, token=outgoing(number).token)

    assert FcmTransport().send([outgoing(1), outgoing(2), outgoing(3)]) == [Accepted()] * 3

    assert sorted(paths(fcm)) == ["/token"] + [SEND] * 6


def test_an_account_google_does_not_let_in_is_asked_for_twice_and_not_for_ever(fcm: FakeProvider) -> None:
    fcm.behave("UNAUTHENTICATED")

    with pytest.raises(TransportDown, match="UNAUTHENTICATED"):
        FcmTransport().send([outgoing()])

    assert paths(fcm) == ["/token", SEND, "/token", SEND]


@pytest.mark.parametrize("code", ["invalid_grant", "temporarily_unavailable"])
def test_an_account_without_a_token_sends_nothing_and_asks_once(fcm: FakeProvider, code: str) -> None:
    fcm.behave(code)

    with pytest.raises(TransportDown) as down:
        FcmTransport().send([outgoing(1), outgoing(2)])

    assert down.value.reason == f"access token: {code}"
    assert paths(fcm) == ["/token"]


def test_a_token_endpoint_nobody_answers_is_down(fcm: FakeProvider, settings: Any) -> None:
    account = json.loads(settings.FCM_CREDENTIALS) | {"token_uri": "http://127.0.0.1:9/token"}
    settings.FCM_CREDENTIALS = json.dumps(account)

    with pytest.raises(TransportDown, match="ConnectError"):
        FcmTransport().send([outgoing(1), outgoing(2)])


def test_the_credentials_may_be_a_file(fcm: FakeProvider, settings: Any, tmp_path: Path) -> None:
    file = tmp_path / "account.json"
    file.write_text(settings.FCM_CREDENTIALS)
    settings.FCM_CREDENTIALS = str(file)

    assert FcmTransport().send([outgoing()]) == [Accepted()]


def changed(**fields: Any) -> Callable[[str], str]:
    return lambda account: json.dumps(json.loads(account) | fields)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda _: "", "FCM_CREDENTIALS is not set"),
        (lambda _: "/nowhere/account.json", "FCM_CREDENTIALS cannot be read"),
        (lambda _: "{", "FCM_CREDENTIALS is not a service account's JSON"),
        (lambda _: "{}", "FCM_CREDENTIALS is not a service account's JSON"),
        (changed(private_key="secret"), "FCM_CREDENTIALS is not a service account's JSON"),
        (changed(private_key=7), "FCM_CREDENTIALS is not a service account's JSON"),
        (changed(project_id=""), "FCM_CREDENTIALS names no project"),
    ],
)
def test_credentials_of_no_use_are_named_and_not_shown(
    fcm: FakeProvider, settings: Any, change: Callable[[str], str], reason: str
) -> None:
    settings.FCM_CREDENTIALS = change(settings.FCM_CREDENTIALS)

    with pytest.raises(TransportDown) as down:
        FcmTransport().send([outgoing()])

    assert down.value.reason == reason
    assert fcm.attempts() == []


def test_there_are_no_receipts() -> None:
    assert FcmTransport().receipts(["x"]) == {}


def test_the_settings_name_the_transport() -> None:
    assert isinstance(transport_for("FCM"), FcmTransport)


def test_the_outbox_reaches_a_phone_and_retires_one_that_is_gone(
    outbox: Outbox, fcm: FakeProvider, woken: Woken
) -> None:
    kept = outbox.push(outbox.device(platform=Platform.FCM, token="phone-1:APA91b"))
    gone = outbox.push(outbox.device(platform=Platform.FCM, token="phone-2:APA91b"))
    fcm.behave("DeviceNotRegistered", token="phone-2:APA91b")

    assert deliver_due() == 2

    rows = {push.pk: push for push in Push.objects.select_related("device")}
    assert (rows[kept.pk].status, rows[kept.pk].ticket) == (PushStatus.SENT, "")
    assert rows[kept.pk].receipt_due_at is None
    assert rows[kept.pk].device.retired_at is None
    assert (rows[gone.pk].status, rows[gone.pk].last_error) == (PushStatus.FAILED, "UNREGISTERED")
    assert rows[gone.pk].device.retired_at is not None
    assert [push["to"] for push in fcm.received()] == ["phone-1:APA91b"]
