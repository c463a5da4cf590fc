"""The only file that locks follow-ups: claims of the delivery, and the short locks of people's changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from followups.models import FollowUpAttempt, FollowUpRequest
from followups.states import Status

# What the column holds: rows from outside may begin with any number.
MOST_ATTEMPTS = 32767
# Only the first scheduled follow-up of a conversation is ever taken, so that its messages arrive in
# order, and one that waits for its next attempt holds up its own conversation and no other; nor a clinic
# another's that happens to know the conversation's id. A row whose clinic is not found yet may turn out to
# be anybody's: it waits for all, and all wait for it.
HEAD = """
    r.status = 'scheduled'
    AND r.scheduled_for <= statement_timestamp()
    AND (r.next_attempt_at IS NULL OR r.next_attempt_at <= statement_timestamp())
    AND NOT EXISTS (
        SELECT 1 FROM follow_up_requests AS earlier
        WHERE earlier.status = 'scheduled' AND earlier.conversation_id = r.conversation_id
            AND (earlier.tenant_id = r.tenant_id OR earlier.tenant_id IS NULL OR r.tenant_id IS NULL)
            AND (earlier.scheduled_for, earlier.created_at, earlier.id) < (r.scheduled_for, r.created_at, r.id)
    )
"""
CLAIM = f"""
    UPDATE follow_up_requests AS claimed
    SET lease = %(lease)s, leased_until = statement_timestamp() + %(life)s
    FROM (
        SELECT r.id FROM follow_up_requests AS r
        WHERE {HEAD} AND r.lease IS NULL
        ORDER BY r.scheduled_for, r.created_at, r.id
        LIMIT %(limit)s
        FOR NO KEY UPDATE OF r SKIP LOCKED
    ) AS due
    WHERE claimed.id = due.id
    RETURNING claimed.id
"""  # noqa: S608  constants of this file only
# A row whose lease ran out was in the hands of a process that died. Perhaps the row killed it: it is
# charged before it is tried again, and tried alone.
CLAIM_LOST = f"""
    UPDATE follow_up_requests AS claimed
    SET lease = %(lease)s, leased_until = statement_timestamp() + %(life)s,
        attempts = least(claimed.attempts + 1, {MOST_ATTEMPTS})
    FROM (
        SELECT r.id FROM follow_up_requests AS r
        WHERE {HEAD} AND r.lease IS NOT NULL AND r.leased_until <= statement_timestamp()
        ORDER BY r.leased_until, r.id
        LIMIT 1
        FOR NO KEY UPDATE OF r SKIP LOCKED
    ) AS due
    WHERE claimed.id = due.id
    RETURNING claimed.id
"""  # noqa: S608

# A row whose clinic was not found within an hour is the operator's: it is not asked about for ever.
ADOPT = """
    UPDATE {table} AS adopted
    SET tenant_id = found.tenant_id
    FROM (
        SELECT orphan.id, coalesce(
            (
                SELECT conversation.tenant_id FROM messaging_conversation AS conversation
                WHERE conversation.id = orphan.conversation_id
            ),
            (
                SELECT review.tenant_id FROM provider_review_requests AS review
                WHERE review.conversation_id = orphan.conversation_id AND review.tenant_id IS NOT NULL
                ORDER BY review.created_at DESC
                LIMIT 1
            ),
            (SELECT clinic.id FROM accounts_tenant AS clinic WHERE clinic.id = %(default)s)
        ) AS tenant_id
        FROM {table} AS orphan
        WHERE orphan.tenant_id IS NULL AND orphan.created_at > statement_timestamp() - interval '1 hour'
            AND (%(ids)s::uuid[] IS NULL OR orphan.id = ANY(%(ids)s::uuid[]))
        ORDER BY orphan.id
        FOR NO KEY UPDATE SKIP LOCKED
    ) AS found
    WHERE adopted.id = found.id AND found.tenant_id IS NOT NULL
"""
# Review requests first: the others may find their clinic there.
FOLLOW_UPS = "follow_up_requests"
ORPHANED = ("provider_review_requests", FOLLOW_UPS, "follow_up_messages")


@dataclass(frozen=True, slots=True)
class Claim:
    """Follow-ups that are ours until the lease ends; whoever settles them must still hold it."""

    lease: UUID
    ids: list[UUID]


def claim_due(*, limit: int) -> Claim:
    """Lease up to ``limit`` of the follow-ups whose turn it is, longest due first, and nobody else's."""
    return _claim(CLAIM, limit=limit)


def claim_lost() -> Claim:
    """Lease one follow-up whose last holder died, and charge it an attempt."""
    return _claim(CLAIM_LOST)


def _claim(sql: str, **values: Any) -> Claim:
    lease = uuid4()
    with connection.cursor() as cursor:
        cursor.execute(sql, values | {"lease": lease, "life": settings.LEASE})
        return Claim(lease, [pk for (pk,) in cursor.fetchall()])


def release(lease: UUID, ids: Sequence[UUID]) -> None:
    """Give claimed follow-ups back untouched, for anybody to take at once."""
    FollowUpRequest.objects.filter(pk__in=ids, lease=lease).update(lease=None, leased_until=None)


def lock_follow_up(follow_up_id: UUID) -> FollowUpRequest:
    """The follow-up, locked until the transaction ends, for a change that a delivery must not cross."""
    return FollowUpRequest.objects.select_for_update(no_key=True).get(pk=follow_up_id)


def lock_all(rows: QuerySet[Any]) -> list[UUID]:
    """
    The ids of all these rows, locked until the transaction ends, in the order of their keys.

    A row that left the filter while we waited for it is not among them.
    """
    return list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))


def lock_scheduled(conversation_id: UUID, *, tenant_id: int) -> list[FollowUpRequest]:
    """What is scheduled in a conversation of a clinic, or of no clinic yet, locked in the order of their keys."""
    rows = FollowUpRequest.objects.filter(
        Q(tenant=tenant_id) | Q(tenant=None), conversation_id=conversation_id, status=Status.SCHEDULED
    )
    return list(rows.select_for_update(no_key=True).order_by("pk"))


def serialise(*words: object) -> None:
    """Let one transaction at a time pass that speaks of the same words."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", ["\x1f".join(map(str, words))])


def adopt_orphans(table: str, *, default: int | None, ids: Sequence[UUID] | None = None) -> None:
    """
    Give a table's rows of the last hour that have no clinic theirs; rows in other hands are left for later.

    With ``ids``, only these.
    """
    values: dict[str, Any] = {"default": default, "ids": None if ids is None else list(ids)}
    with connection.cursor() as cursor:
        cursor.execute(ADOPT.format(table=table), values)


def lock_receipts_due(*, limit: int) -> list[FollowUpAttempt]:
    """Attempts whose receipt should be there by now, locked; those in other hands are left to them."""
    due = FollowUpAttempt.objects.filter(receipt_due_at__lte=Now())
    return list(due.select_for_update(skip_locked=True, no_key=True).order_by("receipt_due_at", "pk")[:limit])
