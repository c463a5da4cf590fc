"""A patient's streaks, read: the stored row where it can be trusted, the workouts where it cannot."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import date, datetime

from django.db.models import Q

from accounts.flags import INFERRED_VISITS_KEEP_STREAKS
from accounts.models import User
from accounts.queries import features_of
from okta.clock import local_date
from workouts.models import Streak, Workout
from workouts.states import Status
from workouts.streaks import StreakState, Tally, settle, tally

TALLY = tuple(field.name for field in fields(Tally))


def streak_of(*, patient: User, now: datetime) -> StreakState:
    """
    A patient's streaks on their local day at ``now``.

    Nothing is written. Where there is no row yet, or the clinic has changed its mind about inferred
    visits since it was written, the workouts are read instead.
    """
    counts_inferred = inferred_visits_count([patient])
    row = Streak.objects.filter(patient=patient).first()
    standing = as_stored(row) if row and row.counts_inferred == counts_inferred[patient.pk] else None
    if standing is None:
        standing = replayed(counts_inferred)[patient.pk]
    return settle(standing, today=local_date(now, patient.zone))


def inferred_visits_count(patients: Collection[User]) -> dict[int, bool]:
    """For each of the patients, whether their clinic lets inferred visits keep streaks; in one query."""
    features = features_of(patient.tenant_id for patient in patients)
    return {patient.pk: features[patient.tenant_id][INFERRED_VISITS_KEEP_STREAKS.key] for patient in patients}


def replayed(counts_inferred: Mapping[int, bool]) -> dict[int, Tally]:
    """
    What the workouts of each of these patients say, in one query.

    An inferred workout counts as a day without minutes, if at all (``counts_inferred``, by patient);
    one that a real workout replaced never does.
    """
    histories: dict[int, list[tuple[date, int | None]]] = {patient_id: [] for patient_id in counts_inferred}
    standing = Q(completed_via_app_entrance=False) | Q(superseded_at__isnull=True)
    rows = Workout.objects.filter(standing, patient__any_of=histories, status=Status.COMPLETED)
    columns = ("patient", "completed_on", "duration_minutes", "completed_via_app_entrance")
    for patient_id, day, minutes, inferred in rows.order_by().values_list(*columns):
        if day is not None and (counts_inferred[patient_id] or not inferred):
            histories[patient_id].append((day, 0 if inferred else minutes))
    return {patient_id: tally(days) for patient_id, days in histories.items()}


def as_stored(row: Streak) -> Tally:
    """What a row keeps, for the rules."""
    kept = {name: getattr(row, name) for name in TALLY}
    return Tally(**kept | {"week_days": tuple(row.week_days)})
