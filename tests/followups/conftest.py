"""A provider for one test's pushes, and wake-ups that are only written down."""

from collections.abc import Iterator
from typing import Any

import pytest

from okta.devstack.fake_provider import FakeProvider
from tests.followups.scripted import Scripted


@pytest.fixture
def expo(fake_provider: FakeProvider, settings: Any) -> Iterator[FakeProvider]:
    """The provider that Expo's transport speaks to."""
    settings.EXPO_PUSH_URL = fake_provider.url
    return fake_provider


@pytest.fixture
def scripted(settings: Any) -> Iterator[type[Scripted]]:
    """A transport whose tokens say how it fares."""
    settings.PUSH_TRANSPORTS = {"EXPO": "tests.followups.scripted.Scripted"}
    yield Scripted
    for wish in (Scripted.sent, Scripted.during, Scripted.down):
        wish.clear()
