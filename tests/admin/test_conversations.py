"""Conversations in the admin: everything readable, nothing changeable, every word escaped."""

from typing import Any

import pytest
from django.test import Client

from messaging.actions.open_conversation import open_conversation
from messaging.actions.post_card import post_card
from messaging.actions.post_message import post_message
from messaging.models import Conversation, Message
from messaging.states import MessageType
from tests.admin.conftest import page
from tests.make import Make

EVIL = '<img src=x onerror="alert(1)">'
ESCAPED = "&lt;img src=x onerror=&quot;alert(1)&quot;&gt;"


@pytest.fixture
def thread(make: Make) -> Conversation:
    conversation, _ = open_conversation(people=[make.pat, make.dana])
    return conversation


def shown(client: Client, thread: Conversation, question: str = "") -> str:
    html: str = client.get(page(Conversation, "change", thread.pk) + question).content.decode()
    return html


def card(make: Make, thread: Conversation, metadata: dict[str, Any], **fields: Any) -> Message:
    kind = MessageType.PATIENT_FEEDBACK_SUMMARY
    given = {"sender": make.pat, "type": kind, "card_key": "summary:1", "content": "Pat Lee reported high pain"}
    return post_card(conversation_id=thread.pk, metadata=metadata, **(given | fields))


def summary(**fields: Any) -> dict[str, Any]:
    exercise = {
        "exerciseInWorkoutId": 1,
        "exerciseName": "Heel slide",
        "pain": 8,
        "exertion": 4,
        "patientNotes": "It hurts",
        "flags": ["pain", "notes"],
    }
    return {
        "feedbackType": "PATIENT_FEEDBACK_SUMMARY",
        "workoutId": 7,
        "patientName": "Pat Lee",
        "workoutDate": "2026-04-08",
        "exercises": [exercise | fields],
    }


def test_what_was_said_is_escaped(ada: Client, thread: Conversation, make: Make) -> None:
    post_message(conversation=thread, sender=make.pat, content=f"Hello {EVIL}")

    html = shown(ada, thread)

    assert f"Hello {ESCAPED}" in html
    assert EVIL not in html


def test_names_and_titles_are_escaped(ada: Client, make: Make) -> None:
    eve = make.doctor(EVIL, last_name="")
    conversation, _ = open_conversation(people=[make.pat, make.dana, eve], title=EVIL)
    post_message(conversation=conversation, sender=eve, content="hi")

    for html in (shown(ada, conversation), ada.get(page(Conversation, "changelist")).content.decode()):
        assert ESCAPED in html
        assert EVIL not in html


def test_a_summary_is_shown_as_a_card(ada: Client, thread: Conversation, make: Make) -> None:
    card(make, thread, summary())

    html = shown(ada, thread)

    assert "Pat Lee reported high pain · session of 8 April 2026" in html
    assert '<span class="okta-card-exercise">Heel slide</span>' in html
    assert '<span class="okta-badge okta-red">pain 8 — high</span>' in html
    assert '<span class="okta-badge">exertion 4</span>' in html
    assert 'okta-note-patient"><span class="okta-note-by">Patient</span>It hurts</div>' in html
    assert 'href="/admin/workouts/workout/7/change/" class="okta-button">View Full Session</a>' in html


def test_a_therapists_card_shows_the_notes_on_green(ada: Client, thread: Conversation, make: Make) -> None:
    noted = {"exerciseName": "Heel slide", "doctorNotesPostExercise": "Slower, please"}
    metadata = summary() | {"feedbackType": "DOCTOR_FEEDBACK_NOTE", "exercises": [noted]}
    card(make, thread, metadata, sender=make.dana, type=MessageType.DOCTOR_FEEDBACK_NOTE)

    html = shown(ada, thread)

    assert 'okta-note-therapist"><span class="okta-note-by">Therapist</span>Slower, please</div>' in html
    assert "pain" not in html.split("okta-thread")[1]


def test_every_word_of_a_card_is_escaped(ada: Client, thread: Conversation, make: Make) -> None:
    noted = summary(exerciseName=EVIL, patientNotes=EVIL, pain=EVIL, doctorNotesPostExercise=EVIL)
    card(make, thread, noted | {"workoutDate": EVIL, "workoutId": EVIL, "patientName": EVIL}, content=EVIL)

    html = shown(ada, thread)

    assert html.count(ESCAPED) == 5
    assert EVIL not in html


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"exercises": "none"},
        {"exercises": [None, "x", {"flags": 3}]},
        {"exercises": [], "workoutDate": "2026-02-30", "workoutId": [1]},
    ],
)
def test_a_card_of_an_unknown_shape_does_not_break_the_page(
    ada: Client, thread: Conversation, make: Make, metadata: dict[str, Any]
) -> None:
    card(make, thread, metadata)

    assert "Pat Lee reported high pain" in shown(ada, thread)


def test_the_newest_messages_come_first_and_earlier_ones_by_a_link(
    ada: Client, thread: Conversation, make: Make
) -> None:
    for number in range(1, 56):
        post_message(conversation=thread, sender=make.pat, content=f"message no. {number}.")

    first, second = shown(ada, thread), shown(ada, thread, "?before=6")

    assert first.index("message no. 55.") < first.index("message no. 6.")
    assert 'href="?before=6"' in first
    assert "message no. 5." not in first
    assert "message no. 5." in second
    assert "message no. 6." not in second
    assert "?before=" not in second


def test_nothing_in_a_conversation_can_be_changed(ada: Client, thread: Conversation, make: Make) -> None:
    post_message(conversation=thread, sender=make.pat, content="as it was said")

    answer = ada.post(page(Conversation, "change", thread.pk), {"title": "New title"})

    assert answer.status_code == 403
    assert Conversation.objects.get(pk=thread.pk).title == ""
    assert 'name="content"' not in shown(ada, thread)


def test_a_one_on_one_is_called_by_its_people(ada: Client, thread: Conversation) -> None:
    html = ada.get(page(Conversation, "changelist")).content.decode()

    assert "Dana Reed, Pat Lee" in html
    assert str(thread.pk) not in shown(ada, thread).split("<main")[0].split("<title>")[1].split("</title>")[0]
