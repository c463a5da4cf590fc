"""What Celery is told about each kind of broker, and a RabbitMQ that accepts and never answers."""

import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery import Celery, current_app
from redis import Redis

from okta import broker, wakeups
from okta.devstack.processes import free_port
from okta.health import rabbitmq_unreachable

REDIS = "redis://cache.example.org:6379/0"
RABBITMQ = "amqp://okta:secret@rabbit.example.org:5672/okta"


@pytest.fixture
def mute() -> Iterator[str]:
    """The URL of a RabbitMQ that hangs: connections are accepted, and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"amqp://127.0.0.1:{server.getsockname()[1]}//"


@pytest.fixture
def mute_broker(mute: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Publish to the mute one; the wake-ups' own Redis is well."""
    app = Celery(broker=mute, set_as_current=False)
    app.conf.broker_transport_options = broker.transport_options(mute)
    app.conf.task_queues = broker.queues(mute)
    monkeypatch.setattr(wakeups, "current_app", app)
    wakeups.breaker.close()
    wakeups._redis.cache_clear()
    yield
    wakeups.breaker.close()
    Redis.from_url(settings.REDIS_URL).flushdb()


@pytest.mark.parametrize(
    ("url", "answer"),
    [
        (REDIS, False),
        ("rediss://cache.example.org/0", False),
        (RABBITMQ, True),
        ("amqps://rabbit.example.org//", True),
        ("pyamqp://rabbit.example.org//", True),
        ("amqp://one.example.org//;amqp://two.example.org//", True),
    ],
)
def test_the_scheme_tells_the_broker(url: str, answer: bool) -> None:
    assert broker.is_rabbitmq(url) is answer


def test_redis_gets_plain_queues_of_their_own() -> None:
    queues = broker.queues(REDIS)
    assert [(queue.name, queue.exchange.name, queue.exchange.type, queue.routing_key) for queue in queues] == [
        (name, name, "direct", name) for name in ("timers", "sweeps", "default")
    ]
    assert not any(queue.queue_arguments for queue in queues)


def test_rabbitmq_gets_quorum_queues_behind_topic_exchanges() -> None:
    queues = broker.queues(RABBITMQ)
    assert [(queue.name, queue.exchange.name, queue.exchange.type, queue.routing_key) for queue in queues] == [
        (name, name, "topic", name) for name in ("timers", "sweeps", "default")
    ]
    assert [queue.queue_arguments for queue in queues] == [{"x-queue-type": "quorum"}] * 3


def test_no_option_of_one_broker_is_told_to_the_other() -> None:
    assert broker.transport_options(REDIS).keys() & broker.transport_options(RABBITMQ).keys() == {"max_retries"}
    assert broker.transport_options(RABBITMQ)["confirm_publish"] is True


def test_a_worker_waits_longer_and_is_told_nothing_new() -> None:
    assert broker.worker_transport_options({"socket_timeout": 0.5, "max_retries": 0}) == {
        "socket_timeout": 2.0,
        "max_retries": 0,
    }
    assert broker.worker_transport_options({"read_timeout": 0.5, "write_timeout": 0.5, "connect_timeout": 0.3}) == {
        "read_timeout": 2.0,
        "write_timeout": 2.0,
        "connect_timeout": 0.3,
    }


@pytest.mark.parametrize(
    ("url", "after", "countdown"),
    [
        (REDIS, timedelta(0), 0.0),
        (REDIS, timedelta(seconds=0.4), 0.4),
        (RABBITMQ, timedelta(0), 0.0),
        (RABBITMQ, timedelta(seconds=-3), 0.0),
        (RABBITMQ, timedelta(seconds=0.4), 1.0),
        (RABBITMQ, timedelta(seconds=2.7), 2.7),
        (RABBITMQ, timedelta(hours=2), 900.0),
    ],
)
def test_rabbitmq_is_never_asked_for_less_than_a_second(
    settings: Any, url: str, after: timedelta, countdown: float
) -> None:
    settings.WAKEUP_MIN_COUNTDOWN = broker.shortest_countdown(url)
    assert wakeups._countdown(after) == countdown


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_hangs_costs_a_save_less_than_a_second_and_gives_the_key_back(
    settings: Any, mute_broker: None
) -> None:
    began = time.monotonic()
    wakeups.wake("tests.nobody_listens", key="notes:1", after=timedelta(seconds=300), delivery_id=1)
    assert 0.2 < time.monotonic() - began < 1
    assert wakeups.breaker.is_open()
    assert not Redis.from_url(settings.REDIS_URL).hexists(wakeups.TOKENS, "notes:1")


def test_readiness_asks_rabbitmq_only_where_it_is_the_broker(settings: Any) -> None:
    settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{free_port()}/0"
    assert rabbitmq_unreachable() == []


def test_readiness_names_a_rabbitmq_that_refuses_or_hangs(settings: Any, mute: str) -> None:
    sentence = "broker: RabbitMQ does not answer; nothing delayed is done until it does"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = broker.transport_options(mute)
    for url in (mute, f"amqp://127.0.0.1:{free_port()}//"):
        settings.CELERY_BROKER_URL = url
        began = time.monotonic()
        assert rabbitmq_unreachable() == [sentence]
        assert time.monotonic() - began < 1


def test_beat_which_connects_once_may_connect_anew() -> None:
    """Without a retry, beat goes on with its first connection for ever: a RabbitMQ that was away ended all sweeps."""
    assert current_app.conf.task_publish_retry is True
