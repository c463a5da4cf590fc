"""What a bearer token opens, and what is answered to one that opens nothing."""

from datetime import timedelta
from typing import Any

import pytest
from knox.models import AuthToken
from rest_framework.test import APIClient

from accounts.models import Tenant, User
from tests.make import Make


def me(authorization: str | bytes | None) -> Any:
    client = APIClient()
    if authorization is not None:
        client.credentials(HTTP_AUTHORIZATION=authorization)
    return client.get("/v2/me")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer a b",
        "Bearer nonsense",
        "Bearer " + "0" * 64,
        "Bearer " + "0" * 10_000,
        "Bearer a\x00b",
        "Bearer \xe9\xff",
        "Bearer ☃🦵",
        b"Bearer \xff\xfe\x00",
        "Basic cGF0OnBhdA==",
        "Token " + "0" * 64,
    ],
)
def test_what_is_no_token_of_ours_is_401(authorization: str | bytes | None) -> None:
    answer = me(authorization)
    assert answer.status_code == 401
    assert set(answer.json()) == {"error", "code"}
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_token_is_told_apart_by_case(make: Make) -> None:
    token = make.token(make.pat)
    assert me(f"Bearer {token}").status_code == 200
    assert me(f"bearer {token}").status_code == 200
    assert me(f"Bearer {token.upper()}").status_code == 401


def test_an_expired_token_is_401(make: Make) -> None:
    _, token = AuthToken.objects.create(user=make.pat, expiry=timedelta(seconds=-1))
    assert me(f"Bearer {token}").status_code == 401


def test_a_token_of_an_inactive_person_is_401(make: Make) -> None:
    token = make.token(make.pat)
    User.objects.update(is_active=False)
    assert me(f"Bearer {token}").status_code == 401


def test_a_token_of_an_inactive_clinic_is_401(make: Make) -> None:
    token = make.token(make.pat)
    Tenant.objects.update(is_active=False)
    assert me(f"Bearer {token}").status_code == 401


def test_knowing_who_calls_costs_one_query_however_many_devices(make: Make, django_assert_num_queries: Any) -> None:
    for _ in range(5):
        api = make.api(make.pat)
    with django_assert_num_queries(1):
        assert api.get("/v2/me").status_code == 200
