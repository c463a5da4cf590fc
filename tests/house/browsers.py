"""Browsers in which somebody of each role is signed in, and what they are answered."""

from collections.abc import Mapping
from typing import Any, Final

from django.contrib.auth.backends import ModelBackend
from django.test import Client

from accounts.models import User
from accounts.states import UserType
from tests.console.steps import pick
from tests.make import Make

SIGN_IN: Final = "sign in"
Answer = int | str
"""A status, or that one is sent to the admin's sign-in."""


def person(make: Make, role: str) -> User | None:
    """The person of this role; only some are let into the admin."""
    if role == "nobody":
        return None
    if role == "ada of the other clinic":
        return make.user(UserType.ADMIN, "Adele", tenant=make.other_clinic, is_staff=True)
    if role.startswith("operator"):
        return User.objects.create_superuser("olga@example.org", first_name="Olga")
    somebody: User = getattr(make, role.split()[0])
    somebody.is_staff = role in ("dana", "omar", "stella", "ada")
    somebody.save(update_fields=["is_staff"])
    return somebody


def browser(make: Make, role: str) -> Client:
    """A browser in which that person is signed in; an operator has picked a clinic."""
    client, somebody = Client(), person(make, role)
    if somebody is not None:
        client.force_login(somebody, backend=f"{ModelBackend.__module__}.{ModelBackend.__qualname__}")
    if role.startswith("operator"):
        return pick(client, make.other_clinic if "other" in role else make.clinic)
    return client


def ask(client: Client, method: str, where: str, form: Mapping[str, Any] | None = None) -> Answer:
    """What the admin answers: a status, or that it sends the person to sign in."""
    answer = client.post(where, form or {}) if method == "POST" else client.generic(method, where)
    sent_away = answer.status_code == 302 and answer["Location"].startswith("/admin/login/")
    return SIGN_IN if sent_away else answer.status_code
