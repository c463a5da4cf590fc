"""Asking providers what became of the pushes they accepted."""

from collections.abc import Sequence
from datetime import timedelta
from time import monotonic
from uuid import UUID

from django.db.models import Case, When
from django.db.models.functions import Now

from notifications.actions.deliver import LAST_BATCH, LAST_ROUND
from notifications.actions.settle import settle, verdict
from notifications.locks import claim, release
from notifications.models import Push
from notifications.queries import receipts_due
from notifications.transports import transport_for
from notifications.transports.base import Transport, TransportDown

ROUND = 1000
# Expo keeps receipts for a day; what has none by then never will.
KEPT_FOR = timedelta(days=1)
ASK_AGAIN_AFTER = timedelta(minutes=15)
DOWN_FOR = timedelta(minutes=1)


def collect_receipts() -> int:
    """
    Ask about every accepted push whose receipt is due, and return how many were settled.

    A device that Apple or Google no longer knows is retired. A push they would take later is
    attempted again; one that nobody can tell about stays accepted.
    """
    started = monotonic()
    settled = 0
    while monotonic() - started < LAST_ROUND:
        taken = claim(receipts_due(), order="receipt_due_at", limit=ROUND)
        if not taken.ids:
            break
        for platform, ids in taken.ids.items():
            settled += _collect(transport_for(platform), taken.lease, ids, until=started + LAST_BATCH)
    return settled


def _collect(transport: Transport | None, lease: UUID, ids: Sequence[int], *, until: float) -> int:
    if transport is None:
        _ask_again(lease, ids, after=ASK_AGAIN_AFTER)
        return 0
    settled = 0
    for start in range(0, len(ids), transport.receipts_size):
        if monotonic() > until:
            release(lease, ids[start:])
            break
        rows = list(Push.objects.filter(pk__in=ids[start : start + transport.receipts_size], lease=lease))
        try:
            receipts = transport.receipts([row.ticket for row in rows])
        except TransportDown as down:
            _ask_again(lease, ids[start:], after=max(DOWN_FOR, down.retry_after or DOWN_FOR))
            return settled
        known = [row for row in rows if row.ticket in receipts]
        settled += settle(
            lease=lease,
            verdicts={row.pk: verdict(receipts[row.ticket], attempts=row.attempts) for row in known},
            charge=0,
        )
        _ask_again(lease, [row.pk for row in rows if row.ticket not in receipts], after=ASK_AGAIN_AFTER)
    return settled


def _ask_again(lease: UUID, ids: Sequence[int], *, after: timedelta) -> None:
    """Put the question off, or drop it a day after the push was accepted."""
    Push.objects.filter(pk__in=ids, lease=lease).update(
        receipt_due_at=Case(When(settled_at__gt=Now() - KEPT_FOR, then=Now() + after), default=None),
        lease=None,
        leased_until=None,
    )
