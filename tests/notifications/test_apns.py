"""Apple's wire format: what is asked over HTTP/2, and what every answer means."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Timer
from typing import Any

import httpx
import jwt
import pytest
import time_machine

from notifications.actions.deliver import deliver_due
from notifications.models import Push
from notifications.states import Platform, PushStatus
from notifications.transports import apns as module
from notifications.transports import apple_token, transport_for
from notifications.transports.apns import ApnsTransport
from notifications.transports.base import Accepted, Outgoing, Refused, TransportDown, TryAgain
from notifications.transports.one_each import Down
from okta import clock
from okta.devstack import fake_apns, fake_keys
from okta.devstack.fake_provider import FakeProvider
from tests.notifications.conftest import Outbox, push_to

Woken = list[tuple[str, float]]


def outgoing(number: int = 1, **fields: Any) -> Outgoing:
    return push_to(**({"token": f"{number:064x}", "push_id": number} | fields))


@pytest.fixture(autouse=True)
def no_token_yet() -> None:
    """Every test signs its own token."""
    apple_token.signer.cache_clear()


Posted = list[httpx.Request]


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> Posted:
    """Every request on its way out."""
    seen: Posted = []
    send = httpx.AsyncClient.send

    async def watched(self: httpx.AsyncClient, request: httpx.Request, **options: Any) -> httpx.Response:
        seen.append(request)
        return await send(self, request, **options)

    monkeypatch.setattr(httpx.AsyncClient, "send", watched)
    return seen


def bearers(posted: Posted) -> list[str]:
    return [request.headers["authorization"] for request in posted]


def sent_to(provider: FakeProvider) -> set[str]:
    return {push["to"] for push in provider.received()}


def test_a_message_is_byte_for_byte_what_apple_documents(apns: FakeProvider, posted: Posted) -> None:
    with time_machine.travel(datetime(2026, 4, 8, 12, tzinfo=UTC), tick=False):
        assert ApnsTransport().send([outgoing(urgent=True)]) == [Accepted()]

    [request] = posted
    assert (request.method, request.url.path) == ("POST", f"/3/device/{1:064x}")
    assert {name: value for name, value in request.headers.items() if name.startswith("apns-")} == {
        "apns-topic": "org.example.okta",
        "apns-push-type": "alert",
        "apns-priority": "10",
        "apns-expiration": "1778068800",
        "apns-collapse-id": "summary:7",
    }
    assert request.read() == (
        b'{"aps":{"alert":{"title":"Northside","body":"Pat left feedback"},"sound":"default"},'
        b'"type":"PATIENT_FEEDBACK","workoutId":7}'
    )
    [push] = apns.received()
    assert (push["title"], push["body"]) == ("Northside", "Pat left feedback")
    assert push["data"] == {"type": "PATIENT_FEEDBACK", "workoutId": 7}


def test_apples_token_says_who_signed_it_and_when(apns: FakeProvider, posted: Posted, settings: Any) -> None:
    with time_machine.travel(datetime(2026, 4, 8, 12, tzinfo=UTC), tick=False):
        ApnsTransport().send([outgoing()])
        [scheme, token] = bearers(posted)[0].split()
        claims = jwt.decode(token, fake_keys.public(settings.APNS_KEY), algorithms=["ES256"])

    assert scheme == "bearer"
    assert jwt.get_unverified_header(token) == {"alg": "ES256", "kid": "NOWHEREKEY", "typ": "JWT"}
    assert claims == {"iss": "NOWHERETEA", "iat": 1775649600}


def test_what_is_not_urgent_does_not_wake_a_phone(apns: FakeProvider) -> None:
    ApnsTransport().send([outgoing()])

    assert apns.received()[0]["priority"] == "5"


def test_data_cannot_replace_what_is_apples(apns: FakeProvider) -> None:
    ApnsTransport().send([outgoing(data={"aps": {"alert": "x"}, "имя": "Пэт", "list": [1, None]})])

    [push] = apns.received()
    assert push["payload"] == {
        "aps": {"alert": {"title": "Northside", "body": "Pat left feedback"}, "sound": "default"},
        "имя": "Пэт",
        "list": [1, None],
    }


@pytest.mark.parametrize("collapse_id", ["summary:7", "сводка:7", "x" * 65])
def test_a_repetition_collapses_into_the_first(apns: FakeProvider, collapse_id: str) -> None:
    for _ in range(2):
        ApnsTransport().send([outgoing(collapse_id=collapse_id)])

    first, second = (push["collapseId"] for push in apns.received())
    assert first == second
    assert 0 < len(first.encode()) <= 64


REFUSED = [
    "BadCollapseId",
    "BadExpirationDate",
    "BadMessageId",
    "BadPriority",
    "DuplicateHeaders",
    "InvalidPushType",
    "MissingDeviceToken",
    "PayloadEmpty",
    "PayloadTooLarge",
]
RETIRED = ["BadDeviceToken", "DeviceTokenNotForTopic", "ExpiredToken", "Unregistered"]
DOWN = [
    "BadPath",
    "MethodNotAllowed",
    "BadTopic",
    "MissingTopic",
    "TopicDisallowed",
    "IdleTimeout",
    "BadCertificate",
    "BadCertificateEnvironment",
    "BadEnvironmentKeyIdInToken",
    "ExpiredProviderToken",
    "Forbidden",
    "InvalidProviderToken",
    "MissingProviderToken",
    "UnrelatedKeyIdInToken",
    "TooManyProviderTokenUpdates",
    "InternalServerError",
    "ServiceUnavailable",
    "Shutdown",
]
OUTCOMES: dict[str, Refused | TryAgain] = (
    {reason: Refused(reason) for reason in REFUSED}
    | {reason: Refused(reason, retire_device=True) for reason in RETIRED}
    | {reason: TryAgain(reason) for reason in DOWN}
    | {
        reason: TryAgain(reason, timedelta(seconds=7))
        for reason in ("TooManyRequests", "TooManyProviderTokenUpdates", "ServiceUnavailable", "Shutdown")
    }
    | {
        "DeviceNotRegistered": Refused("Unregistered", retire_device=True),
        "429": TryAgain("TooManyRequests", timedelta(seconds=7)),
        "500": TryAgain("InternalServerError"),
    }
)


def test_every_reason_of_apples_has_its_meaning() -> None:
    assert set(fake_apns.REASONS) <= set(OUTCOMES)


@pytest.mark.parametrize(("mode", "outcome"), OUTCOMES.items())
def test_what_befalls_one_message_befalls_no_other(apns: FakeProvider, mode: str, outcome: Refused | TryAgain) -> None:
    apns.behave(mode, token=outgoing(2).token, retry_after="7")

    outcomes = ApnsTransport().send([outgoing(1), outgoing(2), outgoing(3)])

    assert outcomes == [Accepted(), outcome, Accepted()]
    assert sent_to(apns) == {outgoing(1).token, outgoing(3).token}


@pytest.mark.parametrize("reason", DOWN)
def test_an_apple_that_takes_nothing_is_down(apns: FakeProvider, reason: str) -> None:
    apns.behave(reason)

    with pytest.raises(TransportDown) as down:
        ApnsTransport().send([outgoing(1), outgoing(2)])

    assert down.value.reason == reason
    assert apns.received() == []


def test_a_date_says_when_to_come_back(apns: FakeProvider) -> None:
    apns.behave("ServiceUnavailable", retry_after="Wed, 08 Apr 2026 12:00:30 GMT")

    with (
        time_machine.travel(datetime(2026, 4, 8, 12, tzinfo=UTC), tick=False),
        pytest.raises(TransportDown) as down,
    ):
        ApnsTransport().send([outgoing()])

    assert down.value.retry_after == timedelta(seconds=30)


@pytest.mark.parametrize("mode", ["429", "DeviceNotRegistered", "PayloadTooLarge"])
def test_what_is_said_of_each_device_takes_nothing_down(apns: FakeProvider, mode: str) -> None:
    apns.behave(mode)

    outcomes = ApnsTransport().send([outgoing(1), outgoing(2)])

    assert outcomes[0] == outcomes[1]
    assert isinstance(outcomes[0], TryAgain if mode == "429" else Refused)


@pytest.mark.parametrize("token", ["abc", "x" * 64, "a/b?c#d", "ключ" * 16])
def test_a_malformed_token_retires_its_device(apns: FakeProvider, token: str) -> None:
    outcomes = ApnsTransport().send([outgoing(token=token), outgoing(2)])

    assert outcomes == [Refused("BadDeviceToken", retire_device=True), Accepted()]


def test_a_payload_that_is_too_large_keeps_its_device(apns: FakeProvider) -> None:
    assert ApnsTransport().send([outgoing(data={"notes": "x" * 5000})]) == [Refused("PayloadTooLarge")]


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (410, b"", Refused("HTTP 410", retire_device=True)),
        (400, b"", Down("HTTP 400")),
        (400, b'{"reason":"SomethingNew"}', Refused("SomethingNew")),
        (400, b'{"reason":"0a0b, Pat"}', Down("HTTP 400")),
        (500, b'{"reason":"SomethingNew"}', Down("SomethingNew")),
        (502, b"<html>", Down("HTTP 502")),
        (307, b"[]", Down("HTTP 307")),
    ],
)
def test_an_odd_answer_has_a_reason_without_its_text(status: int, body: bytes, outcome: object) -> None:
    assert module.judge(httpx.Response(status, content=body)) == outcome


def test_a_full_batch_shares_one_connection(apns: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    connect = asyncio.open_connection

    async def counted(*args: Any, **options: Any) -> Any:
        opened.append(args)
        return await connect(*args, **options)

    monkeypatch.setattr(asyncio, "open_connection", counted)

    assert ApnsTransport().send([outgoing(number) for number in range(100)]) == [Accepted()] * 100
    assert len(opened) == 1
    assert sent_to(apns) == {outgoing(number).token for number in range(100)}


def test_a_full_batch_of_long_messages_waits_for_room(apns: FakeProvider) -> None:
    batch = [outgoing(number, data={"notes": "x" * 3500}) for number in range(100)]

    assert ApnsTransport().send(batch) == [Accepted()] * 100
    assert sent_to(apns) == {message.token for message in batch}


def test_a_connection_that_breaks_fails_only_what_was_not_answered(apns: FakeProvider) -> None:
    apns.behave("timeout", token=outgoing(2).token)
    hang_up = Timer(0.5, apns.stop)
    hang_up.start()

    outcomes = ApnsTransport().send([outgoing(1), outgoing(2), outgoing(3)])

    assert outcomes == [Accepted(), TryAgain("RemoteProtocolError"), Accepted()]
    hang_up.join()


def test_one_slow_message_fails_alone(apns: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ENDS_WITHIN", 2.0)
    apns.behave("timeout", token=outgoing(0).token)

    outcomes = ApnsTransport().send([outgoing(number) for number in range(100)])

    assert outcomes == [TryAgain("ReadTimeout")] + [Accepted()] * 99


def test_half_a_batch_failing_leaves_the_other_half_sent(apns: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ENDS_WITHIN", 2.0)
    for number in range(1, 40, 2):
        apns.behave("timeout" if number % 4 == 1 else "500", token=outgoing(number).token)

    outcomes = ApnsTransport().send([outgoing(number) for number in range(40)])

    failing = [Accepted(), TryAgain("ReadTimeout"), Accepted(), TryAgain("InternalServerError")]
    assert outcomes == failing * 10


def test_a_silent_apple_is_down(apns: FakeProvider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ENDS_WITHIN", 0.2)
    apns.behave("timeout")

    with pytest.raises(TransportDown, match="ReadTimeout"):
        ApnsTransport().send([outgoing(1), outgoing(2)])


def test_nobody_answering_is_down(apns: FakeProvider, settings: Any) -> None:
    settings.APNS_URL = "http://127.0.0.1:9"

    with pytest.raises(TransportDown, match="ConnectError"):
        ApnsTransport().send([outgoing(1), outgoing(2)])


def test_a_server_that_speaks_no_http_2_is_down(apns: FakeProvider, settings: Any) -> None:
    settings.APNS_URL = apns.url

    with pytest.raises(TransportDown, match=r"^(RemoteProtocolError|ReadError|WriteError)$"):
        ApnsTransport().send([outgoing(1), outgoing(2)])


def test_a_token_serves_forty_minutes(apns: FakeProvider, posted: Posted) -> None:
    signed_at = clock.now()
    for minutes in (0, 39, 41):
        with time_machine.travel(signed_at + timedelta(minutes=minutes)):
            ApnsTransport().send([outgoing(1), outgoing(2)])

    tokens = bearers(posted)
    assert tokens[0] == tokens[1] == tokens[2] == tokens[3]
    assert tokens[4] == tokens[5] != tokens[0]


def test_a_token_apple_calls_stale_is_signed_anew_once_for_all(apns: FakeProvider, posted: Posted) -> None:
    for number in (1, 2, 3):
        apns.behave("ExpiredProviderToken", 1, token=outgoing(number).token)

    assert ApnsTransport().send([outgoing(1), outgoing(2), outgoing(3)]) == [Accepted()] * 3

    assert len(posted) == 6
    assert len(set(bearers(posted))) == 2


def test_a_token_apple_always_calls_stale_is_not_signed_for_ever(apns: FakeProvider) -> None:
    apns.behave("ExpiredProviderToken")

    with pytest.raises(TransportDown, match="ExpiredProviderToken"):
        ApnsTransport().send([outgoing()])

    assert len(apns.attempts()) == 2


@pytest.mark.parametrize(
    ("setting", "value", "reason"),
    [
        ("APNS_TEAM_ID", "SOMEBODY", "InvalidProviderToken"),
        ("APNS_KEY_ID", "SOMEBODY", "InvalidProviderToken"),
        ("APNS_TOPIC", "org.example.other", "TopicDisallowed"),
    ],
)
def test_what_the_operator_got_wrong_retires_nobody(
    apns: FakeProvider, settings: Any, setting: str, value: str, reason: str
) -> None:
    setattr(settings, setting, value)

    with pytest.raises(TransportDown, match=reason):
        ApnsTransport().send([outgoing(1), outgoing(2)])


def test_the_key_may_be_a_file(apns: FakeProvider, settings: Any, tmp_path: Path) -> None:
    file = tmp_path / "AuthKey.p8"
    file.write_text(settings.APNS_KEY)
    settings.APNS_KEY = str(file)

    assert ApnsTransport().send([outgoing()]) == [Accepted()]


@pytest.mark.parametrize(
    ("setting", "change", "reason"),
    [
        ("APNS_KEY", lambda _: "", "APNS_KEY is not set"),
        ("APNS_KEY", lambda _: "/nowhere/AuthKey.p8", "APNS_KEY cannot be read"),
        ("APNS_KEY", lambda key: key.replace("M", "#"), "APNS_KEY is not a private key"),
        (
            "APNS_KEY",
            lambda _: json.loads(service_account())["private_key"],
            "APNS_KEY is not a key of Apple's (P-256)",
        ),
        ("APNS_KEY_ID", lambda _: "", "APNS_KEY_ID is not set"),
        ("APNS_TEAM_ID", lambda _: " ", "APNS_TEAM_ID is not set"),
        ("APNS_TOPIC", lambda _: "", "APNS_TOPIC is not set"),
    ],
)
def test_credentials_of_no_use_are_named_and_not_shown(
    apns: FakeProvider, settings: Any, setting: str, change: Callable[[str], str], reason: str
) -> None:
    setattr(settings, setting, change(getattr(settings, setting)))

    with pytest.raises(TransportDown) as down:
        ApnsTransport().send([outgoing()])

    assert down.value.reason == reason
    assert apns.attempts() == []


def service_account() -> str:
    return fake_keys.shared().service_account("http://127.0.0.1:9")


def test_a_message_that_wakes_a_bug_is_tried_again_alone(apns: FakeProvider) -> None:
    odd = outgoing(2, data={"when": clock.now()})

    first, second, third = ApnsTransport().send([outgoing(1), odd, outgoing(3)])

    assert (first, third) == (Accepted(), Accepted())
    assert isinstance(second, TryAgain)
    assert second.reason.startswith("TypeError at json")


def test_there_are_no_receipts() -> None:
    assert ApnsTransport().receipts(["x"]) == {}


def test_the_settings_name_the_transport() -> None:
    assert isinstance(transport_for("APNS"), ApnsTransport)


def test_the_outbox_reaches_a_phone_and_retires_one_that_is_gone(
    outbox: Outbox, apns: FakeProvider, woken: Woken
) -> None:
    kept = outbox.push(outbox.device(platform=Platform.APNS, token="0a" * 32))
    gone = outbox.push(outbox.device(platform=Platform.APNS, token="0b" * 32))
    apns.behave("DeviceNotRegistered", token="0b" * 32)

    assert deliver_due() == 2

    rows = {push.pk: push for push in Push.objects.select_related("device")}
    assert (rows[kept.pk].status, rows[kept.pk].ticket) == (PushStatus.SENT, "")
    assert rows[kept.pk].receipt_due_at is None
    assert rows[kept.pk].device.retired_at is None
    assert (rows[gone.pk].status, rows[gone.pk].last_error) == (PushStatus.FAILED, "Unregistered")
    assert rows[gone.pk].device.retired_at is not None
    assert [push["to"] for push in apns.received()] == ["0a" * 32]
