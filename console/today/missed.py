"""Who opened the app and did not train, patient by patient, and what they said about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.clinic_admin import badge
from accounts.models import User
from console.reader import Reader
from console.today.lines import SHORT
from console.today.queries import days_not_trained
from console.words import short_day
from entrances.models import AppEntrance
from entrances.states import Answer
from okta.clock import local_date
from workouts.words import felt_badges, note


@dataclass(frozen=True, slots=True)
class Missed:
    """One patient of the last seven days."""

    pk: int
    who: str
    days: str
    badges: list[Any]
    words: Any
    sessions_page: str
    thread_page: str


def missed_lines(reader: Reader, found: Sequence[Mapping[str, Any]], *, now: datetime) -> list[Missed]:
    """The patients in ``found``, in its order, in three queries however many they are."""
    keys = [row["patient"] for row in found]
    today = local_date(now, reader.person.zone)
    people = User.objects.in_bulk(keys)
    answers = _answers(days_not_trained(reader, today=today).filter(patient__in=keys))
    threads = _threads(reader, keys)
    return [
        _missed(people[row["patient"]], row, answers.get(row["patient"]), threads.get(row["patient"]), today)
        for row in found
    ]


def _answers(days: QuerySet[AppEntrance]) -> dict[int, AppEntrance]:
    """The last day of each patient about which they answered."""
    return {day.patient_id: day for day in days.exclude(answer="").order_by("local_date")}


def _threads(reader: Reader, patients: Sequence[int]) -> dict[int | None, UUID]:
    """The conversation about each patient in which something was said last."""
    rows = reader.conversations().filter(patient__in=patients).order_by("last_activity_at", "pk")
    return dict(rows.values_list("patient", "pk"))


def _missed(
    patient: User, row: Mapping[str, Any], said: AppEntrance | None, thread: UUID | None, today: date
) -> Missed:
    count, last = row["days"], short_day(row["last_day"], today=today)
    days = ngettext("On %(count)d day: %(last)s", "On %(count)d days, the last was %(last)s", count)
    return Missed(
        pk=patient.pk,
        who=patient.name,
        days=days % {"count": count, "last": last},
        badges=_badges(said, today) if said is not None else [],
        words=_words(said) if said is not None else "",
        sessions_page=f"{reverse('console:sessions')}?patient={patient.pk}",
        thread_page=reverse("console:conversation", args=[thread]) if thread is not None else "",
    )


def _badges(said: AppEntrance, today: date) -> list[Any]:
    day = short_day(said.local_date, today=today)
    answer = badge(_("%(day)s: “%(answer)s”") % {"day": day, "answer": Answer(said.answer).label})
    return [answer, *felt_badges(said.answer_pain)]


def _words(said: AppEntrance) -> Any:
    text = Truncator(said.answer_note).chars(SHORT)
    return note(text, by=_("Patient"), kind="patient") if text else ""
