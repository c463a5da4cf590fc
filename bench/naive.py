"""The ways the product does not go, written as well as they can be: what it is measured against."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from celery import shared_task
from django.conf import settings
from django.db import connection, transaction

from followups.locks import CLAIM

BATCH = 500
PAGE = 100
LOCK_ONE = "SELECT id FROM follow_up_requests WHERE id = %s AND status = 'scheduled' FOR UPDATE SKIP LOCKED"
SAY = """
    INSERT INTO follow_up_messages (
        conversation_id, user_id, message_content, is_from_user, is_read, follow_up_id, tenant_id, timestamp
    )
    SELECT conversation_id, user_id, display_text, false, false, id, tenant_id, statement_timestamp()
    FROM follow_up_requests WHERE id = ANY(%(ids)s)
"""
RECORD = """
    INSERT INTO followups_followupattempt (follow_up_id, tenant_id, number, channel, outcome)
    SELECT id, tenant_id, 1, 'IN_APP', 'ACCEPTED' FROM follow_up_requests WHERE id = ANY(%(ids)s)
"""
SENT = """
    UPDATE follow_up_requests
    SET status = 'sent', sent_at = statement_timestamp(), attempts = attempts + 1, lease = NULL, leased_until = NULL
    WHERE id = ANY(%(ids)s)
"""
# The bare loop, statement by statement as a backend's first draft has it.
PENDING = """
    SELECT id, conversation_id, user_id, display_text FROM follow_up_requests
    WHERE status = 'scheduled' AND scheduled_for <= now() ORDER BY scheduled_for LIMIT %s
"""
MARK = "UPDATE follow_up_requests SET status = 'sent', sent_at = now() WHERE id = %s"
ADD = """
    INSERT INTO follow_up_messages (conversation_id, user_id, message_content, is_from_user, follow_up_id, timestamp)
    VALUES (%s, %s, %s, false, %s, now())
"""


def deliver_in_sql() -> None:
    """Claim, say, record and mark in batches, and decide nothing: no recipient, no retry, no refusal."""
    values: dict[str, Any] = {"life": settings.LEASE, "limit": BATCH}
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(CLAIM, values | {"lease": uuid4()})
            taken = [pk for (pk,) in cursor.fetchall()]
            if not taken:
                return
            _say(taken)


def deliver_in_a_loop() -> None:
    """One row after the other, each statement its own transaction."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute(PENDING, [PAGE])
            pending = cursor.fetchall()
            if not pending:
                return
            for pk, conversation, user, text in pending:
                cursor.execute(MARK, [pk])
                cursor.execute(ADD, [conversation, user, text, pk])


@shared_task(name="bench.deliver_one")
def deliver_one(*, follow_up_id: str) -> None:
    """One row in a task of its own: the same statements as in batches, in one transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK_ONE, [follow_up_id])
        if cursor.fetchone():
            _say([UUID(follow_up_id)])


def _say(ids: Sequence[UUID]) -> None:
    with connection.cursor() as cursor:
        for statement in (SAY, RECORD, SENT):
            cursor.execute(statement, {"ids": list(ids)})
