"""Replying: once however often it is sent, as the API takes it, with and without JavaScript."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client

from accounts.models import CareLink, User
from messaging.actions.open_conversation import open_conversation
from messaging.models import Conversation, Message
from messaging.rules import MAX_TEXT
from tests.admin.conftest import Browse
from tests.console.conftest import let_in
from tests.console.steps import Forms, at, page_of, pick, press, thread_of
from tests.console.test_live import heard, next_question
from tests.console.test_thread import EVIL, said
from tests.make import Make

HTMX = {"HTTP_HX_REQUEST": "true"}


def shown(client: Client, thread: Conversation) -> str:
    html: str = client.get(page_of(thread)).content.decode()
    return html


def form_in(html: str, thread: Conversation) -> dict[str, Any]:
    """What the box for a reply would send."""
    [form] = [form for form in Forms(html).forms if form["action"] == at(thread, "reply")]
    data: dict[str, Any] = form["data"]
    return data


def texts() -> list[str]:
    return list(Message.objects.order_by("seq").values_list("content", flat=True))


def test_a_reply_is_said_and_leads_back_to_the_thread(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    client = browse(dana)

    after = press(client, shown(client, thread), at(thread, "reply"), content="  Rest it,\r\nplease. ")

    message = Message.objects.get()
    assert (message.content, message.sender, message.type) == ("Rest it,\nplease.", dana, "TEXT")
    assert after.redirect_chain == [(page_of(thread), 302)]
    assert thread_of(after.content.decode())[1].endswith("Rest it, please.")
    assert thread_of(after.content.decode())[1].startswith("mine: You")


def test_a_form_that_is_sent_twice_says_one_thing(thread: Conversation, dana: User, browse: Browse) -> None:
    client = browse(dana)
    page = shown(client, thread)

    for words in ("Rest it.", "Rest it!"):
        press(client, page, at(thread, "reply"), content=words)

    assert texts() == ["Rest it."]


def test_the_next_form_says_the_next_thing(thread: Conversation, dana: User, browse: Browse) -> None:
    client = browse(dana)

    for _form in range(2):
        press(client, shown(client, thread), at(thread, "reply"), content="Rest it.")

    assert texts() == ["Rest it.", "Rest it."]


@pytest.mark.django_db(transaction=True)
def test_a_form_that_is_sent_twice_at_once_says_one_thing(thread: Conversation, dana: User, browse: Browse) -> None:
    data = {"content": "Rest it.", "client_message_id": str(uuid4())}
    clients = [browse(dana) for _ in range(4)]

    def send(client: Client) -> int:
        try:
            return client.post(at(thread, "reply"), data, **HTMX).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(send, clients)) == [200] * 4

    assert texts() == ["Rest it."]


def test_the_page_is_answered_with_the_reply_and_all_that_came_before_it(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    client = browse(dana)
    data = form_in(shown(client, thread), thread)
    said(thread, make.pat, "It hurts.")

    answer = client.post(at(thread, "reply"), {**data, "content": "Rest it.", "after": "0"}, **HTMX)

    html = answer.content.decode()
    assert [line.split(": ")[0] for line in thread_of(html)] == ["day", "bubble", "day", "mine"]
    assert next_question(html) == 2
    assert heard(html) == "<p>Pat Lee: It hurts.</p>"
    assert answer["HX-Trigger-After-Swap"] == '{"okta:sent": {}}'
    assert data["client_message_id"] not in html
    assert 'id="okta-client-id" name="client_message_id"' in html


def test_a_repeated_request_is_answered_with_what_the_page_does_not_show_yet(
    thread: Conversation, dana: User, browse: Browse
) -> None:
    client = browse(dana)
    data = {"content": "Rest it.", "client_message_id": str(uuid4())}

    first, again, seen = (
        client.post(at(thread, "reply"), {**data, "after": after}, **HTMX).content.decode() for after in (0, 0, 1)
    )

    assert len(thread_of(first)) == len(thread_of(again)) == 2
    assert thread_of(seen) == []
    assert texts() == ["Rest it."]


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("", "Write something first."),
        (" \r\n\t ", "Write something first."),
        ("a" * (MAX_TEXT + 1), "A message has at most 5000 characters; this one has 5001."),
        ("a\0b", "Null characters are not allowed."),
    ],
)
def test_what_the_api_refuses_is_refused_in_words_and_kept_in_the_box(
    words: str, wrong: str, thread: Conversation, dana: User, browse: Browse
) -> None:
    client = browse(dana)
    data = {**form_in(shown(client, thread), thread), "content": words}

    page = client.post(at(thread, "reply"), data)
    answer = client.post(at(thread, "reply"), data, **HTMX)

    assert page.status_code == answer.status_code == 200
    assert f'id="okta-reply-wrong" role="alert">{wrong}</p>' in page.content.decode()
    assert 'aria-invalid="true" autofocus' in page.content.decode()
    assert form_in(page.content.decode(), thread)["client_message_id"] == data["client_message_id"]
    assert f'<p id="okta-reply-wrong" hx-swap-oob="innerHTML">{wrong}</p>' in answer.content.decode()
    assert "HX-Trigger-After-Swap" not in answer
    assert texts() == []


@pytest.mark.parametrize("words", ["a" * MAX_TEXT, "a\r\n" * (MAX_TEXT // 2) + "  ", "👋" * MAX_TEXT])
def test_the_longest_message_is_as_long_as_the_apis(
    words: str, thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    press(client := browse(dana), shown(client, thread), at(thread, "reply"), content=words)

    by_api = make.api(make.pat).post(f"/v2/conversations/{thread.pk}/messages", {"content": texts()[0]})
    assert (by_api.status_code, len(texts())) == (201, 2)


@pytest.mark.parametrize("name", ["", "x", "1" * 65])
def test_a_form_without_its_name_is_sent_once_more(name: str, thread: Conversation, dana: User, browse: Browse) -> None:
    client = browse(dana)

    page = client.post(at(thread, "reply"), {"content": "Rest it.", "client_message_id": name}).content.decode()

    assert "The form did not arrive whole. Send it once more." in page
    assert texts() == []
    press(client, page, at(thread, "reply"))
    assert texts() == ["Rest it."]


@pytest.mark.parametrize("who", ["ada", "operator"])
def test_who_takes_no_part_is_told_so_and_says_nothing(
    who: str, thread: Conversation, operator: User, make: Make, browse: Browse
) -> None:
    client = pick(browse(make.ada if who == "ada" else operator), make.clinic)

    html = shown(client, thread)

    assert "You may read this conversation. Only those who take part in it write here." in html
    assert at(thread, "reply") not in html
    data = {"content": "Rest it.", "client_message_id": str(uuid4())}
    assert client.post(at(thread, "reply"), data).status_code == 403
    assert texts() == []


def test_an_administrator_who_takes_part_replies(make: Make, browse: Browse) -> None:
    talk, _ = open_conversation(people=[make.pat, make.ada])
    client = browse(make.ada)

    press(client, shown(client, talk), at(talk, "reply"), content="We are open until six.")

    assert texts() == ["We are open until six."]


def test_a_doctor_who_is_not_connected_any_more_finds_nothing(thread: Conversation, dana: User, browse: Browse) -> None:
    client = browse(dana)
    data = {**form_in(shown(client, thread), thread), "content": "Rest it."}
    CareLink.objects.update(ended_at=thread.created_at)

    assert client.post(at(thread, "reply"), data).status_code == 404
    assert texts() == []


def test_a_colleague_cannot_reply_where_they_are_not(thread: Conversation, make: Make, browse: Browse) -> None:
    make.connect(make.pat, let_in(make.omar))
    data = {"content": "Rest it.", "client_message_id": str(uuid4())}

    assert browse(make.omar).post(at(thread, "reply"), data).status_code == 404
    assert texts() == []


def test_what_is_typed_is_escaped(thread: Conversation, dana: User, browse: Browse) -> None:
    client = browse(dana)
    long = EVIL * 200

    kept = client.post(at(thread, "reply"), {"content": long, "client_message_id": str(uuid4())}).content.decode()
    after = press(client, shown(client, thread), at(thread, "reply"), content=EVIL).content.decode()

    assert EVIL not in kept + after
    assert form_in(kept, thread)["content"] == long
    assert texts() == [EVIL]


def test_the_box_is_in_russian_for_who_reads_russian(thread: Conversation, dana: User, browse: Browse) -> None:
    client = browse(dana)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"

    page = client.post(at(thread, "reply"), {"content": "", "client_message_id": str(uuid4())}).content.decode()

    for words in ("Ваше сообщение", ">Отправить</button>", "Ctrl-Enter — отправить.", "Сначала напишите что-нибудь."):
        assert words in page
