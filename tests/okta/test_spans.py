"""How long something takes, in words."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from okta.spans import ago, span


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(0), "0 s"),
        (timedelta(seconds=119.4), "119 s"),
        (timedelta(seconds=119.6), "2 min"),
        (timedelta(minutes=119), "119 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=47, minutes=59), "47 h"),
        (timedelta(days=2), "2 d"),
        (timedelta(days=400), "400 d"),
    ],
)
def test_a_span_is_said_in_the_unit_that_leaves_few_figures(length: timedelta, said: str) -> None:
    assert span(length) == said


def test_how_long_ago_is_said_in_the_readers_language() -> None:
    with override("ru"):
        assert (ago(timedelta(minutes=5)), ago(timedelta(days=9)), ago(None)) == (
            "5 мин назад",
            "9 дн назад",
            "ни разу",
        )
