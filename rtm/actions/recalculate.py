from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from accounts.models import User
from rtm.actions.amend import amend
from rtm.models import EvidenceDay
from rtm.queries import cached_evidence_of, evidence_of, without_cached_evidence
from rtm.rules import Day

# One statement however many: five parameters a row would cost more than the rows.
KEEP = """
    INSERT INTO rtm_evidenceday (patient_id, day, grade, counted, reason)
    SELECT * FROM unnest(
        %(patients)s::bigint[], %(days)s::date[], %(grades)s::text[], %(counted)s::bool[], %(reasons)s::text[]
    )
    ON CONFLICT (patient_id, day) DO UPDATE
    SET grade = excluded.grade, counted = excluded.counted, reason = excluded.reason
"""


def recalculate(*, patient: User, now: datetime) -> None:
    """
    Replay a patient's days of evidence from their workouts and recorded answers, and keep them.

    In the caller's transaction, under ``accounts.locks.lock_patient``, after the rows it reads were
    written. It may run any number of times, whether or not the clinic looks at the dashboard. A
    certified month stays as it is: what would be proposed for it now becomes an amendment.
    """
    _replay([patient.pk], on=None)
    amend(patients=[patient], now=now)


def recalculate_days(*, patients: Sequence[User], on: Collection[date], now: datetime) -> None:
    """
    The same for days on which something was just written, in the same few statements for any number of patients.

    What a day is worth depends on that day's rows alone, so the others stay as they are kept. A
    patient of whom nothing is kept yet is replayed from the beginning.
    """
    new = without_cached_evidence(patient.pk for patient in patients)
    known = [patient.pk for patient in patients if patient.pk not in new]
    if known:
        _replay(known, on=on)
    if new:
        _replay(new, on=None)
    amend(patients=patients, now=now)


def _replay(patient_ids: Collection[int], *, on: Collection[date] | None) -> None:
    _keep(found=evidence_of(patient_ids, on=on), kept=cached_evidence_of(patient_ids, on=on))


def _keep(*, found: Mapping[int, Sequence[Day]], kept: Mapping[int, Sequence[Day]]) -> None:
    """Write what differs from what is kept."""
    new: list[tuple[int, Day]] = []
    gone = Q()
    for patient_id, days in found.items():
        already = set(kept[patient_id])
        new += [(patient_id, day) for day in days if day not in already]
        left_over = {day.day for day in already} - {day.day for day in days}
        if left_over:
            gone |= Q(patient=patient_id, day__in=left_over)
    if new:
        _write(new)
    if gone:
        EvidenceDay.objects.filter(gone).delete()


def _write(new: Sequence[tuple[int, Day]]) -> None:
    values: dict[str, Any] = {
        "patients": [patient_id for patient_id, _ in new],
        "days": [day.day for _, day in new],
        "grades": [day.grade.value for _, day in new],
        "counted": [day.counted for _, day in new],
        "reasons": [day.reason.value for _, day in new],
    }
    with connection.cursor() as cursor:
        cursor.execute(KEEP, values)
