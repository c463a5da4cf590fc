"""What is unread: counted in the list, marked in the thread, and read once somebody has seen it."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from accounts.idle.activity import is_by_itself
from accounts.models import User
from messaging.actions.mark_read import mark_read
from messaging.actions.open_conversation import open_conversation
from messaging.actions.post_card import remove_card
from messaging.models import Conversation, Message, Participant
from tests.admin.conftest import Browse
from tests.console.conftest import promised
from tests.console.steps import LIST, at, listed, page_of, pick, press, thread_of
from tests.console.test_reply import HTMX
from tests.console.test_thread import notes, said
from tests.make import NOON, Make


def read_up_to(person: User) -> int:
    return Participant.objects.get(user=person).last_read_seq


@pytest.mark.parametrize(
    ("read", "above"), [(0, "bubble: Pat Lee 14:00 one"), (1, "bubble: Pat Lee 14:00 three"), (3, None), (4, None)]
)
def test_what_is_new_begins_with_a_mark_above_the_first_of_others(
    read: int, above: str | None, thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    for sender, words in ((make.pat, "one"), (dana, "two"), (make.pat, "three"), (dana, "four")):
        said(thread, sender, words)
    mark_read(conversation=thread, user=dana, message=Message(seq=read))

    lines = thread_of(browse(dana).get(page_of(thread)).content.decode())

    assert lines.count("new: New") == (above is not None)
    if above is not None:
        assert lines[lines.index("new: New") + 1] == above


def test_looking_at_the_thread_alone_marks_nothing(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    said(thread, make.pat, "one")

    browse(dana).get(page_of(thread))

    assert read_up_to(dana) == 0


@pytest.mark.parametrize(
    ("after", "read"), [("2", 2), ("", 0), ("x", 0), ("9", 3), ("0", 0), ("99999999999999999999", 0)]
)
def test_what_the_page_shows_is_marked_as_read_and_no_more(
    after: str, read: int, thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    for words in ("one", "two", "three"):
        said(thread, make.pat, words)

    answer = browse(dana).post(at(thread, "read"), {"after": after, "back": "page"}, **HTMX)

    assert (answer.status_code, answer.content) == (204, b"")
    assert (read_up_to(dana), read_up_to(make.pat)) == (read, 0)


def test_what_was_read_stays_read(thread: Conversation, dana: User, make: Make, browse: Browse) -> None:
    for words in ("one", "two"):
        said(thread, make.pat, words)
    client = browse(dana)

    for after in (2, 1):
        client.post(at(thread, "read"), {"after": after, "back": "page"}, **HTMX)

    assert read_up_to(dana) == 2


def test_a_card_that_is_gone_is_no_trouble(thread: Conversation, dana: User, make: Make, browse: Browse) -> None:
    said(thread, make.pat, "one")
    notes(thread, dana)
    remove_card(card_key="notes:7:1")

    assert browse(dana).post(at(thread, "read"), {"after": 2, "back": "page"}, **HTMX).status_code == 204
    assert read_up_to(dana) == 1


def test_where_nothing_was_said_there_is_nothing_to_read(thread: Conversation, dana: User, browse: Browse) -> None:
    assert browse(dana).post(at(thread, "read"), {"back": "page"}, **HTMX).status_code == 204
    assert read_up_to(dana) == 0


def test_without_javascript_a_button_marks_as_read_and_leads_back(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    said(thread, make.pat, "one")
    client = browse(dana)

    after = press(client, client.get(page_of(thread)).content.decode(), at(thread, "read"))

    assert after.redirect_chain == [(page_of(thread), 302)]
    assert read_up_to(dana) == 1


def test_that_a_page_marks_as_read_is_no_activity(thread: Conversation) -> None:
    assert is_by_itself(resolve(at(thread, "read")).func)


@pytest.mark.parametrize("who", ["ada", "operator"])
def test_who_takes_no_part_has_nothing_unread_and_marks_nothing(
    who: str, thread: Conversation, operator: User, make: Make, browse: Browse
) -> None:
    client = pick(browse(make.ada if who == "ada" else operator), make.clinic)
    said(thread, make.pat, "one", NOON)

    html = client.get(page_of(thread)).content.decode()

    assert "new: New" not in thread_of(html)
    assert at(thread, "read") not in html
    assert client.post(at(thread, "read")).status_code == 403
    assert set(Participant.objects.values_list("last_read_seq", flat=True)) == {0}


def counts(html: str) -> dict[str, str]:
    """What the tabs say, by their names."""
    count = r' ?(?:<span class="okta-count">(\d+)</span>)?</a>'
    tabs = re.findall(r'<a href="[^"]*" id="tab-[^"]*"[^>]*>([^<]+?)' + count, html)
    return dict(tabs)


def unread_words(html: str) -> list[str]:
    return re.findall(r'<span class="okta-badge okta-unread-count">([^<]+)</span>', html)


def test_the_list_says_in_words_how_much_is_unread(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    for words in ("one", "two", "three"):
        said(thread, make.pat, words)
    said(thread, dana, "four")
    client = browse(dana)

    english = listed(client)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"

    assert unread_words(english) == ["3 unread"]
    assert unread_words(listed(client)) == ["3 непрочитанных"]
    mark_read(conversation=thread, user=dana, message=Message(seq=3))
    assert unread_words(listed(client)) == []


def test_the_list_says_what_was_said_last_as_the_thread_calls_it(
    thread: Conversation, dana: User, browse: Browse
) -> None:
    notes(thread, dana)

    assert "<strong>You:</strong> Therapist&#x27;s notes" in listed(browse(dana))


def test_the_tab_shows_where_others_said_something_unread(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    answered, _ = open_conversation(people=[make.omar, dana])
    said(thread, make.pat, "Unread.")
    said(answered, dana, "One's own is never unread.")
    promised(answered)
    client = browse(dana)

    shown = client.get(LIST + "?tab=unread")

    assert [row.conversation.pk for row in shown.context["rows"]] == [thread.pk]
    assert counts(shown.content.decode()) == {"All": "", "Unread": "1", "Follow-ups": "1"}
    assert counts(listed(client, "?q=Omar")) == {"All": "", "Unread": "", "Follow-ups": "1"}


def test_search_stays_in_the_tabs(thread: Conversation, dana: User, browse: Browse) -> None:
    html = listed(browse(dana), "?q=P%26at&tab=unread")

    assert re.findall(r'<a href="([^"]*)" id="tab-', html) == [
        "?q=P%26at", "?tab=unread&amp;q=P%26at", "?tab=follow-ups&amp;q=P%26at",
    ]  # fmt: skip


def test_administrators_have_unread_only_where_they_take_part(
    thread: Conversation, operator: User, make: Make, browse: Browse
) -> None:
    own, _ = open_conversation(people=[make.pat, make.ada])
    for talk in (thread, own):
        said(talk, make.pat, "Hello.")
        promised(talk)

    ada = browse(make.ada).get(LIST + "?tab=unread")
    operators = listed(pick(browse(operator), make.clinic))

    assert [row.conversation.pk for row in ada.context["rows"]] == [own.pk]
    assert counts(ada.content.decode()) == {"All": "", "Unread": "1", "Follow-ups": ""}
    assert counts(operators) == {"All": "", "Follow-ups": ""}
    assert unread_words(operators) == []


@pytest.mark.parametrize("who", ["dana", "ada", "operator"])
@pytest.mark.parametrize("question", ["", "?tab=unread", "?tab=follow-ups", "?q=Peter"])
def test_every_tab_costs_the_same_for_3_and_50_unread_threads(
    question: str, who: str, dana: User, operator: User, make: Make, browse: Browse
) -> None:
    client = pick(browse({"dana": dana, "ada": make.ada, "operator": operator}[who]), make.clinic)
    costs = []
    for number in (3, 47):
        for _row in range(number):
            patient = make.patient("Peter", doctors=[dana])
            talk, _ = open_conversation(people=[patient, dana, make.ada])
            said(talk, patient, "hi")
            promised(talk)
        with CaptureQueriesContext(connection) as queries:
            shown = client.get(LIST + question)
        costs.append(len(queries))

    assert len(shown.context["rows"]) == (0 if (question, who) == ("?tab=unread", "operator") else 50)
    assert costs[0] == costs[1] <= 13
