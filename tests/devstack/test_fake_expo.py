"""The fake provider answers as Expo documents it, and fails as it was told."""

import gzip
import time
from typing import Any

import httpx
import pytest

from okta.devstack.fake_provider import FakeProvider

PHONE = "ExponentPushToken[aaaaaaaaaaaaaaaaaaaaaa]"
TABLET = "ExponentPushToken[bbbbbbbbbbbbbbbbbbbbbb]"


def send(provider: FakeProvider, body: Any, **options: Any) -> httpx.Response:
    return httpx.post(f"{provider.url}/--/api/v2/push/send", json=body, trust_env=False, **options)


def receipts(provider: FakeProvider, ids: list[str]) -> httpx.Response:
    return httpx.post(f"{provider.url}/--/api/v2/push/getReceipts", json={"ids": ids}, trust_env=False)


def message(to: Any = PHONE) -> dict[str, Any]:
    return {"to": to, "title": "Harbour Clinic", "body": "Pat left feedback", "data": {"workoutId": 7}}


def test_one_message_to_one_device_is_answered_by_one_ticket(fake_provider: FakeProvider) -> None:
    answer = send(fake_provider, message())

    assert answer.status_code == 200
    assert answer.json()["data"]["status"] == "ok"


def test_a_slow_provider_answers_as_late_as_it_was_told_to() -> None:
    provider = FakeProvider(latency=0.2).start()
    try:
        began = time.monotonic()
        assert send(provider, message()).json()["data"]["status"] == "ok"
        assert time.monotonic() - began >= 0.2
    finally:
        provider.stop()


def test_a_list_is_answered_by_a_ticket_for_each_recipient_in_order(fake_provider: FakeProvider) -> None:
    tickets = send(fake_provider, [message([PHONE, TABLET]), message("nonsense")]).json()["data"]

    assert [ticket["status"] for ticket in tickets] == ["ok", "ok", "error"]
    assert tickets[2]["details"] == {"error": "DeviceNotRegistered", "expoPushToken": "nonsense"}
    assert [push["to"] for push in fake_provider.received()] == [PHONE, TABLET]


def test_what_was_taken_is_listed_with_its_text_and_data(fake_provider: FakeProvider) -> None:
    send(fake_provider, [message() | {"priority": "high"}])

    [push] = httpx.get(f"{fake_provider.url}/received", trust_env=False).json()
    assert push.pop("at").endswith("Z")
    assert push == message() | {"provider": "expo", "priority": "high"}


def test_a_packed_body_is_unpacked(fake_provider: FakeProvider) -> None:
    packed = gzip.compress(b'{"to": "%s", "body": "hello"}' % PHONE.encode())

    answer = httpx.post(
        f"{fake_provider.url}/--/api/v2/push/send",
        content=packed,
        headers={"Content-Encoding": "gzip", "Content-Type": "application/json"},
        trust_env=False,
    )

    assert answer.json()["data"]["status"] == "ok"


def test_more_than_a_hundred_recipients_are_refused_together(fake_provider: FakeProvider) -> None:
    answer = send(fake_provider, [message([PHONE, TABLET])] * 51)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "PUSH_TOO_MANY_NOTIFICATIONS"
    assert fake_provider.received() == []


@pytest.mark.parametrize("body", [{}, {"to": []}, {"to": 7}, [{"to": [PHONE, None]}], "hello"])
def test_a_message_without_a_recipient_refuses_the_request(fake_provider: FakeProvider, body: Any) -> None:
    answer = send(fake_provider, body)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "VALIDATION_ERROR"


def test_a_receipt_is_given_for_a_known_ticket_and_left_out_for_another(fake_provider: FakeProvider) -> None:
    ticket = send(fake_provider, message()).json()["data"]["id"]

    assert receipts(fake_provider, [ticket, "unknown"]).json() == {"data": {ticket: {"status": "ok"}}}


def test_a_receipt_tells_of_an_uninstalled_app_when_told_to(fake_provider: FakeProvider) -> None:
    ticket = send(fake_provider, message()).json()["data"]["id"]
    fake_provider.behave("DeviceNotRegisteredReceipt", 1)

    first, second = (receipts(fake_provider, [ticket]).json()["data"][ticket] for _ in range(2))

    assert first["details"]["error"] == "DeviceNotRegistered"
    assert second == {"status": "ok"}


def test_more_than_a_thousand_receipts_are_refused(fake_provider: FakeProvider) -> None:
    answer = receipts(fake_provider, ["x"] * 1001)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "PUSH_TOO_MANY_RECEIPTS"


def test_a_device_that_is_gone_is_refused_once_and_then_taken(fake_provider: FakeProvider) -> None:
    httpx.post(f"{fake_provider.url}/behave", json={"mode": "DeviceNotRegistered", "times": 1}, trust_env=False)

    tickets = send(fake_provider, [message(PHONE), message(TABLET)]).json()["data"]

    assert tickets[0]["details"] == {"error": "DeviceNotRegistered", "expoPushToken": PHONE}
    assert [push["to"] for push in fake_provider.received()] == [TABLET]


@pytest.mark.parametrize(("mode", "code"), [("500", "INTERNAL_SERVER_ERROR"), ("429", "TOO_MANY_REQUESTS")])
def test_a_failing_provider_takes_nothing_and_recovers(fake_provider: FakeProvider, mode: str, code: str) -> None:
    fake_provider.behave(mode, 2)

    answers = [send(fake_provider, message()) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [int(mode), int(mode), 200]
    assert answers[0].json()["errors"][0]["code"] == code
    assert len(fake_provider.received()) == 1
    assert [attempt["outcome"] for attempt in fake_provider.attempts()] == [mode, mode, "200"]


def test_a_provider_told_to_rate_limit_says_when_to_come_back(fake_provider: FakeProvider) -> None:
    fake_provider.behave("429")

    assert send(fake_provider, message()).headers["Retry-After"] == "1"


def test_the_order_says_how_long_a_rate_limit_lasts(fake_provider: FakeProvider) -> None:
    order = {"mode": "429", "retryAfter": "Wed, 08 Apr 2026 12:00:30 GMT"}
    httpx.post(f"{fake_provider.url}/behave", json=order, trust_env=False)

    assert send(fake_provider, message()).headers["Retry-After"] == "Wed, 08 Apr 2026 12:00:30 GMT"


@pytest.mark.parametrize("mode", ["500", "429"])
def test_a_request_that_names_one_device_fails_alone(fake_provider: FakeProvider, mode: str) -> None:
    order = {"mode": mode, "token": PHONE, "times": 1}
    httpx.post(f"{fake_provider.url}/behave", json=order, trust_env=False)

    answers = [send(fake_provider, message(to)) for to in (TABLET, PHONE, PHONE)]

    assert [answer.status_code for answer in answers] == [200, int(mode), 200]
    assert [push["to"] for push in fake_provider.received()] == [TABLET, PHONE]


def test_one_device_is_gone_and_the_others_are_not(fake_provider: FakeProvider) -> None:
    fake_provider.behave("DeviceNotRegistered", token=PHONE)

    tickets = [send(fake_provider, [message(TABLET), message(PHONE)]).json()["data"] for _ in range(2)]

    assert [[ticket["status"] for ticket in pair] for pair in tickets] == [["ok", "error"]] * 2
    assert [push["to"] for push in fake_provider.received()] == [TABLET] * 2


@pytest.mark.parametrize("token", [None, PHONE])
def test_an_order_to_behave_ends_what_was_said_of_one_device(fake_provider: FakeProvider, token: str | None) -> None:
    fake_provider.behave("500", token=PHONE)
    fake_provider.behave("ok", token=token)

    assert send(fake_provider, message()).status_code == 200


def test_a_silent_provider_lets_the_client_time_out_and_still_stops_at_once() -> None:
    provider = FakeProvider().start()
    provider.behave("timeout")

    with pytest.raises(httpx.ReadTimeout):
        send(provider, message(), timeout=0.1)
    began = time.monotonic()
    provider.stop()

    assert time.monotonic() - began < 1
    assert provider.received() == []


def test_the_list_can_be_cleared(fake_provider: FakeProvider) -> None:
    send(fake_provider, message())

    httpx.delete(f"{fake_provider.url}/received", trust_env=False)

    assert fake_provider.received() == []


@pytest.mark.parametrize(
    "order", [{"mode": "bored"}, {}, [], {"mode": "500", "times": 0}, {"mode": "500", "times": "x"}]
)
def test_an_order_it_does_not_know_is_refused_and_changes_nothing(fake_provider: FakeProvider, order: Any) -> None:
    answer = httpx.post(f"{fake_provider.url}/behave", json=order, trust_env=False)

    assert answer.status_code == 400
    assert send(fake_provider, message()).status_code == 200


def test_a_connection_serves_several_requests(fake_provider: FakeProvider) -> None:
    with httpx.Client(base_url=fake_provider.url, trust_env=False) as client:
        codes = [client.get(path).status_code for path in ("/received", "/nowhere", "/received")]

    assert codes == [200, 404, 200]
