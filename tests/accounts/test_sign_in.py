"""Signing in, being locked out, signing out."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.hashers import MD5PasswordHasher
from knox.models import AuthToken
from rest_framework.response import Response

from accounts.models import Tenant, User
from tests.make import NOON, PASSWORD, Make

WRONG = {"error": "E-mail or password is wrong.", "code": "invalid_credentials"}
LOCKED = {
    "error": "Too many failed attempts. Please wait before you try again.",
    "code": "too_many_attempts",
}


def sign_in(make: Make, email: str, password: str = PASSWORD, **extra: Any) -> Response:
    return make.api().post("/v2/auth/login", {"email": email, "password": password}, **extra)


@pytest.fixture
def pat(make: Make) -> User:
    make.pat.set_password(PASSWORD)
    make.pat.save(update_fields=["password"])
    return make.pat


@pytest.mark.parametrize("email", ["pat@example.org", "PAT@Example.ORG", "  pat@example.org "])
def test_a_person_signs_in_with_their_email_in_any_case(make: Make, pat: User, email: str) -> None:
    with time_machine.travel(NOON, tick=False):
        answer = sign_in(make, email)
    assert answer.status_code == 200
    body = answer.json()
    assert body == {
        "token": body["token"],
        "expiresAt": "2026-05-08T12:00:00Z",
        "user": {
            "id": pat.pk,
            "email": "pat@example.org",
            "userType": "PATIENT",
            "firstName": "Pat",
            "lastName": "Lee",
            "timezone": "America/New_York",
            "language": "en",
            "tenant": {"id": make.clinic.pk, "name": "Northside Physio", "timezone": "America/New_York"},
        },
    }
    pat.refresh_from_db()
    assert pat.last_login == NOON


def test_a_token_opens_doors_and_is_not_stored(make: Make, pat: User) -> None:
    token = sign_in(make, "pat@example.org").json()["token"]
    api = make.api()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert api.get("/v2/me").json()["id"] == pat.pk
    stored = AuthToken.objects.get()
    assert token not in (stored.digest, stored.token_key)


def test_an_operator_without_a_clinic_signs_in(make: Make) -> None:
    operator = User.objects.create_superuser("root@example.org", PASSWORD, first_name="Root")
    assert sign_in(make, "root@example.org").json()["user"] == {
        "id": operator.pk,
        "email": "root@example.org",
        "userType": "ADMIN",
        "firstName": "Root",
        "lastName": "",
        "timezone": "UTC",
        "language": "en",
        "tenant": None,
    }


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("nobody@example.org", PASSWORD),
        ("not an e-mail", PASSWORD),
        ("pat@example.org", "wrong"),
        ("pat@example.org", PASSWORD + " "),
        ("pat@example.org", PASSWORD.upper()),
    ],
)
def test_wrong_credentials_get_one_sentence(make: Make, pat: User, email: str, password: str) -> None:
    answer = sign_in(make, email, password)
    assert (answer.status_code, answer.json()) == (401, WRONG)
    assert answer["WWW-Authenticate"] == "Bearer"
    assert not AuthToken.objects.exists()


def test_an_inactive_account_gets_the_same_sentence(make: Make, pat: User) -> None:
    User.objects.update(is_active=False)
    answer = sign_in(make, "pat@example.org")
    assert (answer.status_code, answer.json()) == (401, WRONG)


def test_an_inactive_clinic_gets_the_same_sentence(make: Make, pat: User) -> None:
    Tenant.objects.update(is_active=False)
    answer = sign_in(make, "pat@example.org")
    assert (answer.status_code, answer.json()) == (401, WRONG)
    assert not AuthToken.objects.exists()


def test_a_person_without_a_password_cannot_sign_in(make: Make) -> None:
    make.user("DOCTOR", "Nova", email="nova@example.org")  # type: ignore[arg-type]
    assert sign_in(make, "nova@example.org", "!").status_code == 401


@pytest.mark.parametrize("known", [True, False])
def test_a_refused_try_costs_one_password_hash_whoever_it_is(
    make: Make, pat: User, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counting(self: MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counting)
    sign_in(make, "pat@example.org" if known else "nobody@example.org", "wrong")
    assert hashed == ["wrong"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"email", "password"}),
        ({"email": "pat@example.org"}, {"password"}),
        ({"email": "", "password": ""}, {"email", "password"}),
        ({"email": None, "password": None}, {"email", "password"}),
        ({"email": ["pat@example.org"], "password": {}}, {"email", "password"}),
        ({"email": "pat\x00@example.org", "password": "a\x00b"}, {"email", "password"}),
        ({"email": "p" * 255, "password": "p" * 1025}, {"email", "password"}),
        ([], {"body"}),
        ("pat", {"body"}),
    ],
)
def test_a_body_that_is_no_sign_in_names_its_fields(make: Make, body: Any, fields: set[str]) -> None:
    answer = make.api().post("/v2/auth/login", body)
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
    assert set(answer.json()["fields"]) == fields
    assert not AccessAttempt.objects.exists()


def test_half_a_surrogate_pair_is_refused(make: Make) -> None:
    answer = make.api().post(
        "/v2/auth/login", b'{"email": "\\ud83d@example.org", "password": "\\ud83d"}', content_type="application/json"
    )
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == {"email", "password"}


# --- Being locked out ---


def fail(make: Make, times: int, email: str = "pat@example.org", **extra: Any) -> Response:
    answer = None
    for _ in range(times):
        answer = sign_in(make, email, "wrong", **extra)
    assert answer is not None
    return answer


def test_the_last_allowed_failure_locks(make: Make, pat: User) -> None:
    assert fail(make, settings.AXES_FAILURE_LIMIT - 1).status_code == 401
    answer = fail(make, 1)
    assert (answer.status_code, answer.json()) == (429, LOCKED)
    assert answer["Retry-After"] == "900"


def test_the_right_password_does_not_open_a_lock(make: Make, pat: User) -> None:
    fail(make, settings.AXES_FAILURE_LIMIT)
    answer = sign_in(make, "pat@example.org")
    assert (answer.status_code, answer.json()) == (429, LOCKED)
    assert answer["Retry-After"] == "900"
    assert not AuthToken.objects.exists()


def test_another_case_of_the_email_meets_the_same_lock(make: Make, pat: User) -> None:
    fail(make, settings.AXES_FAILURE_LIMIT)
    assert sign_in(make, "Pat@Example.org").status_code == 429


def test_an_unknown_email_is_locked_like_a_known_one(make: Make) -> None:
    answer = fail(make, settings.AXES_FAILURE_LIMIT, "nobody@example.org")
    assert (answer.status_code, answer.json()) == (429, LOCKED)


def test_a_lock_is_for_one_person_and_one_address(make: Make, pat: User) -> None:
    make.omar.set_password(PASSWORD)
    make.omar.save(update_fields=["password"])
    fail(make, settings.AXES_FAILURE_LIMIT)
    assert sign_in(make, "omar@example.org").status_code == 200
    assert sign_in(make, "pat@example.org", REMOTE_ADDR="192.0.2.7").status_code == 200


def test_a_lock_opens_after_the_cool_off(make: Make, pat: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        fail(make, settings.AXES_FAILURE_LIMIT)
        clock.shift(settings.AXES_COOLOFF_TIME - timedelta(seconds=1))
        assert sign_in(make, "pat@example.org").status_code == 429
        clock.shift(settings.AXES_COOLOFF_TIME + timedelta(seconds=1))
        assert sign_in(make, "pat@example.org").status_code == 200


def test_a_success_forgets_earlier_failures(make: Make, pat: User) -> None:
    fail(make, settings.AXES_FAILURE_LIMIT - 1)
    assert sign_in(make, "PAT@example.org").status_code == 200
    assert fail(make, settings.AXES_FAILURE_LIMIT - 1).status_code == 401


def test_no_password_is_written_down(make: Make, pat: User) -> None:
    sign_in(make, "pat@example.org", "secret-and-wrong")
    attempt = AccessAttempt.objects.get()
    assert "secret" not in f"{attempt.get_data}{attempt.post_data}"


# --- Signing out ---


def test_signing_out_revokes_this_token_only(make: Make) -> None:
    here, there = make.api(make.pat), make.api(make.pat)
    answer = here.post("/v2/auth/logout")
    assert (answer.status_code, answer.content) == (204, b"")
    assert here.get("/v2/me").status_code == 401
    assert there.get("/v2/me").status_code == 200


def test_signing_in_forgets_expired_tokens(make: Make, pat: User) -> None:
    old, _ = AuthToken.objects.create(user=pat, expiry=timedelta(days=-1))
    current, _ = AuthToken.objects.create(user=pat)
    sign_in(make, "pat@example.org")
    assert not AuthToken.objects.filter(pk=old.pk).exists()
    assert AuthToken.objects.filter(pk=current.pk).exists()
