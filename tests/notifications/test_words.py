"""Why a push failed, as an administrator reads it."""

import pytest
from django.utils.translation import override

from notifications.states import NO_TRANSPORT, Unsendable
from notifications.words import failure_in_words


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (Unsendable.NOT_THEIRS.value, "the device belongs to somebody else now"),
        (Unsendable.RETIRED.value, "the device takes no notifications from the app any more"),
        (Unsendable.SHUT_OUT.value, "the recipient may not sign in any more"),
        (Unsendable.OPTED_OUT.value, "the number has opted out of text messages"),
        ("DeviceNotRegistered", "the device takes no notifications from the app any more"),
        ("", "nobody knows why"),
        ("IntegrityError at feedback.actions.deliver_notes:33",
         "an error on the way: IntegrityError at feedback.actions.deliver_notes:33"),
        (f"{NO_TRANSPORT}SMS", "this installation is not set up for it: SMS"),
        ("APNS_KEY is not set", "this installation is not set up for it: APNS_KEY is not set"),
        ("SENDER_ID_MISMATCH", "the service said: SENDER_ID_MISMATCH"),
        ("HTTP 503", "the service said: HTTP 503"),
    ],
)  # fmt: skip
def test_what_we_know_is_said_in_our_words_and_anything_else_as_it_was(reason: str, said: str) -> None:
    assert failure_in_words(reason) == said


def test_it_is_said_in_the_readers_language() -> None:
    with override("ru"):
        said = [failure_in_words(reason.value) for reason in Unsendable]

    assert said == [
        "устройство теперь принадлежит другому человеку",
        "устройство больше не принимает уведомления приложения",
        "получателю больше не разрешён вход",
        "владелец номера отказался от SMS",
    ]
