"""
A push provider on loopback that shows what it got and fails on command.

Speaks the wire format of each provider listed in PROVIDERS, so the product's real transports run
against it unchanged; Apple's, which is HTTP/2, on a port of its own. For people and tests it adds:

    GET    /received   accepted messages, oldest first: [{provider, to, title, body, data, at}]
    GET    /attempts   every request, also the failed: [{path, outcome, at}]
    DELETE /received   forget both lists
    POST   /behave     {"mode": "ok|timeout|500|429|DeviceNotRegistered|…", "times": n,
                        "token": one device's alone, "retryAfter": what a 429 says}
"""

from __future__ import annotations

import argparse
import gzip
import json
import signal
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from okta.devstack import fake_apns, fake_expo, fake_fcm, fake_twilio, fake_webpush
from okta.devstack.fake_http2 import Http2Server
from okta.devstack.fake_keys import Keys
from okta.devstack.fake_ledger import Answer, Call, Ledger

PROVIDERS: tuple[Any, ...] = (fake_expo, fake_fcm, fake_webpush, fake_twilio)
CODES = [code for provider in (*PROVIDERS, fake_apns) for code in getattr(provider, "CODES", ())]
# Minting an access token carries no message; its own codes make it fail.
SPARED = {fake_fcm.TOKEN}
HOLD_SECONDS = 60.0
REQUEST_FAILURES = ("timeout", "500", "429")
MAX_BODY_BYTES = 10 * 1024 * 1024


class FakeProvider:
    """The provider inside this process, in threads; `main` runs it as a process of its own."""

    def __init__(self, port: int = 0, *, apns_port: int = 0, keys: Keys | None = None, latency: float = 0.0) -> None:
        """`latency` is how many seconds every answer but Apple's takes longer."""
        self.ledger = Ledger(CODES, keys)
        self._server = Server(("127.0.0.1", port), self.ledger, latency)
        self._apns = Http2Server(
            apns_port,
            respond=lambda call: fake_apns.respond(call, self.ledger),
            trusts=lambda call: fake_apns.trusts(call, self.ledger),
        )
        self._threads = [
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            for server in (self._server, self._apns)
        ]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def apns_url(self) -> str:
        return self._apns.url

    @property
    def environment(self) -> dict[str, str]:
        """What makes the product send to us, where that takes more than a URL."""
        return self.ledger.keys.environment(provider_url=self.url, apns_url=self.apns_url)

    def start(self) -> FakeProvider:
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """Answer nobody any more, not even the requests being held."""
        for server in (self._server, self._apns):
            server.stopping.set()
            server.shutdown()
            server.server_close()

    def received(self) -> list[dict[str, Any]]:
        return self.ledger.received()

    def attempts(self) -> list[dict[str, Any]]:
        return self.ledger.attempts()

    def behave(self, mode: str, times: int | None = None, *, token: str | None = None, retry_after: str = "1") -> None:
        self.ledger.behave(mode, times, token=token, retry_after=retry_after)

    def clear(self) -> None:
        self.ledger.clear()


class Server(ThreadingHTTPServer):
    """Listens with a queue long enough for many parallel senders."""

    daemon_threads = True
    # Threads that hold a request must not hold up `server_close`.
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], ledger: Ledger, latency: float) -> None:
        self.ledger = ledger
        self.latency = latency
        self.stopping = threading.Event()
        super().__init__(address, Handler)


class Handler(BaseHTTPRequestHandler):
    """One connection, kept open between requests as HTTP/1.1 does."""

    protocol_version = "HTTP/1.1"
    # Headers and body leave in two writes; waiting for the first one's ACK costs 40 ms.
    disable_nagle_algorithm = True
    server: Server

    def do_GET(self) -> None:
        ledger = self.server.ledger
        lists = {"/received": ledger.received, "/attempts": ledger.attempts}
        listed = lists.get(self.path)
        if listed is None:
            self.provide()
            return
        self.read_body()
        self.reply(Answer(200, listed()))

    def do_DELETE(self) -> None:
        self.read_body()
        if self.path != "/received":
            self.reply(NOT_FOUND)
            return
        self.server.ledger.clear()
        self.reply(Answer(200, []))

    def do_POST(self) -> None:
        if self.path == "/behave":
            self.reply(behave(self.read_body(), self.server.ledger))
        else:
            self.provide()

    def provide(self) -> None:
        """Answer as the provider whose address was asked, or fail as told."""
        call = Call(
            method=self.command,
            base=f"http://{self.headers.get('Host', '')}",
            path=self.path,
            headers=self.headers,
            raw=self.read_body(),
        )
        provider: Any = next((known for known in PROVIDERS if known.handles(self.path)), None)
        if provider is not None:
            self.server.stopping.wait(self.server.latency)
        told = provider is not None and self.path not in SPARED
        failure = self.server.ledger.misbehaves(*REQUEST_FAILURES, about=call.names) if told else None
        if provider is None:
            self.reply(NOT_FOUND)
        elif failure is None:
            self.reply(provider.respond(call, self.server.ledger))
        elif failure.mode == "timeout":
            self.hold()
        else:
            self.reply(provider.rate_limited(failure.retry_after) if failure.mode == "429" else provider.broken())

    def hold(self) -> None:
        """Say nothing for longer than any client waits, then hang up."""
        self.server.ledger.attempt(self.path, "timeout")
        self.server.stopping.wait(HOLD_SECONDS)
        self.close_connection = True

    def read_body(self) -> bytes:
        """The request's body, unpacked; undecodable bytes come back as they are."""
        length = int(self.headers.get("Content-Length") or 0)
        if length > MAX_BODY_BYTES:
            self.close_connection = True
            return b""
        raw = self.rfile.read(length)
        if self.headers.get("Content-Encoding", "").lower() == "gzip":
            try:
                return gzip.decompress(raw)
            except (OSError, EOFError, zlib.error):
                return raw
        return raw

    def reply(self, answer: Answer) -> None:
        body = b"" if answer.body is None else json.dumps(answer.body).encode()
        if any(known.handles(self.path) for known in PROVIDERS):
            self.server.ledger.attempt(self.path, str(answer.status))
        self.send_response(answer.status)
        for key, value in answer.headers.items():
            self.send_header(key, value)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing: `/attempts` tells more, and no message text ends in a log."""


NOT_FOUND = Answer(404, {"errors": [{"code": "NOT_FOUND", "message": "No such address."}]})


def behave(raw: bytes, ledger: Ledger) -> Answer:
    try:
        order = json.loads(raw)
        times = order.get("times")
        ledger.behave(
            str(order["mode"]),
            None if times is None else int(times),
            token=order.get("token"),
            retry_after=str(order.get("retryAfter", "1")),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        text = (
            f'Send {{"mode": one of {", ".join(ledger.modes)}, "times": a number or nothing, '
            '"token": a device or nothing, "retryAfter": what a 429 says or nothing}.'
        )
        return Answer(400, {"errors": [{"code": "VALIDATION_ERROR", "message": text}]})
    return Answer(200, order)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m okta.devstack.fake_provider")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--apns-port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS", help="of every answer but Apple's")
    chosen = parser.parse_args()
    provider = FakeProvider(
        chosen.port, apns_port=chosen.apns_port, keys=Keys.from_environment(), latency=chosen.latency
    )
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    provider.start()
    print(f"Fake push provider at {provider.url}, Apple's at {provider.apns_url}", flush=True)
    stopped.wait()
    provider.stop()


if __name__ == "__main__":
    main()
