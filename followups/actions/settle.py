"""Writing down what became of claimed follow-ups, in one transaction."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils.translation import ngettext
from psycopg.errors import DeadlockDetected

from accounts.models import Tenant, User
from accounts.queries import clinic_admins, operators
from followups import wording
from followups.locks import MOST_ATTEMPTS
from followups.models import FollowUpAttempt
from followups.models.columns import LATEST
from followups.parcels import Parcel
from followups.states import Status
from followups.verdicts import Verdict, failed_by_us
from messaging.actions.post_cards import post_cards
from notifications.actions.notify import Text, notify
from notifications.actions.record import record
from notifications.actions.register_device import retire_tokens
from notifications.states import NotificationType
from okta.errors import reason

logger = logging.getLogger(__name__)

# The message is later than everything said before, by whoever's clock; clients read whole seconds.
# Where a cancellation came in between, or the lease is another's by now, nothing is written. The rows are
# locked in the order of their keys first, as people's changes do. What somebody dated at the end of the
# years a message may have does not push the next one beyond it.
SETTLE = """
    WITH given AS (
        SELECT * FROM unnest(
            %(ids)s::uuid[], %(statuses)s::text[], %(reasons)s::text[], %(waits)s::float8[], %(at_least)s::float8[],
            %(charges)s::int[], %(unverified)s::bool[]
        ) AS given (id, status, reason, wait, at_least, charge, unverified)
    ), held AS (
        SELECT id FROM follow_up_requests WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE
    ), settled AS (
        UPDATE follow_up_requests AS row
        SET status = given.status,
            sent_at = CASE WHEN given.status = 'sent' THEN clock_timestamp() ELSE row.sent_at END,
            failed_at = CASE WHEN given.status = 'failed' THEN clock_timestamp() END,
            attempts = least(row.attempts + given.charge, %(most_attempts)s),
            next_attempt_at = statement_timestamp()
                + make_interval(secs => greatest(given.wait * (0.9 + 0.2 * random()), given.at_least)),
            last_error = given.reason,
            unverified = given.unverified,
            lease = NULL,
            leased_until = NULL
        FROM given JOIN held ON held.id = given.id
        WHERE row.id = given.id AND row.lease = %(lease)s AND row.status = 'scheduled'
        RETURNING row.*
    ), said AS (
        INSERT INTO follow_up_messages (
            conversation_id, user_id, message_content, is_from_user, is_read, follow_up_id, tenant_id, created_at,
            timestamp
        )
        SELECT conversation_id, user_id, display_text, false, false, id, tenant_id, clock_timestamp(),
            least(
                %(latest)s - interval '1 second',
                greatest(
                    date_trunc('second', clock_timestamp()),
                    (
                        SELECT date_trunc('second', max(before.timestamp)) + interval '1 second'
                        FROM follow_up_messages AS before
                        WHERE before.conversation_id = settled.conversation_id
                            AND before.tenant_id IS NOT DISTINCT FROM settled.tenant_id
                    )
                )
            )
        FROM settled
        WHERE status = 'sent'
        ON CONFLICT (follow_up_id) WHERE follow_up_id IS NOT NULL DO NOTHING
    )
    SELECT id FROM settled
"""
# One statement however many: hundreds of rows as hundreds of parameters each would cost more than all the rest.
RECORD = """
    INSERT INTO followups_followupattempt (
        follow_up_id, tenant_id, number, channel, outcome, reason, token, ticket, receipt_due_at
    )
    SELECT given.follow_up_id, given.tenant_id, given.number, given.channel, given.outcome, given.reason, given.token,
        given.ticket, CASE WHEN given.ticket <> '' THEN statement_timestamp() + %(receipt_delay)s END
    FROM unnest(
        %(ids)s::uuid[], %(tenants)s::bigint[], %(numbers)s::int[], %(channels)s::text[], %(outcomes)s::text[],
        %(reasons)s::text[], %(tokens)s::text[], %(tickets)s::text[]
    ) AS given (follow_up_id, tenant_id, number, channel, outcome, reason, token, ticket)
"""
REASON_CHARACTERS = FollowUpAttempt._meta.get_field("reason").max_length
TICKET_CHARACTERS = FollowUpAttempt._meta.get_field("ticket").max_length

Judged = Sequence[tuple[Parcel, Verdict]]


# Not a row's doing: the database has gone away, or the worker's time is up.
NOBODYS_FAULT = (OperationalError, InterfaceError, SoftTimeLimitExceeded)


def settle_each(*, lease: UUID, judged: Judged) -> int:
    """
    Settle all of them at once, or, where one of them cannot be settled, all but that one.

    What our own code or the database cannot cope with is charged to its row alone, as an attempt; a
    row of which not even that can be written is left with its lease, for the solo lane.
    """
    try:
        return _settle_past_deadlock(lease, judged)
    except NOBODYS_FAULT:
        raise
    except Exception as error:  # whatever it is, it is found by halving and kept on its row
        if len(judged) > 1:
            half = len(judged) // 2
            return settle_each(lease=lease, judged=judged[:half]) + settle_each(lease=lease, judged=judged[half:])
        [(parcel, verdict)] = judged
        # The error's own words quote the row.
        logger.error("follow-up %s cannot be settled: %s", parcel.id, reason(error))
        failed = failed_by_us(parcel, reason(error), base=settings.FOLLOWUP_RETRY_BASE)
        return _settle_or_leave(lease, parcel, replace(failed, tries=verdict.tries + failed.tries))


def _settle_past_deadlock(lease: UUID, judged: Judged) -> int:
    """Settle; where we were the price of a deadlock with somebody's plain SQL, once more: it has its rows by now."""
    try:
        return settle(lease=lease, judged=judged)
    except OperationalError as error:
        if not isinstance(error.__cause__, DeadlockDetected):
            raise
    return settle(lease=lease, judged=judged)


def _settle_or_leave(lease: UUID, parcel: Parcel, verdict: Verdict) -> int:
    try:
        return settle(lease=lease, judged=[(parcel, verdict)])
    except NOBODYS_FAULT:
        raise
    except Exception as error:  # raised, it would keep everybody else's from being written down
        logger.error("follow-up %s cannot even fail: %s", parcel.id, reason(error))
        return 0


@transaction.atomic
def settle(*, lease: UUID, judged: Judged) -> int:
    """
    Write the verdicts on follow-ups claimed under ``lease``; return how many were still ours and scheduled.

    What was sent becomes a message, a card in the clinic's thread and an entry in the parent's feed;
    what failed is told to the administrators. The record of the attempts is kept whatever has
    happened to the row meanwhile.
    """
    if not judged:
        return 0
    settled = _settle(lease, judged)
    done = [(parcel, verdict) for parcel, verdict in judged if parcel.id in settled]
    _say([parcel for parcel, verdict in done if verdict.status == Status.SENT])
    record_attempts(judged=judged)
    failed = [(parcel, verdict) for parcel, verdict in done if verdict.status == Status.FAILED]
    for parcel, verdict in failed:
        logger.error("follow-up %s failed: %s", parcel.id, verdict.reason)
    _tell_admins(lease, [parcel for parcel, _ in failed])
    gone = {token for _parcel, verdict in judged for token in verdict.gone}
    if gone:
        retire_tokens(tokens=gone)
    return len(settled)


def _settle(lease: UUID, judged: Judged) -> set[UUID]:
    values: dict[str, Any] = {
        "lease": lease,
        "latest": LATEST,
        "most_attempts": MOST_ATTEMPTS,
        "ids": [parcel.id for parcel, _ in judged],
        "unverified": [not parcel.known for parcel, _ in judged],
        "statuses": [verdict.status.value for _, verdict in judged],
        "reasons": [verdict.reason[:REASON_CHARACTERS] for _, verdict in judged],
        "waits": [_seconds(verdict.wait) for _, verdict in judged],
        "at_least": [_seconds(verdict.at_least) for _, verdict in judged],
        "charges": [verdict.charge for _, verdict in judged],
    }
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, values)
        return {pk for (pk,) in cursor.fetchall()}


def _seconds(time: timedelta | None) -> float | None:
    return None if time is None else time.total_seconds()


def _say(sent: Sequence[Parcel]) -> None:
    cards = [card for card in map(wording.card, sent) if card is not None]
    if cards:
        post_cards(cards=cards)
    entries = [entry for entry in map(wording.entry, sent) if entry is not None]
    if entries:
        record(entries=entries)


def record_attempts(*, judged: Judged) -> None:
    """Keep what was tried and what came of it, for people to read and for receipts to be asked for."""
    tries = [(parcel, tried) for parcel, verdict in judged for tried in verdict.tries]
    if not tries:
        return
    values: dict[str, Any] = {
        "receipt_delay": settings.PUSH_RECEIPT_DELAY,
        "ids": [parcel.id for parcel, _ in tries],
        "tenants": [parcel.tenant_id for parcel, _ in tries],
        "numbers": [min(parcel.number, MOST_ATTEMPTS) for parcel, _ in tries],
        "channels": [tried.channel for _, tried in tries],
        "outcomes": [tried.outcome.value for _, tried in tries],
        "reasons": [tried.reason[:REASON_CHARACTERS] for _, tried in tries],
        "tokens": [tried.token for _, tried in tries],
        "tickets": [tried.ticket[:TICKET_CHARACTERS] for _, tried in tries],
    }
    with connection.cursor() as cursor:
        cursor.execute(RECORD, values)


def _tell_admins(lease: UUID, failed: Sequence[Parcel]) -> None:
    """One alert for each clinic, however many of its follow-ups failed together; no clinic: to operators."""
    clinics: dict[int | None, list[UUID]] = {}
    for parcel in failed:
        clinics.setdefault(parcel.tenant_id, []).append(parcel.id)
    names = Tenant.objects.in_bulk([pk for pk in clinics if pk is not None])
    for tenant_id, ids in clinics.items():
        notify(
            recipients=list(clinic_admins(tenant_id) if tenant_id is not None else operators()),
            type=NotificationType.ADMIN_ALERT,
            # What is settled in several goes is told in several; a phone shows the last of them.
            key=f"follow-up-failed:{lease.hex}:{ids[0].hex}",
            compose=_alert(str(names.get(tenant_id or 0, "Okta")), len(ids)),
            data={"type": NotificationType.ADMIN_ALERT.value},
            collapse_id=f"follow-ups-failed:{lease.hex}",
        )


def _alert(title: str, number: int) -> Callable[[User], Text]:
    def compose(_admin: User) -> Text:
        sentence = ngettext(
            "%(number)d follow-up could not be delivered. The admin says why and lets you try again.",
            "%(number)d follow-ups could not be delivered. The admin says why and lets you try again.",
            number,
        )
        return Text(title, sentence % {"number": number})

    return compose
