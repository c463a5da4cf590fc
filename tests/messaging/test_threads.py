"""Seeing, writing and reading conversations over the API, and what that costs."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import CareLink, User
from accounts.states import UserType
from messaging.actions.open_conversation import open_conversation
from messaging.actions.post_card import post_card, replace_card
from messaging.actions.post_message import post_message
from messaging.models import Conversation, Message, Participant
from messaging.rules import participants_key
from messaging.states import ConversationType, MessageType
from tests.make import NOON, Make

LIST = "/v2/conversations"


def say(conversation: Conversation, sender: User, text: str = "Hello") -> Message:
    return post_message(conversation=conversation, sender=sender, content=text)[0]


def unread(make: Make, user: User) -> int:
    return int(make.api(user).get(f"{LIST}/unread-count").json()["unreadCount"])


@pytest.fixture
def thread(make: Make) -> Conversation:
    return open_conversation(people=[make.pat, make.dana])[0]


@pytest.fixture
def messages(thread: Conversation) -> str:
    return f"{LIST}/{thread.pk}/messages"


def test_only_its_people_see_a_conversation(make: Make, thread: Conversation) -> None:
    seen = {
        name: [row["id"] for row in make.api(getattr(make, name)).get(LIST).json()["results"]]
        for name in ("pat", "dana", "omar", "ada", "stella")
    }

    assert seen == {"pat": [str(thread.pk)], "dana": [str(thread.pk)], "omar": [], "ada": [], "stella": []}


def test_a_doctor_loses_a_patients_thread_with_the_connection_and_the_patient_keeps_it(
    make: Make, thread: Conversation, messages: str
) -> None:
    group, _ = open_conversation(people=[make.pat, make.dana, make.ada])
    colleagues, _ = open_conversation(people=[make.dana, make.omar])
    say(thread, make.pat)
    CareLink.objects.update(ended_at=NOON)

    def listed(user: User) -> set[str]:
        return {row["id"] for row in make.api(user).get(LIST).json()["results"]}

    assert listed(make.dana) == {str(colleagues.pk)}
    assert listed(make.pat) == {str(thread.pk), str(group.pk)}
    assert listed(make.ada) == {str(group.pk)}
    assert unread(make, make.dana) == 0
    assert make.api(make.dana).get(messages).status_code == 404


@pytest.mark.parametrize("caller", ["omar", "ada", "stella"])
def test_a_conversation_of_others_does_not_exist_even_for_a_bad_body(
    make: Make, thread: Conversation, messages: str, caller: str
) -> None:
    api = make.api(getattr(make, caller))

    answers = [api.get(messages), api.post(messages, {}), api.post(f"{LIST}/{thread.pk}/read", {})]

    assert [answer.status_code for answer in answers] == [404, 404, 404]
    assert answers[0].json() == {"error": "Not found.", "code": "not_found"}
    assert not Message.objects.exists()


def test_a_conversation_nobody_has_does_not_exist(make: Make) -> None:
    assert make.api(make.dana).get(f"{LIST}/{uuid4()}/messages").status_code == 404


def test_strangers_are_asked_to_sign_in(make: Make, thread: Conversation, messages: str) -> None:
    api = make.api()

    assert {api.get(path).status_code for path in (LIST, messages, f"{LIST}/unread-count")} == {401}
    assert {api.post(path, {}).status_code for path in (LIST, messages, f"{LIST}/{thread.pk}/read")} == {401}


def test_an_operator_of_no_clinic_uses_the_admin(make: Make) -> None:
    root = User.objects.create_superuser("root@example.org", "x", first_name="Root")

    assert make.api(root).get(LIST).status_code == 403


# --- writing and reading ---


def test_a_message_is_shown_as_it_was_written(make: Make, thread: Conversation, messages: str) -> None:
    written = make.api(make.pat).post(messages, {"content": "  It hurts 🦵 less.\n", "clientMessageId": "c-1"})
    again = make.api(make.pat).post(messages, {"content": "Other", "clientMessageId": "c-1"})

    message = Message.objects.get()
    assert (written.status_code, again.status_code) == (201, 200)
    assert written.json() == {
        "id": message.pk,
        "conversationId": str(thread.pk),
        "type": "TEXT",
        "senderId": make.pat.pk,
        "senderName": "Pat Lee",
        "content": "It hurts 🦵 less.",
        "metadata": None,
        "clientMessageId": "c-1",
        "createdAt": message.created_at.isoformat().replace("+00:00", "Z"),
    }
    assert again.json() == written.json()
    assert make.api(make.dana).get(messages).json() == {"results": [written.json()], "next": None}
    assert make.api(make.dana).get(LIST).json()["results"][0]["lastMessage"] == written.json()


@pytest.mark.parametrize("content", ["", "  \n", None, "🦵" * 5001, ["x"], "\ud800", "a\u0000b"])
def test_a_message_without_fitting_text_is_refused(make: Make, messages: str, content: Any) -> None:
    body = json.dumps({"content": content})
    answer = make.api(make.pat).post(messages, body, content_type="application/json")

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["content"])
    assert not Message.objects.exists()


def test_five_thousand_characters_fit(make: Make, messages: str) -> None:
    assert make.api(make.pat).post(messages, {"content": "🦵" * 5000}).status_code == 201


def test_messages_come_newest_first_fifty_a_page(make: Make, thread: Conversation, messages: str) -> None:
    for number in range(1, 53):
        say(thread, make.pat, str(number))
    api = make.api(make.dana)

    first = api.get(messages).json()
    second = api.get(first["next"]).json()

    assert [row["content"] for row in first["results"]] == [str(number) for number in range(52, 2, -1)]
    assert [row["content"] for row in second["results"]] == ["2", "1"]
    assert second["next"] is None


def test_a_cursor_of_another_list_is_refused(make: Make, messages: str) -> None:
    answer = make.api(make.dana).get(f"{messages}?cursor=cD1ub3QrYStudW1iZXI=")

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["cursor"])


def test_conversations_come_last_active_first(make: Make, thread: Conversation) -> None:
    newer, _ = open_conversation(people=[make.dana, make.omar])
    say(thread, make.pat)

    rows = make.api(make.dana).get(LIST).json()["results"]

    assert [row["id"] for row in rows] == [str(thread.pk), str(newer.pk)]


def test_what_others_wrote_is_unread_until_read(make: Make, thread: Conversation) -> None:
    other, _ = open_conversation(people=[make.dana, make.omar])
    say(thread, make.pat, "One")
    second = say(thread, make.pat, "Two")
    say(thread, make.dana, "Mine")
    say(other, make.omar, "Rota?")
    api = make.api(make.dana)
    counts = {row["id"]: row["unreadCount"] for row in api.get(LIST).json()["results"]}
    assert counts == {str(thread.pk): 2, str(other.pk): 1}
    assert (unread(make, make.dana), unread(make, make.pat), unread(make, make.omar)) == (3, 1, 0)

    answer = api.post(f"{LIST}/{thread.pk}/read", {"messageId": second.pk})

    assert (answer.status_code, answer.json()) == (200, {"unreadCount": 0})
    assert unread(make, make.dana) == 1
    assert unread(make, make.pat) == 1


def test_reading_an_older_message_leaves_nothing_unread_again(make: Make, thread: Conversation) -> None:
    first, second = say(thread, make.pat), say(thread, make.pat)
    api = make.api(make.dana)
    api.post(f"{LIST}/{thread.pk}/read", {"messageId": second.pk})

    answer = api.post(f"{LIST}/{thread.pk}/read", {"messageId": first.pk})

    assert answer.json() == {"unreadCount": 0}


def test_a_message_of_another_conversation_cannot_be_read_here(make: Make, thread: Conversation) -> None:
    foreign = say(open_conversation(people=[make.omar, make.ada])[0], make.omar)

    answer = make.api(make.dana).post(f"{LIST}/{thread.pk}/read", {"messageId": foreign.pk})

    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["messageId"])
    assert set(Participant.objects.values_list("last_read_seq", flat=True)) == {0}


def test_a_replaced_card_is_one_unread_message_again(make: Make, thread: Conversation) -> None:
    card: dict[str, Any] = {
        "conversation_id": thread.pk,
        "sender": make.dana,
        "type": MessageType.DOCTOR_FEEDBACK_NOTE,
        "card_key": "notes:7:1",
        "content": "Your therapist reviewed your session",
    }
    read = post_card(**card, metadata={"feedbackType": "DOCTOR_FEEDBACK_NOTE", "version": 1})
    make.api(make.pat).post(f"{LIST}/{thread.pk}/read", {"messageId": read.pk})
    assert unread(make, make.pat) == 0

    replace_card(**card, metadata={"feedbackType": "DOCTOR_FEEDBACK_NOTE", "version": 2})

    [row] = make.api(make.pat).get(LIST).json()["results"]
    assert row["unreadCount"] == 1
    assert row["lastMessage"]["metadata"] == {"feedbackType": "DOCTOR_FEEDBACK_NOTE", "version": 2}
    assert row["lastMessage"]["createdAt"] is not None
    assert unread(make, make.pat) == 1
    assert unread(make, make.dana) == 0


# --- what it costs ---


def many_conversations(make: Make, number: int) -> None:
    """Conversations of Dana with a patient each: one message of theirs, and one of hers."""
    fields = {"tenant": make.clinic, "user_type": UserType.PATIENT, "first_name": "Pia"}
    patients = User.objects.bulk_create(User(email=f"{uuid4()}@example.org", **fields) for _ in range(number))
    CareLink.objects.bulk_create(
        CareLink(tenant=make.clinic, patient=patient, doctor=make.dana, accepted_at=NOON) for patient in patients
    )
    conversations = Conversation.objects.bulk_create(
        Conversation(
            tenant=make.clinic,
            type=ConversationType.ONE_ON_ONE,
            patient=patient,
            participants_key=participants_key([patient.pk, make.dana.pk]),
            last_seq=2,
        )
        for patient in patients
    )
    pairs = [(conversation, (conversation.patient, make.dana)) for conversation in conversations]
    Participant.objects.bulk_create(
        Participant(conversation=conversation, user=user) for conversation, people in pairs for user in people
    )
    Message.objects.bulk_create(
        Message(conversation=conversation, sender=user, seq=seq, content="Hello")
        for conversation, people in pairs
        for seq, user in enumerate(people, 1)
    )


def queries(call: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert call().status_code == 200
    return len(captured)


def test_three_hundred_conversations_cost_as_many_queries_as_three(make: Make) -> None:
    api = make.api(make.dana)
    many_conversations(make, 3)
    few = [queries(lambda: api.get(LIST)), queries(lambda: api.get(f"{LIST}/unread-count"))]
    many_conversations(make, 297)

    assert [queries(lambda: api.get(LIST)), queries(lambda: api.get(f"{LIST}/unread-count"))] == few == [6, 2]
    assert unread(make, make.dana) == 300


def test_a_page_of_messages_costs_the_same_for_one_and_fifty(make: Make, thread: Conversation, messages: str) -> None:
    api = make.api(make.dana)
    say(thread, make.pat)
    few = queries(lambda: api.get(messages))
    for number in range(60):
        say(thread, make.pat if number % 2 else make.dana)

    assert queries(lambda: api.get(messages)) == few == 3
