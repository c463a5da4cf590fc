"""Settling entrances whose window has closed."""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now

from accounts.locks import lock_patient
from accounts.models import User
from entrances.locks import lock_free_patients, lock_overdue_entrance, lock_overdue_of
from entrances.models import AppEntrance
from entrances.queries import evidence_for
from entrances.rules import verdict
from entrances.states import Status
from okta.errors import reason
from rtm.actions.recalculate import recalculate
from workouts.actions.mirror import mirror_workout
from workouts.actions.rebuild_streak import rebuild_streak

logger = logging.getLogger(__name__)


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
            return _settle(entrance, patient, now)
    return AppEntrance.objects.values_list("status", flat=True).get(pk=entrance_id)


def finalize_batch(*, patient_ids: Sequence[int], now: datetime) -> int:
    """
    Settle every overdue entrance of these patients in one transaction; return how many.

    Patients another worker holds are skipped.
    """
    with transaction.atomic():
        patients = {patient.pk: patient for patient in lock_free_patients(patient_ids)}
        entrances = lock_overdue_of(list(patients.values()))
        for entrance in entrances:
            _settle(entrance, patients[entrance.patient_id], now)
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


def _settle(entrance: AppEntrance, patient: User, now: datetime) -> str:
    evidence = evidence_for(entrance)
    status, because = verdict(evidence)
    mirror = None
    if status == Status.FINALIZED_TO_INFERRED_WORKOUT and evidence.source_workout_id is not None:
        mirror = mirror_workout(
            source_id=evidence.source_workout_id, on=entrance.local_date, seen_at=entrance.last_seen_at
        )
    AppEntrance.objects.filter(pk=entrance.pk).update(
        status=status, reason=because, inferred_workout=mirror, settled_at=Now(), last_error=""
    )
    if mirror is not None:
        # The window may close after midnight, or days late: only a replay is right then.
        rebuild_streak(patient=patient, now=now)
        recalculate(patient=patient, now=now)
    return status
