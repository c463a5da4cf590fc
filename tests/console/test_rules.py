"""When to follow up, as tables: the recipient's days, and the nights on which clocks change."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from console.conversations.rules import NoSuchTime, Passed, TooFar, chosen, offered
from console.conversations.states import When
from console.words import same_clock

NEW_YORK, BERLIN, KATHMANDU = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kathmandu")
NOW = datetime(2026, 4, 8, 12, 0, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "now", "zone", "expected"),
    [
        (When.IN_1_HOUR, "2026-04-08T12:00:00", NEW_YORK, "2026-04-08T13:00"),
        # To the next full minute, so that two clicks mean the same instant.
        (When.IN_1_HOUR, "2026-04-08T12:00:00.000001", NEW_YORK, "2026-04-08T13:01"),
        (When.IN_1_HOUR, "2026-04-08T12:00:59", NEW_YORK, "2026-04-08T13:01"),
        (When.IN_4_HOURS, "2026-04-08T12:00:00", NEW_YORK, "2026-04-08T16:00"),
        # An hour is an hour, over a change of clocks too.
        (When.IN_4_HOURS, "2026-03-08T05:00:00", NEW_YORK, "2026-03-08T09:00"),
        # 8:00 in New York: tomorrow is Thursday, 9:00 there is 13:00 UTC.
        (When.TOMORROW, "2026-04-08T12:00:00", NEW_YORK, "2026-04-09T13:00"),
        (When.TOMORROW, "2026-04-08T12:00:00", BERLIN, "2026-04-09T07:00"),
        (When.TOMORROW, "2026-04-08T12:00:00", KATHMANDU, "2026-04-09T03:15"),
        # 02:30 on Thursday in Berlin is still Wednesday evening in New York: tomorrow is Thursday there.
        (When.TOMORROW, "2026-04-09T00:30:00", NEW_YORK, "2026-04-09T13:00"),
        (When.TOMORROW, "2026-04-09T00:30:00", BERLIN, "2026-04-10T07:00"),
        # A minute before and at midnight in New York.
        (When.TOMORROW, "2026-04-09T03:59:59.9", NEW_YORK, "2026-04-09T13:00"),
        (When.TOMORROW, "2026-04-09T04:00:00", NEW_YORK, "2026-04-10T13:00"),
        # The day the clocks change there: 9:00 is an hour earlier, or later, than on the day before.
        (When.TOMORROW, "2026-03-07T17:00:00", NEW_YORK, "2026-03-08T13:00"),
        (When.TOMORROW, "2026-10-31T16:00:00", NEW_YORK, "2026-11-01T14:00"),
        (When.TOMORROW, "2026-03-28T12:00:00", BERLIN, "2026-03-29T07:00"),
        (When.TOMORROW, "2026-10-24T12:00:00", BERLIN, "2026-10-25T08:00"),
        # Two days on, at the same time by the clock there.
        (When.IN_2_DAYS, "2026-04-08T12:34:00", NEW_YORK, "2026-04-10T12:34"),
        (When.IN_2_DAYS, "2026-03-07T17:00:00", NEW_YORK, "2026-03-09T16:00"),
        (When.IN_2_DAYS, "2026-10-24T10:00:00", BERLIN, "2026-10-26T11:00"),
        # 2:30 is skipped that night: an hour later by the clock.
        (When.IN_2_DAYS, "2026-03-06T07:30:00", NEW_YORK, "2026-03-08T07:30"),
        (When.IN_2_DAYS, "2026-03-27T01:30:00", BERLIN, "2026-03-29T01:30"),
        # 1:30 and 2:30 come twice that night: the earlier.
        (When.IN_2_DAYS, "2026-10-30T05:30:00", NEW_YORK, "2026-11-01T05:30"),
        (When.IN_2_DAYS, "2026-10-23T00:30:00", BERLIN, "2026-10-25T00:30"),
    ],
)
def test_a_button_means_an_instant(when: When, now: str, zone: ZoneInfo, expected: str) -> None:
    assert offered(when, now=at(now), zone=zone) == at(expected)


@pytest.mark.parametrize(
    ("when", "shown", "expected"),
    [
        (When.TOMORROW, "2026-04-08T03:59:00", "2026-04-08T13:00"),
        (When.TOMORROW, "2026-04-08T04:01:00", "2026-04-09T13:00"),
        (When.IN_2_DAYS, "2026-04-07T10:00:00", "2026-04-09T10:00"),
        # Hours are counted from when somebody decides; and nobody was shown a page that is not made yet.
        (When.IN_1_HOUR, "2026-04-08T11:00:00", "2026-04-08T13:00"),
        (When.TOMORROW, "2026-04-09T12:00:00", "2026-04-09T13:00"),
    ],
)
def test_a_button_means_the_day_it_named_when_it_was_shown(when: When, shown: str, expected: str) -> None:
    assert offered(when, now=NOW, zone=NEW_YORK, shown=at(shown)) == at(expected)


@pytest.mark.parametrize(
    ("when", "shown"), [(When.TOMORROW, "2026-04-07T03:59:00"), (When.IN_2_DAYS, "2026-04-06T12:00:00")]
)
def test_a_button_whose_time_has_come_is_refused(when: When, shown: str) -> None:
    with pytest.raises(Passed):
        offered(when, now=NOW, zone=NEW_YORK, shown=at(shown))


@pytest.mark.parametrize(
    ("local", "zone", "expected", "twice"),
    [
        ("2026-04-08T08:01", NEW_YORK, "2026-04-08T12:01", False),
        ("2026-04-10T09:00", BERLIN, "2026-04-10T07:00", False),
        ("2026-04-10T09:00", KATHMANDU, "2026-04-10T03:15", False),
        ("2026-11-01T00:59", NEW_YORK, "2026-11-01T04:59", False),
        ("2026-11-01T01:00", NEW_YORK, "2026-11-01T05:00", True),
        ("2026-11-01T01:59", NEW_YORK, "2026-11-01T05:59", True),
        ("2026-11-01T02:00", NEW_YORK, "2026-11-01T07:00", False),
        ("2026-10-25T02:30", BERLIN, "2026-10-25T00:30", True),
        ("2027-03-14T03:00", NEW_YORK, "2027-03-14T07:00", False),
        ("2027-04-09T08:00", NEW_YORK, "2027-04-09T12:00", False),
    ],
)
def test_a_time_by_the_recipients_clock_is_an_instant_and_the_earlier_of_two(
    local: str, zone: ZoneInfo, expected: str, twice: bool
) -> None:
    found = chosen(datetime.fromisoformat(local), now=NOW, zone=zone)

    assert (found.instant, found.twice) == (at(expected), twice)


@pytest.mark.parametrize(
    ("local", "zone", "refusal"),
    [
        ("2027-03-14T02:00", NEW_YORK, NoSuchTime),
        ("2027-03-14T02:59", NEW_YORK, NoSuchTime),
        ("2027-03-28T02:30", BERLIN, NoSuchTime),
        ("2026-04-08T08:00", NEW_YORK, Passed),
        ("2026-04-07T23:00", NEW_YORK, Passed),
        ("2026-04-08T13:59", BERLIN, Passed),
        ("0001-01-01T00:00", NEW_YORK, Passed),
        ("2027-04-09T08:01", NEW_YORK, TooFar),
        ("9999-12-31T23:59", NEW_YORK, TooFar),
    ],
)
def test_a_time_that_nobody_can_mean_is_refused(local: str, zone: ZoneInfo, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        chosen(datetime.fromisoformat(local), now=NOW, zone=zone)


@pytest.mark.parametrize(
    ("instant", "same"), [("2026-01-15T12:00", True), ("2026-07-15T12:00", False), ("2026-12-01T12:00", True)]
)
def test_two_zones_may_show_the_same_clock_for_half_a_year(instant: str, same: bool) -> None:
    assert same_clock(at(instant), ZoneInfo("Europe/London"), ZoneInfo("Africa/Abidjan")) is same
