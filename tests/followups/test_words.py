"""Why a follow-up failed, as a clinician reads it."""

import pytest
from django.utils.translation import override

from followups.words import failure_in_words

GONE = "the device takes no notifications from the app any more"


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("DeviceNotRegistered", GONE),
        ("UNREGISTERED", GONE),
        ("BadDeviceToken", GONE),
        ("HTTP 410", GONE),
        ("MessageTooBig", "it is too long for a notification"),
        ("empty", "it says nothing"),
        ("the worker died while sending it", "every attempt was interrupted"),
        ("", "nobody knows why"),
        (
            "ReadTimeout at httpx.client:118",
            "an error on the way: ReadTimeout at httpx.client:118",
        ),
        ("ServiceUnavailable", "the service said: ServiceUnavailable"),
        ("gave up at last", "the service said: gave up at last"),
    ],
)
def test_what_we_know_is_said_in_our_words_and_anything_else_as_it_was(reason: str, said: str) -> None:
    assert failure_in_words(reason) == said


def test_it_is_said_in_the_readers_language() -> None:
    with override("ru"):
        assert failure_in_words("UNREGISTERED") == "устройство больше не принимает уведомления приложения"
