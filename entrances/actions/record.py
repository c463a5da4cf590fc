from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.flags import APP_ENTRANCE_TRACKING
from accounts.models import User
from accounts.queries import feature_on
from entrances.actions.wake_finalizer import wake_finalizer
from entrances.models import AppEntrance
from entrances.queries import real_workout_on
from entrances.states import Logged
from okta.clock import local_date

# One statement is lock, extension and answer; a settled row matches nothing and stays as it is.
VISIT = """
    INSERT INTO entrances_appentrance
        (tenant_id, patient_id, local_date, zone, status, reason, opened_at, last_seen_at, visits,
         window_ends_at, answer, answer_note, last_error)
    VALUES (%(tenant)s, %(patient)s, %(day)s, %(zone)s, 'PENDING', '', %(now)s, %(now)s, 1,
            clock_timestamp() + %(window)s, '', '', '')
    ON CONFLICT (patient_id, local_date) DO UPDATE SET
        visits = entrances_appentrance.visits + 1,
        last_seen_at = greatest(entrances_appentrance.last_seen_at, excluded.last_seen_at),
        window_ends_at = clock_timestamp() + %(window)s
    WHERE entrances_appentrance.status = 'PENDING'
    RETURNING entrances_appentrance.*, window_ends_at - clock_timestamp() AS remaining
"""


@dataclass(frozen=True, slots=True)
class Visit:
    """What logging a visit came to; the entrance is there unless the day has none."""

    logged: Logged
    entrance: AppEntrance | None


def record_visit(*, patient: User, now: datetime) -> Visit:
    """
    Record that a patient opened the app: one row per local day, its window moved to now + ENTRANCE_WINDOW.

    The day is the patient's own at ``now``, and frozen with the zone on the row. Nothing is recorded
    where tracking is off or a real workout was completed that day; a settled day stays as it is.
    """
    day = local_date(now, patient.zone)
    if not feature_on(patient.tenant_id, APP_ENTRANCE_TRACKING):
        return Visit(Logged.DISABLED, _of_day(patient, now))
    if real_workout_on(patient_id=patient.pk, day=day):
        return Visit(Logged.ALREADY_COMPLETED, _of_day(patient, now))
    with transaction.atomic():
        pending = _visit(patient, now)
        if pending is None:
            return Visit(Logged.SETTLED, _of_day(patient, now))
        entrance, remaining = pending
        wake_finalizer(entrance_id=entrance.pk, after=remaining)
    return Visit(Logged.PENDING, entrance)


def _of_day(patient: User, now: datetime) -> AppEntrance | None:
    return AppEntrance.objects.filter(patient=patient, local_date=local_date(now, patient.zone)).first()


def _visit(patient: User, now: datetime) -> tuple[AppEntrance, timedelta] | None:
    parameters = {
        "tenant": patient.tenant_id,
        "patient": patient.pk,
        "day": local_date(now, patient.zone),
        "zone": str(patient.zone),
        "now": now,
        "window": settings.ENTRANCE_WINDOW,
    }
    for entrance in AppEntrance.objects.raw(VISIT, parameters):
        extra: Any = entrance
        return entrance, extra.remaining
    return None
