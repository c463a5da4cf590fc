"""What is measured over HTTP was really answered, and really done."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from bench.load import Client, WrongAnswer, press
from bench.measures import requests
from bench.run import Run
from entrances.models import AppEntrance
from feedback.models import NoteDelivery
from tests.live import an_empty_broker

ANSWERS = {"/right": (200, '{"said":"{n}"}'), "/empty": (200, "{}"), "/broken": (500, '{"said":"{n}"}')}


class Echo(BaseHTTPRequestHandler):
    """Answers what is sent, as its path says."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        status, body = ANSWERS[self.path]
        answer = body.replace("{n}", f"{self.headers['Authorization']} {sent}").encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def client(path: str) -> Client:
    return Client("POST", path, "key", "number {n}", '"said":"Bearer key number {n}"')


def test_every_client_asks_as_often_as_it_was_told(port: int) -> None:
    pressed = press(port, [client("/right")] * 3, requests=4)
    assert pressed.last == '{"said":"Bearer key number 3"}'
    assert pressed.rate > 0
    assert 0 < pressed.p50 <= pressed.p95


@pytest.mark.parametrize(("path", "why"), [("/empty", "HTTP/1.1 200 OK: {}"), ("/broken", "500 Internal Server Error")])
def test_an_error_is_not_timed(port: int, path: str, why: str) -> None:
    with pytest.raises(WrongAnswer, match=why):
        press(port, [client("/right"), client(path)], requests=4)


@pytest.mark.django_db(transaction=True)
def test_requests_are_measured_beside_bare_views() -> None:
    with an_empty_broker():
        figures = requests.measure(Run.of(7), requests.Plan(clients=(1, 2), requests=4, rounds=5))
    assert [figure.name for figure in figures] == [
        "note save, 1 at a time",
        "note save, 2 at a time",
        "app-entrance log, 1 at a time",
        "app-entrance log, 2 at a time",
        "conversation page, 1 at a time",
        "conversation page, 2 at a time",
    ]
    assert {len(figure.samples) for figure in figures} == {5}
    assert [str(figure.target) for figure in figures] == ["≥ 0.85"] * 4 + ["None"] * 2
    sides, numbers = ("product", "bare"), ("requests/s", "p50 ms", "p95 ms")
    assert set(figures[0].beside) == {f"{side}, {number}" for side in sides for number in numbers}
    # Ten to get warm, then five rounds of four by one client and of two by each of two.
    assert sorted(NoteDelivery.objects.values_list("rev", flat=True)) == [20, 40]
    assert sum(AppEntrance.objects.values_list("visits", flat=True)) == 2 * (20 + 40)


@pytest.mark.django_db
def test_answers_without_rows_behind_them_are_refused() -> None:
    with pytest.raises(AssertionError, match="0 of 1 deliveries are owed"):
        requests.saves(1).check('"state":"waiting"', 3)
    with pytest.raises(AssertionError, match="0 of them are recorded"):
        requests.visits(1).check("", 3)
    with pytest.raises(AssertionError, match="the last has 1 messages, not 50"):
        requests.check_page('{"results": [1]}', 3)
