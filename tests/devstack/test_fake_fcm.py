"""The fake provider answers as Firebase documents it, and mints tokens as Google does."""

import json
import time
from typing import Any

import httpx
import jwt
import pytest

from okta.devstack import fake_keys
from okta.devstack.fake_provider import FakeProvider

PHONE = "phone:APA91b"
TABLET = "tablet:APA91b"
SEND = "/v1/projects/okta-nowhere/messages:send"
SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def assertion(provider: FakeProvider, *, key: str = "", **claims: Any) -> str:
    account = json.loads(provider.environment["FCM_CREDENTIALS"])
    now = int(time.time())
    told = {"iss": account["client_email"], "aud": account["token_uri"], "scope": SCOPE, "iat": now, "exp": now + 60}
    return jwt.encode(told | claims, key or account["private_key"], algorithm="RS256")


def mint(provider: FakeProvider, signed: str, grant: str = GRANT) -> httpx.Response:
    form = {"grant_type": grant, "assertion": signed}
    return httpx.post(f"{provider.url}/token", data=form, trust_env=False)


@pytest.fixture
def access(fake_provider: FakeProvider) -> str:
    answer: dict[str, Any] = mint(fake_provider, assertion(fake_provider)).json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3599)
    return str(answer["access_token"])


def send(provider: FakeProvider, access: str, path: str = SEND, **fields: Any) -> httpx.Response:
    message = {"token": PHONE, "notification": {"title": "Harbour", "body": "Hello"}, "data": {"workoutId": "7"}}
    headers = {"Authorization": f"Bearer {access}"}
    body = {"message": message | fields}
    return httpx.post(f"{provider.url}{path}", json=body, headers=headers, trust_env=False)


def test_an_accepted_message_is_named_and_listed(fake_provider: FakeProvider, access: str) -> None:
    android = {"collapse_key": "summary:7", "priority": "HIGH"}

    answer = send(fake_provider, access, android=android)

    assert answer.status_code == 200
    assert answer.json()["name"].startswith("projects/okta-nowhere/messages/")
    [push] = fake_provider.received()
    assert push.pop("at")
    assert push.pop("message")["android"] == android
    assert push == {
        "provider": "fcm",
        "to": PHONE,
        "title": "Harbour",
        "body": "Hello",
        "data": {"workoutId": "7"},
        "priority": "HIGH",
        "collapseId": "summary:7",
    }


@pytest.mark.parametrize("access", ["x", "ya29.x", "ya29.1.x.y", "ya29.9999999999.x.y"])
def test_a_message_without_a_token_of_googles_is_not_taken(fake_provider: FakeProvider, access: str) -> None:
    answer = send(fake_provider, access)

    assert answer.status_code == 401
    assert answer.json()["error"]["status"] == "UNAUTHENTICATED"
    assert fake_provider.received() == []


def test_a_project_of_somebody_elses_is_not_sent_for(fake_provider: FakeProvider, access: str) -> None:
    answer = send(fake_provider, access, path="/v1/projects/other/messages:send")

    assert (answer.status_code, answer.json()["error"]["status"]) == (403, "PERMISSION_DENIED")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"token": None}, "message"),
        ({"data": {"workoutId": 7}}, "message.data[0].value"),
        ({"data": {"from": "x"}}, "message.data[0].key"),
        ({"data": {"google.x": "x"}}, "message.data[0].key"),
        ({"colour": "x"}, "message"),
        ({"android": {"prio": "HIGH"}}, "android"),
        ({"android": {"priority": "high"}}, "message.android.priority"),
    ],
)
def test_an_argument_google_does_not_know_is_named(
    fake_provider: FakeProvider, access: str, fields: dict[str, Any], field: str
) -> None:
    answer = send(fake_provider, access, **fields)

    error = answer.json()["error"]
    assert (answer.status_code, error["status"]) == (400, "INVALID_ARGUMENT")
    assert error["details"][0]["fieldViolations"][0]["field"] == field
    assert fake_provider.received() == []


def test_a_message_that_is_too_big_is_refused(fake_provider: FakeProvider, access: str) -> None:
    assert send(fake_provider, access, data={"x": "x" * 4097}).status_code == 400


def test_a_malformed_registration_is_refused_in_googles_words(fake_provider: FakeProvider, access: str) -> None:
    error = send(fake_provider, access, token="nonsense").json()["error"]

    assert error["message"] == "The registration token is not a valid FCM registration token"
    assert error["details"][0]["errorCode"] == "INVALID_ARGUMENT"


@pytest.mark.parametrize(
    ("mode", "status", "code", "wait"),
    [
        ("DeviceNotRegistered", 404, "UNREGISTERED", None),
        ("SENDER_ID_MISMATCH", 403, "SENDER_ID_MISMATCH", None),
        ("429", 429, "QUOTA_EXCEEDED", "5"),
        ("UNAVAILABLE", 503, "UNAVAILABLE", "5"),
        ("500", 500, "INTERNAL", None),
    ],
)
def test_it_fails_for_one_device_as_told(
    fake_provider: FakeProvider, access: str, mode: str, status: int, code: str, wait: str | None
) -> None:
    order = {"mode": mode, "token": TABLET, "times": 1, "retryAfter": "5"}
    httpx.post(f"{fake_provider.url}/behave", json=order, trust_env=False)

    answers = [send(fake_provider, access, token=to) for to in (PHONE, TABLET, TABLET)]

    assert [answer.status_code for answer in answers] == [200, status, 200]
    assert answers[1].json()["error"]["details"][0]["errorCode"] == code
    assert answers[1].headers.get("Retry-After") == wait


@pytest.mark.parametrize(
    ("claims", "error"),
    [
        ({"iss": "somebody@example.org"}, "invalid_grant"),
        ({"aud": "https://example.org"}, "invalid_grant"),
        ({"exp": 1}, "invalid_grant"),
        ({"scope": "email"}, "invalid_scope"),
    ],
)
def test_an_assertion_must_be_true(fake_provider: FakeProvider, claims: dict[str, Any], error: str) -> None:
    answer = mint(fake_provider, assertion(fake_provider, **claims))

    assert (answer.status_code, answer.json()["error"]) == (400, error)


def test_an_assertion_must_be_signed_by_the_account(fake_provider: FakeProvider) -> None:
    answer = mint(fake_provider, assertion(fake_provider, key=fake_keys.Keys.generate().google))

    assert answer.json()["error"] == "invalid_grant"


def test_another_grant_is_not_known(fake_provider: FakeProvider) -> None:
    assert mint(fake_provider, assertion(fake_provider), "password").json()["error"] == "unsupported_grant_type"


def test_an_outage_of_messages_leaves_tokens_alone(fake_provider: FakeProvider) -> None:
    fake_provider.behave("500", 1)

    assert mint(fake_provider, assertion(fake_provider)).status_code == 200


def test_the_product_in_the_environment_of_a_stack_signs_with_the_fakes_keys(
    fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in fake_provider.environment.items():
        monkeypatch.setenv(name, value)

    assert fake_keys.Keys.from_environment() == fake_provider.ledger.keys


def test_an_environment_without_credentials_has_no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("APNS_KEY", raising=False)

    assert fake_keys.Keys.from_environment() is None
