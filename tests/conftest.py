"""What every test stands on: the cast, a frozen noon, and no network but loopback."""

import socket
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.browser import chromium
from tests.make import NOON, Make


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--require-browser", action="store_true", help="stop at once where there is no Chromium, and skip nothing"
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--require-browser") and chromium.find() is None:
        raise pytest.UsageError(chromium.NONE)


@pytest.fixture
def make(db: None) -> Make:
    """Builders over the test's database."""
    return Make()


@pytest.fixture
def noon() -> datetime:
    """Wednesday 8 April 2026, 12:00 UTC: what a test hands to actions as ``now``."""
    return NOON


@pytest.fixture(autouse=True, scope="session")
def no_network_but_loopback() -> Iterator[None]:
    """Refuse every connection that would leave this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = str(address[0])
            assert host == "localhost" or host == "::1" or host.startswith("127."), f"a test tried to reach {host}"
        connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def fast_passwords(settings: Any) -> None:
    """Hash passwords cheaply: no test is about their strength."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def no_static_files(settings: Any) -> None:
    """Let a test client start without a look at every static file: that took two thirds of a request."""
    settings.WHITENOISE_USE_FINDERS = False
