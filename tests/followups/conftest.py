"""A provider for one test's pushes, and wake-ups that are only written down."""

from collections.abc import Iterator
from typing import Any

import pytest

from okta.devstack.fake_provider import FakeProvider


@pytest.fixture
def expo(fake_provider: FakeProvider, settings: Any) -> Iterator[FakeProvider]:
    """The provider that Expo's transport speaks to."""
    settings.EXPO_PUSH_URL = fake_provider.url
    return fake_provider
