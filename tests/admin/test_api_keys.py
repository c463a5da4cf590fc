"""Keys in the admin: shown once, kept as a digest, revoked for good."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import Tenant, User
from followups.keys import digest_of
from followups.models import ApiKey
from tests.admin.conftest import Browse, Rows, page, press
from tests.make import Make


def made(client: Client, **given: object) -> str:
    """Make a key, and read it from the page that shows it."""
    answer = client.post(page(ApiKey, "add"), given)
    assert "no-store" in answer["Cache-Control"]
    [text] = re.findall(r'<textarea id="okta-key"[^>]*>([^<]+)</textarea>', answer.content.decode())
    return text


def test_a_key_is_shown_once_and_only_its_digest_is_kept(ada: Client, make: Make) -> None:
    text = made(ada, name="The provider app")

    key = ApiKey.objects.get()
    assert (key.tenant, key.name, key.created_by) == (make.clinic, "The provider app", make.ada)
    assert key.digest == digest_of(text)
    assert text.startswith(key.prefix)
    pages = (page(ApiKey, "changelist"), page(ApiKey, "change", key.pk), page(ApiKey, "history", key.pk), "/admin/")
    afterwards = "".join(ada.get(address).content.decode() for address in pages)
    assert key.prefix in afterwards
    assert text not in afterwards
    assert key.digest not in afterwards


def test_neither_a_session_nor_a_cookie_ever_holds_the_key(ada: Client, make: Make) -> None:
    text = made(ada, name="The provider app")

    assert all(text not in str(session.get_decoded()) for session in Session.objects.all())
    assert all(text not in cookie.value for cookie in ada.cookies.values())


def test_a_key_without_a_name_is_not_made(ada: Client) -> None:
    answer = ada.post(page(ApiKey, "add"), {"name": " "})

    assert "name" in answer.context["adminform"].form.errors
    assert not ApiKey.objects.exists()


def test_an_administrator_makes_keys_to_the_own_clinic_whatever_the_form_says(
    ada: Client, make: Make, theirs: Rows
) -> None:
    made(ada, name="Ours", tenant=theirs[Tenant].pk)

    assert ApiKey.objects.get(name="Ours").tenant == make.clinic


def test_an_operator_chooses_the_clinic(browse: Browse, operator: User, make: Make) -> None:
    client, other = browse(operator), make.other_clinic

    refused = client.post(page(ApiKey, "add"), {"name": "Theirs"})
    made(client, name="Theirs", tenant=other.pk)

    assert "tenant" in refused.context["adminform"].form.errors
    assert ApiKey.objects.get().tenant == other


def test_a_key_is_revoked_by_its_button_and_no_other_clinics_is(ada: Client, ours: Rows, theirs: Rows) -> None:
    own, foreign = ours[ApiKey], theirs[ApiKey]
    offered = ada.get(page(ApiKey, "change", own.pk)).content.decode()

    press(ada, ApiKey, "revoke", own, foreign)

    own.refresh_from_db()
    foreign.refresh_from_db()
    assert 'name="action" value="revoke"' in offered
    assert own.revoked_at is not None
    assert foreign.revoked_at is None
    assert 'name="action" value="revoke"' not in ada.get(page(ApiKey, "change", own.pk)).content.decode()
    assert '<span class="okta-badge okta-red">revoked</span>' in ada.get(page(ApiKey, "changelist")).content.decode()


@pytest.mark.parametrize("given", [{"name": "Renamed"}, {"digest": "x"}])
def test_a_key_is_never_changed(given: dict[str, str], ada: Client, ours: Rows) -> None:
    before = ApiKey.objects.values().get()

    assert ada.post(page(ApiKey, "change", ours[ApiKey].pk), given).status_code == 403
    assert ApiKey.objects.values().get() == before


def test_the_name_of_a_key_is_escaped(ada: Client) -> None:
    answer = ada.post(page(ApiKey, "add"), {"name": "<script>alert(1)</script>"})

    assert "<script>alert(1)" not in answer.content.decode()
