"""The client writes the tables itself: every default is the database's."""

from uuid import UUID, uuid4

import pytest
from django.db import connection

from followups.models import FollowUpRequest, ProviderReviewRequest
from followups.queries import scheduled_in
from tests.make import Make

pytestmark = pytest.mark.django_db


def run(sql: str, *values: object) -> None:
    """Plain SQL, as from outside."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def schedule(conversation_id: UUID, **columns: object) -> None:
    given = {
        "conversation_id": conversation_id,
        "user_id": "7c0f",
        "scheduled_for": "2026-04-09T09:00:00Z",
        "display_text": "How is Sam?",
        **columns,
    }
    marks = ", ".join(["%s"] * len(given))
    run(f"INSERT INTO follow_up_requests ({', '.join(given)}) VALUES ({marks})", *given.values())


def test_a_follow_up_with_only_the_mandatory_columns_has_every_default() -> None:
    schedule(uuid4())
    row = FollowUpRequest.objects.get()
    assert (row.status, row.urgency, row.sent_at, row.tenant) == ("scheduled", "routine", None, None)
    assert isinstance(row.pk, UUID)
    assert row.created_at is not None


def test_a_review_request_with_no_column_at_all_has_every_default() -> None:
    run("INSERT INTO provider_review_requests DEFAULT VALUES")
    row = ProviderReviewRequest.objects.get()
    assert (row.status, row.is_flagged, row.schedule_followup) == ("pending", False, False)
    assert row.created_at is not None


@pytest.mark.parametrize(
    ("status", "ahead"), [("scheduled", True), ("sent", False), ("cancelled", False), ("failed", False), ("odd", False)]
)
def test_only_what_is_scheduled_is_ahead(status: str, ahead: bool) -> None:
    conversation_id = uuid4()
    schedule(conversation_id, status=status)
    schedule(uuid4())
    assert scheduled_in([conversation_id]) == ({conversation_id} if ahead else set())


@pytest.mark.parametrize("badge", [True, False])
def test_the_badge_of_a_review_request_stands_until_it_is_taken_away(badge: bool) -> None:
    conversation_id = uuid4()
    run(
        "INSERT INTO provider_review_requests (conversation_id, schedule_followup) VALUES (%s, %s)",
        conversation_id,
        badge,
    )
    assert scheduled_in([conversation_id]) == ({conversation_id} if badge else set())


def test_the_conversation_list_says_which_have_a_follow_up_ahead(make: Make) -> None:
    api = make.api(make.dana)
    with_one, without = (
        api.post("/v2/conversations", {"participantIds": [person.pk]}).json()["id"] for person in (make.pat, make.omar)
    )
    schedule(with_one)
    listed = {row["id"]: row["hasScheduledFollowUp"] for row in api.get("/v2/conversations").json()["results"]}
    assert listed == {with_one: True, without: False}
    assert api.post("/v2/conversations", {"participantIds": [make.pat.pk]}).json()["hasScheduledFollowUp"] is True
