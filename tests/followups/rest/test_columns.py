"""What may be written, column by column, and that anything else changes nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest

from followups.models import FollowUpMessage, FollowUpRequest, Provider, ProviderReviewRequest
from tests.followups.rest.conftest import LOWER, UPPER, Rest, refused
from tests.make import Make

pytestmark = pytest.mark.django_db

FAMILY = "👨‍👩‍👧‍👦"
FOLLOW_UP = {
    "conversation_id": LOWER,
    "user_id": "7c0f",
    "scheduled_for": "2025-11-09T17:30:12Z",
    "display_text": "How is Sam?",
}
MESSAGE = {"conversation_id": LOWER, "user_id": "7c0f", "message_content": "Rest, please."}
PROVIDER = {"user_id": "default_provider"}
SMALLEST = {"follow_up_requests": FOLLOW_UP, "follow_up_messages": MESSAGE, "providers": PROVIDER}
AN_INSTANT = "give an instant with its zone, such as 2025-11-09T17:30:12Z."
NUL = "it holds a character that cannot be stored; remove it."
A_NUMBER = "give a whole number between -2147483648 and 2147483647."
A_UUID = "give a UUID, such as 3f25a1c0-0000-4000-8000-000000000000."
NOT_NULL = "null is not allowed; leave it out or give a value."


@pytest.mark.parametrize("table", SMALLEST)
def test_the_smallest_row_takes_every_default(rest: Rest, table: str) -> None:
    answer = rest.post(table, SMALLEST[table])
    assert answer.status_code == 201
    (row,) = answer.json()
    defaults = {
        "follow_up_requests": {"urgency": "routine", "status": "scheduled", "original_message": "", "sent_at": None},
        "follow_up_messages": {"is_from_user": False, "is_read": False, "follow_up_id": None},
        "providers": {"device_type": "ios", "device_token": None, "updated_at": row["created_at"]},
    }[table]
    assert {name: row[name] for name in defaults} == defaults


@pytest.mark.parametrize(
    ("table", "column", "value", "said"),
    [
        ("follow_up_requests", "urgency", "urgent", "urgent"),
        ("follow_up_requests", "display_text", "  not trimmed \n", "  not trimmed \n"),
        ("follow_up_requests", "display_text", FAMILY * 500, FAMILY * 500),
        ("follow_up_requests", "scheduled_for", "1900-01-01T00:00:00Z", "1900-01-01T00:00:00Z"),
        ("follow_up_requests", "scheduled_for", "8999-12-31T23:59:59.123456Z", "8999-12-31T23:59:59Z"),
        ("follow_up_requests", "scheduled_for", "2025-11-09T17:30:12.5+05:30", "2025-11-09T12:00:12Z"),
        ("follow_up_requests", "follow_up_days", -(2**31), -(2**31)),
        ("follow_up_requests", "follow_up_hours", 2**31 - 1, 2**31 - 1),
        ("follow_up_requests", "follow_up_minutes", None, None),
        ("follow_up_requests", "child_name", None, None),
        ("follow_up_requests", "child_age", "", ""),
        ("follow_up_requests", "device_token", "x" * 4096, "x" * 4096),
        ("follow_up_requests", "original_message", "x" * 10_000, "x" * 10_000),
        ("follow_up_requests", "original_message", None, ""),
        ("follow_up_messages", "message_content", FAMILY * 10_000, FAMILY * 10_000),
        ("follow_up_messages", "is_from_user", True, True),
        ("follow_up_messages", "is_read", True, True),
        ("follow_up_messages", "timestamp", "2025-11-09T17:30:12.999Z", "2025-11-09T17:30:12Z"),
        ("providers", "user_id", "ü" * 500, "ü" * 500),
        ("providers", "device_token", None, None),
        ("providers", "device_type", "android", "android"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_value_that_fits_is_kept(rest: Rest, table: str, column: str, value: Any, said: Any) -> None:
    answer = rest.post(table, {**SMALLEST[table], column: value})
    assert answer.status_code == 201, answer.content
    assert answer.json()[0][column] == said


@pytest.mark.parametrize(
    ("table", "column", "value", "code", "message"),
    [
        ("follow_up_requests", "conversation_id", None, "23502", NOT_NULL),
        ("follow_up_requests", "conversation_id", "Sam", "22P02", A_UUID),
        ("follow_up_requests", "conversation_id", 7, "22P02", A_UUID),
        ("follow_up_requests", "conversation_id", f"{{{LOWER}}}", "22P02", A_UUID),
        ("follow_up_requests", "user_id", "", "23514", "write more than white space."),
        ("follow_up_requests", "user_id", " \n", "23514", "write more than white space."),
        ("follow_up_requests", "user_id", 7, "22P02", "give a text."),
        ("follow_up_requests", "user_id", "x" * 501, "22001", "write at most 500 characters."),
        ("follow_up_requests", "scheduled_for", "tomorrow", "22007", AN_INSTANT),
        ("follow_up_requests", "scheduled_for", "2025-11-09T17:30:12", "22007", AN_INSTANT),
        ("follow_up_requests", "scheduled_for", "2025-02-30T17:30:12Z", "22007", AN_INSTANT),
        ("follow_up_requests", "scheduled_for", "infinity", "22007", AN_INSTANT),
        ("follow_up_requests", "scheduled_for", 1762709412, "22007", AN_INSTANT),
        ("follow_up_requests", "scheduled_for", "٢٠٢٥-11-09T17:30:12Z", "22007", AN_INSTANT),
        (
            "follow_up_requests",
            "scheduled_for",
            "1899-12-31T23:59:59Z",
            "22008",
            "give an instant between the years 1900 and 9000.",
        ),
        (
            "follow_up_requests",
            "scheduled_for",
            "9000-01-01T00:00:00Z",
            "22008",
            "give an instant between the years 1900 and 9000.",
        ),
        ("follow_up_requests", "urgency", "Routine", "23514", "give one of: routine, urgent."),
        ("follow_up_requests", "urgency", None, "23502", NOT_NULL),
        ("follow_up_requests", "status", "sent", "23514", "give one of: scheduled."),
        ("follow_up_requests", "status", "cancelled", "23514", "give one of: scheduled."),
        ("follow_up_requests", "display_text", "", "23514", "Write what to say."),
        ("follow_up_requests", "display_text", " \t\n\u2003", "23514", "Write what to say."),
        ("follow_up_requests", "display_text", FAMILY * 501, "23514", "Write at most 500 characters."),
        ("follow_up_requests", "display_text", "a" + "\u0301" * 10_000, "22001", "write at most 10000 characters."),
        ("follow_up_requests", "display_text", "a\x00b", "22P05", NUL),
        ("follow_up_requests", "display_text", "a\ud800b", "22P05", NUL),
        ("follow_up_requests", "child_name", "a\x00b", "22P05", NUL),
        ("follow_up_requests", "child_name", {"first": "Sam"}, "22P02", "give a text."),
        ("follow_up_requests", "child_name", "x" * 10_001, "22001", "write at most 10000 characters."),
        ("follow_up_requests", "device_token", "x" * 4097, "22001", "write at most 4096 characters."),
        ("follow_up_requests", "follow_up_days", 2**31, "22P02", A_NUMBER),
        ("follow_up_requests", "follow_up_days", 10**400, "22P02", A_NUMBER),
        ("follow_up_requests", "follow_up_hours", 1.0, "22P02", A_NUMBER),
        ("follow_up_requests", "follow_up_hours", "1", "22P02", A_NUMBER),
        ("follow_up_requests", "follow_up_minutes", True, "22P02", A_NUMBER),
        ("follow_up_messages", "message_content", " ", "23514", "write more than white space."),
        ("follow_up_messages", "message_content", "a" * 10_001, "23514", "write at most 10000 characters."),
        ("follow_up_messages", "message_content", "a\u0301" * 50_001, "22001", "write at most 100000 characters."),
        ("follow_up_messages", "is_from_user", "true", "22P02", "give true or false."),
        ("follow_up_messages", "is_read", None, "23502", NOT_NULL),
        ("follow_up_messages", "timestamp", None, "23502", NOT_NULL),
        ("providers", "user_id", "", "23514", "write more than white space."),
        ("providers", "device_type", "x" * 101, "22001", "write at most 100 characters."),
        ("providers", "updated_at", "yesterday", "22007", AN_INSTANT),
    ],
    ids=lambda value: str(value)[:30].encode("ascii", "replace").decode(),
)
def test_a_value_that_does_not_fit_is_refused_with_its_column(
    rest: Rest, table: str, column: str, value: Any, code: str, message: str
) -> None:
    assert refused(lambda: rest.post(table, {**SMALLEST[table], column: value})) == (400, code, f"{column}: {message}")


@pytest.mark.parametrize(("table", "column"), [(table, column) for table, row in SMALLEST.items() for column in row])
def test_a_column_without_a_default_must_be_given(rest: Rest, table: str, column: str) -> None:
    row = {name: value for name, value in SMALLEST[table].items() if name != column}
    assert refused(lambda: rest.post(table, row)) == (400, "23502", f"Give the column {column} a value.")


UNWRITABLE = {
    "follow_up_requests": ("id", "created_at", "sent_at"),
    "follow_up_messages": ("id", "follow_up_id", "created_at"),
    "providers": ("id",),
}


@pytest.mark.parametrize(("table", "column"), [(table, column) for table in UNWRITABLE for column in UNWRITABLE[table]])
def test_what_is_ours_to_write_is_not_written_by_a_client(rest: Rest, table: str, column: str) -> None:
    assert refused(lambda: rest.post(table, {**SMALLEST[table], column: None})) == (
        400,
        "not_writable",
        f"The column {column} cannot be written here. Leave it out.",
    )


@pytest.mark.parametrize("column", ["tenant", "tenant_id", "lease", "attempts", "unverified", "image_url"])
@pytest.mark.parametrize("table", SMALLEST)
def test_a_column_that_is_not_the_contracts_does_not_exist(rest: Rest, table: str, column: str) -> None:
    assert refused(lambda: rest.post(table, {**SMALLEST[table], column: 1})) == (
        400,
        "PGRST204",
        f"There is no column {column} in this table.",
    )


@pytest.fixture
def rows(make: Make) -> None:
    """One row in each table, of the clinic's."""
    shared: dict[str, Any] = {"tenant": make.clinic, "conversation_id": LOWER, "user_id": "7c0f"}
    FollowUpRequest.objects.create(**shared, scheduled_for=datetime(2025, 11, 9, tzinfo=UTC), display_text="x")
    FollowUpMessage.objects.create(**shared, message_content="x")
    ProviderReviewRequest.objects.create(**shared)
    Provider.objects.create(tenant=make.clinic, user_id="7c0f")


CHANGEABLE: dict[str, dict[str, Any]] = {
    "follow_up_requests": {"status": "cancelled"},
    "follow_up_messages": {"is_read": True},
    "provider_review_requests": {
        "status": "dismissed",
        "is_flagged": True,
        "flag_reason": "Rash",
        "flagged_at": "2025-11-09T17:30:12Z",
        "flagged_by": "Dr. Example",
        "unflagged_at": "2025-11-09T17:30:13Z",
        "schedule_followup": True,
        "provider_name": "Dr Example",
        "provider_response": "Keep it cool.",
        "provider_urgency": "routine",
        "responded_at": "2025-11-09T17:30:14Z",
    },
    "providers": {"device_token": "x", "device_type": "android", "updated_at": "2025-11-09T17:30:12Z"},
}


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("table", CHANGEABLE)
def test_every_column_that_may_change_does(rest: Rest, table: str) -> None:
    before = rest.get(table).json()[0]
    rest.patch(f"{table}?user_id=eq.7c0f", CHANGEABLE[table])
    assert rest.get(table).json() == [{**before, **CHANGEABLE[table]}]


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("table", CHANGEABLE)
def test_no_other_column_changes(rest: Rest, table: str) -> None:
    for column in set(rest.get(table).json()[0]) - set(CHANGEABLE[table]):
        assert refused(lambda column=column: rest.patch(f"{table}?user_id=eq.7c0f", {column: None})) == (
            400,
            "not_writable",
            f"The column {column} cannot be written here. Leave it out.",
        )


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(
    ("table", "change", "code", "message"),
    [
        ("follow_up_requests", {"status": "scheduled"}, "23514", "status: give one of: cancelled."),
        ("follow_up_requests", {"status": "sent"}, "23514", "status: give one of: cancelled."),
        ("follow_up_requests", {"status": None}, "23502", f"status: {NOT_NULL}"),
        ("follow_up_messages", {"is_read": "yes"}, "22P02", "is_read: give true or false."),
        ("follow_up_messages", {"is_read": True, "x": 1}, "PGRST204", "There is no column x in this table."),
        ("provider_review_requests", {"is_flagged": None}, "23502", f"is_flagged: {NOT_NULL}"),
        ("provider_review_requests", {"responded_at": "now"}, "22007", f"responded_at: {AN_INSTANT}"),
        ("provider_review_requests", {"provider_response": "\x00"}, "22P05", f"provider_response: {NUL}"),
        ("providers", {"device_type": None}, "23502", f"device_type: {NOT_NULL}"),
        ("providers", {"Sam has a rash": 1}, "PGRST204", "There is no column ? in this table."),
        ("providers", {}, "PGRST102", "Name a column to change."),
    ],
)
def test_a_change_that_does_not_fit_changes_nothing(
    rest: Rest, table: str, change: dict[str, Any], code: str, message: str
) -> None:
    assert refused(lambda: rest.patch(f"{table}?user_id=eq.7c0f", change)) == (400, code, message)


@pytest.mark.parametrize("status", ["sent", "failed", "cancelled", "on_hold", "Scheduled"])
@pytest.mark.usefixtures("rows")
def test_only_what_is_scheduled_can_be_cancelled_whatever_the_filter_says(rest: Rest, status: str) -> None:
    FollowUpRequest.objects.update(status=status)
    for query in (f"status=eq.{status}", f"conversation_id=eq.{UPPER}", "or=(status.is.null,status.neq.scheduled)"):
        assert rest.patch(f"follow_up_requests?{query}", {"status": "cancelled"}).status_code == 204
    assert FollowUpRequest.objects.get().status == status
