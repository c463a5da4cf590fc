"""
How long until something happens by itself: told by the database's clock, counted down by the page.

The page says where the clock of the database stood when it was asked, so that a wrong clock in the
browser changes nothing; ``console/static/console/countdown.js`` counts from there, and says when it is over.
"""

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Countdown:
    """``due`` is the instant; ``clock``, which tells no two countdowns apart, when it was looked at."""

    due: datetime
    clock: datetime = field(repr=False, compare=False)

    @property
    def is_over(self) -> bool:
        return self.due <= self.clock

    @property
    def due_at(self) -> str:
        return _instant(self.due)

    @property
    def told_at(self) -> str:
        return _instant(self.clock)

    def __str__(self) -> SafeString:
        return format_html(_("in {}"), format_html("<span data-okta-left>{}</span>", clock_of(self.due - self.clock)))


def whole_seconds(left: timedelta | None) -> int:
    """Begun seconds count: a clock shows nothing left when nothing is."""
    return max(0, math.ceil(left.total_seconds())) if left is not None else 0


def clock_of(left: timedelta | None) -> str:
    """
    How a clock shows what is left.

    >>> clock_of(timedelta(seconds=251.2)), clock_of(timedelta(hours=1, seconds=5))
    ('4:12', '1:00:05')
    """
    minutes, seconds = divmod(whole_seconds(left), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="milliseconds")
