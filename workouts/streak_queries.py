"""A patient's streaks, read: the stored row where it can be trusted, the workouts where it cannot."""

from dataclasses import fields
from datetime import date, datetime

from django.db.models import Q

from accounts.flags import INFERRED_VISITS_KEEP_STREAKS
from accounts.models import User
from accounts.queries import feature_on
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
    counts_inferred = inferred_visits_count(patient)
    row = Streak.objects.filter(patient=patient).first()
    standing = as_stored(row) if row and row.counts_inferred == counts_inferred else None
    if standing is None:
        standing = tally(counted_days(patient, counts_inferred=counts_inferred))
    return settle(standing, today=local_date(now, patient.zone))


def inferred_visits_count(patient: User) -> bool:
    """Whether the patient's clinic lets inferred visits keep streaks."""
    return feature_on(patient.tenant_id, INFERRED_VISITS_KEEP_STREAKS)


def counted_days(patient: User, *, counts_inferred: bool) -> list[tuple[date, int | None]]:
    """
    The local day and the minutes of every workout that counts for streaks, in one query, by day.

    An inferred workout counts as a day without minutes, if at all; one that a real workout replaced
    never does.
    """
    counted = Q(completed_via_app_entrance=False)
    if counts_inferred:
        counted |= Q(superseded_at__isnull=True)
    rows = Workout.objects.filter(counted, patient=patient, status=Status.COMPLETED, completed_on__isnull=False)
    days = rows.order_by("completed_on").values_list("completed_on", "duration_minutes", "completed_via_app_entrance")
    return [(day, 0 if inferred else minutes) for day, minutes, inferred in days if day is not None]


def as_stored(row: Streak) -> Tally:
    """What a row keeps, for the rules."""
    kept = {name: getattr(row, name) for name in TALLY}
    return Tally(**kept | {"week_days": tuple(row.week_days)})
