"""Reads: a patient's evidence from its sources and from the cache, the time spent, what is certified."""

from collections.abc import Collection, Iterable, Sequence
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
    return time_spent_on([patient])[patient.pk]


def time_spent_on(patients: Collection[User]) -> dict[int, list[Spent]]:
    """The same of many patients, in one query."""
    zones = {patient.pk: clinic_zone(patient) for patient in patients}
    spent: dict[int, list[Spent]] = {patient_id: [] for patient_id in zones}
    rows = TimeEntry.objects.filter(patient__any_of=zones).values_list(
        "patient", "started_at", "seconds", "live_contact"
    )
    for patient_id, started_at, seconds, live_contact in rows:
        spent[patient_id].append(Spent(month_of(started_at, zones[patient_id]), seconds, live_contact))
    return spent


def evidence(patient: User) -> list[Day]:
    """A patient's days of evidence, read from the workouts and the recorded answers."""
    return evidence_of([patient.pk])[patient.pk]


def evidence_of(patient_ids: Collection[int], *, on: Collection[date] | None = None) -> dict[int, list[Day]]:
    """
    The same of many patients, on some days or on all of them, in two queries.

    An inferred workout that a real one has replaced is no evidence of anything.
    """
    entered = Exists(ExerciseInWorkout.objects.filter(ENTERED, workout=OuterRef("pk")))
    workouts = Workout.objects.filter(patient__any_of=patient_ids, status=Status.COMPLETED, superseded_at__isnull=True)
    answers = RecordedAnswer.objects.filter(patient__any_of=patient_ids)
    if on is not None:
        workouts, answers = workouts.filter(completed_on__any_of=on), answers.filter(day__any_of=on)
    found: dict[int, list[tuple[date, Grade]]] = {patient_id: [] for patient_id in patient_ids}
    done = workouts.values_list("patient", "completed_on", "completed_via_app_entrance", entered)
    for patient_id, day, inferred, said in done:
        if day is not None:
            found[patient_id].append((day, grade_workout(inferred=inferred, entered=said)))
    for patient_id, day, has_data in answers.values_list("patient", "day", "has_data"):
        found[patient_id].append((day, grade_answer(has_data=has_data)))
    return {patient_id: graded(pieces) for patient_id, pieces in found.items()}


def cached_evidence(patient: User) -> list[Day]:
    """The same, as it was last recalculated."""
    return cached_evidence_of([patient.pk])[patient.pk]


def cached_evidence_of(patient_ids: Collection[int], *, on: Collection[date] | None = None) -> dict[int, list[Day]]:
    """The same of many patients, on some days or on all of them, in one query."""
    rows = EvidenceDay.objects.filter(patient__any_of=patient_ids).order_by("day")
    kept: dict[int, list[Day]] = {patient_id: [] for patient_id in patient_ids}
    for patient_id, day, grade in (rows if on is None else rows.filter(day__any_of=on)).values_list(
        "patient", "day", "grade"
    ):
        kept[patient_id].append(Day(day, Grade(grade)))
    return kept


def without_cached_evidence(patient_ids: Iterable[int]) -> set[int]:
    """Those of the patients of whom nothing is kept."""
    kept = EvidenceDay.objects.filter(patient=OuterRef("pk"))
    return set(User.objects.filter(~Exists(kept), pk__any_of=patient_ids).values_list("pk", flat=True))
