"""A stack of real processes for one test."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from okta import wakeups
from okta.devstack.fake_provider import FakeProvider
from tests.live import Broker, Live, an_empty_broker


@pytest.fixture
def broker() -> Iterator[Broker]:
    """The test's own broker, empty."""
    wakeups.breaker.close()
    with an_empty_broker() as broker:
        yield broker


@pytest.fixture
def live(transactional_db: None, broker: Broker, fake_provider: FakeProvider, tmp_path: Path) -> Iterator[Live]:
    """Processes with short windows, whose pushes go to the fake provider."""
    processes = Live(tmp_path, EXPO_PUSH_URL=fake_provider.url)
    yield processes
    processes.stop()


@pytest.fixture
def short_windows(settings: Any) -> None:
    """The same short windows for what is done inside the test's own process."""
    settings.FEEDBACK_QUIET_PERIOD = settings.ENTRANCE_WINDOW = timedelta(seconds=2)
