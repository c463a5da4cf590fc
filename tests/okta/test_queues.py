"""How many messages wait in the broker, and that nobody waits for one that does not answer."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from celery import current_app

from okta import broker
from okta.devstack.processes import free_port
from okta.devstack.valkey import Valkey
from okta.queues import waiting
from tests.live import an_empty_broker, send_task


@pytest.fixture
def mute() -> Iterator[int]:
    """A port where connections are accepted, and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_every_queue_tells_how_many_messages_nobody_has_taken() -> None:
    with an_empty_broker():
        assert waiting() == {"timers": 0, "sweeps": 0, "default": 0}

        for _ in range(3):
            send_task("feedback.deliver_notes", delivery_id=1)
        current_app.send_task("okta.heartbeat", queue="sweeps", retry=False)

        assert waiting() == {"timers": 3, "sweeps": 1, "default": 0}


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
@pytest.mark.parametrize("hangs", [True, False], ids=["hangs", "refuses"])
def test_a_broker_that_does_not_answer_is_not_waited_for(scheme: str, hangs: bool, mute: int, settings: Any) -> None:
    settings.CELERY_BROKER_URL = f"{scheme}://127.0.0.1:{mute if hangs else free_port()}/0"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = broker.transport_options(settings.CELERY_BROKER_URL)
    began = time.monotonic()

    assert waiting() is None
    assert time.monotonic() - began < 1


def test_a_broker_that_is_frozen_is_not_waited_for(spare_valkey: Valkey, settings: Any) -> None:
    settings.CELERY_BROKER_URL = spare_valkey.url
    assert waiting() == {"timers": 0, "sweeps": 0, "default": 0}
    spare_valkey.freeze()
    began = time.monotonic()

    assert waiting() is None
    assert time.monotonic() - began < 1
