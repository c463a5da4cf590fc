"""Pages are measured as a client asks for them, and a page that reads all that was ever said is named."""

import pytest
from django.db import connection

from bench import talk
from bench.cast import a_pair
from bench.measures import pages
from bench.plans import ReadsItAll, check_plans, only_where_nothing_else_helps
from bench.run import Run
from messaging.models import Conversation, Message

pytestmark = pytest.mark.django_db(transaction=True)


def test_pages_are_measured_beside_few_messages() -> None:
    mine = connection.settings_dict["NAME"]
    figures = pages.measure(Run.of(7), pages.Plan(sizes=(1_000, 2_000), asks=2, rounds=5))
    assert [figure.name for figure in figures] == [
        "list of conversations, 2,000 in all",
        "newest messages, 2,000 in all",
        "earlier messages, 2,000 in all",
    ]
    assert {(len(figure.samples), str(figure.target)) for figure in figures} == {(5, "≤ 1.30")}
    assert set(figures[0].beside) == {"p95 beside 1,000, ms", "p95 beside 2,000, ms"}
    assert connection.settings_dict["NAME"] == mine
    assert Message.objects.count() == 0


def test_as_much_is_said_as_was_asked_for_and_one_conversation_is_long() -> None:
    long = talk.fill(2_000, own=a_pair(), others=a_pair(1))
    assert Message.objects.count() == 2_000
    assert Message.objects.filter(conversation=long).count() == 400
    assert Conversation.objects.filter(participants__user=a_pair().doctor).count() == 61


def test_no_query_of_a_page_needs_to_read_a_table_to_its_end() -> None:
    asks = pages.pages(a_pair(), a_pair(1), 1_000)
    with only_where_nothing_else_helps():
        assert [check_plans(ask, big=1) for ask in asks.values()] == [5, 2, 2]


def test_a_query_that_reads_a_big_table_to_its_end_is_named() -> None:
    talk.fill(1_000, own=a_pair(), others=a_pair(1))
    with (
        only_where_nothing_else_helps(),
        pytest.raises(ReadsItAll, match="Seq Scan on messaging_message, of 1,000 rows"),
    ):
        check_plans(lambda: Message.objects.filter(content="x").exists(), big=1_000)
    assert check_plans(lambda: Message.objects.filter(content="x").exists(), big=1_001) == 1


def test_an_answer_that_is_not_the_page_is_not_timed() -> None:
    asks = pages.pages(a_pair(), a_pair(1), 1_000)
    Message.objects.all().delete()
    with pytest.raises(pages.NotThePage, match="has 0 rows, not 50"):
        asks["newest messages"]()
