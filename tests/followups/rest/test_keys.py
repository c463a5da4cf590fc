"""Who may come in: a key that stands, of a clinic that is open."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client

from followups.actions.make_key import make_key, revoke_key
from followups.models import ApiKey
from tests.followups.rest.conftest import TABLES, refused
from tests.make import Make

pytestmark = pytest.mark.django_db

UNKNOWN = "okta_" + "x" * 43
NO_KEY = (401, "PGRST301", "Send a valid key in the header apikey.")


def ask(headers: dict[str, str], path: str = "providers", method: str = "GET") -> Any:
    return Client().generic(method, f"/rest/v1/{path}", b"{}", "application/json", headers=headers)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"apikey": "K", "Authorization": "Bearer K"}, 200),
        ({"apikey": "K"}, 200),
        ({"Authorization": "Bearer K"}, 200),
        ({"Authorization": "bearer K"}, 200),
        ({"apikey": " K ", "Authorization": ""}, 200),
        ({}, 401),
        ({"apikey": ""}, 401),
        ({"apikey": UNKNOWN}, 401),
        ({"apikey": "k"}, 401),
        ({"apikey": "ключ"}, 401),
        ({"apikey": "K", "Authorization": f"Bearer {UNKNOWN}"}, 401),
        ({"apikey": UNKNOWN, "Authorization": "Bearer K"}, 401),
        ({"apikey": "K", "Authorization": "Basic K"}, 401),
        ({"Authorization": "Bearer"}, 401),
        ({"Authorization": "K"}, 200),
    ],
)
def test_one_key_opens_and_two_that_differ_do_not(make: Make, headers: dict[str, str], status: int) -> None:
    _key, text = make_key(tenant=make.clinic, name="Provider app", made_by=None)
    answer = ask({name: value.replace("K", text) if "okta" not in value else value for name, value in headers.items()})
    assert answer.status_code == status


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE", "PUT", "OPTIONS"])
@pytest.mark.parametrize("path", [*TABLES, "", "nowhere", "rpc/anything"])
def test_without_a_key_every_door_is_shut(method: str, path: str) -> None:
    assert refused(lambda: ask({}, path, method)) == NO_KEY
    assert ask({}, path, method)["WWW-Authenticate"] == "Bearer"


def test_a_revoked_key_opens_nothing(make: Make) -> None:
    key, text = make_key(tenant=make.clinic, name="Provider app", made_by=None)
    assert ask({"apikey": text}).status_code == 200
    revoke_key(key_id=key.pk)
    assert refused(lambda: ask({"apikey": text})) == NO_KEY


def test_the_key_of_a_clinic_that_is_not_active_opens_nothing(make: Make) -> None:
    _key, text = make_key(tenant=make.clinic, name="Provider app", made_by=None)
    make.clinic.is_active = False
    make.clinic.save(update_fields=["is_active"])
    assert refused(lambda: ask({"apikey": text})) == NO_KEY


def test_a_persons_own_token_is_no_key(make: Make) -> None:
    assert refused(lambda: ask({"Authorization": f"Bearer {make.token(make.dana)}"})) == NO_KEY


def test_the_refusal_is_in_the_language_asked_for() -> None:
    answer = ask({"Accept-Language": "ru"})
    assert "Передайте действующий ключ в заголовке apikey." in answer.content.decode()


def used(key: ApiKey) -> Any:
    return ApiKey.objects.get(pk=key.pk).last_used_at


def test_the_last_use_is_noted_once_a_minute(make: Make) -> None:
    key, text = make_key(tenant=make.clinic, name="Provider app", made_by=None)
    assert used(key) is None
    ask({"apikey": text})
    first = used(key)
    assert first is not None
    ApiKey.objects.update(last_used_at=Now() - timedelta(seconds=50))
    before = used(key)
    ask({"apikey": text})
    assert used(key) == before
    ApiKey.objects.update(last_used_at=Now() - timedelta(seconds=70))
    ask({"apikey": text})
    assert used(key) > before


@pytest.mark.django_db(transaction=True)
def test_a_request_neither_waits_for_nor_fails_by_a_use_that_cannot_be_noted(caplog: pytest.LogCaptureFixture) -> None:
    key, text = make_key(tenant=Make().clinic, name="Provider app", made_by=None)
    elsewhere = connection.copy()
    try:
        elsewhere.set_autocommit(False)
        with elsewhere.cursor() as cursor:
            cursor.execute("SELECT 1 FROM followups_apikey WHERE id = %s FOR UPDATE", [key.pk])
        assert ask({"apikey": text}).status_code == 200
    finally:
        elsewhere.rollback()
        elsewhere.close()
    assert used(key) is None
    assert f"the use of key {key.pk} was not noted: OperationalError" in caplog.text
    ask({"apikey": text})
    assert used(key) is not None
