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
from dataclasses import dataclass
from datetime import date, timedelta
from operator import itemgetter
from typing import Final

DAYS_OFF_PER_WEEK: Final = 3
"""How many days of a week may be missed without breaking a daily streak."""

WEEKLY_MINUTES_TARGET: Final = 45
"""The minutes that make a week count."""

DAY: Final = timedelta(days=1)


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
    walk = _Walk.from_tally(NOTHING_YET)
    for day, minutes in sorted(days, key=itemgetter(0)):
        walk.work_out(day.toordinal(), minutes or 0)
    return walk.as_tally()


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
    walk = _Walk.from_tally(standing)
    walk.work_out(day.toordinal(), minutes or 0)
    return walk.as_tally()


def settle(standing: Tally, *, today: date) -> StreakState:
    """
    What a tally says on ``today``, with what has broken since its last workout day.

    A day that was lived stays lived: for somebody who has travelled west of their last workout day,
    it is still that day.
    """
    walk = _Walk.from_tally(standing)
    if standing.last_workout_on is None or today > standing.last_workout_on:
        walk.reach(today.toordinal())
    seen = walk.as_tally()
    since = None if seen.streak_started_on is None else max(walk.started, walk.monday)
    return StreakState(
        daily_streak=seen.daily_streak,
        weekly_streak=seen.weekly_streak,
        longest_daily_streak=seen.longest_daily_streak,
        longest_weekly_streak=seen.longest_weekly_streak,
        rest_days_used=walk.missed,
        rest_days_remaining=DAYS_OFF_PER_WEEK - walk.missed,
        weekly_workout_days=seen.week_days,
        weekly_minutes=seen.week_minutes,
        week_streak_active_since=None if since is None else weekday(date.fromordinal(since)),
        last_workout_on=seen.last_workout_on,
    )


@dataclass(slots=True)
class _Walk:
    """
    A history lived through day by day: a tally in plain numbers, which makes a step of it cheap.

    Days are ``date.toordinal``'s, and 0 is no day at all. Without a daily streak nothing is missed.
    """

    last: int
    """The last workout day."""
    started: int
    """The first workout day of the daily streak."""
    daily: int
    longest_daily: int
    monday: int
    """The first day of the week that is being lived."""
    worked: int
    """Its workout days: the bit of Monday is the lowest."""
    minutes: int
    weeks_before: int
    longest_weekly: int
    missed: int = 0
    """Its days without a workout that the daily streak has been through."""

    def work_out(self, day: int, minutes: int) -> None:
        """Add a workout on the last workout day or a later one."""
        if day != self.last:
            self.reach(day)
            if not self.daily:
                self.started = day
            self.daily += 1
            self.longest_daily = max(self.longest_daily, self.daily)
            self.worked |= 1 << day - self.monday
            self.last = day
        self.minutes += minutes
        self.longest_weekly = max(self.longest_weekly, self.weeks_before + (self.minutes >= WEEKLY_MINUTES_TARGET))

    def reach(self, day: int) -> None:
        """Live on to the morning of a day after the last workout day, and see what has broken by then."""
        monday = day - (day - 1) % 7
        if monday == self.monday:
            self._miss(day - self.last - 1)
            return
        self._miss(self.monday + 6 - self.last)
        is_next = monday - self.monday == 7
        unbroken = is_next and self.minutes >= WEEKLY_MINUTES_TARGET
        self.weeks_before = self.weeks_before + 1 if unbroken else 0
        self.monday, self.worked, self.minutes, self.missed = monday, 0, 0, 0
        # A whole week without a workout breaks it, whatever day it is.
        self._miss(day - monday if is_next else 7)

    def _miss(self, days: int) -> None:
        self.missed += days
        if not self.daily or self.missed > DAYS_OFF_PER_WEEK:
            self.daily = self.started = self.missed = 0

    @classmethod
    def from_tally(cls, standing: Tally) -> "_Walk":
        last = standing.last_workout_on.toordinal() if standing.last_workout_on else 0
        started = standing.streak_started_on.toordinal() if standing.streak_started_on else 0
        first = last - (last - 1) % 7
        # Sunday is 0 on the wire and the seventh day here.
        worked = sum(1 << (number - 1) % 7 for number in standing.week_days)
        since = max(started, first)
        missed = last - since + 1 - (worked >> since - first).bit_count() if started else 0
        return cls(
            last=last,
            started=started,
            daily=standing.daily_streak,
            longest_daily=standing.longest_daily_streak,
            monday=first,
            worked=worked,
            minutes=standing.week_minutes,
            weeks_before=standing.weeks_before,
            longest_weekly=standing.longest_weekly_streak,
            missed=missed,
        )

    def as_tally(self) -> Tally:
        return Tally(
            last_workout_on=date.fromordinal(self.last) if self.last else None,
            streak_started_on=date.fromordinal(self.started) if self.started else None,
            daily_streak=self.daily,
            longest_daily_streak=self.longest_daily,
            week_days=tuple(number for number in range(7) if self.worked >> (number - 1) % 7 & 1),
            week_minutes=self.minutes,
            weeks_before=self.weeks_before,
            longest_weekly_streak=self.longest_weekly,
        )
