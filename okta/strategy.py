"""
How a worker takes a message that RabbitMQ has delayed.

The broker waits for whole seconds, rounded down, and the worker for what is left of the last one. But
the moment in a message is by its publisher's clock, and is judged by the worker's: were one of them an
hour wrong, the worker would hold the message for an hour, and with it one of the few it may hold.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from celery.worker.strategy import default

from okta.clock import now

MOST_LEFT = timedelta(seconds=1)


def believe_the_broker(task: Any, app: Any, consumer: Any, **options: Any) -> Callable[..., Any]:
    """
    Celery's own strategy, that waits for no moment which is more than a second away.

    A step that is called too early so finds its row not due, and wakes again.
    """
    take = default(task, app, consumer, **options)

    def take_soon(message: Any, *given: Any) -> Any:
        moment = message.headers.get("eta")
        if moment and datetime.fromisoformat(moment) > now() + MOST_LEFT:
            message.headers["eta"] = None
        return take(message, *given)

    return take_soon
