from collections.abc import Sequence
from datetime import datetime

from accounts.models import User
from rtm.actions.amend import amend
from rtm.models import EvidenceDay
from rtm.queries import cached_evidence, evidence
from rtm.rules import Day


def recalculate(*, patient: User, now: datetime) -> None:
    """
    Replay a patient's days of evidence from their workouts and recorded answers, and keep them.

    In the caller's transaction, under ``accounts.locks.lock_patient``, after the rows it reads were
    written. It may run any number of times, whether or not the clinic looks at the dashboard. A
    certified month stays as it is: what would be proposed for it now becomes an amendment.
    """
    days = evidence(patient)
    _keep(patient, days)
    amend(patient=patient, days=days, now=now)


def _keep(patient: User, days: Sequence[Day]) -> None:
    """Write what differs from what is kept."""
    kept = set(cached_evidence(patient))
    new = [day for day in days if day not in kept]
    gone = {day.day for day in kept} - {day.day for day in days}
    if new:
        EvidenceDay.objects.bulk_create(
            [
                EvidenceDay(patient=patient, day=day.day, grade=day.grade, counted=day.counted, reason=day.reason)
                for day in new
            ],
            update_conflicts=True,
            unique_fields=["patient", "day"],
            update_fields=["grade", "counted", "reason"],
        )
    if gone:
        EvidenceDay.objects.filter(patient=patient, day__in=gone).delete()
