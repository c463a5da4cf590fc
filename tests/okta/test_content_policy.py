"""What browsers are told about the pages."""

import pytest
from django.test import Client

from tests.admin.conftest import Browse, browse
from tests.make import Make

__all__ = ["browse"]


def policy_of(client: Client, address: str) -> dict[str, str]:
    """The policy that an answer carries, a directive a line."""
    told = client.get(address)["Content-Security-Policy"]
    return dict(directive.split(" ", 1) for directive in told.split("; "))


@pytest.mark.parametrize("address", ["/admin/", "/admin/login/", "/admin/conversations/", "/v2/me", "/nowhere/"])
def test_a_page_loads_and_sends_nothing_elsewhere(address: str, make: Make, browse: Browse) -> None:
    policy = policy_of(browse(make.ada), address)

    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self' 'unsafe-eval'"
    assert {policy[name] for name in ("connect-src", "form-action", "font-src")} == {"'self'"}
    assert {policy[name] for name in ("base-uri", "frame-ancestors")} == {"'none'"}


def test_what_one_person_was_told_does_not_wait_for_the_next(make: Make, browse: Browse) -> None:
    client = browse(make.ada)
    saved = client.post(
        f"/admin/accounts/user/{make.pat.pk}/change/",
        {"email": make.pat.email, "user_type": "PATIENT", "first_name": "Pat", "last_name": "Lee", "language": "en",
         "timezone": "", "is_active": "on"},
    )  # fmt: skip
    assert saved.status_code == 302
    assert set(client.cookies) & {"messages"} == set()

    client.post("/admin/logout/")

    assert "Pat Lee" not in client.get("/admin/login/").content.decode()
