from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import connection

from accounts.flags import APP_ENTRANCE_TRACKING
from accounts.models import User
from accounts.queries import feature_on
from entrances.actions.wake_finalizer import wake_finalizer
from entrances.models import AppEntrance
from entrances.queries import real_workout_on
from entrances.states import Logged
from okta.clock import local_date

FIELDS = [field.attname for field in AppEntrance._meta.concrete_fields]

# One statement is question, lock, extension and answer. Nothing comes back where something stands
# against a visit; a settled row matches nothing and stays as it is.
VISIT = """
    INSERT INTO entrances_appentrance AS entrance
        (tenant_id, patient_id, local_date, zone, status, reason, opened_at, last_seen_at, visits,
         window_ends_at, answer, answer_note, last_error)
    SELECT %(tenant)s, %(patient)s, %(day)s, %(zone)s, 'PENDING', '', %(now)s, %(now)s, 1,
        clock_timestamp() + %(window)s, '', '', ''
    WHERE 'true' = coalesce(
        (SELECT features -> %(flag)s FROM accounts_tenantsettings WHERE tenant_id = %(tenant)s), to_jsonb(%(default)s)
    ) AND NOT EXISTS (
        SELECT FROM workouts_workout WHERE patient_id = %(patient)s AND status = 'COMPLETED'
            AND completed_on = %(day)s AND NOT completed_via_app_entrance
    )
    ON CONFLICT (patient_id, local_date) DO UPDATE SET
        visits = entrance.visits + 1,
        last_seen_at = greatest(entrance.last_seen_at, excluded.last_seen_at),
        window_ends_at = clock_timestamp() + %(window)s
    WHERE entrance.status = 'PENDING'
    RETURNING {columns}, window_ends_at - clock_timestamp(), coalesce((
        -- As it was before: this reads what was there when the statement began.
        SELECT before.window_ends_at > clock_timestamp() AND before.last_error = ''
        FROM entrances_appentrance AS before
        WHERE before.patient_id = %(patient)s AND before.local_date = %(day)s
    ), false)
""".replace("{columns}", ", ".join(f"entrance.{field}" for field in FIELDS))


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
    entrance = _visit(patient, day, now)
    if entrance is not None:
        return Visit(Logged.PENDING, entrance)
    settled = AppEntrance.objects.filter(patient=patient, local_date=day).first()
    if not feature_on(patient.tenant_id, APP_ENTRANCE_TRACKING):
        return Visit(Logged.DISABLED, settled)
    if real_workout_on(patient_id=patient.pk, day=day):
        return Visit(Logged.ALREADY_COMPLETED, settled)
    return Visit(Logged.SETTLED, settled)


def _visit(patient: User, day: date, now: datetime) -> AppEntrance | None:
    """The row after a visit, and a worker woken for its window; None where nothing was recorded."""
    parameters: dict[str, Any] = {
        "tenant": patient.tenant_id,
        "patient": patient.pk,
        "day": day,
        "zone": str(patient.zone),
        "now": now,
        "window": settings.ENTRANCE_WINDOW,
        "flag": APP_ENTRANCE_TRACKING.key,
        "default": APP_ENTRANCE_TRACKING.default,
    }
    with connection.cursor() as cursor:
        cursor.execute(VISIT, parameters)
        found = cursor.fetchone()
    if found is None:
        return None
    entrance = AppEntrance.from_db(None, FIELDS, found[: len(FIELDS)])
    remaining, waiting = found[len(FIELDS) :]
    wake_finalizer(entrance_id=entrance.pk, after=remaining, waiting=waiting)
    return entrance
