"""Messages and cards: numbered without gaps, posted once, read forwards only."""

from functools import partial

import pytest
from django.db import IntegrityError, transaction

from messaging.actions.mark_read import mark_read
from messaging.actions.open_conversation import open_conversation
from messaging.actions.post_card import post_card, remove_card, replace_card
from messaging.actions.post_message import post_message
from messaging.models import Conversation, Message, Participant
from messaging.states import MessageType
from tests.make import Make
from tests.together import together


@pytest.fixture
def thread(make: Make) -> Conversation:
    return open_conversation(people=[make.pat, make.dana])[0]


def card(make: Make, thread: Conversation, *, version: int = 1) -> dict[str, object]:
    return {
        "conversation_id": thread.pk,
        "sender": make.dana,
        "type": MessageType.DOCTOR_FEEDBACK_NOTE,
        "card_key": "notes:7:1",
        "content": "Your therapist reviewed your session",
        "metadata": {"feedbackType": "DOCTOR_FEEDBACK_NOTE", "version": version},
    }


def test_a_message_is_the_conversations_last_activity(make: Make, thread: Conversation) -> None:
    message, created = post_message(conversation=thread, sender=make.pat, content="It hurts less.")

    thread.refresh_from_db()
    assert created
    assert (message.seq, message.content, message.type) == (1, "It hurts less.", MessageType.TEXT)
    assert thread.last_seq == 1
    assert thread.created_at < thread.last_activity_at <= message.created_at


def test_a_repeated_client_message_id_answers_the_first_message(make: Make, thread: Conversation) -> None:
    first, _ = post_message(conversation=thread, sender=make.pat, content="Hello", client_message_id="c-1")

    again, created = post_message(conversation=thread, sender=make.pat, content="Hello!", client_message_id="c-1")

    thread.refresh_from_db()
    assert (again, created, again.content) == (first, False, "Hello")
    assert thread.last_seq == 1


def test_two_people_may_choose_the_same_client_message_id(make: Make, thread: Conversation) -> None:
    post_message(conversation=thread, sender=make.pat, content="Hello", client_message_id="c-1")

    _, created = post_message(conversation=thread, sender=make.dana, content="Hello Pat", client_message_id="c-1")

    assert created


@pytest.mark.django_db(transaction=True)
def test_twenty_posts_at_once_are_numbered_one_to_twenty(make: Make, thread: Conversation) -> None:
    sender = make.pat

    together([lambda: post_message(conversation=thread, sender=sender, content="Hello")] * 20)

    assert sorted(Message.objects.values_list("seq", flat=True)) == list(range(1, 21))
    thread.refresh_from_db()
    assert thread.last_seq == 20


@pytest.mark.django_db(transaction=True)
def test_one_client_message_id_posted_at_once_from_several_requests_is_one_message(
    make: Make, thread: Conversation
) -> None:
    sender = make.pat

    posted = together(
        [
            partial(post_message, conversation=thread, sender=sender, content=str(number), client_message_id="c-1")
            for number in range(8)
        ]
    )

    assert len({message.pk for message, _ in posted}) == 1
    assert [created for _, created in posted].count(True) == 1
    assert list(Message.objects.values_list("seq", flat=True)) == [1]
    thread.refresh_from_db()
    assert thread.last_seq == 1


def test_one_card_stands_for_each_key(make: Make, thread: Conversation) -> None:
    standing = post_card(**card(make, thread))  # type: ignore[arg-type]

    with pytest.raises(IntegrityError), transaction.atomic():
        post_card(**card(make, thread, version=2))  # type: ignore[arg-type]

    assert list(Message.objects.values_list("pk", "metadata__version")) == [(standing.pk, 1)]


def test_a_replaced_card_is_one_card_at_the_end_of_the_conversation(make: Make, thread: Conversation) -> None:
    post_card(**card(make, thread))  # type: ignore[arg-type]
    post_message(conversation=thread, sender=make.pat, content="Thanks!")

    fresh = replace_card(**card(make, thread, version=2))  # type: ignore[arg-type]

    assert fresh.seq == 3
    assert list(Message.objects.order_by("seq").values_list("seq", "type")) == [
        (2, MessageType.TEXT),
        (3, MessageType.DOCTOR_FEEDBACK_NOTE),
    ]
    assert Message.objects.get(seq=3).metadata == {"feedbackType": "DOCTOR_FEEDBACK_NOTE", "version": 2}


def test_replacing_a_card_that_does_not_stand_posts_it(make: Make, thread: Conversation) -> None:
    assert replace_card(**card(make, thread)).seq == 1  # type: ignore[arg-type]


def test_removing_a_card_says_whether_there_was_one(make: Make, thread: Conversation) -> None:
    post_card(**card(make, thread))  # type: ignore[arg-type]

    assert [remove_card(card_key="notes:7:1"), remove_card(card_key="notes:7:1")] == [True, False]
    assert not Message.objects.exists()


def test_reading_never_moves_backwards(make: Make, thread: Conversation) -> None:
    first, second = (post_message(conversation=thread, sender=make.pat, content=text)[0] for text in ("One", "Two"))

    mark_read(conversation=thread, user=make.dana, message=second)
    mark_read(conversation=thread, user=make.dana, message=first)

    assert dict(Participant.objects.values_list("user", "last_read_seq")) == {make.dana.pk: 2, make.pat.pk: 0}
