"""The client's requests, byte for byte, and what it reads in the answers."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from followups.models import FollowUpMessage, FollowUpRequest, Provider, ProviderReviewRequest
from tests.followups.rest.conftest import LOWER, UPPER, Rest
from tests.make import Make

pytestmark = pytest.mark.django_db

SCHEDULE = (
    b'{"conversation_id":"3F25A1C0-9B1D-4E7A-8C55-0D6E2F7A9B10","user_id":"7c0f","scheduled_for":"2025-11-09T17:30:12Z",'
    b'"urgency":"routine","display_text":"How is Sam?","original_message":"How is Sam?","status":"scheduled",'
    b'"child_name":"Sam","child_age":"2 years","follow_up_minutes":59}'
)
MESSAGE = (
    b'{"conversation_id":"3F25A1C0-9B1D-4E7A-8C55-0D6E2F7A9B10","user_id":"7c0f","message_content":"Rest, please.",'
    b'"is_from_user":false,"timestamp":"2025-11-09T17:30:12Z","is_read":false}'
)
COLUMNS = (
    "id,user_id,conversation_id,conversation_title,child_name,child_age,child_dob,"
    "triage_outcome,conversation_summary,conversation_messages,provider_name,provider_response,provider_urgency,status,"
    "is_flagged,flag_reason,flagged_at,flagged_by,unflagged_at,schedule_followup,responded_at,created_at"
)
LIST = f"provider_review_requests?select={COLUMNS}&order=created_at.desc&or=(status.is.null,status.neq.closed)"
THIS_SECOND = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
AT = datetime(2025, 11, 9, 17, 30, 12, tzinfo=UTC)


def reviewed(make: Make, conversation_id: Any = LOWER, **columns: Any) -> ProviderReviewRequest:
    return ProviderReviewRequest.objects.create(
        tenant=make.clinic, conversation_id=conversation_id, user_id="7c0f", **columns
    )


def test_a_follow_up_is_scheduled(rest: Rest, make: Make) -> None:
    answer = rest.send("POST", "follow_up_requests", SCHEDULE)
    assert (answer.status_code, answer["Content-Type"]) == (201, "application/json")
    row = FollowUpRequest.objects.get()
    (said,) = answer.json()
    assert THIS_SECOND.fullmatch(said.pop("created_at"))
    assert said == {
        "id": str(row.pk),
        "conversation_id": LOWER,
        "user_id": "7c0f",
        "scheduled_for": "2025-11-09T17:30:12Z",
        "urgency": "routine",
        "display_text": "How is Sam?",
        "original_message": "How is Sam?",
        "status": "scheduled",
        "child_name": "Sam",
        "child_age": "2 years",
        "device_token": None,
        "follow_up_days": None,
        "follow_up_hours": None,
        "follow_up_minutes": 59,
        "sent_at": None,
    }
    assert (row.tenant, row.scheduled_for, row.scheduled_by) == (make.clinic, AT, None)


@pytest.mark.parametrize("badge", [b'{"schedule_followup":true}', b'{"schedule_followup":false}'])
def test_the_badge_is_set_and_taken_away(rest: Rest, make: Make, badge: bytes) -> None:
    review, other = reviewed(make, schedule_followup=b"false" in badge), reviewed(make, uuid4())
    answer = rest.send("PATCH", f"provider_review_requests?conversation_id=eq.{LOWER}", badge)
    assert (answer.status_code, answer.content) == (204, b"")
    review.refresh_from_db()
    other.refresh_from_db()
    assert (review.schedule_followup, other.schedule_followup) == (b"true" in badge, False)


def test_cancelling_takes_back_all_that_is_scheduled_in_the_conversation(rest: Rest, make: Make) -> None:
    ids = {
        status: FollowUpRequest.objects.create(
            tenant=make.clinic,
            conversation_id=LOWER,
            user_id="7c0f",
            scheduled_for=AT,
            display_text=status,
            status=status.split()[0],
        ).pk
        for status in ("scheduled", "scheduled too", "sent", "failed", "on_hold")
    }
    answer = rest.send(
        "PATCH", f"follow_up_requests?conversation_id=eq.{UPPER}&status=eq.scheduled", b'{"status":"cancelled"}'
    )
    assert (answer.status_code, answer.content) == (204, b"")
    found = dict(FollowUpRequest.objects.values_list("pk", "status"))
    assert {said: found[pk] for said, pk in ids.items()} == {
        "scheduled": "cancelled",
        "scheduled too": "cancelled",
        "sent": "sent",
        "failed": "failed",
        "on_hold": "on_hold",
    }


def test_cancelling_nothing_is_no_mistake(rest: Rest) -> None:
    answer = rest.send(
        "PATCH", f"follow_up_requests?conversation_id=eq.{UPPER}&status=eq.scheduled", b'{"status":"cancelled"}'
    )
    assert (answer.status_code, answer.content, answer.get("Content-Type")) == (204, b"", None)


def test_the_thread_is_read_in_its_order(rest: Rest, make: Make) -> None:
    for second, words in ((30, "third"), (10, "first"), (20, "second")):
        FollowUpMessage.objects.create(
            tenant=make.clinic,
            conversation_id=LOWER,
            user_id="7c0f",
            message_content=words,
            timestamp=AT.replace(second=second),
        )
    answer = rest.get(f"follow_up_messages?conversation_id=eq.{UPPER}&order=timestamp.asc")
    assert [(row["message_content"], row["timestamp"]) for row in answer.json()] == [
        ("first", "2025-11-09T17:30:10Z"),
        ("second", "2025-11-09T17:30:20Z"),
        ("third", "2025-11-09T17:30:30Z"),
    ]
    assert list(answer.json()[0]) == [
        "id",
        "conversation_id",
        "user_id",
        "message_content",
        "is_from_user",
        "timestamp",
        "is_read",
        "follow_up_id",
        "created_at",
    ]


def test_the_list_holds_what_is_not_closed_and_what_has_no_status(rest: Rest, make: Make) -> None:
    rows = {status: reviewed(make, uuid4(), status=status) for status in ("pending", None, "closed", "responded")}
    for minute, row in enumerate(rows.values()):
        ProviderReviewRequest.objects.filter(pk=row.pk).update(created_at=AT.replace(minute=minute))
    answer = rest.get(LIST)
    assert answer.status_code == 200
    assert [row["id"] for row in answer.json()] == [str(rows[status].pk) for status in ("responded", None, "pending")]
    assert set(answer.json()[0]) == set(COLUMNS.split(","))


def test_the_provider_answers(rest: Rest, make: Make) -> None:
    review = reviewed(make)
    body = (
        '{"provider_response":"Keep it cool.","responded_at":"2025-11-09T17:30:12Z","status":"responded",'
        '"provider_name":"Dr Michael Example"}'
    )
    answer = rest.send("PATCH", f"provider_review_requests?conversation_id=eq.{LOWER}", body.encode())
    assert (answer.status_code, answer.content) == (204, b"")
    review.refresh_from_db()
    assert (review.provider_response, review.responded_at, review.status, review.provider_name) == (
        "Keep it cool.",
        AT,
        "responded",
        "Dr Michael Example",
    )


@pytest.mark.parametrize(("written", "reason"), [(b"null", None), (b'"Rash"', "Rash")])
def test_a_review_request_is_flagged(rest: Rest, make: Make, written: bytes, reason: str | None) -> None:
    review = reviewed(make, unflagged_at=AT, flag_reason="Old")
    body = (
        b'{"is_flagged":true,"flagged_at":"2025-11-09T17:30:12Z","flagged_by":"Dr. Example","flag_reason":'
        + written
        + b',"unflagged_at":null}'
    )
    answer = rest.send("PATCH", f"provider_review_requests?conversation_id=eq.{LOWER}", body)
    assert (answer.status_code, answer.content) == (204, b"")
    review.refresh_from_db()
    assert (review.is_flagged, review.flagged_at, review.flagged_by, review.flag_reason, review.unflagged_at) == (
        True,
        AT,
        "Dr. Example",
        reason,
        None,
    )
    flagged = rest.get(f"provider_review_requests?select={COLUMNS}&is_flagged=eq.true&order=created_at.desc")
    assert [row["flagged_at"] for row in flagged.json()] == ["2025-11-09T17:30:12Z"]


def test_a_message_is_said_and_then_read(rest: Rest, make: Make) -> None:
    answer = rest.send("POST", "follow_up_messages", MESSAGE)
    row = FollowUpMessage.objects.get()
    assert answer.status_code == 201
    assert answer.json() == [
        {
            "id": str(row.pk),
            "conversation_id": LOWER,
            "user_id": "7c0f",
            "message_content": "Rest, please.",
            "is_from_user": False,
            "timestamp": "2025-11-09T17:30:12Z",
            "is_read": False,
            "follow_up_id": None,
            "created_at": answer.json()[0]["created_at"],
        }
    ]
    assert row.tenant == make.clinic


def test_only_the_parents_messages_are_marked_as_read(rest: Rest, make: Make) -> None:
    for from_user in (True, False):
        FollowUpMessage.objects.create(
            tenant=make.clinic, conversation_id=LOWER, user_id="7c0f", message_content="x", is_from_user=from_user
        )
    answer = rest.send(
        "PATCH", f"follow_up_messages?conversation_id=eq.{UPPER}&is_from_user=eq.true", b'{"is_read":true}'
    )
    assert (answer.status_code, answer.content) == (204, b"")
    assert dict(FollowUpMessage.objects.values_list("is_from_user", "is_read")) == {True: True, False: False}


def test_a_device_is_registered_and_then_changed(rest: Rest, make: Make) -> None:
    assert rest.get("providers?user_id=eq.default_provider&select=id").json() == []
    body = (
        b'{"user_id":"default_provider","device_token":"aa11","device_type":"ios",'
        b'"created_at":"2025-11-09T17:30:12Z","updated_at":"2025-11-09T17:30:12Z"}'
    )
    answer = rest.send("POST", "providers", body)
    row = Provider.objects.get()
    assert answer.status_code == 201
    assert answer.json() == [
        {
            "id": str(row.pk),
            "user_id": "default_provider",
            "device_token": "aa11",
            "device_type": "ios",
            "created_at": "2025-11-09T17:30:12Z",
            "updated_at": "2025-11-09T17:30:12Z",
        }
    ]
    assert row.tenant == make.clinic
    # The client decodes this as text to text.
    assert rest.get("providers?user_id=eq.default_provider&select=id").json() == [{"id": str(row.pk)}]
    changed = rest.send(
        "PATCH",
        f"providers?id=eq.{row.pk}",
        b'{"device_token":"bb22","device_type":"ios","updated_at":"2025-11-10T08:00:00Z"}',
    )
    assert (changed.status_code, changed.content) == (204, b"")
    row.refresh_from_db()
    assert (row.device_token, row.updated_at) == ("bb22", datetime(2025, 11, 10, 8, tzinfo=UTC))


@pytest.mark.parametrize("spelled", [UPPER, LOWER])
def test_a_conversation_is_the_same_in_either_case(rest: Rest, make: Make, spelled: str) -> None:
    review = reviewed(make)
    rest.send("POST", "follow_up_messages", MESSAGE)
    for table in ("provider_review_requests", "follow_up_messages"):
        answer = rest.get(f"{table}?conversation_id=eq.{spelled}&select=conversation_id")
        assert answer.json() == [{"conversation_id": LOWER}]
    rest.patch(f"provider_review_requests?conversation_id=eq.{spelled}", {"schedule_followup": True})
    review.refresh_from_db()
    assert review.schedule_followup is True


@pytest.mark.parametrize(
    ("prefer", "status", "rows"),
    [
        ("return=representation", 201, 1),
        ("return=minimal", 201, 0),
        ("", 201, 0),
        ("tx=commit, return=Representation", 201, 1),
    ],
)
def test_a_post_answers_with_the_row_where_that_is_preferred(rest: Rest, prefer: str, status: int, rows: int) -> None:
    answer = rest.send("POST", "follow_up_requests?select=id", SCHEDULE, headers={"Prefer": prefer})
    said = answer.json() if answer.content else []
    assert (answer.status_code, said) == (status, [{"id": str(FollowUpRequest.objects.get().pk)}][:rows])


def test_a_patch_answers_with_the_rows_where_that_is_preferred(rest: Rest, make: Make) -> None:
    review = reviewed(make)
    preferred = {"Prefer": "return=representation"}
    path = f"provider_review_requests?conversation_id=eq.{LOWER}&select=status,id"
    answer = rest.patch(path, {"status": "responded"}, headers=preferred)
    assert (answer.status_code, answer.json()) == (200, [{"id": str(review.pk), "status": "responded"}])
    none = rest.patch(f"provider_review_requests?conversation_id=eq.{uuid4()}", {"status": "x"}, headers=preferred)
    assert (none.status_code, none.json()) == (200, [])


def test_a_newer_clients_word_for_a_providers_message_is_passed_over(rest: Rest) -> None:
    body = {"conversation_id": UPPER, "user_id": "7c0f", "message_content": "Hello", "from_provider": True}
    [row] = rest.post("follow_up_messages", body).json()
    assert (row["message_content"], row["is_from_user"], "from_provider" in row) == ("Hello", False, False)
