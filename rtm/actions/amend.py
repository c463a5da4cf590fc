from collections.abc import Sequence
from datetime import datetime

from accounts.models import User
from rtm.models import Amendment, CertifiedMonth
from rtm.proposals import digest, proposal
from rtm.queries import cached_evidence_of, time_spent_on


def amend(*, patients: Sequence[User], now: datetime) -> None:
    """
    Record, for every certified month, what would be proposed now if that differs from what was certified.

    In the caller's transaction, under ``accounts.locks.lock_patient``, after the days of evidence were
    kept. The same difference is recorded once; the certified month itself is never touched.
    """
    locked = list(CertifiedMonth.objects.filter(patient__any_of=[patient.pk for patient in patients]))
    if not locked:
        return
    certified = {row.patient_id for row in locked}
    spent = time_spent_on([patient for patient in patients if patient.pk in certified])
    days = cached_evidence_of(certified)
    proposed = [(row, proposal(row.month, days=days[row.patient_id], spent=spent[row.patient_id])) for row in locked]
    Amendment.objects.bulk_create(
        [
            Amendment(certified_month=row, proposal=now_proposed, digest=digest(now_proposed), recorded_at=now)
            for row, now_proposed in proposed
            if now_proposed != row.snapshot
        ],
        ignore_conflicts=True,
    )
