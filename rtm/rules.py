"""
What a day is worth, how windows tile, which codes a month supports. Pure: no ORM, no clock, no settings.

The software proposes codes; it never rounds up, and where two readings of a rule are possible it
takes the one that claims less.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from rtm.rulesets import WINDOW_DAYS, RuleSet, in_force
from rtm.states import DayReason, EpisodeReason, Grade, MonthReason, WindowReason

DAY: Final = timedelta(days=1)
WEAKNESS: Final = {grade: number for number, grade in enumerate(Grade)}
REASONS: Final = {
    Grade.THERAPEUTIC: DayReason.ENTERED,
    Grade.COMMUNICATION: DayReason.ONLY_MESSAGES,
    Grade.ACCESS: DayReason.NOTHING_ENTERED,
    Grade.INFERRED: DayReason.INFERRED,
}


@dataclass(frozen=True, slots=True)
class Day:
    """One local day of a patient on which there was any evidence at all."""

    day: date
    grade: Grade

    @property
    def counted(self) -> bool:
        return self.grade is Grade.THERAPEUTIC

    @property
    def reason(self) -> DayReason:
        return REASONS[self.grade]


@dataclass(frozen=True, slots=True)
class Episode:
    """The monitoring of a patient, from the first counted day on; it has no end."""

    starts_on: date | None
    reached_on: date | None
    """The day that supports the set-up code, by the rules of that day."""
    code: str | None
    reason: EpisodeReason


@dataclass(frozen=True, slots=True)
class Window:
    """Thirty days, the first and the last included, and the distinct counted days in them."""

    starts_on: date
    ends_on: date
    days: int
    code: str | None
    reason: WindowReason


@dataclass(frozen=True, slots=True)
class Spent:
    """Management time; all of it belongs to the clinic's calendar month in which it began."""

    month: date
    seconds: int
    live_contact: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month of management time; ``month`` is its first day."""

    month: date
    seconds: int
    live_contacts: int
    codes: tuple[str, ...]
    reason: MonthReason


def grade_workout(*, inferred: bool, entered: bool) -> Grade:
    """What a completed workout is worth; ``entered``: at least one value, rating or note is the patient's."""
    if inferred:
        return Grade.INFERRED
    return Grade.THERAPEUTIC if entered else Grade.ACCESS


def grade_answer(*, has_data: bool) -> Grade:
    """What a recorded answer is worth; ``has_data``: it has a rating or a note in it."""
    return Grade.THERAPEUTIC if has_data else Grade.ACCESS


def graded(evidence: Iterable[tuple[date, Grade]]) -> list[Day]:
    """Every day with evidence once, by its strongest piece, the earliest day first."""
    best: dict[date, Grade] = {}
    for day, grade in evidence:
        if day not in best or WEAKNESS[grade] < WEAKNESS[best[day]]:
            best[day] = grade
    return [Day(day, best[day]) for day in sorted(best)]


def windows(days: Iterable[Day], *, through: date) -> list[Window]:
    """
    The windows from the first counted day on, up to the one ``through`` is in, the earliest first.

    Each is followed by the next without a gap, and carries nothing over. Windows with counted days
    after ``through`` are there too. A window that is still open says what it would say if nothing came.
    """
    counted = [day.day for day in days if day.counted]
    if not counted:
        return []
    first = counted[0]
    tally = [0] * (_window_number(first, max(through, counted[-1])) + 1)
    for day in counted:
        tally[_window_number(first, day)] += 1
    return [_window(first + number * WINDOW_DAYS * DAY, found) for number, found in enumerate(tally)]


def episode(days: Iterable[Day]) -> Episode:
    """
    Where the set-up code stands: once, when one window has enough days by the rules of the day that fills it.

    An episode is everything from the first counted day on.
    """
    counted = [day.day for day in days if day.counted]
    found: dict[int, int] = {}
    for day in counted:
        number = _window_number(counted[0], day)
        found[number] = found.get(number, 0) + 1
        rules = in_force(day)
        if rules is not None and found[number] >= rules.setup.least:
            return Episode(counted[0], day, rules.setup.code, EpisodeReason.REACHED)
    if not counted:
        return Episode(None, None, None, EpisodeReason.NO_DATA)
    return Episode(counted[0], None, None, EpisodeReason.TOO_FEW_DAYS)


def month_of(instant: datetime, zone: ZoneInfo) -> date:
    """The first day of the calendar month an instant is in, in a clinic's zone."""
    return instant.astimezone(zone).date().replace(day=1)


def last_of(month: date) -> date:
    """
    >>> last_of(date(2024, 2, 1))
    datetime.date(2024, 2, 29)
    """
    return (month.replace(day=1) + 31 * DAY).replace(day=1) - DAY


def management(month: date, spent: Iterable[Spent]) -> Month:
    """The codes a month's management time supports; seconds are summed whole and never rounded up."""
    own = [one for one in spent if one.month == month]
    seconds = sum(one.seconds for one in own)
    live_contacts = sum(one.live_contact for one in own)
    codes, reason = _time_codes(in_force(last_of(month)), seconds=seconds, live_contacts=live_contacts)
    return Month(month, seconds, live_contacts, codes, reason)


def _window_number(first: date, day: date) -> int:
    return (day - first).days // WINDOW_DAYS


def _window(starts_on: date, days: int) -> Window:
    ends_on = starts_on + (WINDOW_DAYS - 1) * DAY
    rules = in_force(ends_on)
    if rules is None:
        return Window(starts_on, ends_on, days, None, WindowReason.NO_RULES)
    code = next((band.code for band in rules.supply if band.least <= days <= band.most), None)
    return Window(starts_on, ends_on, days, code, WindowReason.REACHED if code else WindowReason.TOO_FEW_DAYS)


def _time_codes(rules: RuleSet | None, *, seconds: int, live_contacts: int) -> tuple[tuple[str, ...], MonthReason]:
    codes: Sequence[str]
    if rules is None:
        return (), MonthReason.NO_RULES
    if seconds >= rules.first.seconds:
        further = (seconds - rules.first.seconds) // rules.further.seconds
        codes = [rules.first.code, *[rules.further.code] * further]
    elif rules.short is not None and seconds >= rules.short.seconds:
        codes = [rules.short.code]
    else:
        return (), MonthReason.TOO_SHORT if seconds else MonthReason.NO_TIME
    if live_contacts < rules.live_contacts:
        return (), MonthReason.NO_LIVE_CONTACT
    return tuple(codes), MonthReason.REACHED
