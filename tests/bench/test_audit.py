"""The audit finds nothing in a true world, and of each promise that is broken in it exactly that one."""

from collections.abc import Iterator
from typing import Any, TypeAlias

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from bench.faults.audit import NUMBERS, QUESTIONS, Finding, audit, questions
from bench.faults.curves import CURVES, curves
from bench.faults.memory import Memory, now
from okta.devstack.fake_provider import FakeProvider
from tests.bench.excuses import EXCUSED
from tests.bench.tamperings import TAMPERINGS
from tests.bench.world import true_world
from tests.live import an_empty_broker, database_url

pytestmark = pytest.mark.django_db
World: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"
EVERY = [(path.stem, promise) for path in sorted(QUESTIONS.glob("*.sql")) for promise, _ in questions(path)]


@pytest.fixture(scope="module")
def remembered(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Memory]:
    """The world, made once: what a test changes in it is rolled back."""
    provider = FakeProvider().start()
    with django_db_blocker.unblock(), an_empty_broker(), override_settings(EXPO_PUSH_URL=provider.url):
        try:
            yield true_world(provider)
        finally:
            call_command("flush", interactive=False, verbosity=0)
            connections.close_all()
            provider.stop()


@pytest.fixture
def world(remembered: Memory) -> Iterator[World]:
    """The world's tables with what is remembered of it beside them, for one transaction."""
    with psycopg.connect(database_url()) as connection:
        remembered.write_to(connection)
        yield connection
        connection.rollback()


def broken(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(one.story, one.promise) for one in findings if not one.is_kept]


def test_a_true_world_keeps_every_promise(world: World) -> None:
    findings = audit(world, [])
    assert [(one.story, one.promise, one.broken) for one in findings if one.broken] == []
    assert [(one.story, one.promise) for one in findings] == [("all", "no right request is refused"), *EVERY]


def test_the_true_world_has_something_of_everything(world: World) -> None:
    """Or else a promise could be kept because nobody came into its way."""

    def counted(question: str) -> dict[str, int]:
        return dict(world.execute(question).fetchall())

    assert counted("SELECT status, count(*) FROM follow_up_requests GROUP BY 1") == {
        "sent": 4,
        "failed": 1,
        "cancelled": 1,
    }
    assert counted("SELECT status, count(*) FROM entrances_appentrance GROUP BY 1") == {
        "FINALIZED_TO_INFERRED_WORKOUT": 1,
        "CANCELED_BY_REAL_WORKOUT": 1,
        "SKIPPED_NO_SOURCE_WORKOUT": 1,
    }
    assert counted("SELECT type, count(*) FROM messaging_message GROUP BY 1") == {
        "PATIENT_FEEDBACK_SUMMARY": 1,
        "DOCTOR_FEEDBACK_NOTE": 1,
        "FOLLOW_UP": 3,
    }
    assert counted("SELECT about, count(*) FROM taken GROUP BY 1") == {
        "PATIENT_FEEDBACK": 1,
        "DOCTOR_FEEDBACK": 2,
        "follow_up": 3,
    }


@pytest.mark.parametrize(
    ("known", "statement"),
    [
        pytest.param(known, statement, id=f"{': '.join(known)} {number}")
        for known, statements in TAMPERINGS.items()
        for number, statement in enumerate(statements, start=1)
    ],
)
def test_exactly_the_promise_that_was_broken_is_found(world: World, known: tuple[str, str], statement: str) -> None:
    for each in statement.split(";"):
        assert world.execute(each).rowcount != 0, "nothing was broken"
    assert broken(audit(world, [])) == [known]


@pytest.mark.parametrize("statement", EXCUSED.values(), ids=EXCUSED)
def test_what_is_as_right_as_the_true_world_is_no_finding(world: World, statement: str) -> None:
    for each in statement.split(";"):
        assert world.execute(each).rowcount != 0, "nothing was changed"
    assert broken(audit(world, [])) == []


def test_every_question_has_been_seen_to_find_something() -> None:
    assert sorted(TAMPERINGS) == sorted(EVERY)
    assert all(TAMPERINGS.values())


def test_a_surprise_is_a_broken_promise_in_its_own_words(world: World) -> None:
    first = audit(world, ["POST /v2 was refused"])[0]
    assert first == Finding("all", "no right request is refused", ["POST /v2 was refused"])
    assert not first.is_kept


def test_questions_are_asked_with_the_runs_own_numbers(world: World) -> None:
    text = "".join(path.read_text() for path in QUESTIONS.glob("*.sql"))
    assert [name for name in NUMBERS if name not in text] == []
    assert "%s" in text, "a % in a question is its own"


def test_curves_count_what_was_due_and_what_was_done(world: World) -> None:
    found = curves(world, now(), 1.0)
    assert {name: (curve["due"][-1], curve["done"][-1]) for name, curve in found.items()} == {
        "follow-ups": (4, 4),
        "app visits": (2, 2),
        "pushes": (3, 3),
    }


def test_curves_of_a_run_in_which_nothing_came_due_are_flat(world: World) -> None:
    world.execute("DELETE FROM notifications_push; DELETE FROM entrances_appentrance; DELETE FROM follow_up_requests")
    found = curves(world, now(), 1.0)
    assert {name: sum(curve["due"] + curve["done"]) for name, curve in found.items()} == dict.fromkeys(CURVES, 0)
