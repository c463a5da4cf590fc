"""How times are said: in the reader's zone, beside the recipient's where the two differ."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from console.rules import same_clock
from okta.clock import local_date


def day_and_time(instant: datetime, *, now: datetime, zone: ZoneInfo) -> str:
    """
    The instant as people in ``zone`` say it now.

    >>> from datetime import UTC
    >>> noon = datetime(2026, 4, 8, 12, tzinfo=UTC)
    >>> day_and_time(noon + timedelta(hours=21), now=noon, zone=ZoneInfo("Europe/Berlin"))
    'tomorrow 11:00'
    """
    local, today = instant.astimezone(zone), local_date(now, zone)
    clock = date_format(local, "G:i")
    if local.date() == today:
        return _("today %(time)s") % {"time": clock}
    if local.date() == today + timedelta(days=1):
        return _("tomorrow %(time)s") % {"time": clock}
    day = date_format(local, "D j E" if local.year == today.year else "D j E Y")
    return _("%(day)s, %(time)s") % {"day": day, "time": clock}


def in_both(instant: datetime, *, now: datetime, theirs: ZoneInfo, yours: ZoneInfo) -> str:
    """The instant in the recipient's zone, and in the reader's if the clock there shows another time."""
    said = day_and_time(instant, now=now, zone=theirs)
    if same_clock(instant, theirs, yours):
        return said
    return _("%(said)s (%(place)s), for you %(yours)s (%(your_place)s)") % {
        "said": said,
        "place": place(theirs),
        "yours": day_and_time(instant, now=now, zone=yours),
        "your_place": place(yours),
    }


def place(zone: ZoneInfo) -> str:
    """
    What people call a zone.

    >>> place(ZoneInfo("America/New_York"))
    'New York'
    """
    return zone.key.rsplit("/", 1)[-1].replace("_", " ")


def badge(upcoming: datetime | None, *, more: int, now: datetime, zone: ZoneInfo) -> str:
    """
    What the blue badge of a conversation says: the next follow-up, and how many come after it.

    Without ``upcoming`` the badge stands for itself: the mobile client set it and never took it away.
    """
    if upcoming is None:
        return _("Follow-up")
    when = day_and_time(upcoming, now=now, zone=zone) if upcoming > now else _("due now")
    said = _("Follow-up %(when)s") % {"when": when}
    return f"{said} +{more}" if more else said
