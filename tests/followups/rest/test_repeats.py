"""The client repeats what it saw no answer to: the same words are the same row."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from followups.models import FollowUpMessage, FollowUpRequest, Provider
from tests.followups.rest.conftest import Rest, rest_of
from tests.followups.rest.test_contract import MESSAGE, SCHEDULE
from tests.make import Make
from tests.together import together

PROVIDER = b'{"user_id":"default_provider","device_token":"aa11","device_type":"ios"}'
SAID = pytest.mark.parametrize(
    ("table", "model", "body"),
    [
        ("follow_up_requests", FollowUpRequest, SCHEDULE),
        ("follow_up_messages", FollowUpMessage, MESSAGE),
        ("providers", Provider, PROVIDER),
    ],
    ids=["follow-up", "message", "provider"],
)
KEPT = pytest.mark.parametrize(
    ("table", "model", "body"),
    [("follow_up_requests", FollowUpRequest, SCHEDULE), ("follow_up_messages", FollowUpMessage, MESSAGE)],
    ids=["follow-up", "message"],
)


@SAID
@pytest.mark.django_db
def test_the_same_body_three_times_is_one_row(rest: Rest, table: str, model: Any, body: bytes) -> None:
    answers = [rest.send("POST", table, body) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert {answer.json()[0]["id"] for answer in answers} == {str(model.objects.get().pk)}


@SAID
@pytest.mark.django_db(transaction=True)
def test_the_same_body_three_times_at_once_is_one_row(table: str, model: Any, body: bytes) -> None:
    rest = rest_of(Make().clinic)
    answers = together([lambda: rest.send("POST", table, body)] * 3)
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert {answer.json()[0]["id"] for answer in answers} == {str(model.objects.get().pk)}


@KEPT
@pytest.mark.django_db
@pytest.mark.parametrize(("minutes", "rows"), [(9, 1), (11, 2)])
def test_a_repetition_is_a_new_row_after_ten_minutes(
    rest: Rest, table: str, model: Any, body: bytes, minutes: int, rows: int
) -> None:
    rest.send("POST", table, body)
    model.objects.update(created_at=F("created_at") - timedelta(minutes=minutes))
    assert rest.send("POST", table, body).status_code == 201
    assert model.objects.count() == rows


@pytest.mark.django_db
@pytest.mark.parametrize(("status", "rows"), [("scheduled", 1), ("sent", 1), ("cancelled", 2), ("failed", 2)])
def test_what_was_cancelled_or_failed_can_be_promised_again(rest: Rest, status: str, rows: int) -> None:
    rest.send("POST", "follow_up_requests", SCHEDULE)
    FollowUpRequest.objects.update(status=status)
    again = rest.send("POST", "follow_up_requests", SCHEDULE).json()[0]
    assert FollowUpRequest.objects.count() == rows
    assert again["status"] == ("scheduled" if rows == 2 else status)


@KEPT
@pytest.mark.django_db
@pytest.mark.parametrize(
    "other",
    [
        {"conversation_id": "3f25a1c0-9b1d-4e7a-8c55-0d6e2f7a9b11"},
        {"display_text": "Other", "message_content": "Other"},
        {"scheduled_for": "2025-11-09T17:30:13Z", "timestamp": "2025-11-09T17:30:13Z"},
    ],
)
def test_other_words_are_another_row(rest: Rest, table: str, model: Any, body: bytes, other: dict[str, Any]) -> None:
    first = json.loads(body)
    rest.send("POST", table, body)
    rest.post(table, {**first, **{key: value for key, value in other.items() if key in first}})
    assert model.objects.count() == 2


@pytest.mark.django_db
def test_a_parent_and_a_provider_may_say_the_same(rest: Rest) -> None:
    for from_user in (True, False):
        rest.post("follow_up_messages", {**json.loads(MESSAGE), "is_from_user": from_user})
    assert FollowUpMessage.objects.count() == 2


@pytest.mark.django_db
def test_the_same_second_may_be_written_in_another_way(rest: Rest) -> None:
    for written in ("2025-11-09T17:30:12Z", "2025-11-09T17:30:12.9+00:00", "2025-11-09 12:30:12-0500"):
        rest.post("follow_up_messages", {**json.loads(MESSAGE), "timestamp": written})
    assert FollowUpMessage.objects.count() == 1


@pytest.mark.django_db
def test_a_message_without_a_timestamp_is_always_a_new_one(rest: Rest) -> None:
    row = {key: value for key, value in json.loads(MESSAGE).items() if key != "timestamp"}
    for _ in range(2):
        rest.post("follow_up_messages", row)
    assert FollowUpMessage.objects.count() == 2
    assert all(message.timestamp.microsecond == 0 for message in FollowUpMessage.objects.all())


@pytest.mark.django_db
def test_another_clinic_may_say_the_same(rest: Rest, stranger: Rest) -> None:
    ids = {
        client.send("POST", table, body).json()[0]["id"]
        for client in (rest, stranger)
        for table, body in (
            ("follow_up_requests", SCHEDULE),
            ("follow_up_messages", MESSAGE),
            ("providers", PROVIDER),
        )
    }
    assert len(ids) == 6


@pytest.mark.django_db
def test_a_provider_registered_again_keeps_the_row_and_takes_the_new_token(rest: Rest) -> None:
    first = {"user_id": "default_provider", "device_token": "aa11", "created_at": "2025-11-09T17:30:12Z"}
    rest.post("providers", {**first, "updated_at": "2025-11-09T17:30:12Z"})
    again = {**first, "device_token": "bb22", "created_at": "2025-12-01T00:00:00Z"}
    (row,) = rest.post("providers", {**again, "device_type": "android"}).json()
    assert row == {
        "id": str(Provider.objects.get().pk),
        "user_id": "default_provider",
        "device_token": "bb22",
        "device_type": "android",
        "created_at": "2025-11-09T17:30:12Z",
        "updated_at": row["updated_at"],
    }
    assert row["updated_at"] > "2026"
