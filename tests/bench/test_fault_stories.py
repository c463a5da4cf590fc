"""People remember what they were answered, and do the same whenever the seed is the same."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID

import pytest

from bench.faults import kinds
from bench.faults.cast import Cast, Parent, Session, Visitor
from bench.faults.memory import Memory, remembered
from bench.faults.stack import QUIET_SECONDS, Stack
from bench.faults.stories import actor as actors
from bench.faults.stories.actor import Actor, Door
from bench.faults.stories.crowd import actors as everybody
from bench.faults.stories.notes import Therapist
from bench.faults.stories.promises import APART, Provider
from bench.faults.stories.visits import Opener
from bench.faults.stories.workouts import UNREMARKABLE, Trainer, complete

SESSIONS = [Session(n, n, (10 * n, 10 * n + 1), f"patient {n}", f"doctor {n}") for n in range(1, 9)]
VISITORS = [Visitor(n, f"visitor {n}", n if n % 3 else None, SESSIONS[0] if n % 3 == 1 else None) for n in range(9)]
PARENTS = [Parent(UUID(int=n), f"parent-{n}", "ExponentPushToken[p]" if n % 2 else None) for n in range(4)]
CAST = Cast(1, SESSIONS[:4], SESSIONS[4:], VISITORS, PARENTS, "a key")
SILENT = 0


class Service(ThreadingHTTPServer):
    """Answers every request with the next status, and then with the last one; ``SILENT`` hangs up instead."""

    daemon_threads = True
    statuses: list[int]
    asked: list[tuple[str, str]]


class Handler(BaseHTTPRequestHandler):
    server: Service

    def answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.command, self.path))
        status = self.server.statuses.pop(0) if len(self.server.statuses) > 1 else self.server.statuses[0]
        if status == SILENT:
            self.close_connection = True
            return
        body = b'{"status": "pending"}'
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.answer()

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


@pytest.fixture
def service() -> Iterator[Service]:
    server = Service(("127.0.0.1", 0), Handler)
    server.statuses, server.asked = [200], []
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def door(service: Service, monkeypatch: pytest.MonkeyPatch) -> Door:
    """The service, tried again at once."""
    monkeypatch.setattr(actors, "TRY_AGAIN_SECONDS", 0.0)
    return Door(f"http://127.0.0.1:{service.server_address[1]}", "postgres://nobody@127.0.0.1:9/none")


def kept(memory: Memory, table: str) -> list[bool]:
    assert all(row["began"] <= row["ended"] for row in memory.rows[table])
    return [row["kept"] for row in memory.rows[table]]


@pytest.mark.parametrize(
    ("status", "yes", "surprises"),
    [
        (200, True, []),
        (201, True, []),
        (503, False, []),
        (SILENT, False, []),
        (400, False, ["POST /v2 was refused with 400: {"]),
        (404, False, ["POST /v2 was refused with 404: {"]),
    ],
    ids=["200", "201", "503", "no answer", "400", "404"],
)
def test_an_answer_is_a_yes_or_unknown_or_a_surprise(
    service: Service, door: Door, memory: Memory, status: int, yes: bool, surprises: list[str]
) -> None:
    service.statuses = [status]
    person = Actor(door, memory, Random(1))
    with remembered(memory, "visits", patient=7) as doing:
        assert person.ask(doing, "POST", "/v2", {}, headers={}) is yes
    assert kept(memory, "visits") == [yes]
    assert memory.rows["visits"][0]["patient"] == 7
    assert [sentence[: len("POST /v2 was refused with 400: {")] for sentence in memory.surprises] == surprises
    assert doing.said == ({"status": "pending"} if yes else None)


def test_who_breaks_off_is_a_surprise_and_no_silence(door: Door, memory: Memory) -> None:
    class Clumsy(Actor):
        def act(self) -> None:
            raise ZeroDivisionError("over the mat")

    Clumsy(door, memory, Random(1)).live()
    assert memory.surprises == ["Clumsy broke off: ZeroDivisionError: over the mat"]


def test_a_completion_is_tried_until_it_is_answered_and_every_try_is_remembered(
    service: Service, door: Door, memory: Memory
) -> None:
    service.statuses = [503, SILENT, 200]
    complete(Trainer(door, memory, Random(1), sessions=[]), memory, SESSIONS[0], {"pain": 8})
    assert kept(memory, "completions") == [False, False, True]
    assert {(row["workout"], row["patient"], row["flagged"]) for row in memory.rows["completions"]} == {(1, 1, True)}
    assert service.asked == [("POST", "/v2/workouts/1/complete")] * 3


def test_who_is_told_to_stop_tries_no_more(service: Service, door: Door, memory: Memory) -> None:
    service.statuses = [503]
    trainer = Trainer(door, memory, Random(1), sessions=[])
    trainer.stopped.set()
    complete(trainer, memory, SESSIONS[0], UNREMARKABLE)
    assert kept(memory, "completions") == [False]


def test_a_visit_remembers_what_it_was_told(service: Service, door: Door, memory: Memory) -> None:
    service.statuses = [503, 200]
    opener = Opener(door, memory, Random(1), visitors=VISITORS[:1])
    opener.act()
    assert [row["said"] for row in memory.rows["visits"]][:2] == [None, "pending"]
    assert memory.rows["visitors"] == [{"patient": 0, "source": None}]
    opener.act()
    assert opener.stopped.is_set()


def test_a_row_that_the_database_did_not_take_is_unknown(door: Door, memory: Memory) -> None:
    provider = Provider(door, memory, Random(1), parents=PARENTS, key="a key")
    provider.stopped.set()
    for _ in range(20):
        provider.act()
    inserted = [row["kept"] for row in memory.rows["promises"] if row["follow_up"] is not None]
    posted = [row["kept"] for row in memory.rows["promises"] if row["follow_up"] is None]
    assert (set(inserted), set(posted)) == ({False}, {True})
    assert memory.surprises == []


def test_no_two_messages_of_a_conversation_are_promised_for_the_same_second(door: Door, memory: Memory) -> None:
    provider = Provider(door, memory, Random(1), parents=PARENTS, key="a key")
    moments = [(parent, provider._moment(parent)) for _ in range(200) for parent in PARENTS]
    for parent in PARENTS:
        mine = [moment for whose, moment in moments if whose == parent]
        assert all(later - earlier >= APART for earlier, later in pairwise(mine))
        assert {moment.microsecond for moment in mine} == {0}
    assert timedelta(seconds=1) == APART


@pytest.fixture
def obliging(monkeypatch: pytest.MonkeyPatch) -> None:
    """A product that says yes to everything, at once, to people who do not pause."""

    def ask(person: Actor, doing: Any, method: str, path: str, body: Any = None, *, headers: Any) -> bool:
        doing.kept, doing.said = True, {"status": "pending"}
        return True

    monkeypatch.setattr(Actor, "ask", ask)
    monkeypatch.setattr(Provider, "_insert", lambda *_: True)
    monkeypatch.setattr(threading.Event, "wait", lambda *_: False)


def acts(door: Door, seed: int) -> list[Any]:
    """What everybody does in a few acts, without the times, which are the clock's."""
    memory = Memory()
    for person in everybody(CAST, door, memory, Random(seed), quiet=QUIET_SECONDS):
        for _ in range(5):
            person.act()
    told = ("workout", "exercise", "note", "patient", "flagged", "conversation", "words", "token", "follow_up")
    return [(table, *(row.get(name) for name in told)) for table, rows in memory.rows.items() for row in rows]


def test_the_same_seed_gives_the_same_acts(door: Door, obliging: None) -> None:
    first = acts(door, 1)
    assert first == acts(door, 1)
    assert first != acts(door, 2)
    assert {table for table, *_ in first} >= {"saves", "completions", "visits", "promises"}


def test_everybody_has_sessions_and_conversations_of_their_own(door: Door, obliging: None) -> None:
    crowd = list(everybody(CAST, door, Memory(), Random(1), quiet=QUIET_SECONDS))
    assert Counter(type(one) for one in crowd) == {Therapist: 2, Trainer: 1, Opener: 1, Provider: 2}
    parents = [parent for one in crowd if isinstance(one, Provider) for parent in one._parents]
    sessions = [session for one in crowd if isinstance(one, Therapist) for session in one._sessions]
    assert sorted(map(repr, parents)) == sorted(map(repr, PARENTS))
    assert sorted(map(repr, sessions)) == sorted(map(repr, CAST.reviewed))


def kind_of(name: str, *, happens: bool) -> kinds.Kind:
    """A fault that only uses up some chance, as a real one does."""

    def kind(_stack: Stack, chance: Random) -> bool:
        chance.random()
        return happens

    kind.__name__ = name
    return kind


def faults(seed: int, *, impossible: str = "") -> list[str]:
    """The first faults of a seed, where each happens but ``impossible``."""
    names = {kind.__name__: weight for kind, weight in kinds.KINDS.items()}
    harmless = {kind_of(name, happens=name != impossible): weight for name, weight in names.items()}
    chance, stack = Random(seed), Stack(Memory())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kinds, "KINDS", harmless)
        return [kinds.break_something(stack, chance) for _ in range(400)]


def test_the_same_seed_gives_the_same_faults_and_in_time_every_one() -> None:
    first = faults(1)
    assert first == faults(1)
    assert first != faults(2)
    assert {*first} == {kind.__name__.replace("_", " ") for kind in kinds.KINDS}
    assert Counter(first).most_common(1)[0][0] == "kill worker"


def test_another_fault_takes_the_place_of_one_that_cannot_happen_now_and_of_no_other() -> None:
    usual, now = faults(1), faults(1, impossible="flush_valkey")
    assert "flush valkey" not in now
    assert [a for a, b in zip(usual, now, strict=True) if a != b] == ["flush valkey"] * usual.count("flush valkey")
