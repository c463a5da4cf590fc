"""
What a month would be certified as: plain data that can be kept, compared and shown in any language.

A proposal depends on the evidence and the recorded time alone, never on the day it is made: the
same rows always give the same proposal.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from rtm.rules import Day, Spent, episode, last_of, management, windows
from rtm.rulesets import in_force

Proposal = dict[str, Any]


def month_name(month: date) -> str:
    """
    >>> month_name(date(2026, 4, 1))
    '2026-04'
    """
    return f"{month:%Y-%m}"


def proposal(month: date, *, days: Sequence[Day], spent: Iterable[Spent]) -> Proposal:
    """
    Everything that is proposed for a calendar month: its management time, the windows that end in
    it, the set-up if it was reached in it, and its own days of evidence.
    """
    rules = in_force(last_of(month))
    time = management(month, spent)
    setup = episode(days)
    in_month = [day for day in days if day.day.replace(day=1) == month]
    closing = [window for window in windows(days, through=last_of(month)) if window.ends_on.replace(day=1) == month]
    return {
        "month": month_name(month),
        "rules": rules.name if rules else None,
        "seconds": time.seconds,
        "liveContacts": time.live_contacts,
        "codes": list(time.codes),
        "reason": time.reason.value,
        "setup": setup.code if setup.reached_on and setup.reached_on.replace(day=1) == month else None,
        "windows": [
            {
                "startsOn": window.starts_on.isoformat(),
                "endsOn": window.ends_on.isoformat(),
                "days": window.days,
                "code": window.code,
                "reason": window.reason.value,
            }
            for window in closing
        ],
        "days": [{"date": day.day.isoformat(), "grade": day.grade.value} for day in in_month],
    }


def digest(proposed: Proposal) -> str:
    """The same for the same proposal, and for no other."""
    return hashlib.sha256(json.dumps(proposed, sort_keys=True).encode()).hexdigest()
