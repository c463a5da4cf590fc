"""The pure replay of streaks: the worked examples, the calendar's corners, and a slow second opinion."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from workouts.streaks import NOTHING_YET, StreakState, advance, monday, replay, settle, tally, weekday

DAY = timedelta(days=1)
MONDAY = date(2026, 4, 6)
MON, TUE, WED, THU, FRI, SAT, SUN = (MONDAY + number * DAY for number in range(7))
WEEK = 7 * DAY
NO_STREAK = StreakState(
    daily_streak=0,
    weekly_streak=0,
    longest_daily_streak=0,
    longest_weekly_streak=0,
    rest_days_used=0,
    rest_days_remaining=3,
    weekly_workout_days=(),
    weekly_minutes=0,
    week_streak_active_since=None,
    last_workout_on=None,
)


def short(days: Sequence[date], today: date) -> tuple[int, int | None, int]:
    """The daily streak, since when it is active this week, and the rest days used in it."""
    state = replay([(day, None) for day in days], today=today)
    assert state.rest_days_used + state.rest_days_remaining == state.days_off_per_week == 3
    return state.daily_streak, state.week_streak_active_since, state.rest_days_used


@pytest.mark.parametrize(
    ("days", "today", "expected"),
    [
        ([MON, WED, FRI, SUN], SUN, (4, 1, 3)),
        ([MON], FRI, (1, 1, 3)),
        ([MON], SAT, (0, None, 0)),
        ([WED], SUN, (1, 3, 3)),
        ([WED], MON + WEEK, (0, None, 0)),
        ([WED, SUN], MON + WEEK, (2, 1, 0)),
        ([MON, TUE, WED, THU], MON + WEEK, (4, 1, 0)),
        ([MON, TUE, WED], MON + WEEK, (0, None, 0)),
        ([MON, WED, FRI, SUN, FRI + WEEK], FRI + WEEK, (1, 5, 0)),
        ([SAT, THU + WEEK], THU + WEEK, (2, 1, 3)),
    ],
)
def test_the_worked_examples(days: list[date], today: date, expected: tuple[int, int | None, int]) -> None:
    assert short(days, today) == expected


@pytest.mark.parametrize(
    ("days", "today", "expected"),
    [
        ([], MON, (0, None, 0)),
        # Today is not missed yet.
        ([MON], MON, (1, 1, 0)),
        ([MON], TUE, (1, 1, 0)),
        ([MON], WED, (1, 1, 1)),
        # Sunday is 0, and belongs to the week that began six days before.
        ([SUN], SUN, (1, 0, 0)),
        ([SUN], MON + WEEK, (1, 1, 0)),
        ([SUN], THU + WEEK, (1, 1, 3)),
        ([SUN], FRI + WEEK, (0, None, 0)),
        # A streak that begins again in the week it broke ignores what was missed before.
        ([MON, SAT], SAT, (1, 6, 0)),
        ([MON, SAT], SUN, (1, 6, 0)),
        ([MON, SAT, SUN], MON + WEEK, (2, 1, 0)),
        # The fourth missed day breaks it, however the others are spread.
        ([MON, WED, FRI], MON + WEEK, (0, None, 0)),
        ([MON, TUE, WED, FRI], MON + WEEK, (4, 1, 0)),
        # Each week has rest days of its own: three at its end and three at the start of the next.
        ([MON, TUE, WED, THU, THU + WEEK], THU + WEEK, (5, 1, 3)),
        ([MON, TUE, WED, THU, FRI + WEEK], FRI + WEEK, (1, 5, 0)),
        # A week without any workout breaks it on its Thursday.
        ([SUN], MON + 2 * WEEK, (0, None, 0)),
        ([SUN, MON + 2 * WEEK], MON + 2 * WEEK, (1, 1, 0)),
        # A day counts once.
        ([MON, MON, MON], MON, (1, 1, 0)),
        ([MON, MON, TUE, TUE], TUE, (2, 1, 0)),
        # The order of arrival does not matter.
        ([FRI, MON, SUN, WED], SUN, (4, 1, 3)),
        # Somebody who travelled west of their last workout day keeps it.
        ([MON, TUE, WED], MON, (3, 1, 0)),
        ([MON + WEEK], SUN, (1, 1, 0)),
    ],
)
def test_daily_streaks_at_the_edges(days: list[date], today: date, expected: tuple[int, int | None, int]) -> None:
    assert short(days, today) == expected


@pytest.mark.parametrize(
    ("days", "today", "weekly", "longest", "minutes"),
    [
        ([], MON, 0, 0, 0),
        ([(MON, 44)], MON, 0, 0, 44),
        ([(MON, 45)], MON, 1, 1, 45),
        ([(MON, None), (MON, 20), (SUN, 25)], SUN, 1, 1, 45),
        ([(MON, None)], SUN, 0, 0, 0),
        # The running week breaks nothing before it ends.
        ([(MON, 45)], SUN + WEEK, 1, 1, 0),
        ([(MON, 45)], MON + 2 * WEEK, 0, 1, 0),
        ([(MON, 45), (MON + WEEK, 44)], SUN + WEEK, 1, 1, 44),
        ([(MON, 45), (MON + WEEK, 44)], MON + 2 * WEEK, 0, 1, 0),
        ([(MON, 45), (MON + WEEK, 44), (SUN + WEEK, 1)], SUN + WEEK, 2, 2, 45),
        ([(MON, 45), (MON + WEEK, 45), (MON + 2 * WEEK, 10)], MON + 2 * WEEK, 2, 2, 10),
        # A week without minutes in between.
        ([(MON, 45), (MON + 2 * WEEK, 45)], MON + 2 * WEEK, 1, 1, 45),
        ([(MON, 90), (MON + WEEK, 90), (MON + 3 * WEEK, 45)], MON + 3 * WEEK, 1, 2, 45),
        # Sunday's minutes belong to the week before Monday's.
        ([(SUN, 45), (MON + WEEK, 45)], MON + WEEK, 2, 2, 45),
        ([(SUN, 30), (MON + WEEK, 30)], MON + WEEK, 0, 0, 30),
    ],
)
def test_weekly_streaks(
    days: list[tuple[date, int | None]], today: date, weekly: int, longest: int, minutes: int
) -> None:
    state = replay(days, today=today)
    assert (state.weekly_streak, state.longest_weekly_streak, state.weekly_minutes) == (weekly, longest, minutes)
    assert state.weekly_minutes_target == 45


@pytest.mark.parametrize(
    ("first", "today"),
    [
        (date(2025, 12, 29), date(2026, 1, 4)),  # Monday to Sunday over the end of a year.
        (date(2024, 2, 26), date(2024, 3, 3)),  # A leap day on Thursday.
        (date(2023, 2, 27), date(2023, 3, 5)),  # None.
        (date(2000, 2, 28), date(2000, 3, 5)),  # A century that leaps.
        (date(2100, 2, 22), date(2100, 2, 28)),  # A century that does not.
        (date(2020, 12, 28), date(2021, 1, 3)),  # ISO week 53.
    ],
)
def test_a_week_is_seven_days_whatever_the_calendar_does(first: date, today: date) -> None:
    days = [(first + number * DAY, 10) for number in range(7)]
    state = replay(days, today=today)
    assert state == replace(
        NO_STREAK,
        daily_streak=7,
        longest_daily_streak=7,
        weekly_streak=1,
        longest_weekly_streak=1,
        weekly_workout_days=(0, 1, 2, 3, 4, 5, 6),
        weekly_minutes=70,
        week_streak_active_since=1,
        last_workout_on=today,
    )
    assert replay(days, today=today + DAY).weekly_minutes == 0


def test_the_longest_streaks_are_remembered() -> None:
    days = [(MON + number * DAY, 15) for number in range(14)]
    state = replay(days, today=MON + 8 * WEEK)
    assert (state.daily_streak, state.longest_daily_streak) == (0, 14)
    assert (state.weekly_streak, state.longest_weekly_streak) == (0, 2)
    assert (state.weekly_workout_days, state.last_workout_on) == ((), SUN + WEEK)


def test_an_earlier_day_takes_a_replay() -> None:
    with pytest.raises(ValueError, match="replay"):
        advance(tally([(TUE, 10)]), day=MON, minutes=10)


# --- a slow second opinion: one day after the other, with nothing remembered but counters ---


def walked(days: Sequence[tuple[date, int | None]], today: date) -> StreakState:
    """The same rules, lived through day by day."""
    if not days:
        return NO_STREAK
    minutes: dict[date, int] = {}
    for day, spent in days:
        minutes[day] = minutes.get(day, 0) + (spent or 0)
    first, last = min(minutes), max(minutes)
    today = max(today, last)
    daily = longest_daily = missed = weekly = longest_weekly = 0
    since: date | None = None
    week: list[date] = []
    day = monday(first)
    while day <= today:
        if weekday(day) == 1:
            if sum(minutes.get(one, 0) for one in week) >= 45:
                weekly += 1
            elif week:
                weekly = 0
            week, missed = [], 0
            since = day if daily else None
        week.append(day)
        if day in minutes:
            daily += 1
            since = since or day
        elif daily and day < today:
            missed += 1
            if missed == 4:
                daily, missed, since = 0, 0, None
        reached = sum(minutes.get(one, 0) for one in week) >= 45
        longest_daily = max(longest_daily, daily)
        longest_weekly = max(longest_weekly, weekly + reached)
        day += DAY
    return StreakState(
        daily_streak=daily,
        weekly_streak=weekly + reached,
        longest_daily_streak=longest_daily,
        longest_weekly_streak=longest_weekly,
        rest_days_used=missed,
        rest_days_remaining=3 - missed,
        weekly_workout_days=tuple(sorted(weekday(one) for one in week if one in minutes)),
        weekly_minutes=sum(minutes.get(one, 0) for one in week),
        week_streak_active_since=None if since is None else weekday(since),
        last_workout_on=last,
    )


SOME_DAYS = st.dates(date(2025, 12, 1), date(2026, 1, 20))
MINUTES = st.none() | st.integers(0, 60)
HISTORIES = st.lists(st.tuples(SOME_DAYS, MINUTES), max_size=40)


@hypothesis_settings(max_examples=400, deadline=None)
@given(days=HISTORIES, today=st.dates(date(2025, 11, 25), date(2026, 2, 10)))
def test_a_replay_says_what_living_through_the_days_says(days: list[tuple[date, int | None]], today: date) -> None:
    assert replay(days, today=today) == walked(days, today)


@hypothesis_settings(max_examples=200, deadline=None)
@given(days=HISTORIES, today=SOME_DAYS)
def test_adding_one_by_one_is_the_same_as_a_replay(days: list[tuple[date, int | None]], today: date) -> None:
    standing, seen = NOTHING_YET, list[tuple[date, int | None]]()
    for day, minutes in sorted(days, key=lambda pair: pair[0]):
        standing = advance(standing, day=day, minutes=minutes)
        seen.append((day, minutes))
        assert settle(standing, today=today) == replay(seen, today=today)
