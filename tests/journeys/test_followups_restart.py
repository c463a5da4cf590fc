"""Follow-ups on a database that goes away in the middle of a sweep."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from okta.devstack.environment import ROOT
from okta.devstack.fake_provider import FakeProvider
from okta.devstack.postgres import Postgres
from tests.live import Broker, Live, eventually, send_task

DUE = """
    INSERT INTO follow_up_requests (conversation_id, user_id, scheduled_for, display_text, device_token)
    SELECT gen_random_uuid(), '7c0f', now(), 'How is Sam?', format('ExponentPushToken[%s]', n)
    FROM generate_series(1, 2000) AS n
"""
SENT = "SELECT count(*) FROM follow_up_requests WHERE status = 'sent'"
LEASES_RUN_OUT = "UPDATE follow_up_requests SET leased_until = now() WHERE lease IS NOT NULL"
TWICE = "SELECT count(*) - count(DISTINCT follow_up_id) FROM follow_up_messages"
UNSAID = """
    SELECT count(*) FROM follow_up_requests AS r
    WHERE NOT EXISTS (SELECT 1 FROM follow_up_messages AS m WHERE m.follow_up_id = r.id)
"""


def ask(postgres: Postgres, sql: str) -> int:
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        cursor: Any = connection.execute(sql)
        return int(cursor.fetchone()[0]) if cursor.description else cursor.rowcount


def all_sent(postgres: Postgres) -> bool:
    # The interrupted sweep is believed in for a while; a wake-up is not held up by it.
    if not Broker().redis.llen("timers"):
        send_task("followups.deliver")
    return ask(postgres, SENT) == 2000


@pytest.fixture
def live(spare_postgres: Postgres, broker: Broker, fake_provider: FakeProvider, tmp_path: Path) -> Iterator[Live]:
    """Processes on a database of this test's own."""
    database = {"DATABASE_URL": spare_postgres.url}
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--no-input", "-v", "0"],
        cwd=ROOT,
        env={**os.environ, **database},
        check=True,
    )
    processes = Live(tmp_path, EXPO_PUSH_URL=fake_provider.url, **database)
    yield processes
    processes.stop()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", ["restart", "kill"])
def test_nothing_is_lost_or_said_twice(
    live: Live, spare_postgres: Postgres, fake_provider: FakeProvider, end: str
) -> None:
    assert ask(spare_postgres, DUE) == 2000
    live.beat()
    live.worker()
    eventually(lambda: ask(spare_postgres, SENT) >= 100)
    if end == "kill":
        spare_postgres.kill()
        spare_postgres.start()
    else:
        spare_postgres.restart()
    assert ask(spare_postgres, SENT) < 2000, "it came in the middle"

    # What the interrupted sweep held is tried again when its lease has run out; nobody waits two minutes here.
    assert ask(spare_postgres, LEASES_RUN_OUT) > 0
    eventually(lambda: all_sent(spare_postgres), seconds=60)
    assert (ask(spare_postgres, TWICE), ask(spare_postgres, UNSAID)) == (0, 0)
    told = [push["collapseId"] for push in fake_provider.received()]
    assert len(set(told)) == 2000
