"""The thread that looks: it goes on whatever happens, and ends when it is told to."""

import logging
import threading
from collections.abc import Iterator
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from okta.alerts import close_alert, open_alert
from okta.devstack.processes import wait_until
from okta.models import Alert
from okta.watch import Watcher, look
from tests.together import together

HERE = "tests.okta.test_watch"
LOOKS: list[str] = []
HELD, MAY_GO_ON = Event(), Event()


def first() -> None:
    LOOKS.append("first")


def second() -> None:
    LOOKS.append("second")


def broken() -> None:
    LOOKS.append("broken")
    raise OperationalError("the database of patient Pat is down")


def connected() -> None:
    connection.ensure_connection()
    LOOKS.append("connected")


def endless() -> None:
    HELD.set()
    MAY_GO_ON.wait()


@pytest.fixture(autouse=True)
def often(settings: Any) -> Iterator[None]:
    settings.OKTA_WATCH_EVERY = timedelta(milliseconds=10)
    LOOKS.clear()
    yield
    MAY_GO_ON.set()


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    watcher = Watcher()
    yield watcher
    watcher.stop()


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "okta.watch"]


def test_it_looks_again_and_again_until_it_is_stopped(settings: Any, watcher: Watcher) -> None:
    settings.WATCHES = [f"{HERE}.first"]
    watcher.start()
    assert wait_until(lambda: len(LOOKS) >= 3, seconds=10)
    watcher.stop()
    assert wait_until(lambda: threads() == [], seconds=10)
    before = len(LOOKS)
    assert not wait_until(lambda: len(LOOKS) > before, seconds=0.1)


def test_a_process_has_one_thread_however_often_it_starts(settings: Any, watcher: Watcher) -> None:
    settings.WATCHES = [f"{HERE}.first"]
    for _ in range(3):
        watcher.start()
    assert [thread.daemon for thread in threads()] == [True]


def test_one_that_fails_costs_neither_the_others_nor_the_next_time(
    settings: Any, watcher: Watcher, caplog: pytest.LogCaptureFixture
) -> None:
    settings.WATCHES = [f"{HERE}.first", f"{HERE}.broken", "nowhere.nothing", f"{HERE}.second"]
    with caplog.at_level(logging.WARNING):
        watcher.start()
        assert wait_until(lambda: LOOKS[:6] == ["first", "broken", "second"] * 2, seconds=10)
    assert "OperationalError at tests.okta.test_watch" in caplog.text
    assert "patient" not in caplog.text


def test_a_look_that_never_ends_holds_up_no_stop(settings: Any, watcher: Watcher) -> None:
    settings.WATCHES = [f"{HERE}.endless"]
    watcher.start()
    assert HELD.wait(10)
    watcher.stop()
    assert [thread.daemon for thread in threads()] == [True]
    MAY_GO_ON.set()
    assert wait_until(lambda: threads() == [], seconds=10)


@pytest.mark.django_db(transaction=True)
def test_no_connection_is_kept_between_two_looks(settings: Any) -> None:
    settings.WATCHES = [f"{HERE}.connected"]

    def look_once() -> bool:
        look()
        return connections["default"].connection is None

    assert together([look_once]) == [True]
    assert LOOKS == ["connected"]


def test_nothing_watches_where_nothing_is_served_or_worked() -> None:
    assert threads() == []


@pytest.mark.django_db
def test_an_alert_is_open_once_until_it_is_closed() -> None:
    first_id = open_alert(kind="a", detail="1")
    assert first_id is not None
    assert open_alert(kind="a", detail="2") is None
    assert open_alert(kind="b", detail="3") is not None
    close_alert(kind="a")
    close_alert(kind="a")
    again = open_alert(kind="a", detail="4")
    assert again not in (None, first_id)
    rows = [(alert.kind, alert.detail, alert.closed_at is None) for alert in Alert.objects.order_by("pk")]
    assert rows == [("a", "1", False), ("b", "3", True), ("a", "4", True)]
