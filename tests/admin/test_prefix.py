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


def test_whoever_did_nothing_for_long_is_signed_out_there_too(ada: Client) -> None:
    with time_machine.travel(NOON + timedelta(minutes=15), tick=False):
        answer = ada.get(PEOPLE)

    assert (answer.status_code, answer["Location"]) == (
        302, "/okta/admin/login/?next=%2Fokta%2Fadmin%2Faccounts%2Fuser%2F&idle=1",
    )  # fmt: skip
    assert SESSION_KEY not in ada.session
