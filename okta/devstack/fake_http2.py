"""An HTTP/2 server in clear text for the fakes: a thread for each connection, many requests on each."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from email.message import Message
from socketserver import BaseRequestHandler, ThreadingTCPServer

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings

from okta.devstack.fake_ledger import Answer, Call

STREAMS = h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS
AT_FIRST = 1
LATER = 1000
CHUNK = 65_536
LOOK_UP_EVERY = 0.1

Respond = Callable[[Call], Answer | None]
Trusts = Callable[[Call], bool]


class Http2Server(ThreadingTCPServer):
    """
    Answers every request by `respond`; what it answers with None waits for ever.

    A connection may carry one request at a time until it brought one that `trusts` is true of.
    """

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, port: int, respond: Respond, trusts: Trusts) -> None:
        self.respond = respond
        self.trusts = trusts
        self.stopping = threading.Event()
        super().__init__(("127.0.0.1", port), Connection)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Connection(BaseRequestHandler):
    """One connection and its open requests."""

    server: Http2Server
    request: socket.socket

    def setup(self) -> None:
        config = h2.config.H2Configuration(client_side=False, header_encoding="utf-8")
        self.state = h2.connection.H2Connection(config)
        self.state.local_settings = h2.settings.Settings(client=False, initial_values={STREAMS: AT_FIRST})
        self.calls: dict[int, tuple[dict[str, str], Message[str, str], bytearray]] = {}
        self.trusted = False
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request.settimeout(LOOK_UP_EVERY)

    def handle(self) -> None:
        self.state.initiate_connection()
        try:
            self.flush()
            while not self.server.stopping.is_set():
                try:
                    received = self.request.recv(CHUNK)
                except TimeoutError:
                    continue
                if not received:
                    return
                for event in self.state.receive_data(received):
                    self.take(event)
                self.flush()
        except (OSError, h2.exceptions.ProtocolError):
            """The client is gone, or speaks something else; the connection ends."""

    def flush(self) -> None:
        self.request.sendall(self.state.data_to_send())

    def take(self, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.RequestReceived):
            pseudo, headers = {}, Message()
            for name, value in event.headers or []:
                if str(name).startswith(":"):
                    pseudo[str(name)] = str(value)
                else:
                    headers[str(name)] = str(value)
            self.calls[event.stream_id] = (pseudo, headers, bytearray())
        elif isinstance(event, h2.events.DataReceived) and event.stream_id in self.calls:
            self.calls[event.stream_id][2].extend(event.data or b"")
            self.state.acknowledge_received_data(event.flow_controlled_length or 0, event.stream_id)
        elif isinstance(event, h2.events.StreamEnded) and event.stream_id in self.calls:
            self.answer(event.stream_id, *self.calls.pop(event.stream_id))
        elif isinstance(event, h2.events.StreamReset):
            self.calls.pop(event.stream_id, None)

    def answer(self, stream: int, pseudo: dict[str, str], headers: Message[str, str], raw: bytearray) -> None:
        base = f"{pseudo.get(':scheme', 'http')}://{pseudo.get(':authority', '')}"
        call = Call(pseudo[":method"], base, pseudo[":path"], headers, bytes(raw))
        if not self.trusted and self.server.trusts(call):
            self.trusted = True
            self.state.update_settings({STREAMS: LATER})
        answer = self.server.respond(call)
        if answer is None:
            return
        told = [(name.lower(), value) for name, value in answer.headers.items()]
        body = b"" if answer.body is None else json.dumps(answer.body).encode()
        self.state.send_headers(stream, [(":status", str(answer.status)), *told], end_stream=not body)
        if body:
            self.state.send_data(stream, body, end_stream=True)
