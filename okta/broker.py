"""
What Celery is told about its broker, by the scheme of the URL: Redis or Valkey, or RabbitMQ.

The settings read this file, so it reads no setting. Why each value is what it is: docs/scaling.md.
"""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from kombu import Exchange, Queue
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

QUEUES = ("timers", "sweeps", "default")
RABBITMQ_SCHEMES = ("amqp", "amqps", "pyamqp")
# A worker blocks up to one second in BRPOP, so its sockets must wait longer than that.
WORKER_SOCKET_TIMEOUT = 2.0

REDIS_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 0.5,
    "socket_connect_timeout": 0.3,
    "socket_keepalive": True,
    "health_check_interval": 25,
    # A publisher that cannot connect gives up at once; the sweep repairs what it could not say.
    "max_retries": 0,
}
RABBITMQ_OPTIONS = {
    # Published is what a majority has on disk; without this, what went into the socket.
    "confirm_publish": True,
    "connect_timeout": 0.3,
    "read_timeout": 0.5,
    "write_timeout": 0.5,
    "max_retries": 0,
}


IMPATIENCE = 0.25


def impatient(url: str) -> Redis:
    """A client of Redis that waits for a quarter of a second, once; whoever asks closes it."""
    return Redis.from_url(
        url, socket_timeout=IMPATIENCE, socket_connect_timeout=IMPATIENCE, retry=Retry(NoBackoff(), 0)
    )


def is_rabbitmq(url: str) -> bool:
    """Whether the broker speaks AMQP; of several URLs, separated by semicolons, the first one tells."""
    return urlsplit(url).scheme in RABBITMQ_SCHEMES


def transport_options(url: str) -> dict[str, Any]:
    """How a publisher speaks to the broker: it waits for half a second, once."""
    return dict(RABBITMQ_OPTIONS if is_rabbitmq(url) else REDIS_OPTIONS)


def worker_transport_options(options: dict[str, Any]) -> dict[str, Any]:
    """The same for a worker, whose sockets may wait for longer."""
    waits = {"socket_timeout", "read_timeout", "write_timeout"} & options.keys()
    return {**options, **dict.fromkeys(waits, WORKER_SOCKET_TIMEOUT)}


def queues(url: str) -> list[Queue]:
    """
    Each queue by its own exchange and key: bound to a shared one, every queue would get every message.

    RabbitMQ delays messages by topic exchanges only, and keeps them on several machines in quorum queues only.
    """
    if is_rabbitmq(url):
        return [
            Queue(name, Exchange(name, type="topic"), routing_key=name, queue_arguments={"x-queue-type": "quorum"})
            for name in QUEUES
        ]
    return [Queue(name, Exchange(name), routing_key=name) for name in QUEUES]


def shortest_countdown(url: str) -> timedelta:
    """The shortest wait the broker can be asked for: Celery counts RabbitMQ's in whole seconds, and refuses none."""
    return timedelta(seconds=1) if is_rabbitmq(url) else timedelta(0)
