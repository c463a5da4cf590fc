"""Reads: a patient's evidence from its sources and from the cache, the time spent, what is certified."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from okta.clock import local_date
from rtm.models import CertifiedMonth, EvidenceDay, RecordedAnswer, TimeEntry
from rtm.proposals import Proposal, proposal
from rtm.rules import Day, Episode, Spent, Window, episode, grade_answer, grade_workout, graded, month_of, windows
from rtm.states import Grade
from workouts.models import ExerciseInWorkout, Workout
from workouts.states import Status

ENTERED = (
    Q(actual_sets__isnull=False)
    | Q(actual_reps__isnull=False)
    | Q(actual_duration_seconds__isnull=False)
    | Q(pain__isnull=False)
    | Q(exertion__isnull=False)
    | Q(patient_notes__regex=r"\S")
)
"""The patient has said at least one thing about the exercise."""


@dataclass(frozen=True, slots=True)
class Monitoring:
    """Everything a doctor is shown about a patient's monitoring; lists have the newest first."""

    today: date
    """The patient's."""
    days: Sequence[Day]
    episode: Episode
    windows: Sequence[Window]
    months: Sequence[tuple[Proposal, datetime | None]]
    """What is proposed for each month, or was certified; and since when it is locked."""


def monitoring(*, patient: User, now: datetime) -> Monitoring:
    """A patient's monitoring as it stands; a certified month is as it was certified."""
    today = local_date(now, patient.zone)
    days = cached_evidence(patient)
    return Monitoring(
        today=today,
        days=days[::-1],
        episode=episode(days),
        windows=windows(days, through=today)[::-1],
        months=_months(patient, days, this_month=month_of(now, clinic_zone(patient))),
    )


def _months(patient: User, days: Sequence[Day], *, this_month: date) -> list[tuple[Proposal, datetime | None]]:
    """The months in which anything happened, or a window with data in it ends."""
    spent = time_spent(patient)
    locked = {row.month: row for row in CertifiedMonth.objects.filter(patient=patient)}
    closing = {window.ends_on.replace(day=1) for window in windows(days, through=this_month) if window.days}
    months = {one.month for one in spent} | {day.day.replace(day=1) for day in days} | locked.keys()
    months |= {month for month in closing if month <= this_month}
    return [
        (locked[month].snapshot, locked[month].locked_at)
        if month in locked
        else (proposal(month, days=days, spent=spent), None)
        for month in sorted(months, reverse=True)
    ]


def clinic_zone(patient: User) -> ZoneInfo:
    """The zone of the patient's clinic: calendar months of management time are the clinic's."""
    return ZoneInfo(patient.tenant.timezone if patient.tenant else "UTC")


def time_spent(patient: User) -> list[Spent]:
    """All management time of a patient, each entry in the month it began."""
    zone = clinic_zone(patient)
    rows = TimeEntry.objects.filter(patient=patient).values_list("started_at", "seconds", "live_contact")
    return [Spent(month_of(started_at, zone), seconds, live_contact) for started_at, seconds, live_contact in rows]


def evidence(patient: User) -> list[Day]:
    """
    A patient's days of evidence, read from the workouts and the recorded answers in two queries.

    An inferred workout that a real one has replaced is no evidence of anything.
    """
    entered = Exists(ExerciseInWorkout.objects.filter(ENTERED, workout=OuterRef("pk")))
    workouts = (
        Workout.objects.filter(patient=patient, status=Status.COMPLETED, superseded_at__isnull=True)
        .exclude(completed_on=None)
        .values_list("completed_on", "completed_via_app_entrance", entered)
    )
    found = [(day, grade_workout(inferred=inferred, entered=said)) for day, inferred, said in workouts if day]
    answers = RecordedAnswer.objects.filter(patient=patient).values_list("day", "has_data")
    return graded(found + [(day, grade_answer(has_data=has_data)) for day, has_data in answers])


def cached_evidence(patient: User) -> list[Day]:
    """The same, as it was last recalculated."""
    rows = EvidenceDay.objects.filter(patient=patient).order_by("day").values_list("day", "grade")
    return [Day(day, Grade(grade)) for day, grade in rows]
