"""Which sessions the table shows, each with its exercises: two queries however many there are."""

from typing import Final

from django.db.models import Q, QuerySet

from accounts.models import User
from console.reader import Reader
from console.searching import words_in
from console.sessions.states import Kind
from feedback.queries import flagged
from workouts.models import Workout
from workouts.queries import with_exercises
from workouts.states import Status

IN_ORDER: Final = {
    Kind.DONE: ("-completed_at", "-pk"),
    Kind.REAL: ("-completed_at", "-pk"),
    Kind.INFERRED: ("-completed_at", "-pk"),
    # What comes next is asked for, and what was never done stands before it.
    Kind.PLANNED: ("date_scheduled", "pk"),
}


def sessions_of(
    reader: Reader, *, kind: Kind, only_flagged: bool, patient: User | None, name: str
) -> QuerySet[Workout]:
    """The sessions of this kind: of one patient, or of patients whose names hold every word of ``name``."""
    status = Status.PLANNED if kind == Kind.PLANNED else Status.COMPLETED
    rows = reader.workouts().filter(status=status)
    if kind in (Kind.REAL, Kind.INFERRED):
        rows = rows.filter(completed_via_app_entrance=kind == Kind.INFERRED)
    if only_flagged:
        rows = flagged(rows)
    if patient is not None:
        rows = rows.filter(patient=patient)
    return with_exercises(_called(name, rows)).order_by(*IN_ORDER[kind])


def _called(name: str, rows: QuerySet[Workout]) -> QuerySet[Workout]:
    for word in words_in(name):
        rows = rows.filter(Q(patient__first_name__icontains=word) | Q(patient__last_name__icontains=word))
    return rows
