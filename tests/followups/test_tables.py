"""The client writes the tables itself: every default is the database's."""

from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from followups.models import FollowUpMessage, FollowUpRequest, Provider, ProviderReviewRequest
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
    assert (row.attempts, row.next_attempt_at, row.lease, row.unverified, row.in_app_only) == (
        0,
        None,
        None,
        False,
        False,
    )


def test_a_message_with_only_the_mandatory_columns_has_every_default() -> None:
    run(
        "INSERT INTO follow_up_messages (conversation_id, user_id, message_content) VALUES (%s, '7c0f', 'Hello')",
        uuid4(),
    )
    row = FollowUpMessage.objects.get()
    assert (row.is_from_user, row.is_read, row.follow_up_id) == (False, False, None)
    assert row.created_at is not None


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Kathmandu"])
def test_a_messages_own_timestamp_is_the_whole_second_in_any_session_zone(zone: str) -> None:
    run("SELECT set_config('TimeZone', %s, true)", zone)
    run("INSERT INTO follow_up_messages (conversation_id, user_id, message_content) VALUES (%s, 'x', 'y')", uuid4())
    row = FollowUpMessage.objects.get()
    assert row.timestamp == row.created_at.replace(microsecond=0)


def test_a_follow_up_has_at_most_one_message() -> None:
    columns = "conversation_id, user_id, message_content, follow_up_id"
    sql = f"INSERT INTO follow_up_messages ({columns}) VALUES (%s, 'x', 'y', %s)"
    follow_up_id = uuid4()
    run(sql, uuid4(), follow_up_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        run(sql, uuid4(), follow_up_id)
    assert FollowUpMessage.objects.count() == 1


def test_a_provider_is_registered_once_and_has_every_default() -> None:
    run("INSERT INTO providers (user_id, device_token) VALUES ('default_provider', 'abc')")
    row = Provider.objects.get()
    assert (row.device_type, row.device_token, row.tenant) == ("ios", "abc", None)
    assert row.created_at == row.updated_at
    with pytest.raises(IntegrityError), transaction.atomic():
        run("INSERT INTO providers (user_id, device_token) VALUES ('default_provider', 'def')")


@pytest.mark.parametrize("instant", ["infinity", "-infinity", "12026-01-01T00:00:00Z", "0001-01-01T00:00:00Z"])
def test_the_database_refuses_an_instant_that_no_list_could_show(instant: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        schedule(uuid4(), scheduled_for=instant)
    assert not FollowUpRequest.objects.exists()


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
    assert scheduled_in([conversation_id], tenant_id=None) == ({conversation_id} if ahead else set())


@pytest.mark.parametrize("badge", [True, False])
def test_the_badge_of_a_review_request_stands_until_it_is_taken_away(badge: bool) -> None:
    conversation_id = uuid4()
    run(
        "INSERT INTO provider_review_requests (conversation_id, schedule_followup) VALUES (%s, %s)",
        conversation_id,
        badge,
    )
    assert scheduled_in([conversation_id], tenant_id=None) == ({conversation_id} if badge else set())


def test_the_conversation_list_says_which_have_a_follow_up_ahead(make: Make) -> None:
    api = make.api(make.dana)
    with_one, without = (
        api.post("/v2/conversations", {"participantIds": [person.pk]}).json()["id"] for person in (make.pat, make.omar)
    )
    schedule(with_one)
    listed = {row["id"]: row["hasScheduledFollowUp"] for row in api.get("/v2/conversations").json()["results"]}
    assert listed == {with_one: True, without: False}
    assert api.post("/v2/conversations", {"participantIds": [make.pat.pk]}).json()["hasScheduledFollowUp"] is True
