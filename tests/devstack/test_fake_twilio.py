"""The fake Twilio takes a message as Twilio documents it, and says later what became of it."""

from typing import Any

import httpx
import pytest

from okta.devstack.fake_provider import FakeProvider

ACCOUNT = "AC0123"
PAT = "+15005550006"
FORM = {"To": PAT, "From": "+15005550001", "Body": "Harbour Clinic\nHow is your knee?"}


def ask(provider: FakeProvider, method: str, rest: str, **options: Any) -> httpx.Response:
    url = f"{provider.url}/2010-04-01/Accounts/{ACCOUNT}/{rest}"
    return httpx.request(method, url, trust_env=False, **{"auth": (ACCOUNT, "secret"), **options})


def test_a_message_is_queued_listed_and_delivered(fake_provider: FakeProvider) -> None:
    answer = ask(fake_provider, "POST", "Messages.json", data=FORM)

    sid = answer.json()["sid"]
    assert (answer.status_code, answer.json()["status"]) == (201, "queued")
    assert sid.startswith("SM")
    [message] = fake_provider.received()
    assert message.pop("at")
    assert message == {
        "provider": "twilio",
        "to": PAT,
        "title": None,
        "body": FORM["Body"],
        "data": None,
        "from": "+15005550001",
        "sid": sid,
    }
    asked = ask(fake_provider, "GET", f"Messages/{sid}.json").json()
    assert (asked["sid"], asked["status"], asked["error_code"]) == (sid, "delivered", None)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"To": "5550006"}, 21211),
        ({"To": ""}, 21211),
        ({"Body": ""}, 21602),
        ({"Body": "a" * 1601}, 21617),
        ({"From": ""}, 21603),
    ],
)
def test_a_message_that_cannot_be_sent_is_refused(fake_provider: FakeProvider, wrong: Any, code: int) -> None:
    answer = ask(fake_provider, "POST", "Messages.json", data=FORM | wrong)

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert fake_provider.received() == []


@pytest.mark.parametrize("auth", [None, (ACCOUNT, ""), ("AC9", "secret")])
def test_nobody_else_may_use_the_account(fake_provider: FakeProvider, auth: Any) -> None:
    answer = ask(fake_provider, "POST", "Messages.json", data=FORM, auth=auth)

    assert (answer.status_code, answer.json()["code"]) == (401, 20003)
    assert fake_provider.received() == []


def test_a_messaging_service_stands_for_the_number(fake_provider: FakeProvider) -> None:
    form = {"To": PAT, "MessagingServiceSid": "MG1", "Body": "Hello"}

    assert ask(fake_provider, "POST", "Messages.json", data=form).status_code == 201
    assert fake_provider.received()[0]["from"] == "MG1"


def test_one_number_fails_as_it_was_told(fake_provider: FakeProvider) -> None:
    fake_provider.behave("21610", token=PAT)

    answers = [ask(fake_provider, "POST", "Messages.json", data=FORM | {"To": to}) for to in (PAT, "+15005550007")]

    assert [answer.status_code for answer in answers] == [400, 201]
    assert answers[0].json()["code"] == 21610


def test_a_carrier_refuses_later(fake_provider: FakeProvider) -> None:
    sid = ask(fake_provider, "POST", "Messages.json", data=FORM).json()["sid"]
    fake_provider.behave("30005", 1)

    asked = ask(fake_provider, "GET", f"Messages/{sid}.json").json()

    assert (asked["status"], asked["error_code"]) == ("undelivered", 30005)


def test_an_unknown_message_is_not_found(fake_provider: FakeProvider) -> None:
    answer = ask(fake_provider, "GET", "Messages/SM0.json")

    assert (answer.status_code, answer.json()["code"]) == (404, 20404)


def test_a_rate_limit_says_how_long_it_lasts(fake_provider: FakeProvider) -> None:
    fake_provider.behave("429", 1, retry_after="7")

    answer = ask(fake_provider, "POST", "Messages.json", data=FORM)

    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (429, 20429, "7")
