"""Web Push against a push service that decrypts and checks: what is asked, and what every answer means."""

import base64
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from notifications.actions.deliver import deliver_due
from notifications.endpoints import may_be_sent_to
from notifications.models import Device
from notifications.states import Platform, PushStatus
from notifications.transports import one_each, transport_for
from notifications.transports import webpush as module
from notifications.transports.base import Accepted, Outgoing, Refused, TransportDown, TryAgain
from notifications.transports.vapid import public_key
from notifications.transports.webpush import WebPushTransport, topic
from okta.devstack.fake_provider import FakeProvider
from tests.make import Make
from tests.notifications.conftest import Outbox

KEY = ec.derive_private_key(7, ec.SECP256R1())
# Seven times the generator, as NIST's test vectors for P-256 have it.
PUBLIC_KEY = "BI5TO2-gv3tGJbswZnwB-2B--fi4qA_vWzAGKHAxh7Kjc-sdveAzGDZtBp-DpvWQAFPHNjPLBBshxV4ahsH0ALQ"
FIREFOX = "https://updates.push.services.mozilla.com/wpush/v2/abc"

Subscribe = Callable[[], dict[str, Any]]


@pytest.fixture
def browser(fake_provider: FakeProvider, settings: Any) -> Subscribe:
    """Subscribes as a browser would that opened our page."""
    settings.WEBPUSH_HOSTS = [fake_provider.url]

    def subscribe() -> dict[str, Any]:
        url = f"{fake_provider.url}/webpush/subscriptions"
        answer = httpx.post(url, json={"applicationServerKey": public_key()}, trust_env=False).json()
        return {"token": answer["endpoint"], "keys": answer["keys"]}

    return subscribe


def outgoing(subscription: dict[str, Any], **fields: Any) -> Outgoing:
    row = {
        "push_id": 1,
        "title": "Northside",
        "body": "Пэт: боль 8 👍🏽",
        "data": {"type": "PATIENT_FEEDBACK", "workoutId": 7},
        "collapse_id": "summary:7",
        "urgent": False,
    }
    return Outgoing(**(row | subscription | fields))


# --- what is asked ---


def test_the_browser_decrypts_what_was_told(browser: Subscribe, fake_provider: FakeProvider) -> None:
    subscription = browser()

    assert WebPushTransport().send([outgoing(subscription, urgent=True)]) == [Accepted()]

    [push] = fake_provider.received()
    assert push.pop("at")
    assert push == {
        "provider": "webpush",
        "to": subscription["token"],
        "title": "Northside",
        "body": "Пэт: боль 8 👍🏽",
        "data": {"type": "PATIENT_FEEDBACK", "workoutId": 7},
        "tag": "summary:7",
        "ttl": "86400",
        "urgency": "high",
        "topic": "EDov85sYRGsr1qCERItPioVkn3F6egc8",
    }


def test_only_an_urgent_push_wakes_a_sleeping_phone(browser: Subscribe, fake_provider: FakeProvider) -> None:
    WebPushTransport().send([outgoing(browser())])

    assert fake_provider.received()[0]["urgency"] == "normal"


def test_a_repetition_has_the_topic_of_what_it_repeats() -> None:
    topics = [topic(collapse_id) for collapse_id in ("summary:7", "summary:7", "summary:8", "напоминание" * 3)]

    assert topics[0] == topics[1]
    assert len(set(topics)) == 3
    assert all(len(name) == 32 and set(base64.urlsafe_b64decode(name)) for name in topics)


def test_the_longest_text_an_outbox_holds_fits(browser: Subscribe, fake_provider: FakeProvider) -> None:
    longest = outgoing(browser(), title="t" * 200, body="b" * 2048, data={"data": "d" * 1600})

    assert WebPushTransport().send([longest]) == [Accepted()]


def test_a_message_above_the_limit_is_refused_unsent(browser: Subscribe, fake_provider: FakeProvider) -> None:
    subscription = browser()
    fake_provider.clear()

    [outcome] = WebPushTransport().send([outgoing(subscription, data={"data": "d" * 4000})])

    assert outcome == Refused("message too large")
    assert fake_provider.attempts() == []


# --- what every answer means ---


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (404, Refused("HTTP 404", retire_device=True)),
        (410, Refused("HTTP 410", retire_device=True)),
        (413, Refused("HTTP 413")),
        (400, Refused("HTTP 400")),
        (403, TryAgain("HTTP 403")),
        (429, TryAgain("HTTP 429", timedelta(seconds=7))),
        (307, TryAgain("HTTP 307")),
    ],
)
def test_every_answer_has_its_meaning(
    browser: Subscribe, fake_provider: FakeProvider, status: int, outcome: object
) -> None:
    subscription = browser()
    fake_provider.behave(str(status), retry_after="7")

    assert WebPushTransport().send([outgoing(subscription)]) == [outcome]
    assert fake_provider.received() == []


@pytest.mark.parametrize(("status", "reason"), [(401, "HTTP 401"), (500, "HTTP 500")])
def test_a_service_that_takes_nothing_from_anybody_is_down(
    browser: Subscribe, fake_provider: FakeProvider, status: int, reason: str
) -> None:
    batch = [outgoing(browser()), outgoing(browser())]
    fake_provider.behave(str(status))

    with pytest.raises(TransportDown, match=reason):
        WebPushTransport().send(batch)


def test_a_silent_service_is_down(
    browser: Subscribe, fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "TIMEOUT", httpx.Timeout(0.2))
    batch = [outgoing(browser()), outgoing(browser())]
    fake_provider.behave("timeout")

    with pytest.raises(TransportDown, match="ReadTimeout"):
        WebPushTransport().send(batch)


def test_a_batch_ends_in_time_even_when_an_answer_does_not(
    browser: Subscribe, fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_each, "ENDS_WITHIN", 0.3)
    slow, quick = browser(), browser()
    fake_provider.behave("timeout", token=slow["token"])
    started = time.monotonic()

    outcomes = WebPushTransport().send([outgoing(slow), outgoing(quick)])

    assert outcomes == [TryAgain("out of time"), Accepted()]
    assert time.monotonic() - started < 5


def test_nobody_answering_is_down(settings: Any) -> None:
    settings.WEBPUSH_HOSTS = ["http://127.0.0.1:9"]
    subscription = {"token": "http://127.0.0.1:9/x", "keys": KEYS}

    with pytest.raises(TransportDown, match="ConnectError"):
        WebPushTransport().send([outgoing(subscription)])


@pytest.mark.parametrize(("mode", "reason"), [("500", "HTTP 500"), ("timeout", "ReadTimeout"), ("429", "HTTP 429")])
def test_half_a_batch_failing_is_half_a_batch_tried_again(
    browser: Subscribe, fake_provider: FakeProvider, monkeypatch: pytest.MonkeyPatch, mode: str, reason: str
) -> None:
    monkeypatch.setattr(module, "TIMEOUT", httpx.Timeout(1.0))
    batch = [outgoing(browser()) for _ in range(4)]
    for failing in (batch[0], batch[2]):
        fake_provider.behave(mode, token=failing.token)

    outcomes = WebPushTransport().send(batch)

    wait = timedelta(seconds=1) if mode == "429" else None
    assert outcomes == [TryAgain(reason, wait), Accepted(), TryAgain(reason, wait), Accepted()]


@pytest.mark.parametrize("status", ["401", "403"])
def test_who_is_not_let_in_where_others_are_has_a_subscription_of_another_key(
    browser: Subscribe, fake_provider: FakeProvider, status: str
) -> None:
    stale, good = browser(), browser()
    fake_provider.behave(status, token=stale["token"])

    outcomes = WebPushTransport().send([outgoing(stale), outgoing(good)])

    assert outcomes == [Refused(f"HTTP {status}", retire_device=True), Accepted()]


def test_a_subscription_made_with_an_earlier_key_is_not_let_in(
    browser: Subscribe, fake_provider: FakeProvider, settings: Any
) -> None:
    earlier = browser()
    settings.VAPID_PRIVATE_KEY = base64.urlsafe_b64encode(b"\x01" * 32).decode()

    assert WebPushTransport().send([outgoing(earlier)]) == [TryAgain("HTTP 403")]
    assert WebPushTransport().send([outgoing(earlier), outgoing(browser())]) == [
        Refused("HTTP 403", retire_device=True),
        Accepted(),
    ]


KEYS = {
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}


@pytest.mark.parametrize(
    "keys",
    [
        None,
        {},
        {"p256dh": KEYS["p256dh"]},
        {"p256dh": "BNc", "auth": "tBH"},
        {"p256dh": "", "auth": KEYS["auth"]},
        {"p256dh": "BA" + "A" * 85, "auth": KEYS["auth"]},
        {"p256dh": "not base64 at all", "auth": "☃"},
    ],
)
def test_keys_nothing_can_be_encrypted_for_retire_the_device_and_spoil_nobody(
    browser: Subscribe, fake_provider: FakeProvider, keys: Any
) -> None:
    subscription = browser()

    outcomes = WebPushTransport().send([outgoing(subscription, keys=keys), outgoing(subscription)])

    assert outcomes == [Refused("malformed keys", retire_device=True), Accepted()]
    assert len(fake_provider.received()) == 1


def test_there_are_no_receipts() -> None:
    assert WebPushTransport().receipts(["x"]) == {}


# --- who we are ---


@pytest.mark.parametrize("setting", ["VAPID_PRIVATE_KEY", "VAPID_SUBJECT"])
def test_a_missing_setting_is_named(
    browser: Subscribe, fake_provider: FakeProvider, settings: Any, setting: str
) -> None:
    subscription = browser()
    fake_provider.clear()
    setattr(settings, setting, "")

    with pytest.raises(TransportDown, match=f"^{setting} is not set$"):
        WebPushTransport().send([outgoing(subscription)])

    assert fake_provider.attempts() == []


def der(key: Any, encoding: Encoding) -> bytes:
    raw: bytes = key.private_bytes(encoding, PrivateFormat.PKCS8, NoEncryption())
    return raw


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("/nowhere/vapid.pem", "cannot be read"),
        ("not base64!", "cannot be read"),
        ("AAAA", "cannot be read"),
        ("A" * 43, "cannot be read"),
        (base64.urlsafe_b64encode(der(ec.generate_private_key(ec.SECP384R1()), Encoding.DER)).decode(), "P-256"),
        (base64.urlsafe_b64encode(der(rsa.generate_private_key(65537, 2048), Encoding.DER)).decode(), "P-256"),
    ],
)
def test_a_key_of_no_use_is_named_and_not_quoted(settings: Any, key: str, reason: str) -> None:
    settings.VAPID_PRIVATE_KEY = key

    with pytest.raises(TransportDown, match=f"^VAPID_PRIVATE_KEY .*{reason}$") as down:
        WebPushTransport().send([outgoing({"token": FIREFOX, "keys": KEYS})])

    assert key not in down.value.reason


def test_a_subject_that_is_no_address_is_named(settings: Any) -> None:
    settings.VAPID_SUBJECT = "the operators"

    with pytest.raises(TransportDown, match="VAPID_SUBJECT is neither mailto: nor https:"):
        WebPushTransport().send([outgoing({"token": FIREFOX, "keys": KEYS})])


def test_the_key_may_be_given_in_three_ways(settings: Any, tmp_path: Path) -> None:
    pem = tmp_path / "vapid.pem"
    pem.write_bytes(der(KEY, Encoding.PEM))
    short = base64.urlsafe_b64encode((7).to_bytes(32, "big")).decode()
    given = [str(pem), short, base64.urlsafe_b64encode(der(KEY, Encoding.DER)).rstrip(b"=").decode()]

    published = set()
    for settings.VAPID_PRIVATE_KEY in given:
        published.add(public_key())

    assert published == {PUBLIC_KEY}


def test_a_browser_is_told_the_public_key(make: Make) -> None:
    answer = make.api(make.pat).get("/v2/web-push/key")

    assert (answer.status_code, answer.json()) == (200, {"publicKey": PUBLIC_KEY})


@pytest.mark.parametrize("key", ["", "not base64!"])
def test_without_a_key_a_browser_is_told_so(make: Make, settings: Any, key: str) -> None:
    settings.VAPID_PRIVATE_KEY = key

    answer = make.api(make.pat).get("/v2/web-push/key")

    assert answer.status_code == 404
    assert answer.json() == {"error": "Web Push is not set up here.", "code": "web_push_not_configured"}


# --- where we post to ---

INWARD = [
    "http://fcm.googleapis.com/fcm/send/x",
    "https://127.0.0.1/x",
    "https://localhost/x",
    "https://169.254.169.254/latest/meta-data",
    "https://[::1]/x",
    "https://2130706433/x",
    "https://fcm.googleapis.com:8443/x",
    "https://fcm.googleapis.com@127.0.0.1/x",
    "https://user:secret@fcm.googleapis.com/x",
    "https://127.0.0.1\\@fcm.googleapis.com/x",
    "https://127.0.0.1#@fcm.googleapis.com/x",
    "https://127.0.0.1?@fcm.googleapis.com/x",
    "https://fcm.googleapis.com.example.org/x",
    "https://evilfcm.googleapis.com/x",
    "https://push.services.mozilla.com.example.org/x",
    "https://evilpush.apple.com/x",
    "https://fcm.googleapis.com./x",
    "https://fcm.googleapis.com",
    "https://fcm.googleapis.com\t/x",
    "https:///fcm.googleapis.com/x",
    "https:fcm.googleapis.com/x",
    "//fcm.googleapis.com/x",
    "ftp://fcm.googleapis.com/x",
    "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "https://fcm.googleapis.com/x\r\nHost: 127.0.0.1",
    "https://fcm。googleapis.com/x",
    "",
]


@pytest.mark.parametrize("endpoint", INWARD)
def test_nothing_is_posted_but_to_a_push_service(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def post(*_: Any, **__: Any) -> httpx.Response:
        raise AssertionError("posted")

    monkeypatch.setattr(httpx.Client, "post", post)

    outcomes = WebPushTransport().send([outgoing({"token": endpoint, "keys": KEYS})])

    assert outcomes == [Refused("endpoint of no known push service")]


@pytest.mark.parametrize("endpoint", INWARD)
def test_nothing_but_a_push_service_is_registered(make: Make, endpoint: str) -> None:
    answer = make.api(make.pat).post("/v2/devices", {"platform": "WEBPUSH", "token": endpoint, "keys": KEYS})

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["token"])
    assert not Device.objects.exists()


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/x:APA91b",
        "https://FCM.GoogleApis.com/wp/x",
        FIREFOX,
        "https://web.push.apple.com/QGuQyavXutnMH",
        "https://wns2-par02p.notify.windows.com/w/?token=BQYAAAD%2bE",
    ],
)
def test_the_services_of_the_browsers_are_known(make: Make, endpoint: str) -> None:
    answer = make.api(make.pat).post("/v2/devices", {"platform": "WEBPUSH", "token": endpoint, "keys": KEYS})

    assert answer.status_code == 201
    assert Device.objects.get().token == endpoint


@pytest.mark.parametrize(
    ("endpoint", "allowed"),
    [
        ("https://push.example.org/x", True),
        ("http://push.example.org/x", False),
        ("https://push.example.org:8443/x", False),
        ("https://a.push.example.org/x", False),
        ("http://127.0.0.1:8123/x", True),
        ("http://127.0.0.1:8124/x", False),
        ("https://127.0.0.1:8123/x", False),
        ("http://127.0.0.1:8123@10.0.0.1/x", False),
    ],
)
def test_the_operator_names_further_services(endpoint: str, allowed: bool) -> None:
    assert may_be_sent_to(endpoint, also=["push.example.org", "http://127.0.0.1:8123"]) is allowed


def test_a_redirection_is_not_followed(browser: Subscribe, fake_provider: FakeProvider) -> None:
    subscription = browser()
    fake_provider.clear()
    fake_provider.behave("307")

    assert WebPushTransport().send([outgoing(subscription)]) == [TryAgain("HTTP 307")]
    assert [attempt["outcome"] for attempt in fake_provider.attempts()] == ["307"]


# --- through the outbox ---


def test_the_outbox_delivers_to_a_browser(browser: Subscribe, fake_provider: FakeProvider, outbox: Outbox) -> None:
    push = outbox.push(outbox.device(platform=Platform.WEBPUSH, **browser()))

    assert deliver_due() == 1

    push.refresh_from_db()
    assert (push.status, push.last_error, push.receipt_due_at) == (PushStatus.SENT, "", None)
    [received] = fake_provider.received()
    assert (received["body"], received["tag"]) == ("Pat left feedback", push.collapse_id)


def test_the_outbox_retires_a_browser_that_is_gone(
    browser: Subscribe, fake_provider: FakeProvider, outbox: Outbox
) -> None:
    gone, there = (outbox.push(outbox.device(platform=Platform.WEBPUSH, **browser())) for _ in range(2))
    fake_provider.behave("410", token=gone.device.token)

    assert deliver_due() == 2

    for push in (gone, there):
        push.refresh_from_db()
        push.device.refresh_from_db()
    assert (gone.status, gone.last_error) == (PushStatus.FAILED, "HTTP 410")
    assert gone.device.retired_at is not None
    assert (there.status, there.device.retired_at) == (PushStatus.SENT, None)


def test_settings_name_it_for_browsers() -> None:
    assert isinstance(transport_for(Platform.WEBPUSH), WebPushTransport)
