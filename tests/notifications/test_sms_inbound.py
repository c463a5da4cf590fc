"""Twilio's webhook: people opt out of text messages and in again by answering one."""

import base64
import hashlib
import hmac
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db.models.functions import Now
from django.test import Client

from notifications.actions.opt_out import opt_in, opt_out
from notifications.actions.register_device import retire_tokens
from notifications.actions.register_number import NumberOptedOut, register_number
from notifications.models import Device, RetiredToken, SmsOptOut
from notifications.sms import signature
from notifications.states import Platform
from tests.make import Make
from tests.notifications.conftest import Outbox
from tests.races.interrupt import interrupted_before

PATH = "/v2/sms/inbound"
SITE = "https://okta.example.org"
TOKEN = "12345"
PAT = "+15005550006"


@pytest.fixture(autouse=True)
def account(settings: Any) -> None:
    """Text messages are on."""
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN, settings.PUBLIC_URL = "AC0123", TOKEN, SITE


def signed(form: dict[str, str], *, url: str = SITE + PATH, token: str = TOKEN) -> str:
    """As Twilio documents it, written a second time."""
    text = url + "".join(f"{name}{form[name]}" for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def reply(body: str, *, number: str = PAT, path: str = PATH, sign: str | None = None) -> Any:
    form = {"From": number, "To": "+15005550001", "Body": body, "MessageSid": "SM0", "FromCity": ""}
    bears = signed(form, url=SITE + path) if sign is None else sign
    return Client().post(
        path, urlencode(form), content_type="application/x-www-form-urlencoded", headers={"X-Twilio-Signature": bears}
    )


@pytest.fixture
def device(outbox: Outbox) -> Device:
    return outbox.device(platform=Platform.SMS, token=PAT)


def test_stop_opts_a_number_out_and_retires_its_device(device: Device, outbox: Outbox) -> None:
    phone = outbox.device()

    answer = reply(" Stop ")

    assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "text/xml", b"<Response/>")
    assert [row.number for row in SmsOptOut.objects.all()] == [PAT]
    for row in (device, phone):
        row.refresh_from_db()
    assert device.retired_at is not None
    assert phone.retired_at is None


def test_stop_in_russian_is_understood(device: Device) -> None:
    assert reply("Стоп").status_code == 200
    assert SmsOptOut.objects.get().number == PAT


def test_a_number_nobody_has_registered_yet_can_be_opted_out(db: None, make: Make) -> None:
    reply("STOP")

    with pytest.raises(NumberOptedOut):
        register_number(user=make.pat, number=PAT)
    assert not Device.objects.exists()


@pytest.mark.parametrize("body", ["START", "yes", "Unstop"])
def test_start_opts_it_in_again(device: Device, body: str) -> None:
    reply("STOP")
    reply("STOP", number="+15005550007")
    Device.objects.update(registered_at=Now() - timedelta(days=9))
    before = Device.objects.get().registered_at

    assert reply(body).status_code == 200

    device.refresh_from_db()
    assert device.retired_at is None
    assert device.registered_at > before
    assert [row.number for row in SmsOptOut.objects.all()] == ["+15005550007"]
    assert [row.token for row in RetiredToken.objects.all()] == ["+15005550007"]


@pytest.mark.parametrize("body", ["HELP", "How do I stop?", "", "STOP please"])
def test_anything_else_changes_nothing(device: Device, body: str) -> None:
    assert reply(body).status_code == 200

    device.refresh_from_db()
    assert device.retired_at is None
    assert not SmsOptOut.objects.exists()


@pytest.mark.parametrize("number", ["", "whatsapp:+15005550006", "STOP"])
def test_who_has_no_number_changes_nothing(device: Device, number: str) -> None:
    assert reply("STOP", number=number).status_code == 200
    assert not SmsOptOut.objects.exists()


def test_a_reply_that_comes_twice_counts_once(device: Device) -> None:
    first = reply("STOP")
    device.refresh_from_db()
    retired_at, since = device.retired_at, SmsOptOut.objects.get().since

    second = reply("STOP")

    device.refresh_from_db()
    assert (first.status_code, second.status_code) == (200, 200)
    assert (device.retired_at, SmsOptOut.objects.get().since) == (retired_at, since)
    answers = [reply("START"), reply("START")]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert not SmsOptOut.objects.exists()


@pytest.mark.parametrize("sign", ["", "AAAA", "☃", signed({"From": PAT, "Body": "STOP"})])
def test_a_wrong_signature_changes_nothing(device: Device, sign: str) -> None:
    answer = reply("STOP", sign=sign)

    assert answer.status_code == 403
    assert answer.json() == {"error": "The signature of this request is not valid.", "code": "invalid_signature"}
    device.refresh_from_db()
    assert device.retired_at is None
    assert not SmsOptOut.objects.exists()


def test_a_missing_signature_changes_nothing(device: Device) -> None:
    answer = Client().post(
        PATH, urlencode({"From": PAT, "Body": "STOP"}), content_type="application/x-www-form-urlencoded"
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "invalid_signature")
    assert not SmsOptOut.objects.exists()


def test_the_signature_is_over_the_address_twilio_was_told(device: Device) -> None:
    assert reply("STOP", path=f"{PATH}?clinic=7").status_code == 200
    assert reply("STOP", sign=signed({"From": PAT}, url="https://elsewhere.example" + PATH)).status_code == 403


def test_a_signature_with_another_token_is_wrong(db: None, settings: Any) -> None:
    settings.TWILIO_AUTH_TOKEN = "54321"

    assert reply("STOP").status_code == 403


def test_the_signature_is_twilio_s() -> None:
    # The example of twilio.com/docs/usage/security.
    form = {
        "CallSid": ["CA1234567890ABCDE"],
        "Caller": ["+12349013030"],
        "Digits": ["1234"],
        "From": ["+12349013030"],
        "To": ["+18005551212"],
    }

    found = signature("https://mycompany.com/myapp.php?foo=1&bar=2", form, token="12345")

    assert found == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


@pytest.mark.parametrize("setting", ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"])
def test_while_text_messages_are_off_there_is_no_such_door(db: None, settings: Any, setting: str) -> None:
    setattr(settings, setting, "")

    answer = reply("STOP", sign=signed({"From": PAT, "Body": "STOP"}, token=""))

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert not SmsOptOut.objects.exists()


@pytest.mark.django_db
def test_a_number_that_only_its_provider_refused_comes_back_by_start(device: Device) -> None:
    retire_tokens(tokens=[PAT])

    opt_in(number=PAT)

    device.refresh_from_db()
    assert (device.retired_at, RetiredToken.objects.count()) == (None, 0)


@pytest.mark.django_db(transaction=True)
def test_a_stop_in_the_middle_of_a_registration_waits_and_retires_it(make: Make) -> None:
    assert make.pat
    stop = partial(opt_out, number=PAT)
    with interrupted_before("notifications.actions.register_number.register_device", stop) as stopping:
        device = register_number(user=make.pat, number=PAT)

    assert stopping.result() is None
    device.refresh_from_db()
    assert device.retired_at is not None
    assert SmsOptOut.objects.get().number == PAT
