"""The conversation's row lock: every message gets its ``seq`` under it."""

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
