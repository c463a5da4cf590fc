"""
Clients over HTTP, in a process of their own, so that they cost the server's process nothing.

``press`` starts it; ``python -m bench.load`` reads the clients on standard input and writes what they
saw. Each keeps one connection and asks again as soon as it is answered. An answer that is not what its
client expects ends everything: an error is never timed.
"""

import json
import re
import selectors
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 60.0
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
END_OF_HEAD = b"\r\n\r\n"


class WrongAnswer(RuntimeError):
    """An answer that was not the expected one; the sentence quotes it."""


@dataclass(frozen=True, slots=True)
class Client:
    """
    One connection, and what it asks for again and again.

    In ``body`` and in ``expected``, a part of every answer, ``{n}`` is the number of the request.
    """

    method: str
    path: str
    token: str
    body: str
    expected: str

    def request(self, number: int) -> bytes:
        body = self.body.replace("{n}", str(number)).encode()
        head = f"{self.method} {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self.token}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode() + body


@dataclass(frozen=True, slots=True)
class Pressed:
    """What the clients saw; the latencies in seconds."""

    rate: float
    """Requests a second, all clients together."""
    p50: float
    p95: float
    last: str
    """The body of the last answer."""


def press(port: int, clients: Sequence[Client], *, requests: int) -> Pressed:
    """Let every client ask ``requests`` times on 127.0.0.1; raises WrongAnswer."""
    work = {"port": port, "requests": requests, "clients": [asdict(client) for client in clients]}
    command = [sys.executable, "-m", "bench.load"]
    done = subprocess.run(command, input=json.dumps(work), capture_output=True, text=True, cwd=ROOT, check=False)  # noqa: S603
    if done.returncode:
        raise WrongAnswer(done.stderr.strip().rpartition("\n")[2])
    return Pressed(**json.loads(done.stdout))


class _Connection:
    """A client's socket, its requests that are still to be sent, and the answer under way."""

    def __init__(self, port: int, client: Client, requests: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Written before the clock starts: what the clients do themselves must stay small.
        self._requests = [client.request(number) for number in range(requests)]
        self._expected = [client.expected.replace("{n}", str(number)).encode() for number in range(requests)]
        self._asked = 0
        self._began = 0.0
        self.answer = b""
        self.body = b""

    def ask(self) -> bool:
        """Send the next request; False when there is none."""
        if self._asked == len(self._requests):
            return False
        self.answer = b""
        self._began = time.perf_counter()
        self.socket.sendall(self._requests[self._asked])
        self._asked += 1
        return True

    def hear(self) -> float | None:
        """Read what has come; the latency once the answer is whole."""
        piece = self.socket.recv(262_144)
        if not piece:
            raise WrongAnswer(f"The connection was closed after {self._asked} requests. {self.answer[:300]!r}")
        self.answer += piece
        head, ended, self.body = self.answer.partition(END_OF_HEAD)
        length = LENGTH.search(head) if ended else None
        if length is None or len(self.body) < int(length[1]):
            return None
        took = time.perf_counter() - self._began
        if b" 200 " not in head[:20] or self._expected[self._asked - 1] not in self.body:
            raise WrongAnswer(f"{head.partition(END_OF_HEAD[:2])[0].decode()}: {self.body[:300].decode()}")
        return took


def run(port: int, clients: Sequence[Client], requests: int) -> Pressed:
    """Ask until every client has its answers."""
    latencies: list[float] = []
    with selectors.DefaultSelector() as ready:
        for client in clients:
            connection = _Connection(port, client, requests)
            ready.register(connection.socket, selectors.EVENT_READ, connection)
        began = time.perf_counter()
        for key in list(ready.get_map().values()):
            key.data.ask()
        while ready.get_map():
            answered = ready.select(SECONDS)
            if not answered:
                raise WrongAnswer(f"No answer in {SECONDS:.0f} s.")
            for key, _ in answered:
                connection = key.data
                took = connection.hear()
                if took is not None:
                    latencies.append(took)
                    if not connection.ask():
                        ready.unregister(connection.socket)
                        connection.socket.close()
        seconds = time.perf_counter() - began
    cuts = statistics.quantiles(latencies, n=20, method="inclusive")
    return Pressed(len(latencies) / seconds, cuts[9], cuts[18], connection.body.decode())


if __name__ == "__main__":
    given = json.load(sys.stdin)
    try:
        seen = run(given["port"], [Client(**client) for client in given["clients"]], given["requests"])
    except (WrongAnswer, OSError) as problem:
        sys.exit(str(problem).replace("\n", " "))
    print(json.dumps(asdict(seen)))
