"""Feedback that waits to be read: the highest pain first, for whom it was meant, until somebody has read it."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from console.reader import Reader
from console.today.lines import feedback_lines
from console.today.queries import feedback_to_read
from messaging.actions.mark_read import mark_read
from messaging.models import Conversation, Message
from tests.admin.conftest import Browse
from tests.console.needs import TODAY_PAGE, answered, hours, needs, reported, who
from tests.console.steps import pick
from tests.make import NOON, Make

HURT = {"pain": 8, "patient_notes": "It hurts here."}
SORRY = {"patient_notes": "I stopped early."}


def read(message: Message, *people: User) -> None:
    for person in people:
        mark_read(conversation=message.conversation, user=person, message=message)


def test_a_line_says_who_which_session_what_was_felt_and_when(make: Make, dana: User, browse: Browse) -> None:
    message = reported(make, {"pain": 8, "exertion": 9, "patient_notes": "It hurts here."}, {}, {"pain": 0, **SORRY})
    workout = message.metadata["workoutId"]

    html = browse(dana).get(TODAY_PAGE).content.decode()

    assert needs(browse(dana))["feedback"] == [
        "Pat Lee today 14:00 (8:00 in New York) Session of Wed 8 April"
        f" Move 1 of {workout} pain 8 — high exertion 9 — high Patient It hurts here."
        f" Move 3 of {workout} pain 0 Patient I stopped early."
        " View Full Session : Pat Lee, Session of Wed 8 April Conversation : Pat Lee, Session of Wed 8 April"
    ]
    assert '<span class="okta-badge okta-red">pain 8 — high</span>' in html
    assert '<span class="okta-badge okta-orange">exertion 9 — high</span>' in html
    assert '<div class="okta-note okta-note-patient">' in html
    assert f'href="/admin/sessions/{workout}/"' in html
    assert f'href="/admin/conversations/{message.conversation_id}/"' in html
    assert '<span class="okta-badge">1 message</span>' in html


def test_the_worst_is_first_and_among_equals_the_oldest(make: Make, dana: User, browse: Browse) -> None:
    felt: dict[str, dict[str, Any]] = {
        "Nora": {"pain": 3, "patient_notes": "Fine"},
        "Olive": {"exertion": 10},
        "Petra": {"pain": 7},
        "Quinn": {"pain": 7, "exertion": 9},
        "Rosa": {"pain": 10},
        "Sam": {"pain": 7},
        "Tess": {"exertion": 9, "pain": 6},
        "Uma": {"patient_notes": "Early"},
    }
    at = dict.fromkeys(felt, NOON) | {"Sam": NOON - hours(1), "Uma": NOON - hours(2)}
    for name, said in felt.items():
        reported(make, said, patient=make.patient(name, doctors=[dana]), at=at[name])

    assert who(needs(browse(dana))["feedback"]) == ["Rosa", "Quinn", "Sam", "Petra", "Olive", "Tess", "Uma", "Nora"]


def test_in_a_line_the_worst_exercise_is_first_and_the_rest_is_counted(make: Make, dana: User, browse: Browse) -> None:
    message = reported(make, SORRY, {"exertion": 9}, {"pain": 9}, {"pain": 7}, {"pain": 7, "exertion": 10})
    workout = message.metadata["workoutId"]

    [line] = needs(browse(dana))["feedback"]

    assert (
        f"Move 3 of {workout} pain 9 — high Move 5 of {workout} pain 7 — high exertion 10 — high"
        f" Move 4 of {workout} pain 7 — high and 2 more exercises" in line
    )


def test_a_day_without_a_session_leads_to_the_conversation_alone(make: Make, dana: User, browse: Browse) -> None:
    answered(make, pain=7, note="Could not get up.")

    assert needs(browse(dana))["feedback"] == [
        "Pat Lee today 14:00 (8:00 in New York) About Wed 8 April, without a session"
        " The day as a whole pain 7 — high Patient Could not get up."
        " Conversation : Pat Lee, About Wed 8 April, without a session"
    ]


def test_what_a_card_leaves_out_is_left_out(make: Make, dana: User, browse: Browse) -> None:
    reported(make, HURT)
    Message.objects.update(metadata={"exercises": [{"exerciseName": "Squat"}, {"pain": 8, "flags": ["pain"]}]})

    assert needs(browse(dana))["feedback"] == [
        "Pat Lee today 14:00 (8:00 in New York) The day as a whole pain 8 — high Squat Conversation : Pat Lee,"
    ]


def test_the_day_is_the_patients_and_the_time_is_told_in_both_zones(make: Make, dana: User, browse: Browse) -> None:
    reported(make, HURT, at=NOON.replace(hour=3))

    [line] = needs(browse(dana))["feedback"]

    assert line.startswith("Pat Lee today 5:00 (Tue 7 April, 23:00 in New York) Session of Tue 7 April ")


def test_what_was_read_is_gone_for_its_reader_alone(make: Make, dana: User, browse: Browse) -> None:
    grace = make.doctor("Grace", patients=[make.pat], is_staff=True)
    first, second = reported(make, HURT), reported(make, SORRY, at=NOON - timedelta(days=1))
    read(first, dana)

    assert [("It hurts" in line, "I stopped" in line) for line in needs(browse(dana))["feedback"]] == [(False, True)]
    assert len(needs(browse(grace))["feedback"]) == 2
    read(second, dana)
    assert needs(browse(dana))["feedback"] == []


def test_only_feedback_is_told_however_much_is_unread(make: Make, dana: User, browse: Browse) -> None:
    message = reported(make, HURT)
    Message.objects.create(conversation=message.conversation, seq=9, sender=make.pat, content="Hello?")

    assert len(needs(browse(dana))["feedback"]) == 1


@pytest.mark.parametrize("who_looks", ["ada", "operator"])
def test_for_the_clinic_it_is_what_no_connected_doctor_has_read_in_two_weeks(
    who_looks: str, make: Make, browse: Browse, operator: User
) -> None:
    grace = make.doctor("Grace", patients=[make.pat])
    reported(make, HURT, at=NOON - timedelta(days=14))
    new = reported(make, SORRY, at=NOON - timedelta(days=14) + timedelta(hours=1))
    client = browse(make.ada) if who_looks == "ada" else pick(browse(operator), make.clinic)

    assert ["I stopped" in line for line in needs(client)["feedback"]] == [True]
    # Nobody's reading but that of a connected doctor counts.
    read(new, make.pat)
    make.pat.links_to_doctors.filter(doctor=make.dana).update(ended_at=NOON)
    read(new, make.dana)
    assert len(needs(client)["feedback"]) == 1
    read(new, grace)
    assert needs(client)["feedback"] == []


def test_for_the_clinic_what_a_doctor_has_read_who_is_not_active_any_more_was_read_by_nobody(
    make: Make, browse: Browse
) -> None:
    message = reported(make, HURT, at=NOON - timedelta(days=3))
    read(message, make.dana)
    assert needs(browse(make.ada))["feedback"] == []

    User.objects.filter(pk=make.dana.pk).update(is_active=False)

    [line] = needs(browse(make.ada))["feedback"]
    assert line.startswith("Pat Lee Sun 5 April, 8:00 Session of Sun 5 April ")


def test_of_other_peoples_patients_nothing_is_told(make: Make, dana: User, browse: Browse) -> None:
    stella, omar = make.stella, make.omar
    User.objects.filter(pk__in=[stella.pk, omar.pk]).update(is_staff=True)
    reported(make, HURT)
    # Somebody has added him to the conversation: he is not connected to Pat all the same.
    Conversation.objects.get().participants.create(user=omar)

    for doctor in (stella, omar):
        doctor.refresh_from_db()
        assert needs(browse(doctor))["feedback"] == []
    make.pat.links_to_doctors.update(ended_at=NOON)
    assert needs(browse(dana))["feedback"] == []


def test_a_card_that_is_lost_while_the_page_is_read_is_left_out(make: Make, dana: User) -> None:
    reader = Reader(dana, make.clinic)
    reported(make, HURT)
    kept = reported(make, SORRY, patient=make.patient("Peter", doctors=[dana]))
    found = list(feedback_to_read(reader, now=NOON))

    make.pat.links_to_doctors.update(ended_at=NOON)

    assert [line.pk for line in feedback_lines(reader, found, now=NOON)] == [kept.pk]


def test_a_card_of_an_impossible_session_leads_to_none(make: Make, dana: User, browse: Browse) -> None:
    message = reported(make, HURT)
    Message.objects.update(metadata={**message.metadata, "workoutId": -1})

    [line] = needs(browse(dana))["feedback"]

    assert "View Full Session" not in line


def test_long_words_are_cut_and_every_word_is_escaped(make: Make, dana: User, browse: Browse) -> None:
    reported(make, {"pain": 8, "patient_notes": "<b>so much</b> " * 60})

    html = browse(dana).get(TODAY_PAGE).content.decode()

    assert "&lt;b&gt;so much&lt;/b&gt;" in html
    assert "<b>so much" not in html
    assert html.count("so much") < 20
