"""A clinic's conversations, from a thousand messages to a million; what one doctor opens stays the same."""

from uuid import UUID

from django.db import connection

from accounts.models import User
from bench.cast import Pair

# Her list is longer than a page, and in each she has the last few messages to read.
OWN, IN_EACH, UNREAD = 60, 10, 3
# What everybody else talks about, and the one long conversation of hers.
AVERAGE, LONG = 50, 0.2
EMPTY = "TRUNCATE messaging_message, messaging_participant, messaging_conversation CASCADE"
# One of two rows is hers: she talks to her patient in groups of the same two.
CONVERSATIONS = """
    WITH written AS (
        INSERT INTO messaging_conversation
            (id, tenant_id, type, title, patient_id, participants_key, last_seq, last_activity_at)
        SELECT gen_random_uuid(), %(tenant)s, 'GROUP', %(title)s || n, %(patient)s, %(doctor)s || ',' || %(patient)s,
            %(messages)s, statement_timestamp() - random() * interval '90 days'
        FROM generate_series(1, %(number)s) AS n RETURNING id
    )
    INSERT INTO messaging_participant (conversation_id, user_id, last_read_seq)
    SELECT id, person, greatest(%(messages)s - %(unread)s, 0)
    FROM written, unnest(ARRAY[%(doctor)s, %(patient)s]::bigint[]) AS person
"""
MESSAGES = """
    INSERT INTO messaging_message (conversation_id, seq, type, sender_id, content, created_at)
    SELECT conversation.id, n, 'TEXT', person.user_id, 'How was the ' || n || 'th heel raise today?',
        statement_timestamp() - interval '1 minute' * (last_seq - n)
    FROM messaging_conversation AS conversation
    CROSS JOIN LATERAL generate_series(1, last_seq) AS n
    JOIN messaging_participant AS person ON person.conversation_id = conversation.id
        AND (person.user_id = conversation.patient_id) = (mod(n, 2) = 1)
"""
SETTLE_DOWN = "VACUUM (ANALYZE) messaging_message, messaging_conversation, messaging_participant"


def fill(messages: int, *, own: Pair, others: Pair) -> UUID:
    """Replace all that was ever said by so many messages; the long conversation."""
    long = int(messages * LONG)
    rest = messages - long - OWN * IN_EACH
    with connection.cursor() as cursor:
        cursor.execute(EMPTY)
        add(own, "Week ", number=OWN, messages=IN_EACH)
        add(own, "Long ", number=1, messages=long)
        add(others, "Theirs ", number=max(1, rest // AVERAGE), messages=min(rest, AVERAGE))
        cursor.execute(MESSAGES)
        cursor.execute(SETTLE_DOWN)
        cursor.execute("SELECT id FROM messaging_conversation WHERE title = 'Long 1'")
        found: UUID = cursor.fetchone()[0]
    return found


def add(people: Pair, title: str, *, number: int, messages: int) -> None:
    """So many conversations of these two, each with so many messages, all but the last few read."""
    doctor: User = people.doctor
    values = {"tenant": doctor.tenant_id, "doctor": doctor.pk, "patient": people.patient.pk, "title": title}
    with connection.cursor() as cursor:
        cursor.execute(CONVERSATIONS, values | {"number": number, "messages": messages, "unread": UNREAD})
