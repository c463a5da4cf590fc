"""
Streaks: a pure replay over (local day, minutes) pairs. No ORM, no clock, no settings.

Weeks run Monday to Sunday in the patient's zone. A **daily streak** counts workout days; up to
three rest days a week keep it, the fourth missed day of a week breaks it. Today is never missed
yet, and a streak ignores the days before its first workout. A **weekly streak** counts consecutive
weeks of 45 minutes or more up to the last complete one; the running week adds one as soon as it
gets there, and cannot break anything before it ends.

What a history says depends on the day it is looked at, so two things are kept apart. A ``Tally`` is
everything up to the last workout day: it ages nowhere, and can be stored and added to. ``settle``
looks at a tally on a given day, and sees what has silently broken since.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

DAYS_OFF_PER_WEEK: Final = 3
"""How many days of a week may be missed without breaking a daily streak."""

WEEKLY_MINUTES_TARGET: Final = 45
"""The minutes that make a week count."""

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Tally:
    """A history up to ``last_workout_on``, as it stood on that day; None where there is no history."""

    last_workout_on: date | None = None
    streak_started_on: date | None = None
    """The first workout day of the daily streak that ``last_workout_on`` belongs to."""
    daily_streak: int = 0
    longest_daily_streak: int = 0
    week_days: tuple[int, ...] = ()
    """The workout days in the week of ``last_workout_on``, as ``weekday`` numbers them, ascending."""
    week_minutes: int = 0
    """Minutes in the week of ``last_workout_on``."""
    weeks_before: int = 0
    """Consecutive weeks that reached the target, ending with the one before that week."""
    longest_weekly_streak: int = 0

    @property
    def weekly_streak(self) -> int:
        return self.weeks_before + (1 if self.week_minutes >= WEEKLY_MINUTES_TARGET else 0)


@dataclass(frozen=True, slots=True)
class StreakState:
    """What a history says on a given day; without a daily streak no rest is used and nothing is active."""

    daily_streak: int
    weekly_streak: int
    longest_daily_streak: int
    longest_weekly_streak: int
    rest_days_used: int
    rest_days_remaining: int
    weekly_workout_days: tuple[int, ...]
    weekly_minutes: int
    week_streak_active_since: int | None
    last_workout_on: date | None
    days_off_per_week: int = DAYS_OFF_PER_WEEK
    weekly_minutes_target: int = WEEKLY_MINUTES_TARGET


NOTHING_YET: Final = Tally()


def weekday(day: date) -> int:
    """
    The day of the week as the wire counts it: 0 is Sunday, 6 Saturday.

    >>> weekday(date(2026, 4, 12)), weekday(date(2026, 4, 13))
    (0, 1)
    """
    return day.isoweekday() % 7


def monday(day: date) -> date:
    """The first day of the week ``day`` is in."""
    return day - day.weekday() * DAY


def tally(days: Iterable[tuple[date, int | None]]) -> Tally:
    """Everything a history says by itself; days in any order, several a day, None minutes are zero."""
    standing = NOTHING_YET
    for day, minutes in sorted(days, key=lambda pair: pair[0]):
        standing = advance(standing, day=day, minutes=minutes)
    return standing


def replay(days: Iterable[tuple[date, int | None]], *, today: date) -> StreakState:
    """What a history says on ``today``; takes time in proportion to the number of days."""
    return settle(tally(days), today=today)


def advance(standing: Tally, *, day: date, minutes: int | None) -> Tally:
    """
    Add one workout to a tally: the same as a replay of the whole history with it.

    :raises ValueError: for a day before the last workout day; that takes a replay.
    """
    last = standing.last_workout_on
    if last is not None and day < last:
        raise ValueError(f"{day} is before {last}: replay")
    broken = _broken(standing, before=day)
    seen = _in_week(standing, day)
    streak = 1 if broken else standing.daily_streak + (day != last)
    after = replace(
        seen,
        last_workout_on=day,
        streak_started_on=day if broken else standing.streak_started_on,
        daily_streak=streak,
        longest_daily_streak=max(standing.longest_daily_streak, streak),
        week_days=tuple(sorted({*seen.week_days, weekday(day)})),
        week_minutes=seen.week_minutes + (minutes or 0),
    )
    return replace(after, longest_weekly_streak=max(after.longest_weekly_streak, after.weekly_streak))


def settle(standing: Tally, *, today: date) -> StreakState:
    """
    What a tally says on ``today``, with what has broken since its last workout day.

    A day that was lived stays lived: for somebody who has travelled west of their last workout day,
    it is still that day.
    """
    last = standing.last_workout_on
    today = today if last is None else max(today, last)
    seen = _in_week(standing, today)
    started = None if _broken(standing, before=today) else standing.streak_started_on
    used = 0 if started is None else _missed(seen.week_days, since=max(started, monday(today)), before=today)
    return StreakState(
        daily_streak=0 if started is None else standing.daily_streak,
        weekly_streak=seen.weekly_streak,
        longest_daily_streak=standing.longest_daily_streak,
        longest_weekly_streak=standing.longest_weekly_streak,
        rest_days_used=used,
        rest_days_remaining=DAYS_OFF_PER_WEEK - used,
        weekly_workout_days=seen.week_days,
        weekly_minutes=seen.week_minutes,
        week_streak_active_since=None if started is None else weekday(max(started, monday(today))),
        last_workout_on=last,
    )


def _in_week(standing: Tally, day: date) -> Tally:
    """The tally with its week moved on to that of ``day``; weeks in between have no minutes."""
    last = standing.last_workout_on
    if last is None or monday(day) == monday(last):
        return standing
    next_week = monday(day) - monday(last) == WEEK
    unbroken = next_week and standing.week_minutes >= WEEKLY_MINUTES_TARGET
    weeks = standing.weekly_streak if unbroken else 0
    return replace(standing, week_days=(), week_minutes=0, weeks_before=weeks)


def _broken(standing: Tally, *, before: date) -> bool:
    """Whether the daily streak of a tally is over, by what was missed before a day, or never began."""
    last, started = standing.last_workout_on, standing.streak_started_on
    if last is None or started is None:
        return True
    if monday(before) > monday(last) + WEEK:
        return True  # A whole week without a workout lies in between.
    missed = _missed(standing.week_days, since=max(started, monday(last)), before=min(before, monday(last) + WEEK))
    missed_since = (before - monday(before)).days if monday(before) > monday(last) else 0
    return max(missed, missed_since) > DAYS_OFF_PER_WEEK


def _missed(week_days: tuple[int, ...], *, since: date, before: date) -> int:
    """How many days of one week, from ``since`` until the day before ``before``, had no workout."""
    days = (since + number * DAY for number in range((before - since).days))
    return sum(weekday(day) not in week_days for day in days)
