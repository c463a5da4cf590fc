"""Lists come in pages of fifty; a cursor is a place in the list, not a number of rows."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.db.models import QuerySet
from django.urls import path
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from okta.models import SweepRun
from okta.paging import PAGE_SIZE, Page

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

START = datetime(2026, 4, 8, 12, 0, 0, 123456, tzinfo=UTC)


def answer(request: Request, rows: QuerySet[SweepRun], ordering: list[str]) -> Response:
    page = Page(request, rows, ordering=ordering)
    return Response(page.answer(row.pk for row in page.rows))


class ByTime(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]

    def get(self, request: Request) -> Response:
        return answer(request, SweepRun.objects.all(), ["-started_at", "-pk"])


class ByKey(ByTime):
    def get(self, request: Request) -> Response:
        return answer(request, SweepRun.objects.all(), ["-pk"])


class ByName(ByTime):
    def get(self, request: Request) -> Response:
        return answer(request, SweepRun.objects.all(), ["kind", "pk"])


urlpatterns = [
    path("v2/by-time", ByTime.as_view()),
    path("v2/by-key", ByKey.as_view()),
    path("v2/by-name", ByName.as_view()),
]
EVERY_LIST = ["/v2/by-time", "/v2/by-key", "/v2/by-name"]


def rows(count: int, *, apart: timedelta = timedelta(microseconds=1)) -> list[int]:
    """``count`` rows, oldest first; their keys."""
    made = SweepRun.objects.bulk_create(
        SweepRun(kind=f"ключ {number:03}", started_at=START + number * apart, finished_at=START)
        for number in range(count)
    )
    return [row.pk for row in made]


def pages(url: str) -> list[list[int]]:
    """Every page, by following ``next`` as a client does."""
    found = []
    next_url: str | None = url
    while next_url:
        body = APIClient().get(next_url).json()
        assert set(body) == {"results", "next"}
        found.append(body["results"])
        next_url = body["next"]
    return found


def in_all(url: str) -> list[int]:
    return [key for page in pages(url) for key in page]


@pytest.mark.parametrize(
    ("count", "sizes"), [(0, [0]), (1, [1]), (50, [50]), (51, [50, 1]), (100, [50, 50]), (120, [50, 50, 20])]
)
def test_pages_are_of_fifty_and_end(count: int, sizes: list[int]) -> None:
    assert PAGE_SIZE == 50
    rows(count)
    assert [len(page) for page in pages("/v2/by-time")] == sizes


def test_every_row_comes_once_and_in_order() -> None:
    keys = rows(120)
    assert in_all("/v2/by-time") == keys[::-1]
    assert in_all("/v2/by-key") == keys[::-1]
    assert in_all("/v2/by-name") == keys


def test_rows_of_one_instant_come_once_and_in_order() -> None:
    keys = rows(120, apart=timedelta(0))
    assert in_all("/v2/by-time") == keys[::-1]


def test_a_row_that_arrives_between_two_pages_moves_nothing() -> None:
    keys = rows(60)
    first = APIClient().get("/v2/by-time").json()
    SweepRun.objects.create(kind="new", started_at=START + timedelta(days=1), finished_at=START)
    second = APIClient().get(first["next"]).json()
    assert first["results"] + second["results"] == keys[::-1]


def test_a_row_that_goes_between_two_pages_moves_nothing() -> None:
    keys = rows(60)
    first = APIClient().get("/v2/by-time").json()
    SweepRun.objects.filter(pk=keys[-1]).delete()
    second = APIClient().get(first["next"]).json()
    assert second["results"] == keys[:10][::-1]


def test_the_next_url_keeps_what_was_asked_for() -> None:
    rows(51)
    next_url = APIClient().get("/v2/by-time?patientId=7").json()["next"]
    assert next_url.startswith("http://testserver/v2/by-time?")
    assert "patientId=7" in next_url


def test_a_page_costs_one_query(django_assert_num_queries: Any) -> None:
    rows(51)
    with django_assert_num_queries(1):
        APIClient().get("/v2/by-time")


def cursor(text: str) -> str:
    return quote(b64encode(text.encode()).decode())


GARBAGE = [
    "garbage",
    "☃",
    cursor("p=☃"),
    cursor("o=-1"),
    cursor("o=x"),
    cursor("r=x"),
    cursor("p=not+an+instant"),
    cursor("p=2026-02-30T00:00:00Z"),
    cursor("p=2026-02-28T00:00:00%2B23:59"),
    cursor("p=%00"),
    cursor("p="),
    cursor("p=" + "9" * 5000),
]


@pytest.mark.parametrize("encoded", GARBAGE)
@pytest.mark.parametrize("url", EVERY_LIST)
def test_a_garbled_cursor_never_breaks_a_list(url: str, encoded: str) -> None:
    rows(2)
    got = APIClient().get(f"{url}?cursor={encoded}")
    if got.status_code != 200:
        assert got.status_code == 400
        assert got.json() == {
            "error": "The request has invalid fields.",
            "code": "invalid",
            "fields": {"cursor": ["This is not a cursor of this list; start without one."]},
        }


@pytest.mark.parametrize("encoded", GARBAGE)
def test_a_cursor_that_is_not_of_this_list_is_refused(encoded: str) -> None:
    assert APIClient().get(f"/v2/by-time?cursor={encoded}").status_code == 400


@pytest.mark.parametrize("position", ["1", "9" * 30, "-1"])
def test_a_key_beyond_all_keys_is_a_place_in_the_list(position: str) -> None:
    rows(2)
    assert APIClient().get(f"/v2/by-key?cursor={cursor('p=' + position)}").status_code == 200
