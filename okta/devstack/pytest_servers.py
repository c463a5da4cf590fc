"""
Servers for a test run, up before Django reads its settings.

Named in pyproject.toml (`addopts = "-p okta.devstack.pytest_servers"`): a conftest.py would come
too late. DATABASE_URL and REDIS_URL that are already set are used as they are; what is missing is
started, throw-away, and gone with the run however it ends. Under xdist only the controller starts
servers; every worker has a broker database of its own.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator, Iterator

import pytest

from okta.devstack.fake_provider import FakeProvider
from okta.devstack.postgres import Postgres
from okta.devstack.server import EmbeddedServer
from okta.devstack.valkey import Valkey

SETTINGS = {
    "SECRET_KEY": "only-for-tests-" + "0123456789abcdef" * 3,
    "ALLOWED_HOSTS": "*",
    # Nobody listens on the discard port: a test that forgot to fake the provider fails at once.
    "EXPO_PUSH_URL": "http://127.0.0.1:9",
    "VAPID_PRIVATE_KEY": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAc",
    "VAPID_SUBJECT": "mailto:operators@example.org",
    "WEBPUSH_HOSTS": "",
    "TWILIO_URL": "http://127.0.0.1:9",
    "TWILIO_ACCOUNT_SID": "",
    "FCM_URL": "http://127.0.0.1:9",
    "FCM_CREDENTIALS": "",
    "APNS_URL": "http://127.0.0.1:9",
    "APNS_KEY": "",
}
STARTED: list[EmbeddedServer] = []


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Generator[None, object, object]:
    """Wrappers run before every plain hook, so before pytest-django's, which loads settings."""
    os.environ.update(SETTINGS)
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is not None:
        os.environ["REDIS_URL"] = for_worker(os.environ["REDIS_URL"], worker)
    else:
        start_missing()
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """Stop what we started, last of all: Django closes and drops its databases before."""
    while STARTED:
        STARTED.pop().stop()


def start_missing() -> None:
    if "DATABASE_URL" not in os.environ:
        postgres = Postgres.throwaway()
        STARTED.append(postgres)
        os.environ["DATABASE_URL"] = postgres.start().url
    if "REDIS_URL" not in os.environ:
        valkey = Valkey.throwaway()
        STARTED.append(valkey)
        os.environ["REDIS_URL"] = valkey.start().database_url(1)


def for_worker(url: str, worker: str) -> str:
    """The same server, another database for each worker: gw0 the given number, gw1 the next …"""
    ordinal = int(re.sub(r"\D", "", worker) or 0)
    base, separator, number = url.rpartition("/")
    if separator and number.isdigit():
        return f"{base}/{int(number) + ordinal}"
    return f"{url.rstrip('/')}/{ordinal}"


@pytest.fixture
def fake_provider() -> Iterator[FakeProvider]:
    """A push provider of this test's own; point EXPO_PUSH_URL at its `.url`."""
    provider = FakeProvider().start()
    yield provider
    provider.stop()


@pytest.fixture
def spare_valkey() -> Iterator[Valkey]:
    """A Valkey of this test's own, to kill, freeze or flush."""
    with Valkey.throwaway() as server:
        yield server


@pytest.fixture
def spare_postgres() -> Iterator[Postgres]:
    """A PostgreSQL of this test's own, to kill, freeze or restart."""
    with Postgres.throwaway() as server:
        yield server
