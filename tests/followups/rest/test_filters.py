"""The address: every filter the client has, and a clear no to all others."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from followups.models import FollowUpMessage, FollowUpRequest, Provider, ProviderReviewRequest
from tests.followups.rest.conftest import LOWER, UPPER, Rest, refused
from tests.make import Make

pytestmark = pytest.mark.django_db

AT = datetime(2025, 11, 9, 17, 30, 12, tzinfo=UTC)
TITLES = ("plain", 'a,b("c")', "ends\\", "", "null", None)


@pytest.fixture
def reviews(make: Make) -> list[ProviderReviewRequest]:
    """Six review requests of six titles, a minute after each other, half of them flagged."""
    rows = [
        ProviderReviewRequest.objects.create(
            tenant=make.clinic,
            conversation_id=UUID(int=n),
            user_id="7c0f",
            conversation_title=title,
            status=["pending", "closed", None][n % 3],
            is_flagged=n % 2 == 1,
            responded_at=AT if n == 1 else None,
        )
        for n, title in enumerate(TITLES)
    ]
    for n, row in enumerate(rows):
        ProviderReviewRequest.objects.filter(pk=row.pk).update(created_at=AT + timedelta(minutes=n))
    return rows


def numbers(answer: Any) -> list[int]:
    """Which of the six are answered, in the answer's order."""
    assert answer.status_code == 200, answer.content
    return [UUID(row["conversation_id"]).int for row in answer.json()]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [0, 1, 2, 3, 4, 5]),
        ("conversation_title=eq.plain", [0]),
        ('conversation_title=eq.a,b("c")', [1]),
        ("conversation_title=eq.ends\\", [2]),
        ("conversation_title=eq.", [3]),
        ("conversation_title=eq.null", [4]),
        ("conversation_title=is.null", [5]),
        ("conversation_title=neq.plain", [1, 2, 3, 4]),
        ("conversation_title=in.(plain,null)", [0, 4]),
        ('conversation_title=in.("a,b(\\"c\\")","ends\\\\")', [1, 2]),
        ("conversation_title=in.(plain,)", [0, 3]),
        ("conversation_title=in.()", []),
        ("status=neq.closed", [0, 3]),
        ("or=(status.is.null,status.neq.closed)", [0, 2, 3, 5]),
        ("or=(status.eq.closed)", [1, 4]),
        ('or=(conversation_title.eq."a,b(\\"c\\")",conversation_title.in.(plain,"null"))', [0, 1, 4]),
        ("or=(conversation_title.eq.,conversation_title.eq.plain)", [0, 3]),
        ("or=(status.is.null,status.neq.closed)&is_flagged=eq.true", [3, 5]),
        ("status=neq.closed&status=neq.pending", []),
        ("is_flagged=eq.true", [1, 3, 5]),
        ("is_flagged=eq.false", [0, 2, 4]),
        ("is_flagged=neq.true", [0, 2, 4]),
        ("provider_push_sent=neq.true", []),
        ("responded_at=eq.2025-11-09T17:30:12Z", [1]),
        ("responded_at=eq.2025-11-09T12:30:12-05:00", [1]),
        ("responded_at=eq.2025-11-09T18:30:12.000%2B01:00", [1]),
        ("conversation_id=eq.00000000-0000-0000-0000-000000000004", [4]),
        (
            "conversation_id=in.(00000000-0000-0000-0000-000000000001,00000000-0000-0000-0000-000000000005)",
            [1, 5],
        ),
        ("order=created_at.desc", [5, 4, 3, 2, 1, 0]),
        ("order=is_flagged.desc,created_at.desc", [5, 3, 1, 4, 2, 0]),
        ("order=is_flagged.asc", [0, 2, 4, 1, 3, 5]),
        ("order=status.asc", [1, 4, 0, 3, 2, 5]),
        ("limit=2", [0, 1]),
        ("limit=2&offset=3", [3, 4]),
        ("limit=0", []),
        ("offset=6", []),
        ("limit=2147483647&offset=2147483647", []),
    ],
)
def test_the_rows_asked_for_are_answered(
    rest: Rest, reviews: list[ProviderReviewRequest], query: str, found: list[int]
) -> None:
    assert numbers(rest.get(f"provider_review_requests?{query}")) == found


NOT_SUPPORTED = "this filter is not supported. Use eq., neq., is.null or in.(…)."
NO_PARAMETER = "this request takes no such parameter."
AN_OR = "or: write it as or=(a.is.null,b.neq.x)."
AN_ORDER = "order: write it as order=created_at.desc or order=created_at.asc."
A_COUNT = "give a whole number that is not negative."
A_LIST = 'write the values as in.(a,b,"c,d").'
A_UUID = "give a UUID, such as 3f25a1c0-0000-4000-8000-000000000000."
AN_INSTANT = "give an instant with its zone, such as 2025-11-09T17:30:12Z."
NUL = "it holds a character that cannot be stored; remove it."


@pytest.mark.parametrize(
    ("query", "code", "message"),
    [
        ("status=gt.a", "PGRST100", f"status: {NOT_SUPPORTED}"),
        ("status=like.*a*", "PGRST100", f"status: {NOT_SUPPORTED}"),
        ("status=not.eq.a", "PGRST100", f"status: {NOT_SUPPORTED}"),
        ("status=is.true", "PGRST100", f"status: {NOT_SUPPORTED}"),
        ("status=is.NULL", "PGRST100", f"status: {NOT_SUPPORTED}"),
        ('status=is."null"', "PGRST100", f"status: {NOT_SUPPORTED}"),
        ("status=closed", "PGRST100", f"status: {NOT_SUPPORTED}"),
        ("status=EQ.closed", "PGRST100", f"status: {NOT_SUPPORTED}"),
        ("status=", "PGRST100", f"status: {NOT_SUPPORTED}"),
        ("status=in.a,b", "PGRST100", f"status: {A_LIST}"),
        ("status=in.(a,(b))", "PGRST100", f"status: {A_LIST}"),
        ('status=in.("a)', "PGRST100", f"status: {A_LIST}"),
        ("status=eq.a%00b", "22P05", f"status: {NUL}"),
        ("status=in.(a,%00)", "22P05", f"status: {NUL}"),
        ("tenant=eq.1", "PGRST204", "There is no column tenant in this table."),
        ("tenant_id=eq.1", "PGRST204", "There is no column tenant_id in this table."),
        ("tenant__name=eq.1", "PGRST204", "There is no column tenant__name in this table."),
        ("pk=eq.1", "PGRST204", "There is no column pk in this table."),
        ("status__in=eq.1", "PGRST204", "There is no column status__in in this table."),
        ("on_conflict=user_id", "PGRST100", f"on_conflict: {NOT_SUPPORTED}"),
        ("and=(a.is.null)", "PGRST204", "There is no column and in this table."),
        ("not.or=(a.is.null)", "PGRST204", "There is no column not.or in this table."),
        ("Sam%20has%20a%20rash=eq.1", "PGRST204", "There is no column ? in this table."),
        ("conversation_messages=eq.1", "PGRST100", "conversation_messages: this column cannot be filtered."),
        ("conversation_messages=is.null", "PGRST100", "conversation_messages: this column cannot be filtered."),
        ("conversation_messages->0=eq.1", "PGRST204", "There is no column ? in this table."),
        ("order=conversation_messages.asc", "PGRST100", AN_ORDER),
        ("or=(conversation_messages.is.null)", "PGRST100", "conversation_messages: this column cannot be filtered."),
        ("id=eq.Sam", "22P02", f"id: {A_UUID}"),
        ("id=eq.3f25a1c09b1d4e7a8c550d6e2f7a9b10", "22P02", f"id: {A_UUID}"),
        (f"id=in.({LOWER},x)", "22P02", f"id: {A_UUID}"),
        ("is_flagged=eq.yes", "22P02", "is_flagged: give true or false."),
        ("is_flagged=eq.null", "22P02", "is_flagged: give true or false."),
        ("created_at=eq.2025-11-09", "22007", f"created_at: {AN_INSTANT}"),
        ("created_at=eq.2025-11-09T17:30:12", "22007", f"created_at: {AN_INSTANT}"),
        ("created_at=eq.2025-13-09T17:30:12Z", "22007", f"created_at: {AN_INSTANT}"),
        ("created_at=eq.infinity", "22007", f"created_at: {AN_INSTANT}"),
        (
            "created_at=eq.9999-12-31T23:59:59-10:00",
            "22008",
            "created_at: give an instant between the years 1900 and 9000.",
        ),
        (
            "created_at=eq.0001-01-01T00:00:00%2B10:00",
            "22008",
            "created_at: give an instant between the years 1900 and 9000.",
        ),
        ("or=status.is.null", "PGRST100", AN_OR),
        ("or=()", "PGRST100", AN_OR),
        ("or=(", "PGRST100", AN_OR),
        ("or=(status)", "PGRST100", AN_OR),
        ("or=(status.is.null,)", "PGRST100", AN_OR),
        ("or=(,status.is.null)", "PGRST100", AN_OR),
        ("or=(status.is.null", "PGRST100", AN_OR),
        ('or=(status.eq."a)', "PGRST100", AN_OR),
        ("or=(and(status.is.null,status.eq.a))", "PGRST100", AN_OR),
        ("or=(status.is.null,or(status.eq.a,status.eq.b))", "PGRST100", AN_OR),
        ("or=(status.not.is.null)", "PGRST100", f"status: {NOT_SUPPORTED}"),
        ("or=(tenant.is.null)", "PGRST204", "There is no column tenant in this table."),
        ("select=", "PGRST204", "There is no column ? in this table."),
        ("select=id,nothing", "PGRST204", "There is no column nothing in this table."),
        ("select=id,lease", "PGRST204", "There is no column lease in this table."),
        ("select=*", "PGRST204", "There is no column ? in this table."),
        ("select=id::text", "PGRST204", "There is no column ? in this table."),
        ("select=id&select=status", "PGRST100", "select: give it once."),
        ("order=created_at", "PGRST100", AN_ORDER),
        ("order=created_at.up", "PGRST100", AN_ORDER),
        ("order=created_at.desc.nullslast", "PGRST100", AN_ORDER),
        ("order=tenant.asc", "PGRST204", "There is no column tenant in this table."),
        ("order=", "PGRST204", "There is no column ? in this table."),
        ("order=id.asc&order=id.desc", "PGRST100", "order: give it once."),
        ("limit=-1", "PGRST100", f"limit: {A_COUNT}"),
        ("limit=2147483648", "PGRST100", f"limit: {A_COUNT}"),
        ("limit=1e3", "PGRST100", f"limit: {A_COUNT}"),
        ("limit=٣", "PGRST100", f"limit: {A_COUNT}"),
        ("limit=", "PGRST100", f"limit: {A_COUNT}"),
        ("limit=1&limit=2", "PGRST100", "limit: give it once."),
        ("offset=-1", "PGRST100", f"offset: {A_COUNT}"),
        ("offset=99999999999999999999", "PGRST100", f"offset: {A_COUNT}"),
    ],
)
def test_whatever_else_is_asked_is_refused_in_words(rest: Rest, query: str, code: str, message: str) -> None:
    assert refused(lambda: rest.get(f"provider_review_requests?{query}")) == (400, code, message)


@pytest.mark.parametrize(
    "query",
    [
        "&".join(["status=neq.a"] * 101),
        "&".join(f"c{n}=eq.1" for n in range(1001)),
        f"status=in.({','.join('a' * 1001)})",
    ],
)
def test_a_request_of_endless_conditions_is_too_large(rest: Rest, query: str) -> None:
    assert refused(lambda: rest.get(f"provider_review_requests?{query}")) == (
        413,
        "too_large",
        "The request is too large.",
    )


def test_integers_are_compared_as_integers(rest: Rest, make: Make) -> None:
    for minutes in (5, -5):
        FollowUpRequest.objects.create(
            tenant=make.clinic,
            conversation_id=LOWER,
            user_id="7c0f",
            scheduled_for=AT,
            display_text="x",
            follow_up_minutes=minutes,
        )
    found = rest.get("follow_up_requests?follow_up_minutes=eq.-5&select=follow_up_minutes").json()
    assert found == [{"follow_up_minutes": -5}]
    for wrong in ("x", "2147483648", "1.5", "٣"):
        assert refused(lambda wrong=wrong: rest.get(f"follow_up_requests?follow_up_minutes=eq.{wrong}")) == (
            400,
            "22P02",
            "follow_up_minutes: give a whole number between -2147483648 and 2147483647.",
        )


@pytest.mark.parametrize("order", ["", "&order=timestamp.asc", "&order=timestamp.desc", "&order=user_id.asc"])
def test_equals_come_by_age_and_then_by_id(rest: Rest, make: Make, order: str) -> None:
    rows = [
        FollowUpMessage.objects.create(
            pk=UUID(int=n), tenant=make.clinic, conversation_id=LOWER, user_id="7c0f", message_content="x", timestamp=AT
        )
        for n in (3, 1, 2, 4)
    ]
    FollowUpMessage.objects.update(created_at=AT)
    FollowUpMessage.objects.filter(pk=rows[-1].pk).update(created_at=AT - timedelta(seconds=1))
    pages = [rest.get(f"follow_up_messages?limit=1&offset={n}{order}").json() for n in range(5)]
    assert [UUID(row["id"]).int for page in pages for row in page] == [4, 1, 2, 3]


def test_an_answer_has_at_most_a_thousand_rows(rest: Rest, make: Make) -> None:
    Provider.objects.bulk_create(Provider(tenant=make.clinic, user_id=f"p{n}") for n in range(1001))
    assert [len(rest.get(f"providers?select=id{more}").json()) for more in ("", "&limit=5000", "&offset=1000")] == [
        1000,
        1000,
        1,
    ]


@pytest.mark.parametrize("more", ["order=id.asc", "limit=1", "offset=1"])
def test_a_change_takes_no_page(rest: Rest, more: str) -> None:
    name = more.partition("=")[0]
    ask = lambda: rest.patch(f"follow_up_messages?conversation_id=eq.{UPPER}&{more}", {"is_read": True})  # noqa: E731
    assert refused(ask) == (400, "PGRST100", f"{name}: {NO_PARAMETER}")


@pytest.mark.parametrize("more", ["conversation_id=eq.x", "limit=1", "on_conflict=user_id", "columns=user_id"])
def test_a_new_row_takes_no_filter(rest: Rest, more: str) -> None:
    name = more.partition("=")[0]
    assert refused(lambda: rest.post(f"providers?{more}", {"user_id": "x"})) == (
        400,
        "PGRST100",
        f"{name}: {NO_PARAMETER}",
    )


@pytest.mark.parametrize("query", ["", "?select=id"])
@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("follow_up_requests", {"status": "cancelled"}),
        ("follow_up_messages", {"is_read": True}),
        ("provider_review_requests", {"schedule_followup": True}),
        ("providers", {"device_token": "x"}),
    ],
)
def test_a_change_of_everything_is_refused(
    rest: Rest, reviews: list[ProviderReviewRequest], table: str, change: dict[str, Any], query: str
) -> None:
    assert refused(lambda: rest.patch(f"{table}{query}", change)) == (
        400,
        "21000",
        "Say which rows to change, such as ?conversation_id=eq.…",
    )


def test_the_address_is_utf_8_whatever_the_content_type_says(rest: Rest, reviews: list[ProviderReviewRequest]) -> None:
    ProviderReviewRequest.objects.filter(pk=reviews[2].pk).update(conversation_title="жук")
    answer = rest.get(
        "provider_review_requests?conversation_title=eq.%D0%B6%D1%83%D0%BA",
        headers={"Content-Type": "application/json; charset=koi8-r"},
    )
    assert numbers(answer) == [2]
