"""Reads: what a day tells, and how long a window still is."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import DurationField, Exists, ExpressionWrapper, F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Now

from accounts.flags import APP_ENTRANCE_TRACKING
from accounts.models import User
from accounts.queries import features_of
from entrances.locks import overdue
from entrances.models import AppEntrance
from entrances.rules import Evidence
from entrances.states import Status
from okta.errors import NotFound
from workouts.models import Workout
from workouts.states import Status as WorkoutStatus

REALLY_DONE = Q(status=WorkoutStatus.COMPLETED, completed_via_app_entrance=False)


def entrance_of(*, patient: User, entrance_id: int) -> AppEntrance:
    """
    A patient's own entrance.

    :raises NotFound: when it is anybody else's.
    """
    entrance = AppEntrance.objects.filter(pk=entrance_id, patient=patient).first()
    if entrance is None:
        raise NotFound
    return entrance


def real_workout_on(*, patient_id: int, day: date) -> bool:
    """Whether the patient really completed a workout on that local day."""
    return Workout.objects.filter(REALLY_DONE, patient=patient_id, completed_on=day).exists()


def evidence_of(entrances: Sequence[AppEntrance]) -> dict[int, Evidence]:
    """What the verdicts may look at, by entrance, in two queries; to be read while the patients' rows are held."""
    of_patient = Workout.objects.filter(patient=OuterRef("patient"))
    planned = of_patient.filter(status=WorkoutStatus.PLANNED, date_scheduled=OuterRef("local_date")).order_by("pk")
    # An inferred workout is passed over: a copy of a copy would say nothing about the patient. So is
    # one done after the day, which a late finalization could see.
    done = of_patient.filter(REALLY_DONE, completed_on__lte=OuterRef("local_date")).order_by("-completed_at", "-pk")
    read = AppEntrance.objects.filter(pk__any_of=[entrance.pk for entrance in entrances]).values_list(
        "pk",
        "tenant",
        Exists(of_patient.filter(REALLY_DONE, completed_on=OuterRef("local_date"))),
        Subquery(planned.values("pk")[:1]),
        Subquery(done.values("pk")[:1]),
    )
    features = features_of(entrance.tenant_id for entrance in entrances)
    return {
        pk: Evidence(features[tenant_id][APP_ENTRANCE_TRACKING.key], trained, planned_id, last_id)
        for pk, tenant_id, trained, planned_id, last_id in read
    }


def remaining_window(entrance_id: int) -> timedelta | None:
    """How long until an entrance's window closes, on the database's clock; None when it is settled."""
    wait = ExpressionWrapper(F("window_ends_at") - Now(), output_field=DurationField())
    pending = AppEntrance.objects.filter(pk=entrance_id, status=Status.PENDING)
    return pending.values_list(wait, flat=True).first()


def lag() -> timedelta:
    """How late the oldest overdue entrance is."""
    late = ExpressionWrapper(Now() - F("window_ends_at"), output_field=DurationField())
    return overdue().aggregate(lag=Max(late))["lag"] or timedelta(0)


def pending_until(at: datetime) -> list[AppEntrance]:
    """Every entrance whose window closes by ``at``, with its patient and clinic."""
    rows = AppEntrance.objects.filter(status=Status.PENDING, window_ends_at__lte=at)
    return list(rows.select_related("patient__tenant"))
