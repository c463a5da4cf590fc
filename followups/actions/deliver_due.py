"""
Delivering follow-ups: claim, send, settle, in rounds until nothing is due.

Nothing is sent inside a transaction. A process that dies between sending and settling leaves its
lease behind; when that has run out its follow-ups are tried again one at a time, under the same
collapse ids, so that one that kills its worker kills nothing else.
"""

from collections.abc import Sequence
from dataclasses import replace
from time import monotonic
from uuid import UUID

from django.conf import settings
from django.db import transaction

from followups.actions.adopt_rows import adopt_follow_ups, adopt_rows
from followups.actions.send import send
from followups.actions.settle import record_attempts, settle_each
from followups.actions.wake_delivery import wake_delivery
from followups.addresses import address
from followups.locks import claim_due, claim_lost, release
from followups.parcels import Parcel
from followups.rules import ATTEMPTS
from followups.verdicts import exhausted, in_app, judge, lost

ROUND = 500
# What is in one worker's hands at a time between sending and settling.
HANDFUL = 100
# Seconds into a run: with the slowest request a transport allows, 18 s, the last batch of a round ends
# before the last moment of the solo lane, and what that sends before the soft time limit of 60 s.
LAST_ROUND = 20.0
LAST_BATCH = 40.0


def deliver_due() -> int:
    """
    Deliver every follow-up whose turn it is, and return how many were settled, for better or worse.

    Any number of workers may do this at once. Afterwards a worker is woken for the second at which
    the next ones come due, if that is soon.
    """
    started = monotonic()
    adopt_rows()
    settled = 0
    while monotonic() - started < LAST_ROUND:
        # In turn: neither a backlog nor what kills its workers keeps the other lane from moving.
        done = [_bulk_round(until=started + LAST_ROUND), _solo_round(until=started + LAST_BATCH)]
        if done == [None, None]:
            break
        settled += sum(number or 0 for number in done)
    wake_delivery()
    return settled


def _bulk_round(*, until: float) -> int | None:
    """
    Take what is due, as much as fits a round; None when nothing is.

    What needs no network is settled in the transaction that claimed it.
    """
    with transaction.atomic(durable=True):
        taken = claim_due(limit=ROUND)
        if not taken.ids:
            return None
        adopt_follow_ups(ids=taken.ids)
        parcels = address(taken.ids)
        quiet = [parcel for parcel in parcels if not parcel.is_pushed]
        settled = settle_each(lease=taken.lease, judged=[(parcel, in_app(parcel)) for parcel in quiet])
    return settled + _push(taken.lease, [parcel for parcel in parcels if parcel.is_pushed], until=until)


def _solo_round(*, until: float) -> int | None:
    """
    Take one follow-up whose last holder died; None when there is none.

    Its attempt is charged and committed before anything is done with it, in case it kills this worker too.
    """
    taken = claim_lost()
    if not taken.ids:
        return None
    with transaction.atomic():
        adopt_follow_ups(ids=taken.ids)
        [parcel] = [replace(parcel, number=parcel.number - 1, charge=0) for parcel in address(taken.ids)]
        record_attempts(judged=[(parcel, lost())])
        if parcel.number > ATTEMPTS:
            return settle_each(lease=taken.lease, judged=[(parcel, exhausted())])
        if not parcel.is_pushed:
            return settle_each(lease=taken.lease, judged=[(parcel, in_app(parcel))])
    return _push(taken.lease, [parcel], until=until)


def _push(lease: UUID, parcels: Sequence[Parcel], *, until: float) -> int:
    settled = 0
    for start in range(0, len(parcels), HANDFUL):
        if monotonic() > until:
            release(lease, [parcel.id for parcel in parcels[start:]])
            break
        handful = parcels[start : start + HANDFUL]
        answers = send(lease=lease, parcels=handful, until=until)
        judged = [
            (
                parcel,
                judge(
                    parcel,
                    answers[parcel.id],
                    base=settings.FOLLOWUP_RETRY_BASE,
                    grace=settings.FOLLOWUP_OUTAGE_GRACE,
                ),
            )
            for parcel in handful
            if parcel.id in answers
        ]
        settled += settle_each(lease=lease, judged=judged)
        release(lease, [parcel.id for parcel in handful if parcel.id not in answers])
    return settled
