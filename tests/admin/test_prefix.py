"""The admin where the server has it below a prefix, such as ``/okta/admin/``."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.test import Client
from django.test.utils import override_script_prefix

from tests.make import NOON, Make

PEOPLE = "/admin/accounts/user/"


@pytest.fixture
def ada(make: Make) -> Iterator[Client]:
    """A browser whose server passes on what comes below ``/okta``."""
    with override_script_prefix("/okta/"), time_machine.travel(NOON, tick=False):
        client = Client(SCRIPT_NAME="/okta")
        client.force_login(make.ada, backend="django.contrib.auth.backends.ModelBackend")
        yield client


def test_pages_open_and_lead_to_each_other_there(ada: Client) -> None:
    answer = ada.get(PEOPLE)

    assert answer.status_code == 200
    assert 'href="/okta/admin/sessions/"' in answer.content.decode()
    assert 'href="/admin/' not in answer.content.decode()


def test_what_is_not_there_is_told_in_a_page_and_below_the_api_in_json(ada: Client) -> None:
    page, api = ada.get("/admin/nowhere/"), ada.get("/v2/nowhere")

    assert (page.status_code, '<a href="/okta/admin/">' in page.content.decode()) == (404, True)
    assert (api.status_code, api.json()["code"]) == (404, "not_found")


def test_whoever_did_nothing_for_long_is_signed_out_there_too(ada: Client) -> None:
    with time_machine.travel(NOON + timedelta(minutes=15), tick=False):
        answer = ada.get(PEOPLE)

    assert (answer.status_code, answer["Location"]) == (
        302, "/okta/admin/login/?next=%2Fokta%2Fadmin%2Faccounts%2Fuser%2F&idle=1",
    )  # fmt: skip
    assert SESSION_KEY not in ada.session
