"""The embedded servers start, survive what a machine does to them, and leave nothing behind."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from okta.devstack import processes
from okta.devstack.postgres import Postgres
from okta.devstack.server import EmbeddedServer, ServerDied
from okta.devstack.valkey import Valkey

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """One server for the tests that leave it running: starting one takes half a second."""
    with Postgres.throwaway() as server:
        yield server


def test_the_products_role_may_create_databases_and_is_no_superuser(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url) as connection:
        row = connection.execute("SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user").fetchone()

    assert row == (False, True)


def test_nobody_gets_in_without_the_password(postgres: Postgres) -> None:
    stranger = f"postgres://postgres@127.0.0.1:{postgres.port}/postgres"

    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(stranger)


def test_committed_rows_survive_a_kill_and_a_restart(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
    url = postgres.url

    postgres.kill()
    postgres.start()
    postgres.restart()

    assert postgres.url == url
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (1,)


def test_a_frozen_database_is_silent_until_it_is_thawed(postgres: Postgres) -> None:
    connection = psycopg.connect(postgres.url, autocommit=True)
    backend = connection.info.backend_pid

    postgres.freeze()
    while_frozen = processes.state(backend)
    postgres.thaw()

    assert while_frozen == "T"
    assert connection.execute("SELECT 1").fetchone() == (1,)
    connection.close()


def test_a_frozen_broker_is_silent_until_it_is_thawed(spare_valkey: Valkey) -> None:
    client = redis.Redis.from_url(spare_valkey.url, socket_timeout=0.1)

    spare_valkey.freeze()
    with pytest.raises(redis.TimeoutError):
        client.ping()
    spare_valkey.thaw()

    assert client.ping()


def test_a_killed_broker_comes_back_on_its_port_with_what_it_had_written() -> None:
    with Valkey.throwaway(durable=True) as server:
        client = redis.Redis.from_url(server.url)
        client.set("kept", "1")
        client.execute_command("WAITAOF", 1, 0, 2000)
        server.kill()
        server.start()

        assert client.get("kept") == b"1"


@pytest.mark.parametrize("kind", [Postgres, Valkey])
def test_a_throwaway_server_leaves_neither_process_nor_file(kind: type[EmbeddedServer]) -> None:
    server = kind.throwaway().start()
    family = [server.pid, *processes.descendants(server.pid)]

    server.stop()

    assert not any(processes.is_running(pid) for pid in family)
    assert not server.home.exists()


def test_a_server_that_cannot_start_says_why(spare_valkey: Valkey) -> None:
    second = Valkey(spare_valkey.home / "second", port=spare_valkey.port)

    with pytest.raises(ServerDied, match="Address already in use"):
        second.start()


OWNER = """
import sys, time
from okta.devstack.postgres import Postgres
from okta.devstack.valkey import Valkey
for server in (Postgres.throwaway(), Valkey.throwaway()):
    server.start()
    print(server.pid, server.home, flush=True)
time.sleep(60)
"""


def test_servers_and_their_files_go_when_their_owner_is_killed() -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    started = [owner.stdout.readline().split() for _ in range(2)]

    owner.send_signal(signal.SIGKILL)
    owner.wait()

    def gone() -> bool:
        return not any(processes.is_running(int(pid)) or Path(home).exists() for pid, home in started)

    assert processes.wait_until(gone, seconds=10)


def test_a_port_somebody_listens_on_is_not_offered(spare_valkey: Valkey) -> None:
    assert processes.free_port(spare_valkey.port) != spare_valkey.port


def test_a_grandchild_ends_with_the_group_it_was_born_in() -> None:
    script = "import subprocess, sys; print(subprocess.Popen(['sleep', '60']).pid, flush=True); sys.stdin.read()"
    child = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True, start_new_session=True
    )
    assert child.stdout is not None
    grandchild = int(child.stdout.readline())

    processes.end(child, ending=signal.SIGTERM, grace=5)  # type: ignore[arg-type]

    assert processes.wait_until(lambda: not processes.is_running(grandchild), seconds=5)
