"""How times are said in both languages."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from accounts.models import User
from console.conversations.rows import badge_words
from console.words import day_and_time, in_both
from followups.queries import Ahead
from tests.make import NOON

NEW_YORK, BERLIN = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("ahead", "english", "russian"),
    [
        (timedelta(hours=1), "today 15:00", "сегодня в 15:00"),
        (timedelta(hours=10), "tomorrow 0:00", "завтра в 0:00"),
        (timedelta(hours=19), "tomorrow 9:00", "завтра в 9:00"),
        (timedelta(days=2), "Fri 10 April, 14:00", "Пт 10 апреля, 14:00"),
        (timedelta(days=300), "Tue 2 February 2027, 13:00", "Вт 2 февраля 2027, 13:00"),
    ],
)
def test_a_time_is_said_by_the_day_it_is_in_the_readers_zone(ahead: timedelta, english: str, russian: str) -> None:
    said = []
    for language in ("en", "ru"):
        with override(language):
            said.append(day_and_time(NOON + ahead, now=NOON, zone=BERLIN))

    assert said == [english, russian]


def test_both_zones_are_named_only_where_the_clocks_differ() -> None:
    instant = datetime(2026, 4, 9, 13, tzinfo=UTC)

    apart = in_both(instant, now=NOON, theirs=NEW_YORK, yours=BERLIN)
    together = in_both(instant, now=NOON, theirs=NEW_YORK, yours=ZoneInfo("America/Toronto"))

    assert apart == "tomorrow 9:00 (New York), for you tomorrow 15:00 (Berlin)"
    assert together == "tomorrow 9:00"


@pytest.mark.parametrize(
    ("upcoming", "more", "said"),
    [
        (NOON + timedelta(hours=19), 0, "Follow-up tomorrow 9:00"),
        (NOON + timedelta(hours=19), 2, "Follow-up tomorrow 9:00 +2"),
        (NOON, 0, "Follow-up due now"),
        (None, 0, "Follow-up"),
    ],
)
def test_the_badge_says_the_next_follow_up_and_how_many_come_after_it(
    upcoming: datetime | None, more: int, said: str
) -> None:
    reader = User(timezone=str(BERLIN))
    assert badge_words(Ahead(upcoming, more + 1), reader=reader, now=NOON) == said
    assert badge_words(None, reader=reader, now=NOON) == ""
