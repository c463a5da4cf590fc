"""What an open conversation asks by itself: it shows what is new, and takes away what is gone."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from accounts.idle.activity import is_by_itself
from accounts.models import CareLink, User
from messaging.actions.mark_read import mark_read
from messaging.actions.post_card import post_card, remove_card, replace_card
from messaging.actions.post_message import post_message
from messaging.models import Conversation, Message
from messaging.states import MessageType
from tests.admin.conftest import Browse
from tests.console.conftest import promised
from tests.console.steps import at, page_of, pick, thread_of
from tests.console.test_thread import ESCAPED, EVIL, dated, notes, said, summary
from tests.make import NOON, Make
from tests.races.interrupt import interrupted_before


def asked(client: Client, thread: Conversation, after: Any, *cards: Message) -> str:
    """What the page is answered that shows these cards and all up to ``after``; nothing for 204."""
    answer = client.get(at(thread, "since"), {"after": after, "card": [card.pk for card in cards]})
    assert (answer.status_code, bool(answer.content)) in ((200, True), (204, False))
    return answer.content.decode()


def next_question(html: str) -> int:
    """The ``seq`` after which the page asks from now on."""
    [seq] = re.findall(r'id="okta-after" name="after" value="(\d+)"', html)
    return int(seq)


def gone(html: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'<li id="message-(\d+)" hx-swap-oob="delete"></li>', html)]


def heard(html: str) -> str:
    return html.split('id="okta-heard"')[1].split(">", 1)[1].split("</div>")[0]


def replaced(card: Message, thread: Conversation, sender: User) -> Message:
    """The therapist's card as it is delivered again."""
    return replace_card(
        conversation_id=thread.pk, sender=sender, type=MessageType.DOCTOR_FEEDBACK_NOTE, card_key="notes:7:1",
        content="Your therapist reviewed your session", metadata=card.metadata,
    )  # fmt: skip


def test_what_is_new_is_added_at_the_end_and_the_next_question_begins_there(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    client = browse(dana)
    said(thread, make.pat, "Old.")
    said(thread, make.pat, "It hurts.")
    said(thread, make.pat, "Still.")

    html = asked(client, thread, 1)

    assert thread_of(html) == [
        "day: Wednesday 8 April 2026 14:00 for you is 8:00 in New York",
        "bubble: Pat Lee 14:00 It hurts.",
        "bubble: Pat Lee 14:00 Still.",
    ]
    assert next_question(html) == 3
    assert asked(client, thread, 3) == ""


def test_what_others_said_is_announced_and_what_oneself_said_is_not(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    said(thread, dana, "How is it?")
    said(thread, make.pat, "Better. " * 40)
    summary(thread, make.pat)

    told = heard(asked(browse(dana), thread, 0))

    assert "How is it?" not in told
    assert told.startswith("<p>Pat Lee: Better. ")
    assert told.endswith("…</p><p>Pat Lee: Pat Lee reported high pain</p>")


def test_a_card_that_was_replaced_is_taken_away_and_the_new_one_stands_at_the_end(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    card = notes(thread, dana)
    said(thread, make.pat, "Thank you.")
    fresh = dated(replaced(card, thread, dana), NOON)

    html = asked(browse(dana), thread, 2, card)

    assert gone(html) == [card.pk]
    assert thread_of(html)[1].startswith("mine: You 14:00 Therapist's notes")
    assert f'<input type="hidden" name="card" value="{fresh.pk}">' in html
    # The keyboard stays on the link of the card, whichever it is: htmx looks for what has the same id.
    assert html.count('id="session-notes:7:1"') == 1
    assert next_question(html) == 3


def test_a_card_that_was_removed_is_taken_away(thread: Conversation, dana: User, make: Make, browse: Browse) -> None:
    card, other = notes(thread, dana), summary(thread, make.pat)
    remove_card(card_key="notes:7:1")

    html = asked(browse(dana), thread, 2, card, other)

    assert gone(html) == [card.pk]
    assert [line for line in thread_of(html) if line != "bubble: "] == []
    assert next_question(html) == 2


def test_another_conversations_card_does_not_stand_in_this_one(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    peter = make.patient("Peter", doctors=[dana])
    other = Conversation.objects.create(tenant=thread.tenant, type="ONE_ON_ONE", participants_key="x", patient=peter)
    card = post_card(
        conversation_id=other.pk, sender=dana, type=MessageType.FOLLOW_UP, card_key="x", content="x", metadata={}
    )

    assert gone(asked(browse(dana), thread, 9, card)) == [card.pk]


def test_what_came_while_nobody_looked_begins_with_a_mark(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    client = browse(dana)
    said(thread, make.pat, "Read.")
    mark_read(conversation=thread, user=dana, message=Message(seq=1))
    said(thread, dana, "Mine.", NOON - timedelta(seconds=11))
    said(thread, make.pat, "Unread.", NOON - timedelta(seconds=11))

    away = asked(client, thread, 1)
    Message.objects.update(created_at=NOON - timedelta(seconds=10))
    there = asked(client, thread, 1)

    assert [line.split(":")[0] for line in thread_of(away)] == ["day", "mine", "new", "bubble"]
    assert [line.split(":")[0] for line in thread_of(there)] == ["day", "mine", "bubble"]


def test_after_a_long_absence_fifty_come_at_once(thread: Conversation, dana: User, make: Make, browse: Browse) -> None:
    client = browse(dana)
    for number in range(1, 53):
        said(thread, make.pat, f"no. {number}")

    first = asked(client, thread, 0)
    rest = asked(client, thread, next_question(first))

    assert (len(thread_of(first)), thread_of(first)[-1]) == (51, "bubble: Pat Lee 14:00 no. 50")
    assert thread_of(rest)[1:] == ["bubble: Pat Lee 14:00 no. 51", "bubble: Pat Lee 14:00 no. 52"]
    assert next_question(rest) == 52


def test_a_follow_up_that_arrives_brings_the_promises_with_it(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    promised(thread, status="sent", display_text="How is the knee?")
    said(thread, make.pat, "Hello.")
    post_card(
        conversation_id=thread.pk, sender=dana, type=MessageType.FOLLOW_UP, card_key="follow", content="How?",
        metadata={"feedbackType": None},
    )  # fmt: skip
    client = browse(dana)

    for after, told in ((0, True), (1, True), (2, False)):
        html = asked(client, thread, after)
        assert ('<div id="okta-promises" hx-swap-oob="true">' in html) == told
        assert ('<div id="okta-talk-badge" hx-swap-oob="true">' in html) == told
        assert ("Sent</span>" in html) == told


@pytest.mark.parametrize("after", ["", "x", "-1", "99999999999999999999"])
def test_a_place_that_is_none_is_the_beginning(
    after: str, thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    said(thread, make.pat, "Hello.")

    assert len(thread_of(asked(browse(dana), thread, after))) == 2


def test_a_card_that_is_none_is_left_alone(thread: Conversation, dana: User, browse: Browse) -> None:
    answer = browse(dana).get(at(thread, "since"), {"after": "0", "card": ["x", "", "-1", "9" * 30]})

    assert answer.status_code == 204


def test_who_is_not_connected_any_more_learns_nothing(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    client = browse(dana)
    said(thread, make.pat, "Hello.")
    CareLink.objects.update(ended_at=NOON)

    assert client.get(at(thread, "since")).status_code == 404


def test_asking_is_no_activity_and_changes_nothing(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    said(thread, make.pat, "Hello.")
    client = browse(dana)
    before = list(thread.participants.values())

    client.get(at(thread, "since"))

    assert is_by_itself(resolve(at(thread, "since")).func)
    assert list(thread.participants.values()) == before


def test_only_the_page_that_shows_the_end_asks(thread: Conversation, dana: User, make: Make, browse: Browse) -> None:
    said(thread, make.pat, "Hello.")
    client = browse(dana)

    end, middle = (client.get(page_of(thread) + question).content.decode() for question in ("", "?before=9"))

    assert f'data-okta-ask="2000" data-okta-lost="okta-lost" hx-get="{at(thread, "since")}"' in end
    assert next_question(end) == 1
    assert "data-okta-ask" not in middle


@pytest.mark.parametrize("who", ["dana", "ada", "operator"])
@pytest.mark.parametrize("cards", [0, 20])
def test_asking_in_vain_costs_six_queries_at_most(
    cards: int, who: str, thread: Conversation, dana: User, operator: User, make: Make, browse: Browse
) -> None:
    client = pick(browse({"dana": dana, "ada": make.ada, "operator": operator}[who]), make.clinic)
    shown = [
        post_card(
            conversation_id=thread.pk, sender=dana, type=MessageType.FOLLOW_UP, card_key=str(number), content="",
            metadata={},
        )
        for number in range(cards)
    ]  # fmt: skip
    client.get(page_of(thread))  # A session that has just begun is written once more.

    with CaptureQueriesContext(connection) as queries:
        assert asked(client, thread, cards, *shown) == ""

    assert len(queries) <= 6, [query["sql"] for query in queries]


def test_news_costs_the_same_for_1_and_50_messages(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    client = browse(dana)
    client.get(page_of(thread))
    costs = []
    for number in (1, 49):
        for _row in range(number):
            said(thread, make.doctor(), "Hello.")
        with CaptureQueriesContext(connection) as queries:
            html = asked(client, thread, 0)
        costs.append(len(queries))

    assert html.count('class="okta-bubble') == 50
    assert costs[0] == costs[1] <= 8


def test_every_word_is_escaped(thread: Conversation, dana: User, make: Make, browse: Browse) -> None:
    make.pat.first_name = EVIL
    make.pat.save(update_fields=["first_name"])
    said(thread, make.pat, EVIL)
    summary(thread, make.pat, exercise={"patientNotes": EVIL})

    html = asked(browse(dana), thread, 0)

    assert EVIL not in html
    assert html.count(ESCAPED) == 7
    assert heard(html).count(ESCAPED) == 3


def test_news_is_in_russian_for_who_reads_russian(thread: Conversation, dana: User, make: Make, browse: Browse) -> None:
    client = browse(dana)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"
    said(thread, make.pat, "Hello.")

    assert thread_of(asked(client, thread, 0))[0] == "day: Среда 8 апреля 2026 14:00 у вас — 8:00 (New York)"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("before", ["console.conversations.live.news_in", "console.conversations.news._told"])
def test_a_card_that_is_replaced_meanwhile_is_shown_once_whichever_it_is(
    before: str, thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    client = browse(dana)
    card = notes(thread, dana)
    post_message(conversation=thread, sender=make.pat, content="Thank you.")

    with interrupted_before(before, lambda: replaced(card, thread, dana)) as replacing:
        html = asked(client, thread, 1, card)

    fresh = replacing.result()
    at_once = before.endswith("news_in")
    assert (gone(html), next_question(html)) == (([card.pk], 3) if at_once else ([], 2))
    assert (f'value="{fresh.pk}"' in html) == at_once
    later = asked(client, thread, next_question(html), fresh if at_once else card)
    assert gone(later) == ([] if at_once else [card.pk])
    assert (f'value="{fresh.pk}"' in later) != at_once
