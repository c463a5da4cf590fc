"""Settling entrances whose window has closed."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from accounts.locks import lock_patient
from accounts.models import User
from entrances.locks import lock_free_patients, lock_overdue_entrance, lock_overdue_of
from entrances.models import AppEntrance
from entrances.queries import evidence_of
from entrances.rules import verdict
from entrances.states import Reason, Status
from okta.errors import reason
from rtm.actions.recalculate import recalculate_days
from workouts.actions.advance_streak import NewDay, advance_streaks
from workouts.actions.mirror import Copy, mirror_workouts

logger = logging.getLogger(__name__)

WRITE = """
    UPDATE entrances_appentrance AS entrance
    SET status = given.status, reason = given.reason, inferred_workout_id = given.mirror_id,
        settled_at = statement_timestamp(), last_error = ''
    FROM unnest(%(ids)s::bigint[], %(statuses)s::text[], %(reasons)s::text[], %(mirrors)s::bigint[])
        AS given (id, status, reason, mirror_id)
    WHERE entrance.id = given.id
"""


def finalize_entrance(*, entrance_id: int, now: datetime) -> str:
    """
    Settle one entrance whose window has closed; say the state it is in.

    Any number of workers may call this any number of times: the row moves once, never before its
    window ends on the database's clock, and never with a real workout of that day counted beside
    its mirror. ``now`` decides calendar questions only.
    """
    patient_id = AppEntrance.objects.filter(pk=entrance_id).values_list("patient", flat=True).first()
    if patient_id is None:
        return "gone"
    with transaction.atomic():
        patient = lock_patient(patient_id)
        entrance = lock_overdue_entrance(entrance_id)
        if entrance is not None:
            return _settle([entrance], {patient.pk: patient}, now)[entrance.pk]
    return AppEntrance.objects.values_list("status", flat=True).get(pk=entrance_id)


def finalize_batch(*, patient_ids: Sequence[int], now: datetime) -> int:
    """
    Settle every overdue entrance of these patients in one transaction; return how many.

    Patients another worker holds are skipped.
    """
    with transaction.atomic():
        patients = {patient.pk: patient for patient in lock_free_patients(patient_ids)}
        entrances = lock_overdue_of(list(patients.values()))
        if entrances:
            _settle(entrances, patients, now)
    return len(entrances)


def attempt_finalization(*, entrance_id: int, now: datetime) -> str:
    """Settle one entrance; a failure rolls back, is kept on the row alone, and is tried by the next sweep."""
    try:
        return finalize_entrance(entrance_id=entrance_id, now=now)
    except Exception as error:  # Whatever it is, it must cost this row only.
        why = reason(error)
        logger.error("entrance %s failed: %s", entrance_id, why)
        AppEntrance.objects.filter(pk=entrance_id).update(last_error=why)
        return "failed"


def _settle(entrances: Sequence[AppEntrance], patients: Mapping[int, User], now: datetime) -> dict[int, Status]:
    """Settle locked entrances of locked patients; as many statements for one as for many."""
    evidence = evidence_of(entrances)
    verdicts = {entrance.pk: verdict(evidence[entrance.pk]) for entrance in entrances}
    copies = {
        entrance: Copy(source_id, entrance.local_date, entrance.last_seen_at)
        for entrance in entrances
        if verdicts[entrance.pk][0] == Status.FINALIZED_TO_INFERRED_WORKOUT
        and (source_id := evidence[entrance.pk].source_workout_id) is not None
    }
    mirrors = mirror_workouts(copies=list(copies.values()))
    _write(verdicts, {entrance.pk: mirror for entrance, mirror in zip(copies, mirrors, strict=True)})
    if copies:
        seen = {entrance.patient_id: patients[entrance.patient_id] for entrance in copies}
        advance_streaks(added=[NewDay(seen[one.patient_id], one.local_date, inferred=True) for one in copies])
        recalculate_days(patients=list(seen.values()), on={one.local_date for one in copies}, now=now)
    return {pk: status for pk, (status, _because) in verdicts.items()}


def _write(verdicts: Mapping[int, tuple[Status, Reason]], mirrors: Mapping[int, int]) -> None:
    values: dict[str, Any] = {
        "ids": list(verdicts),
        "statuses": [status.value for status, _ in verdicts.values()],
        "reasons": [because.value for _, because in verdicts.values()],
        "mirrors": [mirrors.get(pk) for pk in verdicts],
    }
    with connection.cursor() as cursor:
        cursor.execute(WRITE, values)
