"""The fake provider speaks HTTP/2 and answers as Apple documents it."""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import jwt
import pytest

from okta.devstack import fake_keys
from okta.devstack.fake_provider import FakeProvider

PHONE = "0a" * 32
TABLET = "0b" * 32
PAYLOAD = {"aps": {"alert": {"title": "Harbour", "body": "Hello"}}, "workoutId": 7}


@pytest.fixture
def client(fake_provider: FakeProvider) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=fake_provider.apns_url, http1=False, http2=True, trust_env=False) as one:
        yield one


def bearer(*, key: str = "", kid: str = fake_keys.APNS_KEY_ID, age: int = 0, **claims: Any) -> str:
    told = {"iss": fake_keys.APNS_TEAM_ID, "iat": int(time.time()) - age} | claims
    return "bearer " + jwt.encode(told, key or fake_keys.shared().apple, algorithm="ES256", headers={"kid": kid})


def send(client: httpx.Client, to: str = PHONE, body: Any = PAYLOAD, **headers: str | None) -> httpx.Response:
    told = {"apns-topic": fake_keys.APNS_TOPIC, "apns-push-type": "alert", "authorization": bearer()}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    kept = {name: value for name, value in told.items() if value is not None}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(f"/3/device/{to}", content=content, headers=kept)


def test_an_accepted_notification_has_an_id_and_is_listed(fake_provider: FakeProvider, client: httpx.Client) -> None:
    answer = send(client, apns_priority="10", apns_collapse_id="summary:7")

    assert (answer.http_version, answer.status_code, answer.content) == ("HTTP/2", 200, b"")
    assert len(answer.headers["apns-id"]) == 36
    [push] = httpx.get(f"{fake_provider.url}/received", trust_env=False).json()
    assert push.pop("at")
    assert push == {
        "provider": "apns",
        "to": PHONE,
        "title": "Harbour",
        "body": "Hello",
        "data": {"workoutId": 7},
        "priority": "10",
        "collapseId": "summary:7",
        "headers": {
            "apns-topic": "org.example.okta",
            "apns-push-type": "alert",
            "apns-priority": "10",
            "apns-collapse-id": "summary:7",
        },
        "payload": PAYLOAD,
    }
    assert fake_provider.attempts()[0]["path"] == f"/3/device/{PHONE}"


@pytest.mark.parametrize(
    ("headers", "status", "reason"),
    [
        ({"authorization": None}, 403, "MissingProviderToken"),
        ({"authorization": "bearer x"}, 403, "InvalidProviderToken"),
        ({"authorization": bearer(kid="OTHER")}, 403, "InvalidProviderToken"),
        ({"authorization": bearer(iss="OTHER")}, 403, "InvalidProviderToken"),
        ({"authorization": bearer(iat="now")}, 403, "InvalidProviderToken"),
        ({"authorization": bearer(key=fake_keys.Keys.generate().apple)}, 403, "InvalidProviderToken"),
        ({"authorization": bearer(age=3700)}, 403, "ExpiredProviderToken"),
        ({"apns_topic": None}, 400, "MissingTopic"),
        ({"apns_topic": "org.example.other"}, 400, "TopicDisallowed"),
        ({"apns_push_type": "shout"}, 400, "InvalidPushType"),
        ({"apns_priority": "7"}, 400, "BadPriority"),
        ({"apns_expiration": "soon"}, 400, "BadExpirationDate"),
        ({"apns_collapse_id": "x" * 65}, 400, "BadCollapseId"),
    ],
)
def test_headers_are_checked(
    fake_provider: FakeProvider, client: httpx.Client, headers: dict[str, Any], status: int, reason: str
) -> None:
    answer = send(client, **headers)

    assert (answer.status_code, answer.json()) == (status, {"reason": reason})
    assert fake_provider.received() == []


@pytest.mark.parametrize(
    ("to", "body", "status", "reason"),
    [
        ("", PAYLOAD, 400, "MissingDeviceToken"),
        ("nonsense", PAYLOAD, 400, "BadDeviceToken"),
        (f"{PHONE}/x", PAYLOAD, 404, "BadPath"),
        (PHONE, b"", 400, "PayloadEmpty"),
        (PHONE, b"hello", 400, "PayloadEmpty"),
        (PHONE, {"alert": "x"}, 400, "PayloadEmpty"),
        (PHONE, {"aps": {}, "x": "x" * 4097}, 413, "PayloadTooLarge"),
    ],
)
def test_the_address_and_the_payload_are_checked(
    client: httpx.Client, to: str, body: Any, status: int, reason: str
) -> None:
    answer = send(client, to, body)

    assert (answer.status_code, answer.json()) == (status, {"reason": reason})


def test_only_post_is_allowed(client: httpx.Client) -> None:
    answer = client.get(f"/3/device/{PHONE}")

    assert (answer.status_code, answer.json()) == (405, {"reason": "MethodNotAllowed"})


@pytest.mark.parametrize(
    ("mode", "status", "reason", "wait"),
    [
        ("DeviceNotRegistered", 410, "Unregistered", None),
        ("429", 429, "TooManyRequests", "5"),
        ("500", 500, "InternalServerError", None),
        ("Shutdown", 503, "Shutdown", "5"),
    ],
)
def test_it_fails_for_one_device_as_told(
    fake_provider: FakeProvider, client: httpx.Client, mode: str, status: int, reason: str, wait: str | None
) -> None:
    fake_provider.behave(mode, 1, token=TABLET, retry_after="5")

    answers = [send(client, to) for to in (PHONE, TABLET, TABLET)]

    assert [answer.status_code for answer in answers] == [200, status, 200]
    assert answers[1].json()["reason"] == reason
    assert answers[1].headers.get("Retry-After") == wait
    assert [push["to"] for push in fake_provider.received()] == [PHONE, TABLET]


def test_a_silent_stream_lets_the_client_time_out_and_still_stops_at_once() -> None:
    provider = FakeProvider().start()
    provider.behave("timeout")

    with (
        httpx.Client(base_url=provider.apns_url, http1=False, http2=True, timeout=0.1, trust_env=False) as client,
        pytest.raises(httpx.ReadTimeout),
    ):
        send(client)
    began = time.monotonic()
    provider.stop()

    assert time.monotonic() - began < 1
    assert [attempt["outcome"] for attempt in provider.attempts()] == ["timeout"]


def test_what_speaks_no_http_2_is_hung_up_on(fake_provider: FakeProvider) -> None:
    with pytest.raises(httpx.HTTPError):
        httpx.get(fake_provider.apns_url, trust_env=False)
