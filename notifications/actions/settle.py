"""Writing down what became of claimed pushes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from notifications.models import Device, Push
from notifications.rules import backoff
from notifications.states import PushStatus
from notifications.transports.base import Accepted, Delivered, Outcome, Receipt, Refused

# Settles only rows whose lease is still ours: one that ran out belongs to whoever claimed it since.
SETTLE = """
    WITH verdict AS (
        SELECT given.id, given.ticket, given.reason, given.wait,
            CASE
                WHEN given.status = 'PENDING' AND push.created_at <= statement_timestamp() - %(give_up)s THEN 'FAILED'
                ELSE given.status
            END AS status
        FROM unnest(
            %(ids)s::bigint[], %(statuses)s::text[], %(tickets)s::text[], %(reasons)s::text[], %(waits)s::float8[]
        ) AS given (id, status, ticket, reason, wait)
        JOIN notifications_push AS push ON push.id = given.id
    )
    UPDATE notifications_push AS push
    SET status = verdict.status,
        attempts = least(push.attempts + %(charge)s, 32767),
        ticket = CASE
            WHEN verdict.ticket <> '' THEN verdict.ticket
            WHEN verdict.status = 'PENDING' THEN ''
            ELSE push.ticket
        END,
        last_error = verdict.reason,
        next_attempt_at = statement_timestamp() + make_interval(secs => verdict.wait),
        receipt_due_at = CASE
            WHEN verdict.status = 'SENT' AND verdict.ticket <> '' THEN statement_timestamp() + %(receipt_delay)s
        END,
        settled_at = CASE WHEN verdict.status <> 'PENDING' THEN statement_timestamp() END,
        lease = NULL,
        leased_until = NULL
    FROM verdict
    WHERE push.id = verdict.id AND push.lease = %(lease)s
    RETURNING push.id
"""
REASON_CHARACTERS = Push._meta.get_field("last_error").max_length


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a push becomes; ``wait`` is the time to its next attempt, if there is one."""

    status: PushStatus
    ticket: str = ""
    reason: str = ""
    wait: timedelta = timedelta(0)
    retire_device: bool = False


def verdict(outcome: Outcome | Receipt, *, attempts: int) -> Verdict:
    """Judge an outcome of the ``attempts``-th attempt; the provider's wish to wait longer is respected."""
    match outcome:
        case Accepted(ticket):
            return Verdict(PushStatus.SENT, ticket=ticket)
        case Delivered():
            return Verdict(PushStatus.DELIVERED)
        case Refused(reason, retire_device):
            return Verdict(PushStatus.FAILED, reason=reason, retire_device=retire_device)
    return Verdict(
        PushStatus.PENDING, reason=outcome.reason, wait=max(backoff(attempts), outcome.after or timedelta(0))
    )


@transaction.atomic
def settle(*, lease: UUID, verdicts: Mapping[int, Verdict], charge: int) -> int:
    """
    Write down the verdicts on pushes claimed under ``lease``; return how many still were.

    ``charge`` is the number of attempts they cost. What would wait for another attempt and is
    older than ``PUSH_GIVE_UP_AFTER`` has failed instead, with the last reason.
    """
    if not verdicts:
        return 0
    _retire_devices(lease, [pk for pk, given in verdicts.items() if given.retire_device])
    parameters: dict[str, Any] = {
        "lease": lease,
        "charge": charge,
        "give_up": settings.PUSH_GIVE_UP_AFTER,
        "receipt_delay": settings.PUSH_RECEIPT_DELAY,
        "ids": list(verdicts),
        "statuses": [given.status.value for given in verdicts.values()],
        "tickets": [given.ticket for given in verdicts.values()],
        "reasons": [given.reason[:REASON_CHARACTERS] for given in verdicts.values()],
        "waits": [given.wait.total_seconds() for given in verdicts.values()],
    }
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, parameters)
        return len(cursor.fetchall())


def _retire_devices(lease: UUID, ids: list[int]) -> None:
    """
    Stop sending to the devices of these pushes.

    A receipt speaks of the past: a device registered again since its push was accepted stays.
    """
    if ids:
        still_true = Q(settled_at=None) | Q(settled_at__gte=F("device__registered_at"))
        gone = Push.objects.filter(still_true, pk__in=ids, lease=lease).values("device")
        Device.objects.filter(pk__in=gone, retired_at=None).update(retired_at=Now())
