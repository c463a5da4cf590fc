"""Many at once: a bounded number of queries a batch, and nothing read that is over."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from followups.actions import deliver_due as delivery
from followups.locks import CLAIM, CLAIM_LOST
from followups.models import FollowUpMessage, FollowUpRequest
from messaging.actions.open_conversation import open_conversation
from tests.followups.scripted import Scripted
from tests.followups.steps import deliver
from tests.make import Make

pytestmark = pytest.mark.django_db(transaction=True)


HISTORY = """
    INSERT INTO follow_up_requests (conversation_id, user_id, scheduled_for, display_text, status)
    SELECT gen_random_uuid(), '7c0f', now(), 'How is Sam?', 'sent' FROM generate_series(1, 50000)
"""


def queries() -> int:
    with CaptureQueriesContext(connection) as captured:
        deliver()
    return len(captured)


def many(number: int, **columns: Any) -> None:
    FollowUpRequest.objects.bulk_create(
        FollowUpRequest(
            **{
                "conversation_id": uuid4(),
                "user_id": "7c0f",
                "scheduled_for": Now(),
                "display_text": f"{n:05}",
                **columns,
            }
        )
        for n in range(number)
    )


def test_a_batch_in_the_app_takes_the_same_queries_for_one_and_for_five_hundred() -> None:
    many(1)
    few = queries()
    many(500)
    assert queries() == few
    assert FollowUpMessage.objects.count() == 501


def test_a_batch_that_is_pushed_takes_the_same_queries_for_one_and_for_a_hundred(scripted: type[Scripted]) -> None:
    many(1, device_token="ExponentPushToken[x]")
    few = queries()
    many(100, device_token="ExponentPushToken[x]")
    assert queries() == few
    assert len(scripted.sent) == 101


def test_so_does_one_of_our_own_conversations(make: Make) -> None:
    def promise(people: int) -> None:
        for number in range(people):
            patient = make.patient(f"P{number}", doctors=[make.dana])
            conversation, _ = open_conversation(people=[make.dana, patient])
            make.follow_up(conversation, scheduled_for=Now())

    promise(1)
    few = queries()
    promise(8)
    assert queries() == few


def test_ten_thousand_due_at_once_arrive_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    # The time a run may take is the machine's affair; here it takes what it needs.
    monkeypatch.setattr(delivery, "LAST_ROUND", 300.0)
    conversations = [uuid4() for _ in range(500)]
    FollowUpRequest.objects.bulk_create(
        FollowUpRequest(
            conversation_id=conversation,
            user_id="7c0f",
            scheduled_for=Now() - timedelta(minutes=n),
            display_text=f"{n:02}",
        )
        for conversation in conversations
        for n in range(20)
    )
    assert queries() < 20 * 14, "twenty rounds of five hundred"
    said: dict[UUID, list[str]] = {}
    shown = FollowUpMessage.objects.order_by("timestamp", "created_at", "pk")
    for conversation, text in shown.values_list("conversation_id", "message_content"):
        said.setdefault(conversation, []).append(text)
    assert len(said) == 500
    assert {tuple(texts) for texts in said.values()} == {tuple(f"{n:02}" for n in reversed(range(20)))}


@pytest.mark.parametrize("sql", [CLAIM, CLAIM_LOST], ids=["due", "lost"])
def test_a_claim_reads_no_history(sql: str) -> None:
    many(20)
    with connection.cursor() as cursor:
        cursor.execute(HISTORY)
        cursor.execute("ANALYZE follow_up_requests")
        cursor.execute(f"EXPLAIN {sql}", {"lease": uuid4(), "life": "2 minutes", "limit": 500})
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan" not in plan
    assert "follow_up_" in plan
