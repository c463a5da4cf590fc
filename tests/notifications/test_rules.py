"""The pure decisions about pushes, as tables."""

from datetime import timedelta

import pytest

from notifications.rules import apple_collapse_id, backoff, discreet_data, platform_of, shorten
from notifications.states import Platform


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 30), (1, 30), (2, 60), (3, 120), (5, 480), (6, 900), (7, 900), (32_000, 900)]
)
def test_the_wait_doubles_up_to_a_quarter_of_an_hour(attempts: int, seconds: int) -> None:
    assert backoff(attempts) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("twelve bytes", "twelve bytes"),
        ("Knee pain went up", "Knee pain…"),
        ("", ""),
        ("ыыыыыыы", "ыыыы…"),
        ("Pat rose\u0301 again", "Pat ros…"),
        ("1234 👍🏽 good", "1234…"),
    ],
)
def test_a_text_is_cut_between_characters(text: str, cut: str) -> None:
    assert shorten(text, max_bytes=12) == cut
    assert len(cut.encode()) <= 12


def test_discreet_data_keeps_ids_and_the_type() -> None:
    data = {"type": "FOLLOW_UP", "workoutId": 7, "follow_up_id": "a1", "patientName": "Pat", "Identity": "x"}

    assert discreet_data(data) == {"type": "FOLLOW_UP", "workoutId": 7, "follow_up_id": "a1"}


@pytest.mark.parametrize(
    ("token", "platform"),
    [
        ("ExponentPushToken[aaaaaaaaaaaaaaaaaaaaaa]", Platform.EXPO),
        ("ExpoPushToken[a]", Platform.EXPO),
        ("ExponentPushToken[]", Platform.FCM),
        ("ExponentPushToken[a", Platform.FCM),
        ("0123456789abcdef" * 4, Platform.APNS),
        ("0123456789ABCDEF" * 10, Platform.APNS),
        ("0123456789abcdef" * 4 + "\n", Platform.FCM),
        ("0" * 63, Platform.FCM),
        ("g" * 64, Platform.FCM),
        ("dQw4w9WgXcQ:APA91bHun4MxP5egoKMwt2KZFBaFUH-1RYqx", Platform.FCM),
        ("", Platform.FCM),
    ],
)
def test_a_tokens_kind_is_read_from_its_shape(token: str, platform: Platform) -> None:
    assert platform_of(token) is platform


@pytest.mark.parametrize("fits", ["summary:7", "a" * 64])
def test_apple_gets_a_collapse_id_that_fits_a_header_as_it_is(fits: str) -> None:
    assert apple_collapse_id(fits) == fits


@pytest.mark.parametrize("odd", ["a" * 65, "сводка:7", "summary\n7"])
def test_apple_gets_a_digest_of_any_other_collapse_id(odd: str) -> None:
    digest = apple_collapse_id(odd)

    assert len(digest) == 64
    assert digest.isalnum()
    assert digest == apple_collapse_id(odd) != apple_collapse_id(odd + "8")
