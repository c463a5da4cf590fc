"""
How long until something happens by itself: told by the database's clock, counted down by the page.

``console/static/console/countdown.js`` counts, and asks the server when it is over. A page that shows the rest
already is told how long is left and nothing else.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.http import HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event


@dataclass(frozen=True, slots=True)
class Countdown:
    """
    A clock of a page, known there by its ``key``.

    ``left`` was left on the database's clock when it was looked at: the one of the browser may be wrong. It tells
    no two countdowns apart, for it goes on by itself.
    """

    key: int
    left: timedelta = field(repr=False, compare=False)

    @property
    def is_over(self) -> bool:
        return self.left <= timedelta(0)

    @property
    def clock(self) -> SafeString:
        """Screen readers do not read out a timer that ticks."""
        template = '<span role="timer" class="okta-left" data-okta-clock="{}" data-okta-left="{}">{}</span>'
        return format_html(template, self.key, f"{self.left.total_seconds():.3f}", clock_of(self.left))

    @property
    def words(self) -> SafeString:
        return format_html(_("in {}"), self.clock)


def only_what_is_left(countdowns: Iterable[Countdown]) -> HttpResponse:
    """The answer to a page that asks and knows everything else: how many seconds each of its clocks has left."""
    left = {str(countdown.key): countdown.left.total_seconds() for countdown in countdowns}
    return trigger_client_event(HttpResponse(status=204), "okta-left", left)


def whole_seconds(left: timedelta) -> int:
    """Begun seconds count: a clock shows nothing left when nothing is."""
    return max(0, math.ceil(left.total_seconds()))


def clock_of(left: timedelta) -> str:
    """
    How a clock shows what is left.

    >>> clock_of(timedelta(seconds=251.2)), clock_of(timedelta(hours=1, seconds=5))
    ('4:12', '1:00:05')
    """
    minutes, seconds = divmod(whole_seconds(left), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
