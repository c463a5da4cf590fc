"""
What one `./dev up` remembers between runs, all under one directory that one run owns at a time.

    lock          held while a stack (or another command that needs its servers) runs
    ports.json    where the servers were, so that they come back there
    secret_key    made once
    push_keys     what the product signs with for the fakes of Google and Apple, made once
    ready.json    what runs and where, for people and tools; there only while a stack is ready
    postgres/ valkey/ logs/
    tmp/          what killed children leave lying about, cleared by the next run
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from okta.devstack import places
from okta.devstack.fake_keys import Keys
from okta.devstack.postgres import Postgres
from okta.devstack.processes import free_port
from okta.devstack.server import EmbeddedServer
from okta.devstack.valkey import Valkey

KEPT = ("lock", "ports.json", "secret_key", "push_keys", "ready.json", "seed.json", "postgres", "valkey", "logs", "tmp")
Kind = TypeVar("Kind", bound=EmbeddedServer)
LARGE_LOG = 5_000_000


class InUse(RuntimeError):
    """Another command holds this state."""


class State:
    """The directory and the files in it; nothing is made before `owned`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.resolve()
        self.logs = self.directory / "logs"
        self.temporary = self.directory / "tmp"

    @contextlib.contextmanager
    def owned(self) -> Iterator[None]:
        """
        Hold the state; raises InUse when somebody else does.

        The kernel lets go when this process is gone, however it went.
        """
        places.open_to_server_user(self.directory)
        with (self.directory / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InUse(f"Another ./dev is using {self.directory}.") from None
            yield

    def is_owned(self) -> bool:
        """Whether some process holds the state right now."""
        try:
            with (self.directory / "lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def port(self, name: str) -> int:
        """The port a server had last time, or a free one if there is none or it is taken."""
        kept = self.directory / "ports.json"
        ports: dict[str, int] = json.loads(kept.read_text()) if kept.exists() else {}
        ports[name] = free_port(ports.get(name))
        write_private(kept, json.dumps(ports))
        return ports[name]

    def secret_key(self) -> str:
        kept = self.directory / "secret_key"
        if not kept.exists():
            write_private(kept, secrets.token_urlsafe(48))
        return kept.read_text()

    def push_keys(self) -> Keys:
        kept = self.directory / "push_keys"
        if not kept.exists():
            write_private(kept, json.dumps(asdict(Keys.generate())))
        return Keys(**json.loads(kept.read_text()))

    def postgres(self) -> Postgres:
        return self._server(Postgres)

    def valkey(self) -> Valkey:
        return self._server(Valkey)

    def _server(self, kind: type[Kind]) -> Kind:
        server = kind(places.home_for(kind.name, state=self.directory), port=self.port(kind.name))
        server.log = self.logs / f"{kind.name}.log"
        return server

    def ready(self) -> dict[str, Any] | None:
        """What the running stack says of itself; None while there is none or it is not ready."""
        with contextlib.suppress(OSError, ValueError):
            told: dict[str, Any] = json.loads((self.directory / "ready.json").read_text())
            return told if self.is_owned() else None
        return None

    def say_ready(self, facts: dict[str, Any]) -> None:
        write_private(self.directory / "ready.json", json.dumps(facts, indent=2) + "\n")

    def unsay_ready(self) -> None:
        (self.directory / "ready.json").unlink(missing_ok=True)

    def start_logs(self) -> None:
        """Put the large logs of earlier runs aside."""
        self.logs.mkdir(mode=0o700, exist_ok=True)
        for log in self.logs.glob("*.log"):
            if log.stat().st_size > LARGE_LOG:
                log.replace(log.with_suffix(".log.1"))

    def clear_temporary(self) -> None:
        shutil.rmtree(self.temporary, ignore_errors=True)
        self.temporary.mkdir(mode=0o700)

    def forget(self) -> None:
        """Remove everything we keep, here and where root's servers keep it; and nothing else."""
        for name in KEPT:
            kept = self.directory / name
            if kept.is_dir():
                shutil.rmtree(kept)
            else:
                kept.unlink(missing_ok=True)
        if places.server_user():
            shutil.rmtree(places.outside(self.directory), ignore_errors=True)
        with contextlib.suppress(OSError):
            self.directory.rmdir()


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step, readable by its owner only."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    partial.replace(path)
