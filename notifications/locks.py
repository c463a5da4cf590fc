"""Claiming pushes, and holding phone numbers: the only place that locks either."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from notifications.models import Push


@dataclass(frozen=True, slots=True)
class Claim:
    """Pushes that are ours until the lease ends; by ``platform`` since each has its own transport."""

    lease: UUID
    ids: dict[str, list[int]]


def claim(due: QuerySet[Push], *, order: str, limit: int) -> Claim:
    """
    Lease up to ``limit`` of the pushes that are ``due``, longest due first, and nobody else's.

    The lease is committed before anything is sent: it outlives this process, and only when it has
    run out may another take the rows. Whoever settles them later must still hold it.
    """
    with transaction.atomic(durable=True):
        rows = list(
            due.select_for_update(skip_locked=True, no_key=True)
            .order_by(order, "pk")
            .values_list("pk", "platform")[:limit]
        )
        taken = Claim(lease=uuid4(), ids={})
        for pk, platform in rows:
            taken.ids.setdefault(platform, []).append(pk)
        Push.objects.filter(pk__in=[pk for pk, _ in rows]).update(
            lease=taken.lease, leased_until=Now() + settings.LEASE
        )
    return taken


def release(lease: UUID, ids: Sequence[int]) -> None:
    """Give claimed pushes back untouched, for anybody to take at once."""
    Push.objects.filter(pk__in=ids, lease=lease).update(lease=None, leased_until=None)


def hold_number(number: str) -> None:
    """
    Keep everybody else from registering this number or opting it out until the transaction ends.

    A number that is registered while its owner replies STOP has no row yet that could be locked.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('sms:' || %s, 0))", [number])
