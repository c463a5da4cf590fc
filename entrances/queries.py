"""Reads: what a day tells, and how long a window still is."""

from datetime import date, datetime, timedelta

from django.db.models import DurationField, ExpressionWrapper, F, Max
from django.db.models.functions import Now

from accounts.flags import APP_ENTRANCE_TRACKING
from accounts.models import User
from accounts.queries import feature_on
from entrances.locks import overdue
from entrances.models import AppEntrance
from entrances.rules import Evidence
from entrances.states import Status
from okta.errors import NotFound
from workouts.models import Workout
from workouts.states import Status as WorkoutStatus


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
    return Workout.objects.filter(
        patient=patient_id, status=WorkoutStatus.COMPLETED, completed_on=day, completed_via_app_entrance=False
    ).exists()


def evidence_for(entrance: AppEntrance) -> Evidence:
    """What the verdict may look at; to be read while the patient's row is held."""
    of_patient = Workout.objects.filter(patient=entrance.patient_id)
    planned = of_patient.filter(status=WorkoutStatus.PLANNED, date_scheduled=entrance.local_date).order_by("pk")
    # An inferred workout is passed over: a copy of a copy would say nothing about the patient. So is
    # one done after the day, which a late finalization could see.
    done = of_patient.filter(
        status=WorkoutStatus.COMPLETED, completed_via_app_entrance=False, completed_on__lte=entrance.local_date
    )
    return Evidence(
        tracking_enabled=feature_on(entrance.tenant_id, APP_ENTRANCE_TRACKING),
        real_workout_that_day=real_workout_on(patient_id=entrance.patient_id, day=entrance.local_date),
        planned_workout_id=planned.values_list("pk", flat=True).first(),
        last_workout_id=done.order_by("-completed_at", "-pk").values_list("pk", flat=True).first(),
    )


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
