"""What has failed: how much of each kind waits for somebody, and the last of all kinds, each with its way there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from console.status import words
from console.status.queries import Failure
from console.words import day_and_time
from followups.measures import Measures
from followups.words import failure_in_words


@dataclass(frozen=True, slots=True)
class Unsettled:
    """How much of a kind has failed; more, perhaps, than is among the last failures. ``link`` leads to all of it."""

    key: str
    value: str
    trouble: str
    link: str


@dataclass(frozen=True, slots=True)
class Told:
    """A failure in words, and where it is settled."""

    key: str
    what: str
    when: str
    at: datetime
    reason: str
    clinic: str
    link: str


def unsettled(measured: Measures, given_up: Mapping[str, int]) -> list[Unsettled]:
    """
    The kinds of which something has failed, follow-ups first.

    Those ask for somebody for a day; feedback for as long as it does not get through, and what was given up of
    pushes is of the last day alone.
    """
    found = {"followups_followuprequest": measured.failed, **given_up}
    calm = {"followups_followuprequest"} if not measured.failed_last_day else set()
    return [
        Unsettled(
            key=page,
            value=said % found[page],
            trouble="" if page in calm else _("needs attention"),
            link=f"{reverse(f'admin:{page}_changelist')}?{words.LISTED[page]}",
        )
        for page, said in words.UNSETTLED.items()
        if found[page]
    ]


def told(failures: Sequence[Failure], *, now: datetime, reader: User, whose: bool) -> list[Told]:
    """The failures in words, in their order; ``whose`` tells their clinics too."""
    return [_told(failure, now=now, reader=reader, whose=whose) for failure in failures]


def _told(failure: Failure, *, now: datetime, reader: User, whose: bool) -> Told:
    return Told(
        key=f"{failure.page}-{failure.pk}",
        what=str(words.FAILED[failure.page]),
        when=day_and_time(failure.at, now=now, zone=reader.zone),
        at=failure.at,
        reason=failure_in_words(failure.reason),
        clinic=(failure.clinic or _("no clinic yet")) if whose else "",
        link=reverse(f"admin:{failure.page}_change", args=[failure.pk]),
    )
