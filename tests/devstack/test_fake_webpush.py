"""The fake push service takes what RFC 8030, 8291 and 8292 allow, and reads what it takes."""

import json
import time
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02
from pywebpush import WebPusher

from notifications.transports.vapid import public_key
from okta.devstack.environment import vapid_key
from okta.devstack.fake_provider import FakeProvider
from okta.devstack.fake_webpush import encoded

OURS = Vapid02(ec.derive_private_key(7, ec.SECP256R1()))
THEIRS = Vapid02(ec.derive_private_key(8, ec.SECP256R1()))
MESSAGE = {"title": "Harbour Clinic", "body": "Боль 8", "data": {"workoutId": 7}, "tag": "summary:7"}


def public(key: Vapid02) -> str:
    return encoded(key.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def subscribe(provider: FakeProvider) -> Any:
    answer = httpx.post(
        f"{provider.url}/webpush/subscriptions", json={"applicationServerKey": public(OURS)}, trust_env=False
    )
    assert answer.status_code == 201
    return answer.json()


def claims(provider: FakeProvider, **other: Any) -> dict[str, Any]:
    return {"aud": provider.url, "sub": "mailto:ops@example.org", "exp": int(time.time()) + 3600} | other


def send(
    provider: FakeProvider,
    subscription: Any,
    *,
    signer: Vapid02 = OURS,
    claimed: dict[str, Any] | None = None,
    **headers: str | None,
) -> httpx.Response:
    authorization = signer.sign(claimed or claims(provider))["Authorization"]
    sent = {"Authorization": authorization, "TTL": "60", "Content-Encoding": "aes128gcm"} | headers
    return httpx.post(
        subscription["endpoint"],
        content=WebPusher(subscription).encode(json.dumps(MESSAGE).encode())["body"],
        headers={name: value for name, value in sent.items() if value is not None},
        trust_env=False,
    )


def test_a_message_is_decrypted_and_listed(fake_provider: FakeProvider) -> None:
    subscription = subscribe(fake_provider)

    answer = send(fake_provider, subscription, Urgency="high", Topic="abc")

    assert (answer.status_code, answer.content) == (201, b"")
    assert answer.headers["Location"].startswith(f"{fake_provider.url}/webpush/message/")
    [push] = fake_provider.received()
    assert push.pop("at")
    assert push == MESSAGE | {
        "provider": "webpush",
        "to": subscription["endpoint"],
        "ttl": "60",
        "urgency": "high",
        "topic": "abc",
    }


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"TTL": None}, 400),
        ({"TTL": "soon"}, 400),
        ({"Urgency": "now"}, 400),
        ({"Topic": "a" * 33}, 400),
        ({"Topic": "a.b"}, 400),
        ({"Content-Encoding": "aesgcm"}, 400),
        ({"Authorization": None}, 401),
        ({"Authorization": "Bearer x"}, 401),
        ({"Authorization": "vapid t=a.b.c, k=abc"}, 403),
    ],
)
def test_a_malformed_request_is_refused(fake_provider: FakeProvider, headers: dict[str, Any], status: int) -> None:
    assert send(fake_provider, subscribe(fake_provider), **headers).status_code == status
    assert fake_provider.received() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "https://elsewhere.example"},
        {"exp": int(time.time()) - 1},
        {"exp": int(time.time()) + 25 * 3600},
    ],
)
def test_a_signature_is_good_for_this_service_and_for_a_day(fake_provider: FakeProvider, wrong: dict[str, Any]) -> None:
    answer = send(fake_provider, subscribe(fake_provider), claimed=claims(fake_provider, **wrong))

    assert answer.status_code == 403
    assert fake_provider.received() == []


def test_only_the_key_a_subscription_was_made_with_may_send_to_it(fake_provider: FakeProvider) -> None:
    assert send(fake_provider, subscribe(fake_provider), signer=THEIRS).status_code == 403


def test_claims_that_were_changed_after_signing_are_refused(fake_provider: FakeProvider) -> None:
    good = OURS.sign(claims(fake_provider))["Authorization"]
    other = OURS.sign(claims(fake_provider, exp=int(time.time()) + 7200))["Authorization"]
    swapped = other.replace(other.split(".")[2].split(",")[0], good.split(".")[2].split(",")[0])

    assert send(fake_provider, subscribe(fake_provider), Authorization=swapped).status_code == 403


def test_what_the_browser_could_not_decrypt_is_refused(fake_provider: FakeProvider) -> None:
    one, other = subscribe(fake_provider), subscribe(fake_provider)

    assert send(fake_provider, {"endpoint": one["endpoint"], "keys": other["keys"]}).status_code == 400
    assert fake_provider.received() == []


def test_an_address_of_no_subscription_is_unknown(fake_provider: FakeProvider) -> None:
    subscription = subscribe(fake_provider) | {"endpoint": f"{fake_provider.url}/webpush/send/nobody"}

    assert send(fake_provider, subscription).status_code == 404


@pytest.mark.parametrize("body", [{}, {"applicationServerKey": "abc"}, {"applicationServerKey": 7}, []])
def test_a_subscription_needs_a_key(fake_provider: FakeProvider, body: Any) -> None:
    answer = httpx.post(f"{fake_provider.url}/webpush/subscriptions", json=body, trust_env=False)

    assert answer.status_code == 400


def test_it_fails_as_it_was_told_for_one_subscription_alone(fake_provider: FakeProvider) -> None:
    one, other = subscribe(fake_provider), subscribe(fake_provider)
    fake_provider.behave("410", token=one["endpoint"])

    assert [send(fake_provider, one).status_code, send(fake_provider, other).status_code] == [410, 201]


def test_a_stack_has_a_key_of_its_own_that_lasts_as_long_as_its_secret(settings: Any) -> None:
    keys = [vapid_key("one"), vapid_key("one"), vapid_key("other")]

    published = []
    for settings.VAPID_PRIVATE_KEY in keys:
        published.append(public_key())

    assert published[0] == published[1] != published[2]


def test_it_redirects_when_told_to(fake_provider: FakeProvider) -> None:
    fake_provider.behave("307", 1)

    answer = send(fake_provider, {"endpoint": f"{fake_provider.url}/webpush/send/x", "keys": KEYS})

    assert answer.status_code == 307
    assert answer.headers["Location"] == f"{fake_provider.url}/webpush/send/elsewhere"


KEYS = {
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}
