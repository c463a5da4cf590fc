"""Wake-ups against a real Redis: one outstanding per key, and nothing a broken Redis can do to a caller."""

import base64
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from threading import Thread
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.db import transaction
from redis import Redis

from okta import wakeups
from okta.devstack.processes import free_port
from okta.wakeups import TOKENS, wake
from tests.together import together

pytestmark = pytest.mark.django_db(transaction=True)

TASK = "tests.nobody_listens"


@pytest.fixture(autouse=True)
def redis() -> Iterator["Redis[Any]"]:
    client = Redis.from_url(settings.REDIS_URL, decode_responses=True)
    client.flushdb()
    wakeups.breaker.close()
    wakeups._redis.cache_clear()
    wakeups.seen.forget()
    yield client
    client.flushdb()
    wakeups.breaker.close()
    wakeups._redis.cache_clear()


@pytest.fixture
def dead_redis(settings: Any) -> None:
    """Point the wake-ups at a port where nothing listens."""
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    wakeups._redis.cache_clear()


def published(redis: Any) -> list[dict[str, Any]]:
    """The keyword arguments of every message in the queue, newest first."""
    return [json.loads(base64.b64decode(json.loads(raw)["body"]))[1] for raw in redis.lrange("timers", 0, -1)]


def test_a_thousand_wakes_of_one_key_put_one_message_into_the_broker(redis: Any) -> None:
    for _ in range(1000):
        wake(TASK, key="notes:1", after=timedelta(seconds=300), delivery_id=1)
    assert [message["delivery_id"] for message in published(redis)] == [1]


def test_two_keys_are_two_messages(redis: Any) -> None:
    wake(TASK, key="notes:1", delivery_id=1)
    wake(TASK, key="notes:2", delivery_id=2)
    assert sorted(message["delivery_id"] for message in published(redis)) == [1, 2]


def test_nothing_is_published_before_the_transaction_commits(redis: Any) -> None:
    with transaction.atomic():
        wake(TASK, key="notes:1", delivery_id=1)
        assert published(redis) == []
    assert len(published(redis)) == 1


def test_nothing_is_published_when_the_transaction_rolls_back(redis: Any) -> None:
    with transaction.atomic():
        wake(TASK, key="notes:1", delivery_id=1)
        transaction.set_rollback(True)
    assert published(redis) == []


def test_replacing_overtakes_the_wake_up_on_its_way(redis: Any) -> None:
    wake(TASK, key="notes:1", after=timedelta(seconds=300), delivery_id=1)
    wake(TASK, key="notes:1", replace=True, delivery_id=1)
    overtaking, overtaken = published(redis)
    assert wakeups._disarm("notes:1", overtaken["wake_token"]) is False
    assert wakeups._disarm("notes:1", overtaking["wake_token"]) is True


def test_a_key_given_back_can_be_woken_again(redis: Any) -> None:
    wake(TASK, key="notes:1", delivery_id=1)
    wakeups._disarm("notes:1", published(redis)[0]["wake_token"])
    wake(TASK, key="notes:1", delivery_id=1)
    assert len(published(redis)) == 2


def test_of_a_row_that_waited_before_redis_is_asked_once_in_a_while(
    redis: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wake(TASK, key="notes:1", after=timedelta(seconds=300), delivery_id=1)
    redis.flushdb()
    wake(TASK, key="notes:1", after=timedelta(seconds=300), waiting=True, delivery_id=1)
    assert published(redis) == []
    monkeypatch.setattr(wakeups, "SURE_FOR", timedelta(0))
    wake(TASK, key="notes:1", after=timedelta(seconds=300), waiting=True, delivery_id=1)
    assert len(published(redis)) == 1


@pytest.mark.parametrize("asked", [{"waiting": False}, {"waiting": True, "replace": True}])
def test_redis_is_asked_about_every_other_row(redis: Any, asked: dict[str, bool]) -> None:
    wake(TASK, key="notes:1", after=timedelta(seconds=300), delivery_id=1)
    redis.flushdb()
    wake(TASK, key="notes:1", after=timedelta(seconds=300), delivery_id=1, **asked)
    assert len(published(redis)) == 1


def test_what_another_process_saw_is_not_known_here(redis: Any) -> None:
    wake(TASK, key="notes:1", after=timedelta(seconds=300), waiting=True, delivery_id=1)
    assert len(published(redis)) == 1


def test_a_wake_up_that_was_lost_or_over_budget_was_not_seen(redis: Any, settings: Any) -> None:
    settings.WAKEUP_BUDGET = 0
    wake(TASK, key="notes:1", delivery_id=1)
    settings.WAKEUP_BUDGET = 2000
    wake(TASK, key="notes:1", waiting=True, delivery_id=1)
    assert len(published(redis)) == 1


def test_a_key_whose_moment_is_long_past_is_forgotten(redis: Any) -> None:
    wake(TASK, key="notes:1", after=timedelta(seconds=300), delivery_id=1)
    redis.zadd(wakeups.DEADLINES, {"notes:1": time.time() - 1})
    wake(TASK, key="notes:2", delivery_id=2)
    assert list(redis.hgetall(TOKENS)) == ["notes:2"]


def test_beyond_the_budget_the_sweep_alone_carries_the_load(redis: Any, settings: Any) -> None:
    settings.WAKEUP_BUDGET = 2
    for number in range(5):
        wake(TASK, key=f"notes:{number}", delivery_id=number)
    assert len(published(redis)) == 2


def test_what_a_person_asks_for_now_is_not_stopped_by_the_budget(redis: Any, settings: Any) -> None:
    settings.WAKEUP_BUDGET = 1
    wake(TASK, key="notes:1", delivery_id=1)
    wake(TASK, key="notes:2", replace=True, delivery_id=2)
    assert len(published(redis)) == 2


def test_a_long_wait_is_made_in_hops(redis: Any) -> None:
    wake(TASK, key="visit:1", after=timedelta(hours=2), entrance_id=1)
    [raw] = redis.lrange("timers", 0, -1)
    eta = json.loads(raw)["headers"]["eta"]
    assert eta is not None
    deadline = redis.zscore(wakeups.DEADLINES, "visit:1")
    assert deadline - time.time() < (settings.WAKEUP_MAX_COUNTDOWN + wakeups.GRACE).total_seconds() + 1


def test_a_refused_redis_fails_nobody_and_is_asked_once(dead_redis: None) -> None:
    lost = wakeups.breaker.lost
    for number in range(3):
        wake(TASK, key=f"notes:{number}", delivery_id=number)
    assert wakeups.breaker.is_open()
    assert wakeups.breaker.lost - lost == 3


def test_a_broker_that_refuses_the_message_gives_the_key_back(redis: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(current_app, "send_task", refuse)
    wake(TASK, key="notes:1", delivery_id=1)
    assert redis.hgetall(TOKENS) == {}
    assert wakeups.breaker.is_open()


def test_many_threads_arm_one_wake_up(redis: Any) -> None:
    together([partial(wake, TASK, key="notes:1", delivery_id=1)] * 20)
    assert len(published(redis)) == 1


def test_a_web_thread_publishes_through_our_own_app(redis: Any) -> None:
    names: list[str] = []
    thread = Thread(target=lambda: names.append(current_app.main))
    thread.start()
    thread.join()
    assert names == ["okta"]
