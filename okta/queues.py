"""How many messages wait in the broker."""

from typing import Any

from amqp.exceptions import AMQPError, NotFound
from django.conf import settings
from kombu import Connection
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from okta.broker import impatient, is_rabbitmq

Lengths = dict[str, int]


def waiting() -> Lengths | None:
    """
    By queue, how many messages no worker has taken yet; None when the broker does not answer at once.

    What waits for its moment is with a worker already.
    """
    url, names = settings.CELERY_BROKER_URL, [queue.name for queue in settings.CELERY_TASK_QUEUES]
    try:
        return _in_rabbitmq(url, names) if is_rabbitmq(url) else _in_redis(url, names)
    except (RedisError, AMQPError, KombuError, OSError):
        return None


def _in_redis(url: str, names: list[str]) -> Lengths:
    """A queue is a list of its name: nothing of ours has a priority, which would be another list."""
    client = impatient(url)
    try:
        with client.pipeline(transaction=False) as asked:
            for name in names:
                asked.llen(name)
            return dict(zip(names, asked.execute(), strict=True))
    finally:
        client.close()


def _in_rabbitmq(url: str, names: list[str]) -> Lengths:
    connection = Connection(url, transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS)
    try:
        connection.ensure_connection(max_retries=0)
        return {name: _ready(connection, name) for name in names}
    finally:
        connection.release()


def _ready(connection: Connection, name: str) -> int:
    try:
        with connection.channel() as opened:
            channel: Any = opened  # the stubs know of the few methods that every broker has
            return int(channel.queue_declare(queue=name, passive=True).message_count)
    except NotFound:
        # Nobody has published or listened yet.
        return 0
