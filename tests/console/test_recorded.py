"""What reading a conversation leaves in the record, by whatever address it was read."""

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client

from accounts.models import Reading, User
from accounts.readings import SITTING, called
from messaging.actions.open_conversation import open_conversation
from messaging.models import Conversation
from tests.admin.conftest import Browse
from tests.console.conftest import promised
from tests.console.steps import LIST, at, page_of
from tests.console.test_reply import HTMX
from tests.console.test_thread import said
from tests.make import Make

EMPTY = {"back": "page"}


def recorded() -> list[tuple[str, str, str]]:
    rows = Reading.objects.order_by("pk").values_list("reader__first_name", "what", "patient__first_name")
    return [(str(reader), what, str(patient)) for reader, what, patient in rows]


def ask_for_news(client: Client, thread: Conversation) -> Any:
    return client.get(at(thread, "since"), {"after": "0"}, **HTMX)


@pytest.mark.parametrize(
    ("verb", "form"),
    [
        ("since", {}),
        ("reply", {"after": "0"}),
        ("schedule", EMPTY),
        ("cancel", EMPTY),
        ("schedule without htmx", EMPTY),
        ("reply without htmx", {}),
    ],
)
def test_whoever_is_brought_a_part_of_a_conversation_has_read_it(
    verb: str, form: dict[str, str], thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    said(thread, make.pat, "It hurts.")
    client, headers = browse(dana), {} if verb.endswith("without htmx") else HTMX

    if verb == "since":
        answer = ask_for_news(client, thread)
    else:
        answer = client.post(at(thread, verb.split()[0]), form, **headers)

    assert answer.status_code == 200
    assert recorded() == [("Dana", "console.conversation", "Pat")]
    assert called("console.conversation") == "Conversation"


def test_where_nothing_is_new_nothing_was_read(thread: Conversation, dana: User, browse: Browse) -> None:
    assert ask_for_news(browse(dana), thread).status_code == 204
    assert recorded() == []


def test_a_talk_is_one_reading_and_another_one_after_a_while(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    client = browse(dana)
    client.get(page_of(thread))
    for _message in range(3):
        said(thread, make.pat, "It hurts.")
        ask_for_news(client, thread)
    assert len(recorded()) == 1

    Reading.objects.update(at=F("at") - SITTING)
    ask_for_news(client, thread)

    assert len(recorded()) == 2
    client.get(page_of(thread))
    assert len(recorded()) == 3, "every page that is opened is recorded"


def test_a_talk_among_colleagues_is_in_the_log(make: Make, browse: Browse, caplog: Any) -> None:
    talk, _ = open_conversation(people=[make.dana, make.omar])

    with caplog.at_level(logging.INFO, logger="accounts.readings"):
        browse(make.ada).get(page_of(talk))

    assert caplog.messages == [f"user {make.ada.pk} opened console.conversation {talk.pk}"]
    assert recorded() == []


def test_the_list_and_what_is_done_in_it_read_nobodys_page(thread: Conversation, dana: User, browse: Browse) -> None:
    promised(thread)
    client = browse(dana)

    client.get(LIST)
    client.post(at(thread, "cancel"), {"back": "list", "query": ""}, **HTMX)

    assert recorded() == []
    assert timedelta(minutes=15) == SITTING
