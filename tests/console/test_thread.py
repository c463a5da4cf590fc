"""The page of one conversation: who said what and when, under their days, with cards and what leads back in time."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from messaging.actions.mark_read import mark_read
from messaging.actions.open_conversation import open_conversation
from messaging.actions.post_card import post_card
from messaging.actions.post_message import post_message
from messaging.models import Conversation, Message
from messaging.states import MessageType
from tests.admin.conftest import Browse
from tests.console.conftest import let_in
from tests.console.steps import page_of, pick, thread_of
from tests.make import NOON, Make

EVIL = '<img src=x onerror="alert(1)">'
ESCAPED = "&lt;img src=x onerror=&quot;alert(1)&quot;&gt;"


def said(thread: Conversation, sender: User, content: str, at: datetime = NOON) -> Message:
    message, _ = post_message(conversation=thread, sender=sender, content=content)
    return dated(message, at)


def dated(message: Message, at: datetime) -> Message:
    """The database's clock gives messages their time; a test needs one that stands still."""
    Message.objects.filter(pk=message.pk).update(created_at=at)
    return message


def summary(thread: Conversation, sender: User, **fields: Any) -> Message:
    exercise = {"exerciseInWorkoutId": 1, "exerciseName": "Heel slide", "pain": 8, "exertion": 9, "patientNotes": "Ow"}
    metadata = {
        "feedbackType": "PATIENT_FEEDBACK_SUMMARY",
        "workoutId": 7,
        "workoutDate": "2026-04-08",
        "exercises": [exercise | {"flags": ["pain", "exertion", "notes"]} | fields.pop("exercise", {})],
    }
    card = post_card(
        conversation_id=thread.pk, sender=sender, type=MessageType.PATIENT_FEEDBACK_SUMMARY, card_key="summary:7",
        content="Pat Lee reported high pain", metadata=metadata | fields,
    )  # fmt: skip
    return dated(card, NOON)


def notes(thread: Conversation, sender: User, **exercise: Any) -> Message:
    noted = {"exerciseInWorkoutId": 1, "exerciseName": "Heel slide", "doctorNotesPostExercise": "Slower, please"}
    metadata = {
        "feedbackType": "DOCTOR_FEEDBACK_NOTE",
        "workoutId": 7,
        "workoutDate": "2026-04-08",
        "exercises": [noted | exercise],
    }
    card = post_card(
        conversation_id=thread.pk, sender=sender, type=MessageType.DOCTOR_FEEDBACK_NOTE, card_key="notes:7:1",
        content="Ваш терапевт посмотрел ваше занятие", metadata=metadata,
    )  # fmt: skip
    return dated(card, NOON)


def shown(browse: Browse, person: User, thread: Conversation, question: str = "", language: str = "en") -> str:
    client = browse(person)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    html: str = pick(client, thread.tenant).get(page_of(thread) + question).content.decode()
    return html


def test_the_thread_ends_with_what_was_said_last(thread: Conversation, dana: User, make: Make, browse: Browse) -> None:
    said(thread, make.pat, "My knee is stiff.", NOON - timedelta(days=1))
    said(thread, dana, "Move it\ngently.", NOON - timedelta(hours=20))
    said(thread, make.pat, "It helps.", NOON)
    mark_read(conversation=thread, user=dana, message=Message(seq=3))

    assert thread_of(shown(browse, dana, thread)) == [
        "day: Tuesday 7 April 2026 14:00 for you is 8:00 in New York",
        "bubble: Pat Lee 14:00 My knee is stiff.",
        "mine: You 18:00 Move it gently.",
        "day: Wednesday 8 April 2026 14:00 for you is 8:00 in New York",
        "bubble: Pat Lee 14:00 It helps.",
    ]


def test_who_has_the_patients_clock_is_not_told_of_two(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    said(thread, make.pat, "Hello.")
    dana.timezone = "America/Toronto"
    dana.save(update_fields=["timezone"])

    assert "day: Wednesday 8 April 2026" in thread_of(shown(browse, dana, thread))


def test_a_time_that_is_another_day_for_the_patient_says_so(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    said(thread, make.pat, "Awake.", NOON.replace(day=8, hour=1))

    assert "day: Wednesday 8 April 2026 3:00 for you is Tue 7 April, 21:00 in New York" in thread_of(
        shown(browse, dana, thread)
    )


def test_a_day_is_marked_again_where_clocks_are_put_forward_in_it(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    # Berlin leaves 2:00 out on 29 March 2026; New York did so on the 8th.
    for hour, words in enumerate(["before", "after", "later"]):
        said(thread, make.pat, words, NOON.replace(month=3, day=29, hour=hour, minute=30))
    mark_read(conversation=thread, user=dana, message=Message(seq=3))

    assert thread_of(shown(browse, dana, thread)) == [
        "day: Sunday 29 March 2026 1:30 for you is Sat 28 March, 20:30 in New York",
        "bubble: Pat Lee 1:30 before",
        "day: Sunday 29 March 2026 3:30 for you is Sat 28 March, 21:30 in New York",
        "bubble: Pat Lee 3:30 after",
        "bubble: Pat Lee 4:30 later",
    ]


def test_the_hour_that_comes_twice_is_told_apart_by_the_patients(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    # Berlin shows 2:30 twice on 25 October 2026, New York a week later.
    for hour in (0, 1):
        said(thread, dana, "night", NOON.replace(month=10, day=25, hour=hour, minute=30))

    assert thread_of(shown(browse, dana, thread)) == [
        "day: Sunday 25 October 2026 2:30 for you is Sat 24 October, 20:30 in New York",
        "mine: You 2:30 night",
        "day: Sunday 25 October 2026 2:30 for you is Sat 24 October, 21:30 in New York",
        "mine: You 2:30 night",
    ]


def test_a_summary_is_a_card_with_what_is_high_in_words_and_colour(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    summary(thread, make.pat)

    html = shown(browse, dana, thread)

    assert thread_of(html)[2] == (
        "bubble: Pat Lee 14:00 Pat Lee reported high pain · session of 8 April 2026 "
        "Heel slide pain 8 — high exertion 9 — high Patient Ow View Full Session"
    )
    assert '<span class="okta-badge okta-red">pain 8 — high</span>' in html
    assert '<span class="okta-badge okta-orange">exertion 9 — high</span>' in html
    assert 'class="okta-note okta-note-patient"' in html


def test_a_therapists_card_is_called_by_what_it_is_in_the_readers_language(
    thread: Conversation, dana: User, browse: Browse
) -> None:
    notes(thread, dana)

    html = shown(browse, dana, thread)

    assert thread_of(html)[1] == (
        "mine: You 14:00 Therapist's notes · session of 8 April 2026 "
        "Heel slide Therapist Slower, please View Full Session"
    )
    assert 'class="okta-note okta-note-therapist"' in html


@pytest.mark.parametrize("who", ["dana", "ada", "operator"])
def test_both_cards_lead_to_the_session_in_the_console(
    who: str, thread: Conversation, dana: User, operator: User, make: Make, browse: Browse
) -> None:
    summary(thread, make.pat)
    notes(thread, dana)

    html = shown(browse, {"dana": dana, "ada": make.ada, "operator": operator}[who], thread)

    assert html.count('href="/admin/sessions/7/" class="okta-button">View Full Session</a>') == 2


def test_words_about_a_day_without_a_workout_lead_nowhere(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    summary(thread, make.pat, workoutId=None, exercise={"exerciseInWorkoutId": None, "exerciseName": None})

    html = shown(browse, dana, thread)

    assert "The day as a whole pain 8 — high" in thread_of(html)[2]
    assert "View Full Session" not in html


def test_a_follow_up_that_was_delivered_is_marked(thread: Conversation, dana: User, browse: Browse) -> None:
    for urgency in ("routine", "urgent"):
        card = post_card(
            conversation_id=thread.pk, sender=dana, type=MessageType.FOLLOW_UP, card_key=f"follow:{urgency}",
            content="How is the knee?", metadata={"feedbackType": None, "followUpId": "x", "urgency": urgency},
        )  # fmt: skip
        dated(card, NOON)

    html = shown(browse, dana, thread)

    assert thread_of(html)[1:3] == [
        "mine: You 14:00 Follow-up How is the knee?",
        "mine: You 14:00 Follow-up Urgent How is the knee?",
    ]
    assert '<span class="okta-badge okta-blue">Follow-up</span>' in html


def test_fifty_messages_are_shown_and_a_link_leads_to_earlier_ones(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    for number in range(1, 53):
        said(thread, make.pat, f"no. {number}")
    mark_read(conversation=thread, user=dana, message=Message(seq=52))

    newest, earlier = (thread_of(shown(browse, dana, thread, question)) for question in ("", "?before=3"))

    assert newest[:3] == [
        "earlier: Earlier messages",
        "day: Wednesday 8 April 2026 14:00 for you is 8:00 in New York",
        "bubble: Pat Lee 14:00 no. 3",
    ]
    assert newest[-1] == "bubble: Pat Lee 14:00 no. 52"
    assert f'href="{page_of(thread)}?before=3"' in shown(browse, dana, thread)
    assert earlier == [
        "day: Wednesday 8 April 2026 14:00 for you is 8:00 in New York",
        "bubble: Pat Lee 14:00 no. 1",
        "bubble: Pat Lee 14:00 no. 2",
    ]
    assert f'<a href="{page_of(thread)}" class="okta-button">Newest messages</a>' in shown(
        browse, dana, thread, "?before=3"
    )


@pytest.mark.parametrize("question", ["?before=", "?before=x", "?before=-1", "?before=99999999999999999999"])
def test_a_place_that_is_none_is_the_end(
    question: str, thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    said(thread, make.pat, "Hello.")

    assert "bubble: Pat Lee 14:00 Hello." in thread_of(shown(browse, dana, thread, question))


def test_where_nothing_was_said_that_is_said(thread: Conversation, dana: User, browse: Browse) -> None:
    assert thread_of(shown(browse, dana, thread)) == ["nothing: Nothing has been said yet."]


def test_colleagues_talk_without_a_patients_clock(dana: User, make: Make, browse: Browse) -> None:
    talk, _ = open_conversation(people=[make.omar, dana])
    said(talk, make.omar, "Coffee?")

    assert thread_of(shown(browse, dana, talk))[0] == "day: Wednesday 8 April 2026"


def test_every_word_of_names_messages_and_cards_is_escaped(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    make.pat.first_name = EVIL
    make.pat.save(update_fields=["first_name"])
    said(thread, make.pat, EVIL)
    summary(
        thread, make.pat, workoutDate=EVIL, workoutId=EVIL,
        exercise={"exerciseName": EVIL, "patientNotes": EVIL, "pain": EVIL, "exertion": EVIL},
    )  # fmt: skip
    notes(thread, dana, doctorNotesPostExercise=EVIL)

    html = shown(browse, dana, thread)

    assert EVIL not in html
    assert html.count(ESCAPED) >= 7


def test_the_page_is_in_russian_for_who_reads_russian(
    thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    said(thread, make.pat, "Hello.")
    said(thread, dana, "Hello.")
    summary(thread, make.pat, workoutId=None, exercise={"exerciseInWorkoutId": None, "exerciseName": None})

    assert thread_of(shown(browse, dana, thread, language="ru")) == [
        "day: Среда 8 апреля 2026 14:00 у вас — 8:00 (New York)",
        "new: Новые",
        "bubble: Pat Lee 14:00 Hello.",
        "mine: Вы 14:00 Hello.",
        "bubble: Pat Lee 14:00 Pat Lee reported high pain · тренировка от 8 апреля 2026 "
        "День в целом боль 8 — сильная нагрузка 9 — высокая Пациент Ow",
    ]


@pytest.mark.parametrize("who", ["dana", "ada", "operator"])
def test_a_thread_costs_the_same_for_1_and_50_messages(
    who: str, thread: Conversation, dana: User, operator: User, make: Make, browse: Browse
) -> None:
    client = pick(browse({"dana": dana, "ada": make.ada, "operator": operator}[who]), make.clinic)
    costs = []
    for number in (1, 49):
        for _row in range(number):
            said(thread, let_in(make.doctor(patients=[make.pat])), "Hello.")
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(page_of(thread))
        costs.append(len(queries))

    assert len(answer.context["talk"].said) == 50
    assert costs[0] == costs[1] <= 15
