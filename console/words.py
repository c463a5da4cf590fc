"""How times are said: in the reader's zone, beside the patient's where the two differ."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

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
    if local.date() == today - timedelta(days=1):
        return _("yesterday %(time)s") % {"time": clock}
    return _("%(day)s, %(time)s") % {"day": short_day(local.date(), today=today), "time": clock}


def short_day(day: date, *, today: date) -> str:
    """
    A day of the calendar, with its year where that is another.

    >>> short_day(date(2026, 4, 7), today=date(2026, 4, 8))
    'Tue 7 April'
    """
    return date_format(day, "D j E" if day.year == today.year else "D j E Y")


def in_both(instant: datetime, *, now: datetime, theirs: ZoneInfo, yours: ZoneInfo) -> str:
    """The instant in the patient's zone, and in the reader's if the clock there shows another time."""
    said = day_and_time(instant, now=now, zone=theirs)
    if same_clock(instant, theirs, yours):
        return said
    return _("%(said)s (%(place)s), for you %(yours)s (%(your_place)s)") % {
        "said": said,
        "place": place(theirs),
        "yours": day_and_time(instant, now=now, zone=yours),
        "your_place": place(yours),
    }


def with_theirs(instant: datetime, *, now: datetime, yours: ZoneInfo, theirs: ZoneInfo) -> str:
    """The instant in the reader's zone, and behind it in the patient's if the clock there shows another time."""
    said = day_and_time(instant, now=now, zone=yours)
    if same_clock(instant, theirs, yours):
        return said
    here, there = instant.astimezone(yours), instant.astimezone(theirs)
    clock = date_format(there, "G:i")
    if there.date() != here.date():
        # Not "yesterday": it would be another day's for each of the two.
        day = short_day(there.date(), today=local_date(now, theirs))
        clock = _("%(day)s, %(time)s") % {"day": day, "time": clock}
    return _("%(said)s (%(theirs)s in %(place)s)") % {"said": said, "theirs": clock, "place": place(theirs)}


def place(zone: ZoneInfo) -> str:
    """
    What people call a zone.

    >>> place(ZoneInfo("America/New_York"))
    'New York'
    """
    return zone.key.rsplit("/", 1)[-1].replace("_", " ")


def same_clock(instant: datetime, one: ZoneInfo, other: ZoneInfo) -> bool:
    """Whether clocks in both zones show the same at ``instant``."""
    return instant.astimezone(one).utcoffset() == instant.astimezone(other).utcoffset()
