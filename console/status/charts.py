"""A day of tries as bars, one an hour, in one sentence, and hour by hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from followups.measures import Tries
from followups.status import rate

HEIGHT: Final = 100
STEP: Final = 10
WIDTH: Final = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """
    In the units of the drawing; whole numbers, because a template writes fractions in the reader's language.

    What succeeded stands on the ground, what did not on top of it.
    """

    x: int
    succeeded: int
    succeeded_y: int
    failed: int
    failed_y: int


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour in words."""

    period: str
    tries: int
    succeeded: int


@dataclass(frozen=True, slots=True)
class Chart:
    """``name`` is for the page's own use; ``hours`` has the last hour first."""

    name: str
    title: str
    said: str
    trouble: str
    most: str
    bars: Sequence[Bar]
    hours: Sequence[Hour]


def chart(name: str, title: str, hours: Sequence[Tries], *, trouble: str, now: datetime) -> Chart:
    """The chart of these hours, the oldest first, of which the last ends ``now``, in the zone of ``now``."""
    day = Tries(sum(hour.number for hour in hours), sum(hour.succeeded for hour in hours))
    most = max(hour.number for hour in hours)
    told = [Hour(_period(now, past), hour.number, hour.succeeded) for past, hour in enumerate(reversed(hours))]
    tallest = _("most in an hour: %d") % most if most else ""
    return Chart(name, title, rate(day), trouble, tallest, bars(hours), told)


def bars(hours: Sequence[Tries]) -> list[Bar]:
    """
    A bar for each hour, the highest as high as the drawing; what there is can be seen, however little.

    >>> bars([Tries(4, 3), Tries(0, 0), Tries(2, 2)])[0]
    Bar(x=1, succeeded=75, succeeded_y=25, failed=25, failed_y=0)
    """
    most = max(hour.number for hour in hours)
    return [_bar(position, hour, most) for position, hour in enumerate(hours)]


def _bar(position: int, hour: Tries, most: int) -> Bar:
    failed = _high(hour.number - hour.succeeded, most)
    succeeded = min(_high(hour.succeeded, most), HEIGHT - failed)
    return Bar(
        x=position * STEP + (STEP - WIDTH) // 2,
        succeeded=succeeded,
        succeeded_y=HEIGHT - succeeded,
        failed=failed,
        failed_y=HEIGHT - succeeded - failed,
    )


def _high(number: int, most: int) -> int:
    return max(2, round(number * HEIGHT / most)) if number else 0


def _period(now: datetime, past: int) -> str:
    """The hour that ended so many hours before ``now``, from what the clock showed to what it showed then."""
    return f"{date_format(_before(now, past + 1), 'G:i')} – {date_format(_before(now, past), 'G:i')}"


def _before(now: datetime, hours: int) -> datetime:
    # Subtracting from a zoned instant turns the hands back, as if they had never been put forward or back.
    return (now.astimezone(UTC) - timedelta(hours=hours)).astimezone(now.tzinfo)
