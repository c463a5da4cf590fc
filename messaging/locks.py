"""The conversation's row lock: every message gets its ``seq`` under it."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

# The statement's clock stands still while it waits for the row, so a message that waited could
# otherwise set the conversation's last activity back.
TAKE_SEQ = """
    UPDATE messaging_conversation
    SET last_seq = last_seq + 1, last_activity_at = greatest(last_activity_at, statement_timestamp())
    WHERE id = %s
    RETURNING last_seq
"""
# The rows are locked by id first: an UPDATE alone takes them in whatever order it meets them.
TAKE_SEQS = """
    WITH held AS (
        SELECT id FROM messaging_conversation WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE messaging_conversation AS taken
    SET last_seq = last_seq + 1, last_activity_at = greatest(last_activity_at, statement_timestamp())
    FROM held
    WHERE taken.id = held.id
    RETURNING taken.id, taken.last_seq
"""


def take_seq(conversation_id: UUID) -> int:
    """
    Take the conversation's next ``seq`` and hold its row until the transaction ends.

    Messages of one conversation therefore become visible in the order of their ``seq``. Taken after
    any lock on a patient or on a story's row.
    """
    with connection.cursor() as cursor:
        cursor.execute(TAKE_SEQ, [conversation_id])
        seq: int = cursor.fetchone()[0]
    return seq


def take_seqs(conversation_ids: Sequence[UUID]) -> dict[UUID, int]:
    """Take the next ``seq`` of each of these conversations, and hold their rows, in the order of their ids."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_SEQS, [list(conversation_ids)])
        return dict(cursor.fetchall())
