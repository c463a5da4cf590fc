"""Whatever is sent, nothing breaks: no server error, no other shape, no row of another clinic's."""

import json
from typing import Any, NoReturn
from urllib.parse import quote_from_bytes
from uuid import uuid4

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from followups.models import FollowUpMessage, FollowUpRequest, Provider, ProviderReviewRequest
from followups.rest.columns import FOLLOW_UP_MESSAGES, FOLLOW_UP_REQUESTS, PROVIDER_REVIEW_REQUESTS, PROVIDERS
from tests.followups.rest.conftest import LOWER, UPPER, Rest, refusal
from tests.make import Make

pytestmark = pytest.mark.django_db

COLUMNS = {
    "follow_up_requests": list(FOLLOW_UP_REQUESTS.columns),
    "follow_up_messages": list(FOLLOW_UP_MESSAGES.columns),
    "provider_review_requests": list(PROVIDER_REVIEW_REQUESTS.columns),
    "providers": list(PROVIDERS.columns),
}
EXAMPLES = 400

words = st.text(max_size=20)
instants = st.sampled_from(["2025-11-09T17:30:12Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59"])
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(2**31) - 1, 2**31),
    st.floats(allow_nan=False, allow_infinity=False),
    st.just(10**400),
    st.sampled_from([LOWER, UPPER, "scheduled", "cancelled", "routine", "urgent", "", " ", "\x00", "\ud800"]),
    instants,
    words,
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3), max_leaves=5
)
compared = st.one_of(
    st.sampled_from([LOWER, UPPER, "true", "false", "null", "-1", "99999999999", '"a,b"', "(a,b)", '("a","b\\"")']),
    instants,
    words,
)
operators = st.sampled_from(["eq", "neq", "is", "in", "gt", "not.eq", "like", "or", ""])


@st.composite
def conditions(draw: Any, names: list[str], between: str) -> tuple[str, str]:
    """A column and what follows it in the address, nearly always well-formed."""
    name = draw(st.sampled_from(names) | words)
    return name, f"{draw(operators)}{between}{draw(compared)}"


@st.composite
def parameters(draw: Any, names: list[str]) -> tuple[str, str]:
    kind = draw(st.sampled_from(["filter", "filter", "or", "order", "select", "limit", "offset", "anything"]))
    if kind == "filter":
        return draw(conditions(names, "."))
    if kind == "or":
        inner = draw(st.lists(conditions(names, "."), max_size=3))
        return "or", "(" + ",".join(f"{name}.{value}" for name, value in inner) + draw(st.sampled_from([")", "", "),"]))
    if kind == "order":
        directions = st.sampled_from(["asc", "desc", "", "up", "asc.nullsfirst"])
        return "order", ",".join(
            f"{draw(st.sampled_from(names))}.{draw(directions)}" for _ in range(draw(st.integers(0, 3)))
        )
    if kind == "select":
        return "select", ",".join(draw(st.lists(st.sampled_from([*names, "*", "x"]), max_size=4)))
    if kind == "anything":
        return draw(words), draw(words)
    return kind, draw(st.integers().map(str) | words)


@st.composite
def addresses(draw: Any) -> tuple[str, str]:
    """A table, and a path to it with its query."""
    table = draw(st.sampled_from([*COLUMNS, *COLUMNS, "conversations", "", "providers/"]))
    asked = draw(st.lists(parameters(COLUMNS.get(table, ["id"])), max_size=4))
    query = "&".join(f"{encoded(name)}={encoded(value)}" for name, value in asked)
    return table, f"{table}?{query}{draw(st.sampled_from(['', '&', '%ff', '&%00=%ff', ';']))}"


def encoded(text: str) -> str:
    return quote_from_bytes(text.encode("utf-8", "surrogatepass"), safe='(),.:"*')


@st.composite
def bodies(draw: Any, table: str) -> bytes:
    """A body, as often as not one that fits."""
    kind = draw(st.sampled_from(["fit", "fit", "nearly", "value", "bytes"]))
    if kind == "bytes":
        return bytes(draw(st.binary(max_size=40)))
    row = draw(st.sampled_from(FITTING.get(table, [{}])))
    if kind == "nearly":
        names = st.sampled_from(COLUMNS.get(table, ["id"])) | words
        row = {**row, **draw(st.dictionaries(names, values, max_size=3))}
    if kind == "value":
        row = draw(values)
    return json.dumps(draw(st.sampled_from([row, row, [row], [row, row]]))).encode()


FOLLOW_UP = {"conversation_id": UPPER, "user_id": "7c0f", "scheduled_for": "2125-11-09T17:30:12Z", "display_text": "x"}
FITTING: dict[str, list[dict[str, Any]]] = {
    "follow_up_requests": [FOLLOW_UP, {"status": "cancelled"}],
    "follow_up_messages": [{"conversation_id": UPPER, "user_id": "7c0f", "message_content": "x"}, {"is_read": True}],
    "provider_review_requests": [{"status": "x"}, {"is_flagged": True}],
    "providers": [{"user_id": "7c0f"}, {"device_token": None}],
}
latin = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30)
headers = st.fixed_dictionaries(
    {},
    optional={
        "Prefer": st.sampled_from(
            ["return=minimal", "return=representation", ",,return=", "resolution=merge-duplicates"]
        )
        | latin,
        "Content-Type": st.sampled_from(["application/json", "text/csv", "", "application/json; charset=koi8-r", ";"]),
        "Accept": latin,
        "Accept-Language": st.sampled_from(["ru", "en", "xx", "*"]) | latin,
        "Range": latin,
        "X-HTTP-Method-Override": st.sampled_from(["DELETE", "PATCH"]),
    },
)


@pytest.fixture
def foreign(make: Make) -> str:
    """Something only another clinic's rows say."""
    shared: dict[str, Any] = {"tenant": make.other_clinic, "conversation_id": LOWER, "user_id": "7c0f"}
    secret = f"secret-{uuid4()}"
    FollowUpRequest.objects.create(**shared, scheduled_for="2125-11-09T17:30:12Z", display_text=secret)
    FollowUpMessage.objects.create(**shared, message_content=secret)
    ProviderReviewRequest.objects.create(**shared, conversation_title=secret)
    Provider.objects.create(tenant=make.other_clinic, user_id=secret)
    return secret


def strict(constant: str) -> NoReturn:
    raise AssertionError(f"{constant} is no JSON")


def test_no_request_breaks_anything(rest: Rest, foreign: str) -> None:
    statuses: set[int] = set()

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(
        data=st.data(), method=st.sampled_from(["GET", "GET", "POST", "POST", "PATCH", "PATCH", "DELETE"]), sent=headers
    )
    def ask(data: st.DataObject, method: str, sent: dict[str, str]) -> None:
        table, address = data.draw(addresses())
        if table in COLUMNS and data.draw(st.booleans()):
            address = f"{table}?user_id=neq.x" if method == "PATCH" else table
        answer = rest.send(method, address, data.draw(bodies(table)) if method != "GET" else b"", headers=sent)
        statuses.add(answer.status_code)
        assert connection.is_usable()
        assert foreign not in answer.content.decode()
        if answer.status_code >= 400:
            assert refusal(answer)[0] in (400, 404, 405, 413, 415)
        elif answer.content:
            rows = json.loads(answer.content, parse_constant=strict)
            assert len(rows) <= 1000
            assert {name for row in rows for name in row} <= set(COLUMNS[table])

    ask()
    # The fuzzer came through every kind of door, and did not only knock.
    assert {200, 201, 400, 404, 405, 415} <= statuses
    assert set(theirs()) == {(foreign, "scheduled", foreign, False, foreign, False, foreign, None)}


def theirs() -> list[tuple[Any, ...]]:
    """The other clinic's rows, each of which the fuzzer was to leave alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT f.display_text, f.status, m.message_content, m.is_read, r.conversation_title, r.is_flagged,
                p.user_id, p.device_token
            FROM follow_up_requests f
            JOIN follow_up_messages m USING (tenant_id)
            JOIN provider_review_requests r USING (tenant_id)
            JOIN providers p USING (tenant_id)
            WHERE p.user_id LIKE 'secret-%'
            """
        )
        return list(cursor.fetchall())
