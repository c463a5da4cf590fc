"""
An HTTP/2 connection on which many requests are under way, and a slow one holds up no other.

httpx brings one, too; there, whoever waits for an answer reads the connection under a lock, and with
two slow answers the others are read but not handed on. Here one task reads for all.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import httpx

READ_BYTES = 65_536
# What HTTP/1.1 says of a connection has no place on one of HTTP/2.
HOP_BY_HOP = {"host", "connection", "keep-alive", "transfer-encoding", "upgrade"}


class Http2Transport(httpx.AsyncBaseTransport):
    """For an ``httpx.AsyncClient`` that talks to one server; a connection that broke is not replaced."""

    def __init__(self, *, connect_within: float) -> None:
        self._connect_within = connect_within
        self._opening: asyncio.Task[_Connection] | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if self._opening is None:
            self._opening = asyncio.create_task(_open(request.url, self._connect_within))
        # Shielded: whoever gives up waiting does not give up for the others.
        connection = await asyncio.shield(self._opening)
        return await connection.ask(request, await request.aread())

    async def aclose(self) -> None:
        if self._opening is None:
            return
        self._opening.cancel()
        with suppress(asyncio.CancelledError, httpx.RequestError):
            (await self._opening).close()


async def _open(url: httpx.URL, within: float) -> "_Connection":
    context = None
    if url.scheme == "https":
        context = httpx.create_ssl_context()
        context.set_alpn_protocols(["h2"])
    try:
        async with asyncio.timeout(within):
            reader, writer = await asyncio.open_connection(
                url.host, url.port or (443 if context else 80), ssl=context, limit=READ_BYTES
            )
    except TimeoutError as error:
        raise httpx.ConnectTimeout("no connection in time") from error
    except OSError as error:
        raise httpx.ConnectError(type(error).__name__) from error
    return _Connection(reader, writer)


@dataclass(slots=True)
class _Answer:
    """What has come of an answer so far; ``ended`` is set when that is all, or when no more will."""

    ended: asyncio.Future[None]
    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)


class _Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._state = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        self._answers: dict[int, _Answer] = {}
        self._greeted = False
        self._failure: httpx.RemoteProtocolError | None = None
        self._news = asyncio.Event()
        self._state.initiate_connection()
        self._flush()
        self._reading = asyncio.create_task(self._read())

    async def ask(self, request: httpx.Request, content: bytes) -> httpx.Response:
        """Send a request as soon as the server allows one more, and wait for the whole answer."""
        await self._until(lambda: self._greeted and self._has_room())
        stream = self._state.get_next_available_stream_id()
        answer = self._answers[stream] = _Answer(asyncio.get_running_loop().create_future())
        try:
            self._state.send_headers(stream, _headers(request), end_stream=not content)
            await self._send(stream, content)
            await answer.ended
        except h2.exceptions.ProtocolError as error:
            raise self._failure or httpx.RemoteProtocolError(type(error).__name__) from error
        finally:
            self._forget(stream, answer)
        return httpx.Response(answer.status, headers=answer.headers, content=bytes(answer.body), request=request)

    def close(self) -> None:
        self._reading.cancel()
        with suppress(h2.exceptions.ProtocolError):
            self._state.close_connection()
        self._flush()
        # Not closed in order: a server that no longer reads would be waited for.
        self._writer.transport.abort()

    def _has_room(self) -> bool:
        return self._state.open_outbound_streams < self._state.remote_settings.max_concurrent_streams

    async def _send(self, stream: int, content: bytes) -> None:
        """Send the body, as much at a time as the server has room for."""
        while content:
            await self._until(lambda: self._state.local_flow_control_window(stream) > 0)
            size = min(self._state.local_flow_control_window(stream), self._state.max_outbound_frame_size)
            part, content = content[:size], content[size:]
            self._state.send_data(stream, part, end_stream=not content)
        self._flush()
        await self._writer.drain()

    async def _until(self, holds: Callable[[], bool]) -> None:
        while True:
            if self._failure is not None:
                raise self._failure
            if holds():
                return
            self._flush()
            await self._news.wait()

    def _forget(self, stream: int, answer: _Answer) -> None:
        """Tell the server when nobody waits for the answer any more: it makes room for another."""
        del self._answers[stream]
        if not answer.ended.done() or answer.ended.cancelled():
            with suppress(h2.exceptions.ProtocolError):
                self._state.reset_stream(stream, h2.errors.ErrorCodes.CANCEL)
            self._flush()
            self._tell()

    def _flush(self) -> None:
        self._writer.write(self._state.data_to_send())

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def _read(self) -> None:
        try:
            while received := await self._reader.read(READ_BYTES):
                for event in self._state.receive_data(received):
                    self._take(event)
                self._flush()
                self._tell()
            self._fail("the server hung up")
        except (OSError, h2.exceptions.ProtocolError) as error:
            self._fail(type(error).__name__)

    def _take(self, event: h2.events.Event) -> None:
        if isinstance(event, h2.events.RemoteSettingsChanged):
            self._greeted = True
        elif isinstance(event, h2.events.ConnectionTerminated):
            self._fail("the server says goodbye")
        elif isinstance(event, h2.events.DataReceived):
            self._state.acknowledge_received_data(event.flow_controlled_length or 0, event.stream_id)
        answer = self._answers.get(getattr(event, "stream_id", None) or 0)
        if answer is None or answer.ended.done():
            return
        match event:
            case h2.events.ResponseReceived():
                told = [(str(name), str(value)) for name, value in event.headers or []]
                answer.status = int(dict(told)[":status"])
                answer.headers = [(name, value) for name, value in told if not name.startswith(":")]
            case h2.events.DataReceived():
                answer.body.extend(event.data or b"")
            case h2.events.StreamEnded():
                answer.ended.set_result(None)
            case h2.events.StreamReset():
                answer.ended.set_exception(httpx.RemoteProtocolError("the server broke off"))

    def _fail(self, why: str) -> None:
        self._failure = self._failure or httpx.RemoteProtocolError(why)
        for answer in self._answers.values():
            if not answer.ended.done():
                answer.ended.set_exception(self._failure)
        self._tell()


def _headers(request: httpx.Request) -> list[tuple[str, str]]:
    pseudo = [
        (":method", request.method),
        (":scheme", request.url.scheme),
        (":authority", request.headers["host"]),
        (":path", request.url.raw_path.decode("ascii")),
    ]
    return pseudo + [(name, value) for name, value in request.headers.items() if name not in HOP_BY_HOP]
