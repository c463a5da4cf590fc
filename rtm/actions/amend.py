from collections.abc import Sequence
from datetime import datetime

from accounts.models import User
from rtm.models import Amendment, CertifiedMonth
from rtm.proposals import digest, proposal
from rtm.queries import time_spent
from rtm.rules import Day


def amend(*, patient: User, days: Sequence[Day], now: datetime) -> None:
    """
    Record, for every certified month, what would be proposed now if that differs from what was certified.

    In the caller's transaction, under ``accounts.locks.lock_patient``. The same difference is
    recorded once; the certified month itself is never touched.
    """
    locked = list(CertifiedMonth.objects.filter(patient=patient))
    if not locked:
        return
    spent = time_spent(patient)
    proposed = [(row, proposal(row.month, days=days, spent=spent)) for row in locked]
    Amendment.objects.bulk_create(
        [
            Amendment(certified_month=row, proposal=now_proposed, digest=digest(now_proposed), recorded_at=now)
            for row, now_proposed in proposed
            if now_proposed != row.snapshot
        ],
        ignore_conflicts=True,
    )
