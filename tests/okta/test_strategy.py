"""What a worker believes of the moment in a message that RabbitMQ has delayed."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from okta import strategy
from okta.clock import now


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The moments of the messages as Celery's own strategy gets them."""
    moments: list[Any] = []

    def default(*_: Any, **__: Any) -> Any:
        return lambda message, *_: moments.append(message.headers["eta"])

    monkeypatch.setattr(strategy, "default", default)
    return moments


def take(eta: str | None) -> None:
    handler = strategy.believe_the_broker(None, None, None)
    handler(SimpleNamespace(headers={"eta": eta}), None, None, None, [])


def test_what_is_left_of_a_second_is_waited_for(taken: list[Any]) -> None:
    soon = (now() + timedelta(seconds=0.8)).isoformat()
    take(soon)
    assert taken == [soon]


def test_a_moment_by_a_wrong_clock_is_not(taken: list[Any]) -> None:
    take((now() + timedelta(hours=1)).isoformat())
    assert taken == [None]


def test_a_message_that_never_waited_has_no_moment(taken: list[Any]) -> None:
    take(None)
    assert taken == [None]
