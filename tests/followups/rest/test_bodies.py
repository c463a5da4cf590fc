"""What a request may look like before its columns are read: its body, its verb, its table."""

import json
from typing import Any

import pytest
from django.test import override_settings

from tests.followups.rest.conftest import Rest, refusal, refused
from tests.followups.rest.test_columns import FOLLOW_UP, PROVIDER

pytestmark = pytest.mark.django_db

NOT_JSON = (400, "PGRST102", "The body is not valid JSON.")
NOT_A_ROW = (400, "PGRST102", "Send a JSON object with the columns of one row.")
DEEP = b"[" * 100_000


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (b"", NOT_JSON),
        (b"{", NOT_JSON),
        (b'{"user_id":"x"', NOT_JSON),
        (b"user_id=x", NOT_JSON),
        (b'{"user_id":"x"}}', NOT_JSON),
        (b'{"user_id":NaN}', NOT_JSON),
        (b'{"user_id":-Infinity}', NOT_JSON),
        (b'{"user_id":"\xff"}', NOT_JSON),
        ('{"user_id":"x"}'.encode("utf-16"), NOT_JSON),
        (b'{"user_id":' + b"9" * 5000 + b"}", NOT_JSON),
        (DEEP, NOT_JSON),
        (b'{"user_id":' + DEEP, NOT_JSON),
        (b"null", NOT_A_ROW),
        (b"1", NOT_A_ROW),
        (b'"user_id"', NOT_A_ROW),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_body_that_is_no_row_is_refused(rest: Rest, method: str, body: bytes, answer: Any) -> None:
    query = "?user_id=eq.x" if method == "PATCH" else ""
    assert refused(lambda: rest.send(method, f"providers{query}", body)) == answer


def test_an_array_of_one_row_is_that_row(rest: Rest) -> None:
    answer = rest.post("providers", [PROVIDER])
    assert (answer.status_code, [row["user_id"] for row in answer.json()]) == (201, ["default_provider"])


@pytest.mark.parametrize("rows", [[], [PROVIDER, PROVIDER]])
def test_several_rows_at_once_are_refused(rest: Rest, rows: list[Any]) -> None:
    assert refused(lambda: rest.post("providers", rows)) == (400, "PGRST102", "Send one row at a time.")


@pytest.mark.parametrize("inner", [[[PROVIDER]], [None], ["x"]])
def test_an_array_holds_the_row_itself(rest: Rest, inner: list[Any]) -> None:
    assert refused(lambda: rest.post("providers", inner)) == NOT_A_ROW


def test_an_array_is_no_change(rest: Rest) -> None:
    assert refused(lambda: rest.patch("providers?user_id=eq.x", [{"device_token": "x"}])) == NOT_A_ROW


@pytest.mark.parametrize("kind", ["text/csv", "application/x-www-form-urlencoded", "application/vnd.pgrst.object+json"])
def test_only_json_is_read(rest: Rest, kind: str) -> None:
    assert refused(lambda: rest.post("providers", PROVIDER, headers={"Content-Type": kind})) == (
        415,
        "PGRST107",
        "Send the header Content-Type: application/json.",
    )


@pytest.mark.parametrize(
    "kind", ["application/json; charset=utf-8", "Application/JSON", "application/json;charset=rot13"]
)
def test_a_charset_changes_nothing(rest: Rest, kind: str) -> None:
    answer = rest.send("POST", "providers", '{"user_id":"Zoë"}'.encode(), headers={"Content-Type": kind})
    assert (answer.status_code, [row["user_id"] for row in answer.json()]) == (201, ["Zoë"])


def test_a_body_that_is_too_large_is_refused(rest: Rest) -> None:
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100):
        answer = refused(lambda: rest.post("providers", {"user_id": "x" * 100}))
    assert answer == (413, "too_large", "The request is too large.")


@pytest.mark.parametrize(
    ("method", "table", "allow"),
    [
        ("DELETE", "follow_up_requests", "GET, HEAD, POST, PATCH"),
        ("PUT", "follow_up_messages", "GET, HEAD, POST, PATCH"),
        ("POST", "provider_review_requests", "GET, HEAD, PATCH"),
        ("OPTIONS", "providers", "GET, HEAD, POST, PATCH"),
        ("TRACE", "providers", "GET, HEAD, POST, PATCH"),
    ],
)
def test_a_verb_that_a_table_does_not_have_is_refused(rest: Rest, method: str, table: str, allow: str) -> None:
    answer = rest.send(method, f"{table}?user_id=eq.7c0f", b"{}")
    assert refusal(answer) == (405, "PGRST117", f"{method} is not possible on this table.")
    assert answer["Allow"] == allow


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "path",
    [
        "",
        "conversations?id=eq.x",
        "messages",
        "accounts_user",
        "providers/",
        "providers/1",
        "rpc/now",
        "%00",
        "Providers",
    ],
)
def test_no_other_table_is_reachable(rest: Rest, method: str, path: str) -> None:
    assert refused(lambda: rest.send(method, path, b"{}")) == (404, "PGRST205", "There is no such table here.")


def test_a_refusal_repeats_no_value(rest: Rest) -> None:
    secret = "Sam has a rash"
    for ask in (
        lambda: rest.post("follow_up_requests", {**FOLLOW_UP, "scheduled_for": secret}),
        lambda: rest.post("follow_up_requests", {**FOLLOW_UP, "urgency": secret}),
        lambda: rest.post("follow_up_requests", {secret: secret}),
        lambda: rest.get(f"providers?id=eq.{secret}"),
        lambda: rest.get(f"providers?{secret}=eq.x"),
        lambda: rest.get(f"providers?or=({secret}.is.null)"),
        lambda: rest.get(f"providers?select={secret}"),
        lambda: rest.get(f"providers?user_id={secret}"),
        lambda: rest.get(f"providers?limit={secret}"),
        lambda: rest.get(f"{secret}"),
    ):
        answer = ask()
        assert answer.status_code in (400, 404)
        assert "rash" not in json.dumps(answer.json())


def test_a_refusal_speaks_russian(rest: Rest) -> None:
    answer = rest.post("follow_up_requests", {**FOLLOW_UP, "urgency": "x"}, headers={"Accept-Language": "ru"})
    assert refusal(answer)[2] == "urgency: укажите одно из значений: routine, urgent."
