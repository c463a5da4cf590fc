"""A clinic's key, the client's own way of asking, and what the tables hold."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Tenant
from followups.actions.make_key import make_key
from tests.make import Make

UPPER = "3F25A1C0-9B1D-4E7A-8C55-0D6E2F7A9B10"
LOWER = UPPER.lower()
TABLES = ("follow_up_requests", "follow_up_messages", "provider_review_requests", "providers")


@dataclass(frozen=True)
class Rest:
    """Sends what the mobile client sends: both headers, a content type on every request."""

    key: str

    def send(self, method: str, path: str, body: bytes = b"", *, headers: dict[str, str] | None = None) -> Any:
        prefer = {"POST": "return=representation", "PATCH": "return=minimal"}.get(method)
        sent = {
            "Content-Type": "application/json",
            "apikey": self.key,
            "Authorization": f"Bearer {self.key}",
            **({"Prefer": prefer} if prefer else {}),
            **(headers or {}),
        }
        return Client(enforce_csrf_checks=True).generic(method, f"/rest/v1/{path}", body, headers=sent)

    def get(self, path: str, **options: Any) -> Any:
        return self.send("GET", path, **options)

    def post(self, path: str, row: Any, **options: Any) -> Any:
        return self.send("POST", path, json.dumps(row).encode(), **options)

    def patch(self, path: str, row: Any, **options: Any) -> Any:
        return self.send("PATCH", path, json.dumps(row).encode(), **options)


def rest_of(tenant: Tenant) -> Rest:
    return Rest(make_key(tenant=tenant, name="Provider app", made_by=None)[1])


@pytest.fixture
def rest(make: Make) -> Rest:
    """The client of Dana's clinic."""
    return rest_of(make.clinic)


@pytest.fixture
def stranger(make: Make) -> Rest:
    """The client of another clinic."""
    return rest_of(make.other_clinic)


def run(sql: str, *values: object) -> None:
    """What somebody with psql does."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def held() -> dict[str, list[Any]]:
    """Every row of the four tables, whole."""
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT t::text FROM {table} AS t ORDER BY 1")
            found[table] = cursor.fetchall()
    return found


def refusal(answer: Any) -> tuple[int, str, str]:
    """The status, code and message of a refusal that has the whole shape and nothing else."""
    body = answer.json()
    assert list(body) == ["code", "message", "details", "hint"]
    assert (body["details"], body["hint"]) == (None, None)
    return answer.status_code, body["code"], body["message"]


def refused(ask: Callable[[], Any]) -> tuple[int, str, str]:
    """The refusal of a request, which has changed no row."""
    before = held()
    answer = refusal(ask())
    assert held() == before
    return answer
