"""What the client reads: every row of its clinic, spelled so that one bad row breaks no screen."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from followups.actions.make_key import make_key
from followups.models import FollowUpMessage, FollowUpRequest, Provider, ProviderReviewRequest
from tests.followups.rest.conftest import LOWER, TABLES, Rest, run
from tests.make import Make

pytestmark = pytest.mark.django_db

REVIEW = (
    "INSERT INTO provider_review_requests (tenant_id, conversation_id, user_id, {column}) VALUES (%s, %s, '7c0f', %s)"
)


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ("2025-11-09T17:30:12.999999Z", "2025-11-09T17:30:12Z"),
        ("2025-11-09T12:30:12.5-05:00", "2025-11-09T17:30:12Z"),
        ("1969-12-31T23:59:59.9Z", "1969-12-31T23:59:59Z"),
    ],
)
def test_a_messages_timestamp_never_has_a_fraction(rest: Rest, make: Make, stored: str, said: str) -> None:
    run(
        "INSERT INTO follow_up_messages (tenant_id, conversation_id, user_id, message_content, timestamp)"
        " VALUES (%s, %s, '7c0f', 'Hello', %s)",
        make.clinic.pk,
        LOWER,
        stored,
    )
    (row,) = rest.get(f"follow_up_messages?conversation_id=eq.{LOWER}").json()
    assert row["timestamp"] == said


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ("2025-11-09T17:30:12Z", "2025-11-09T17:30:12Z"),
        ("2025-11-09T17:30:12.12Z", "2025-11-09T17:30:12Z"),
        ("2025-11-09T17:30:00.000001+01", "2025-11-09T16:30:00Z"),
        (None, None),
    ],
)
def test_no_instant_has_a_fraction(rest: Rest, make: Make, stored: str | None, said: str | None) -> None:
    run(REVIEW.format(column="responded_at"), make.clinic.pk, LOWER, stored)
    assert rest.get("provider_review_requests?select=responded_at").json() == [{"responded_at": said}]


def test_what_the_client_cannot_do_without_is_never_null(rest: Rest, make: Make) -> None:
    run("INSERT INTO provider_review_requests (tenant_id, conversation_id) VALUES (%s, %s)", make.clinic.pk, LOWER)
    run(
        "INSERT INTO follow_up_requests (tenant_id, conversation_id, user_id, scheduled_for, display_text)"
        " VALUES (%s, %s, '7c0f', now(), 'x')",
        make.clinic.pk,
        LOWER,
    )
    (review,), (follow_up,) = rest.get("provider_review_requests").json(), rest.get("follow_up_requests").json()
    assert (review["user_id"], review["conversation_id"], review["status"]) == ("", LOWER, "pending")
    assert (follow_up["original_message"], follow_up["child_name"]) == ("", None)


def test_a_review_request_without_a_conversation_does_not_exist_for_the_client(rest: Rest, make: Make) -> None:
    run("INSERT INTO provider_review_requests (tenant_id, user_id) VALUES (%s, '7c0f')", make.clinic.pk)
    assert rest.get("provider_review_requests?user_id=eq.7c0f").json() == []
    assert rest.patch("provider_review_requests?user_id=eq.7c0f", {"is_flagged": True}).status_code == 204
    assert ProviderReviewRequest.objects.get().is_flagged is False


def nested(levels: int) -> str:
    return "[" * levels + "]" * levels


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        (
            '[{"content": "Hi", "is_from_user": true, "image_url": null}]',
            [{"content": "Hi", "is_from_user": True, "image_url": None}],
        ),
        ("{}", {}),
        ('"a"', "a"),
        ("[1, 2.5, -3]", [1, 2.5, -3]),
        ("null", None),
        (None, None),
        ("[1e400]", None),
        ("[" + "9" * 5000 + "]", None),
        (nested(100), json.loads(nested(100))),
        (nested(101), None),
        (nested(3000), None),
    ],
    ids=lambda value: str(value)[:20],
)
def test_stored_json_is_answered_as_json_unless_it_would_break_the_answer(
    rest: Rest, make: Make, stored: str | None, said: Any
) -> None:
    run(REVIEW.format(column="conversation_messages"), make.clinic.pk, LOWER, stored)
    answer = rest.get("provider_review_requests")
    assert [row["conversation_messages"] for row in answer.json()] == [said]
    assert b"Infinity" not in answer.content


@pytest.mark.parametrize("status", ["odd", "", "Ждёт"])
def test_a_row_from_outside_may_say_what_it_likes(rest: Rest, make: Make, status: str) -> None:
    run(REVIEW.format(column="status"), make.clinic.pk, LOWER, status)
    answer = rest.get("provider_review_requests?select=status")
    assert answer.json() == [{"status": status}]
    assert status in answer.content.decode()


def orphan(conversation_id: Any) -> None:
    run(
        "INSERT INTO follow_up_requests (conversation_id, user_id, scheduled_for, display_text)"
        " VALUES (%s, '7c0f', now(), 'x')",
        conversation_id,
    )


def test_a_row_from_outside_is_adopted_before_it_is_read_or_changed(rest: Rest, make: Make) -> None:
    run(REVIEW.format(column="status"), make.clinic.pk, LOWER, "pending")
    orphan(LOWER)
    assert [row["status"] for row in rest.get("follow_up_requests").json()] == ["scheduled"]
    orphan(LOWER)
    rest.patch(f"follow_up_requests?conversation_id=eq.{LOWER}", {"status": "cancelled"})
    assert list(FollowUpRequest.objects.values_list("status", "tenant")) == [("cancelled", make.clinic.pk)] * 2


def test_a_row_of_nobody_is_nobodys(rest: Rest, make: Make) -> None:
    orphan(uuid4())
    assert rest.get("follow_up_requests").json() == []
    rest.patch("follow_up_requests?user_id=eq.7c0f", {"status": "cancelled"})
    assert FollowUpRequest.objects.get().status == "scheduled"
    with override_settings(FOLLOWUP_DEFAULT_TENANT=make.clinic.pk):
        assert len(rest.get("follow_up_requests").json()) == 1


def fill(make: Make, count: int) -> None:
    for n in range(count):
        shared: dict[str, Any] = {"tenant": make.clinic, "conversation_id": uuid4(), "user_id": "7c0f"}
        FollowUpMessage.objects.create(**shared, message_content="x")
        ProviderReviewRequest.objects.create(**shared, conversation_messages=[])
        Provider.objects.create(tenant=make.clinic, user_id=f"{count}-{n}")
        FollowUpRequest.objects.create(**shared, scheduled_for="2025-11-09T17:30:12Z", display_text="x")


CHANGES = {
    "follow_up_requests": {"status": "cancelled"},
    "follow_up_messages": {"is_read": True},
    "provider_review_requests": {"is_flagged": True},
    "providers": {"device_token": "x"},
}


@pytest.mark.parametrize("table", TABLES)
def test_a_request_costs_the_same_however_many_rows_it_touches(make: Make, table: str) -> None:
    rest = Rest(make_key(tenant=make.clinic, name="x", made_by=None)[1])
    rest.get(table)  # The first use of a key within a minute is noted.
    costs = []
    for count in (1, 5):
        fill(make, count)
        with CaptureQueriesContext(connection) as reading:
            assert rest.get(table).status_code == 200
        with CaptureQueriesContext(connection) as changing:
            assert rest.patch(f"{table}?user_id=neq.x", CHANGES[table]).status_code == 204
        costs.append((len(reading), len(changing)))
    # Reading: the key, three statements of adoption, the rows. Changing: a savepoint, the locks, the change.
    assert costs == [(5, 8), (5, 8)]


def test_no_answer_is_kept_by_anything_between(rest: Rest) -> None:
    assert "no-store" in rest.get("providers")["Cache-Control"]


def test_a_head_is_a_get_without_a_body(rest: Rest) -> None:
    answer = rest.send("HEAD", "providers")
    assert (answer.status_code, answer.content) == (200, b"")
