"""
Wake-ups: asking a worker to look at a row at the right moment.

The row is the timer and the sweep is the repair; a wake-up only buys punctuality. So ``wake`` never
raises and never makes a caller wait for a broken Redis: losing a wake-up costs at most one sweep
interval. A Redis sorted set remembers which keys have one outstanding, so that a burst of saves
puts one message into the broker and not a thousand.
"""

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import cache, partial
from typing import Any, cast
from uuid import uuid4

from amqp.exceptions import AMQPError, MessageNacked
from celery import Task, current_app, shared_task
from django.conf import settings
from django.db import transaction
from kombu.exceptions import KombuError
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

QUEUE = "timers"
DEADLINES = "okta:wakeups:deadlines"
TOKENS = "okta:wakeups:tokens"
# How long after its moment a wake-up is still believed to be on its way.
GRACE = timedelta(seconds=30)
BREAKER_PAUSE = timedelta(seconds=10)
REDIS_TIMEOUT = 0.25
# How long a process believes that what it saw on its way still is, where the row says so as well.
SURE_FOR = timedelta(seconds=5)
# Everything a broken Redis or broker is known to raise.
LOST = (RedisError, KombuError, AMQPError, MessageNacked, OSError)

ARM = """
local now = redis.call('TIME')
now = now[1] + now[2] / 1000000
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)) do
    redis.call('ZREM', KEYS[1], gone)
    redis.call('HDEL', KEYS[2], gone)
end
local key, token, ttl, replace, budget = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
if replace == '0' then
    if redis.call('ZSCORE', KEYS[1], key) then return 'outstanding' end
    if redis.call('ZCARD', KEYS[1]) >= tonumber(budget) then return 'over budget' end
end
redis.call('ZADD', KEYS[1], now + ttl, key)
redis.call('HSET', KEYS[2], key, token)
return 'armed'
"""

# Returns 0 only when another wake-up has taken this key over.
TAKE = """
local token = redis.call('HGET', KEYS[2], ARGV[1])
if token and token ~= ARGV[2] then return 0 end
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
return 1
"""


class _Breaker:
    """Stops asking a Redis that has just failed, so that only one caller pays for the time-out."""

    def __init__(self) -> None:
        self._open_until = 0.0
        self._lock = threading.Lock()
        self.lost = 0

    def is_open(self) -> bool:
        return time.monotonic() < self._open_until

    def open(self) -> None:
        self._open_until = time.monotonic() + BREAKER_PAUSE.total_seconds()

    def close(self) -> None:
        self._open_until = 0.0

    def count_lost(self) -> None:
        with self._lock:
            self.lost += 1


breaker = _Breaker()


class _Seen:
    """The wake-ups this process has lately seen on their way, and when."""

    def __init__(self) -> None:
        self._at: dict[str, float] = {}

    def note(self, key: str) -> None:
        if len(self._at) >= settings.WAKEUP_BUDGET:
            self.forget()
        self._at[key] = time.monotonic()

    def forget(self) -> None:
        self._at.clear()

    def lately(self, key: str) -> bool:
        return time.monotonic() - self._at.get(key, float("-inf")) < SURE_FOR.total_seconds()


seen = _Seen()


@cache
def _redis() -> Redis:
    return Redis.from_url(
        settings.REDIS_URL,
        decode_responses=True,
        socket_timeout=REDIS_TIMEOUT,
        socket_connect_timeout=REDIS_TIMEOUT,
        retry=Retry(NoBackoff(), 0),
    )


def wake(
    task: str,
    *,
    key: str,
    after: timedelta = timedelta(0),
    replace: bool = False,
    waiting: bool = False,
    **ids: int | str,
) -> None:
    """
    Ask a worker to run ``task`` with ``ids`` once this transaction has committed and ``after`` has passed.

    At most one wake-up per ``key`` is outstanding; ``replace`` overtakes the one on its way (its
    message will find a foreign token and end). A wait beyond ``WAKEUP_MAX_COUNTDOWN`` is made in
    hops: the woken task finds its row not due yet and wakes again. Never raises.

    ``waiting`` says that the row was waiting for its moment before this change as well, and that the
    moment only moves away. Then a wake-up seen a few seconds ago is on its way still, or its task
    reads the row now and wakes again: Redis need not be asked at every stroke of a busy keyboard.
    """
    if waiting and not replace and seen.lately(key):
        return
    transaction.on_commit(partial(_publish, task, key, after, replace, ids), robust=True)


def _publish(task: str, key: str, after: timedelta, replace: bool, ids: dict[str, int | str]) -> None:
    if breaker.is_open():
        breaker.count_lost()
        return
    countdown = _countdown(after)
    token = uuid4().hex
    armed = False
    try:
        answer = _arm(key, token, countdown, replace)
        armed = answer == "armed"
        if armed:
            _send(task, {**ids, "wake_key": key, "wake_token": token}, countdown)
        if answer != "over budget":
            seen.note(key)
    except LOST as error:
        breaker.open()
        breaker.count_lost()
        logger.warning("wake-up %s for %s lost to %s; its sweep will find the row", task, key, type(error).__name__)
        if armed:
            _disarm(key, token)


def _countdown(after: timedelta) -> float:
    """The seconds the broker is to wait: none, or as few as it can count, and never more than one hop."""
    if after <= timedelta(0):
        return 0.0
    return max(settings.WAKEUP_MIN_COUNTDOWN, min(after, settings.WAKEUP_MAX_COUNTDOWN)).total_seconds()


def _send(task: str, kwargs: dict[str, int | str], countdown: float) -> None:
    with current_app.producer_pool.acquire(block=True) as producer:
        try:
            current_app.send_task(
                task, kwargs=kwargs, countdown=countdown or None, queue=QUEUE, retry=False, producer=producer
            )
        except LOST:
            # Dropped, not closed: RabbitMQ's client would wait for a broken broker's goodbye, twice.
            if producer.connection is not None:
                producer.connection.collect()
            raise


def _arm(key: str, token: str, countdown: float, replace: bool) -> str:
    ttl = countdown + GRACE.total_seconds()
    answer = _redis().eval(
        ARM, 2, DEADLINES, TOKENS, key, token, str(ttl), str(int(replace)), str(settings.WAKEUP_BUDGET)
    )
    return str(answer)


def _disarm(key: str, token: str) -> bool:
    """Forget the wake-up if it is still ours; False when another has taken the key over."""
    try:
        return bool(_redis().eval(TAKE, 2, DEADLINES, TOKENS, key, token))
    except RedisError:
        # Not knowing is harmless: the row decides whether there is work.
        return True


def woken(name: str) -> Callable[[Callable[..., str]], "Task[Any, Any]"]:
    """
    Register a step as the task ``name`` that ``wake`` can call.

    The key is given back before the step reads its row: a save that still found the key had
    committed before that reading, and one that finds none arms a new wake-up.
    """

    def register(step: Callable[..., str]) -> "Task[Any, Any]":
        def run(*, wake_key: str = "", wake_token: str = "", **ids: Any) -> str:
            if wake_key and not _disarm(wake_key, wake_token):
                return "overtaken"
            return step(**ids)

        run.__doc__ = step.__doc__
        return cast("Task[Any, Any]", shared_task(name=name)(run))

    return register
