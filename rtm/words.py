"""A proposal in words, for whoever has to decide about it."""

from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rtm.proposals import Proposal
from rtm.rules import Day
from rtm.states import Grade, MonthReason, WindowReason

NO_CODE = "–"


def in_words(proposed: Proposal) -> list[str]:
    """What a month is certified as, or would be: its time, the windows that end in it, the set-up, its days."""
    return [_time(proposed), *_windows(proposed), *_setup(proposed), _days(proposed)]


def codes_of(proposed: Proposal) -> list[str]:
    """
    Every code of a proposal, in the order of their numbers.

    >>> codes_of({"setup": None, "windows": [{"code": "98985"}, {"code": None}], "codes": ["98980", "98981"]})
    ['98980', '98981', '98985']
    """
    windows = [window["code"] for window in proposed["windows"]]
    return sorted(code for code in [proposed["setup"], *windows, *proposed["codes"]] if code)


def _time(proposed: Proposal) -> str:
    contacts = ngettext("%d live contact", "%d live contacts", proposed["liveContacts"]) % proposed["liveContacts"]
    return _("Management time %(time)s, %(contacts)s → %(codes)s: %(reason)s") % {
        "time": timedelta(seconds=proposed["seconds"]),
        "contacts": contacts,
        "codes": " + ".join(proposed["codes"]) or NO_CODE,
        "reason": MonthReason(proposed["reason"]).label,
    }


def _windows(proposed: Proposal) -> list[str]:
    return [
        _("Window %(first)s – %(last)s, %(days)s → %(code)s: %(reason)s")
        % {
            "first": date_format(date.fromisoformat(window["startsOn"])),
            "last": date_format(date.fromisoformat(window["endsOn"])),
            "days": ngettext("%d day of data", "%d days of data", window["days"]) % window["days"],
            "code": window["code"] or NO_CODE,
            "reason": WindowReason(window["reason"]).label,
        }
        for window in proposed["windows"]
    ]


def _setup(proposed: Proposal) -> list[str]:
    return [_("Set-up, once per episode → %s") % proposed["setup"]] if proposed["setup"] else []


def _days(proposed: Proposal) -> str:
    days = [Day(date.fromisoformat(row["date"]), Grade(row["grade"])) for row in proposed["days"]]
    counted = sum(day.counted for day in days)
    return _("Days of this month that count: %(counted)d; that do not: %(rest)d") % {
        "counted": counted,
        "rest": len(days) - counted,
    }
