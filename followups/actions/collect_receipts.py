"""Asking services what became of the follow-ups' pushes that they accepted."""

from collections.abc import Sequence
from time import monotonic

from django.db import transaction
from django.db.models import Case, Q, When
from django.db.models.functions import Now

from followups.locks import lock_receipts_due
from followups.models import FollowUpAttempt
from notifications.actions.collect_receipts import ASK_AGAIN_AFTER, KEPT_FOR
from notifications.actions.register_device import retire_tokens
from notifications.queries import registered_since
from notifications.transports import transport_for
from notifications.transports.base import Delivered, Receipt, Refused, TransportDown

ROUND = 1000
# Seconds into a run, as in actions/deliver_due.py.
LAST_ROUND = 20.0
LAST_BATCH = 35.0
DELIVERED = "delivered"
REASON_CHARACTERS = FollowUpAttempt._meta.get_field("reason").max_length


def collect_receipts() -> int:
    """
    Ask about every accepted push whose receipt is due, and return how many were answered.

    A token that its service no longer knows is retired, unless it was registered again since. The
    follow-up stays sent: it was said in the app, whatever became of the push.
    """
    started = monotonic()
    answered = 0
    while monotonic() - started < LAST_ROUND:
        taken = _put_off()
        if not taken:
            break
        for platform in {attempt.channel for attempt in taken}:
            asked = [attempt for attempt in taken if attempt.channel == platform]
            answered += _ask(platform, asked, until=started + LAST_BATCH)
    return answered


@transaction.atomic
def _put_off() -> Sequence[FollowUpAttempt]:
    """
    Take what is due, and have it asked about again later should this worker not get an answer.

    Asking twice is harmless, so this stands in for a lease. A day after the push nobody will know.
    """
    taken = lock_receipts_due(limit=ROUND)
    FollowUpAttempt.objects.filter(pk__in=[attempt.pk for attempt in taken]).update(
        receipt_due_at=Case(When(Q(at__gt=Now() - KEPT_FOR), then=Now() + ASK_AGAIN_AFTER), default=None)
    )
    return taken


def _ask(platform: str, attempts: Sequence[FollowUpAttempt], *, until: float) -> int:
    """Ask part by part until the time is up; what is left, and what nobody can tell about yet, was put off."""
    transport = transport_for(platform)
    if transport is None:
        return 0
    answered = 0
    for start in range(0, len(attempts), transport.receipts_size):
        if monotonic() > until:
            break
        part = attempts[start : start + transport.receipts_size]
        try:
            receipts = transport.receipts([attempt.ticket for attempt in part])
        except TransportDown:
            return answered
        known = [(attempt, receipts[attempt.ticket]) for attempt in part if attempt.ticket in receipts]
        _write(known)
        answered += len(known)
    return answered


@transaction.atomic
def _write(known: Sequence[tuple[FollowUpAttempt, Receipt]]) -> None:
    by_reason: dict[str, list[int]] = {}
    for attempt, receipt in known:
        said = DELIVERED if isinstance(receipt, Delivered) else receipt.reason
        by_reason.setdefault(said[:REASON_CHARACTERS], []).append(attempt.pk)
    for said, pks in by_reason.items():
        FollowUpAttempt.objects.filter(pk__in=pks).update(receipt_due_at=None, reason=said)
    gone = {
        attempt.token: attempt.at
        for attempt, receipt in known
        if isinstance(receipt, Refused) and receipt.retire_device
    }
    if gone:
        retire_tokens(tokens=gone.keys() - registered_since(gone))
