"""Unread counts read what lies behind the read position, and nothing of a long history before it."""

import pytest
from django.db import connection

from messaging.actions.open_conversation import open_conversation
from messaging.models import Conversation, Message, Participant
from messaging.queries import threads, with_unread
from tests.make import Make

LONG = 3_000


@pytest.fixture
def long_and_read(make: Make) -> Conversation:
    """Dana has read all but the last two of Pat's messages."""
    conversation, _ = open_conversation(people=[make.dana, make.pat])
    Message.objects.bulk_create(
        Message(conversation=conversation, seq=n, sender=make.pat, content="Still well.") for n in range(1, LONG + 1)
    )
    Participant.objects.filter(conversation=conversation, user=make.dana).update(last_read_seq=LONG - 2)
    Conversation.objects.filter(pk=conversation.pk).update(last_seq=LONG)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE messaging_message, messaging_participant, messaging_conversation")
    return conversation


@pytest.mark.django_db
def test_the_index_is_entered_at_the_read_position(make: Make, long_and_read: Conversation) -> None:
    asked: list[tuple[str, object]] = []

    def listen(execute: object, sql: str, values: object, many: bool, context: object) -> object:
        asked.append((sql, values))
        return execute(sql, values, many, context)  # type: ignore[operator]

    with connection.execute_wrapper(listen):
        [thread] = threads(user=make.dana, conversations=[long_and_read])
    assert thread.unread_count == 2

    [(sql, values)] = [one for one in asked if "last_read_seq" in one[0] and "COUNT" in one[0]]
    assert enters_at_the_read_position(sql, values)


@pytest.mark.django_db
def test_so_it_is_for_the_list_of_what_is_unread(make: Make, long_and_read: Conversation) -> None:
    unread = with_unread(Conversation.objects.all(), user=make.dana)

    assert list(unread) == [long_and_read]
    sql, values = unread.query.sql_with_params()
    assert enters_at_the_read_position(sql, values)


def enters_at_the_read_position(sql: str, values: object) -> bool:
    with connection.cursor() as cursor:
        # So few rows are read in one go anyway; it is the way into many that is looked at.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {sql}", values)
        plan = [line.strip() for (line,) in cursor.fetchall()]
    entered = any(line.startswith("Index Cond:") and "seq >" in line for line in plan)
    assert entered, "\n".join(plan)
    return entered
