"""The sections of today's page, the most urgent first: what is in each, how it is counted, and what it means."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from console.countdown import Countdown
from console.reader import Reader
from console.today.lines import feedback_lines, follow_up_lines, note_lines
from console.today.missed import missed_lines
from console.today.queries import (
    by_patient,
    days_not_trained,
    failed_follow_ups,
    feedback_to_read,
    notes_on_their_way,
)
from okta.clock import local_date

SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Kind:
    """
    One sort of things that need somebody.

    ``hint`` says what is meant to a doctor, ``clinic_hint`` to whoever reads of the whole clinic.
    """

    key: str
    title: Any
    hint: Any
    clinic_hint: Any
    none: Any
    counted: Any
    find: Callable[[Reader, datetime], QuerySet[Any, Any]]
    say: Callable[..., Sequence[Any]]

    @property
    def template(self) -> str:
        return f"console/today/{self.key}.html"

    def meaning(self, reader: Reader) -> str:
        return str(self.hint if reader.is_doctor else self.clinic_hint)


@dataclass(frozen=True, slots=True)
class Section:
    """What there is of a kind: all of it counted, the first of it in words."""

    key: str
    title: str
    hint: str
    none: str
    template: str
    count: int
    counted: str
    lines: Sequence[Any]
    more: str


KINDS: Final = (
    Kind(
        key="feedback",
        title=gettext_lazy("Feedback to read"),
        hint=gettext_lazy("What your patients reported and you have not read yet, high pain first."),
        clinic_hint=gettext_lazy("Reported in the last 14 days and read by no connected doctor yet, high pain first."),
        none=gettext_lazy("Everything has been read."),
        counted=ngettext_lazy("%d message", "%d messages"),
        find=lambda reader, now: feedback_to_read(reader, now=now),
        say=feedback_lines,
    ),
    Kind(
        key="follow-ups",
        title=gettext_lazy("Failed follow-ups"),
        hint=gettext_lazy("They did not reach your patient: try again, or deliver them in the app only."),
        clinic_hint=gettext_lazy("They did not reach the patient: try again, or deliver them in the app only."),
        none=gettext_lazy("No follow-up has failed."),
        counted=ngettext_lazy("%d follow-up", "%d follow-ups"),
        find=lambda reader, now: failed_follow_ups(reader),
        say=follow_up_lines,
    ),
    Kind(
        key="notes",
        title=gettext_lazy("Notes on their way"),
        hint=gettext_lazy("Your notes wait for a few quiet minutes, so that a patient gets all of them at once."),
        clinic_hint=gettext_lazy("What therapists have written and patients do not have yet."),
        none=gettext_lazy("No notes are waiting to be sent."),
        counted=ngettext_lazy("%d session", "%d sessions"),
        find=lambda reader, now: notes_on_their_way(reader),
        say=note_lines,
    ),
    Kind(
        key="missed",
        title=gettext_lazy("Opened the app, did not train"),
        hint=gettext_lazy("On one of the last 7 days; no workout of that day was reported."),
        clinic_hint=gettext_lazy("On one of the last 7 days; no workout of that day was reported."),
        none=gettext_lazy("Nobody in the last 7 days."),
        counted=ngettext_lazy("%d patient", "%d patients"),
        find=lambda reader, now: by_patient(days_not_trained(reader, today=local_date(now, reader.person.zone))),
        say=missed_lines,
    ),
)


def kind_called(key: str) -> Kind | None:
    """The kind that an address names; None when it names none."""
    return next((kind for kind in KINDS if kind.key == key), None)


def sections(reader: Reader, *, now: datetime) -> list[Section]:
    """Everything that needs the reader."""
    return [_section(kind, reader, now) for kind in KINDS]


def countdowns(found: Sequence[Section]) -> list[Countdown]:
    """The clocks in the lines of these sections."""
    clocks = (getattr(line, "countdown", None) for section in found for line in section.lines)
    return [clock for clock in clocks if clock is not None]


def _section(kind: Kind, reader: Reader, now: datetime) -> Section:
    rows = kind.find(reader, now)
    count = rows.count()
    lines = kind.say(reader, list(rows[:SHOWN]), now=now)
    hidden = count - len(lines)
    return Section(
        key=kind.key,
        title=str(kind.title),
        hint=kind.meaning(reader),
        none=str(kind.none),
        template=kind.template,
        count=count,
        counted=kind.counted % count,
        lines=lines,
        more=ngettext("and %d more", "and %d more", hidden) % hidden if hidden > 0 else "",
    )
