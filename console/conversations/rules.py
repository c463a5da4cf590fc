"""Pure decisions about when to follow up: the times on offer, and what a clock on the wall means."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from console.conversations.states import When

MORNING: Final = time(9)
FARTHEST: Final = timedelta(days=366)
"""How far ahead a time can be chosen: whoever types a later one has mistyped the year."""
WAITS: Final = {When.IN_1_HOUR: timedelta(hours=1), When.IN_4_HOURS: timedelta(hours=4)}
DAYS: Final = {When.TOMORROW: 1, When.IN_2_DAYS: 2}
MINUTE: Final = timedelta(minutes=1)


class NoSuchTime(Exception):
    """The clocks are put forward over this time: it is on no clock that day."""


class Passed(Exception):
    """This time has passed."""


class TooFar(Exception):
    """This time is farther ahead than anybody plans."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """An instant chosen by the clock; ``twice`` when the clock shows it twice that day, and this is the earlier."""

    instant: datetime
    twice: bool


def offered(when: When, *, now: datetime, zone: ZoneInfo, shown: datetime | None = None) -> datetime:
    """
    The instant that a button stands for, in UTC and whole minutes.

    Hours are counted from now, to the next full minute: two clicks in one minute mean the same
    instant. Days are counted on the calendar of ``zone``, the recipient's: "tomorrow" is theirs, and
    "in 2 days" is the same time by their clock, an hour later where their clocks skip it. They are
    counted from when the button was ``shown``: it names its day, and means it after midnight too.

    :raises Passed: when the button was shown so long ago that its time has come.
    """
    if when in WAITS:
        return _full_minute(now) + WAITS[when]
    start = min(shown or now, now)
    # The last minute of a day is its own: only a time of that day is counted in full minutes.
    local = (start if when == When.TOMORROW else _full_minute(start)).astimezone(zone)
    clock = MORNING if when == When.TOMORROW else local.time()
    instant = _by_the_clock(datetime.combine(local.date() + timedelta(days=DAYS[when]), clock), zone)
    if instant <= now:
        raise Passed
    return instant


def chosen(local: datetime, *, now: datetime, zone: ZoneInfo) -> Chosen:
    """
    The instant at which a clock in ``zone`` shows ``local``; the earlier where it does so twice.

    :raises NoSuchTime: when it never does.
    :raises Passed: when it has.
    :raises TooFar: when it will in more than ``FARTHEST``.
    """
    # By the days first: instants of the years 1 and 9999 cannot be told in another zone.
    here = now.astimezone(zone).replace(tzinfo=None)
    if local < here - timedelta(days=1):
        raise Passed
    if local > here + FARTHEST:
        raise TooFar
    instant = _by_the_clock(local, zone)
    if instant.astimezone(zone).replace(tzinfo=None) != local:
        raise NoSuchTime
    if instant <= now:
        raise Passed
    return Chosen(instant, twice=instant != local.replace(tzinfo=zone, fold=1).astimezone(UTC))


def _by_the_clock(local: datetime, zone: ZoneInfo) -> datetime:
    # With fold 0 a time that comes twice is the earlier, and one that is skipped is as much later.
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _full_minute(instant: datetime) -> datetime:
    whole = instant.astimezone(UTC).replace(second=0, microsecond=0)
    return whole if whole == instant else whole + MINUTE
