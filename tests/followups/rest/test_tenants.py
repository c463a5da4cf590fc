"""Rows of another clinic do not exist: not to be read, changed, repeated or taken over."""

from typing import Any
from uuid import UUID

import pytest

from followups.models import FollowUpMessage, FollowUpRequest, Provider, ProviderReviewRequest
from tests.followups.rest.conftest import LOWER, TABLES, Rest, held
from tests.followups.rest.test_answers import CHANGES
from tests.make import Make

pytestmark = pytest.mark.django_db

IDS = {table: str(UUID(int=n)) for n, table in enumerate(TABLES)}


@pytest.fixture
def foreign(make: Make) -> None:
    """One row of each table, of the clinic of the fixture ``stranger``."""
    shared: dict[str, Any] = {"tenant": make.other_clinic, "conversation_id": LOWER, "user_id": "7c0f"}
    FollowUpRequest.objects.create(
        pk=IDS["follow_up_requests"], **shared, scheduled_for="2125-11-09T17:30:12Z", display_text="x"
    )
    FollowUpMessage.objects.create(pk=IDS["follow_up_messages"], **shared, message_content="x")
    ProviderReviewRequest.objects.create(pk=IDS["provider_review_requests"], **shared)
    Provider.objects.create(pk=IDS["providers"], tenant=make.other_clinic, user_id="7c0f", device_token="theirs")


QUERIES = (
    "user_id=eq.7c0f",
    "id=eq.{id}",
    "id=in.({id})",
    "id=neq.00000000-0000-0000-0000-0000000000ff",
    "or=(id.eq.{id})",
)


@pytest.mark.usefixtures("foreign")
@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("table", TABLES)
def test_a_foreign_row_cannot_be_read(rest: Rest, stranger: Rest, table: str, query: str) -> None:
    asked = f"{table}?{query.format(id=IDS[table])}"
    assert rest.get(asked).json() == []
    assert [row["id"] for row in stranger.get(asked).json()] == [IDS[table]]


@pytest.mark.usefixtures("foreign")
@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("table", TABLES)
def test_a_foreign_row_cannot_be_changed(rest: Rest, stranger: Rest, table: str, query: str) -> None:
    asked, before = f"{table}?{query.format(id=IDS[table])}", held()
    answer = rest.patch(asked, CHANGES[table])
    assert (answer.status_code, answer.content) == (204, b"")
    preferred = rest.patch(asked, CHANGES[table], headers={"Prefer": "return=representation"})
    assert (preferred.status_code, preferred.json()) == (200, [])
    assert held() == before
    stranger.patch(asked, CHANGES[table])
    assert held() != before


@pytest.mark.usefixtures("foreign")
@pytest.mark.parametrize(
    ("table", "row"),
    [
        (
            "follow_up_requests",
            {
                "conversation_id": LOWER,
                "user_id": "7c0f",
                "scheduled_for": "2125-11-09T17:30:12Z",
                "display_text": "x",
            },
        ),
        ("follow_up_messages", {"conversation_id": LOWER, "user_id": "7c0f", "message_content": "x"}),
        ("providers", {"user_id": "7c0f", "device_token": "ours"}),
    ],
)
def test_a_new_row_neither_meets_nor_takes_a_foreign_one(
    rest: Rest, make: Make, table: str, row: dict[str, Any]
) -> None:
    before = held()
    (written,) = rest.post(table, row).json()
    assert written["id"] != IDS[table]
    after = held()
    assert set(before[table]) < set(after[table])
    assert len(after[table]) == 2
    assert [found["id"] for found in rest.get(f"{table}?user_id=eq.7c0f").json()] == [written["id"]]
