"""Follow-ups that are due in the app, by the thousand, and the check that each was said once."""

from uuid import UUID

from django.db import connection

from accounts.models import Tenant
from bench.run import Run
from followups.models import FollowUpMessage, FollowUpRequest

EMPTY = "TRUNCATE follow_up_requests, follow_up_messages, followups_followupattempt"
# As a client's rows are: of a clinic, for a parent of its own, each in a conversation of its own.
DUE = """
    INSERT INTO follow_up_requests (
        id, conversation_id, user_id, scheduled_for, created_at, display_text, tenant_id, device_token
    )
    SELECT gen_random_uuid(), gen_random_uuid(), 'parent-' || n,
        statement_timestamp() - random() * interval '1 hour', statement_timestamp() - interval '1 day',
        'How is Sam doing since we spoke?', %(tenant)s,
        CASE WHEN %(phones)s THEN format('ExponentPushToken[%%s]', n) END
    FROM generate_series(1, %(number)s) AS n
"""
HISTORY = """
    INSERT INTO follow_up_requests (
        id, conversation_id, user_id, scheduled_for, created_at, sent_at, display_text, tenant_id, status, attempts
    )
    SELECT gen_random_uuid(), gen_random_uuid(), 'parent-' || n, past, past - interval '1 day', past,
        'How is Sam doing since we spoke?', %(tenant)s, 'sent', 1
    FROM generate_series(1, %(number)s) AS n, LATERAL (
        SELECT statement_timestamp() - interval '1 day' - n * interval '3 seconds' AS past
    ) AS moment
"""
SETTLE_DOWN = "VACUUM (ANALYZE) follow_up_requests, follow_up_messages, followups_followupattempt"


def empty() -> None:
    """Forget every follow-up."""
    with connection.cursor() as cursor:
        cursor.execute(EMPTY)


def add_history(number: int) -> None:
    """Follow-ups that were sent long ago."""
    _fill(HISTORY, number)


def add_due(number: int, *, run: Run, phones: bool = False) -> None:
    """Follow-ups that are due, at times this run's chance decides; with ``phones`` each parent has one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(%s)", [run.chance.uniform(-1, 1)])
    _fill(DUE, number, phones=phones)


def _fill(sql: str, number: int, *, phones: bool = False) -> None:
    clinic, _ = Tenant.objects.get_or_create(name="Measured")
    with connection.cursor() as cursor:
        cursor.execute(sql, {"number": number, "tenant": clinic.pk, "phones": phones})
        cursor.execute(SETTLE_DOWN)


def waiting() -> int:
    """How many are still to be said."""
    return FollowUpRequest.objects.filter(status="scheduled").count()


def ids() -> list[UUID]:
    """Those still to be said, longest due first."""
    rows = FollowUpRequest.objects.filter(status="scheduled").order_by("scheduled_for", "created_at", "pk")
    return list(rows.values_list("pk", flat=True))


def check_said(number: int) -> None:
    """Refuse a timing of work that was not done: every one of them is sent, with one message."""
    said = FollowUpMessage.objects.count()
    if waiting() or said != number:
        raise AssertionError(f"{number} follow-ups were due; {waiting()} still are, and {said} were said")
