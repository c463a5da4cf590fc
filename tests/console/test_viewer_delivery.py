"""The strip that says what is on its way: every state in words, a true clock, and steps that do what they say."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from accounts.idle.activity import is_by_itself
from accounts.models import Reading, User
from console.countdown import clock_of
from feedback.actions.deliver_notes import deliver_notes
from feedback.models import NoteDelivery
from messaging.models import Message
from tests.admin.conftest import Browse
from tests.console.sessions import HTMX, change, part_of, session_of, shown, strip_in, words
from tests.console.steps import pick
from tests.feedback.steps import note_cards, quiet_period_ends, save
from tests.make import NOON, Make
from workouts.models import Workout

SOON = {"due_at": Now() + timedelta(seconds=270)}
LATE = {"due_at": Now() - timedelta(seconds=1)}
SETTLED = {"due_at": None, "first_unsent_at": None}
SENT = {**SETTLED, "delivered_rev": 1, "delivered_at": NOON.replace(hour=11, minute=5)}
FAILED = {"attempts": 3, "dead_at": Now(), "last_error": "LookupError at <here>"}


@pytest.fixture
def client(dana: User, browse: Browse) -> Client:
    """Dana's browser."""
    return browse(dana)


@pytest.fixture
def delivery(done: Workout) -> NoteDelivery:
    """Dana's two notes on Pat's session, saved at once and not sent yet."""
    return save(done, "Good depth", "Slow down")


def stands(delivery: NoteDelivery, **fields: Any) -> None:
    NoteDelivery.objects.filter(pk=delivery.pk).update(**fields)


def clear_notes(done: Workout) -> None:
    done.exercises.update(doctor_notes_post_exercise="", doctor_notes_post_exercise_by=None)


def strip(client: Client, done: Workout) -> str:
    return strip_in(shown(client, done))


def steer(client: Client, done: Workout, verb: str, delivery: NoteDelivery, **headers: str) -> Any:
    return client.post(session_of(done, verb), {"delivery": delivery.pk}, **(headers or HTMX))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (SOON, "Sending to Pat in 4:30 · 2 notes Send now Hold Preview"),
        (LATE, "Sending to Pat now · 2 notes Send now Hold Preview"),
        ({"held_at": Now()}, "Held · 2 notes Resume Send now Preview"),
        (
            {**SOON, "attempts": 1, "last_error": "LookupError at <here>"},
            "Could not be sent in 1 attempt. It is tried again in 4:30 · 2 notes Send now Hold Preview",
        ),
        (
            {"due_at": Now() + timedelta(hours=1), **FAILED},
            "Could not be sent in 3 attempts. It is tried again in 1:00:00 · 2 notes Send now Preview",
        ),
        (
            {**LATE, **FAILED},
            "Could not be sent in 3 attempts. It is tried again now · 2 notes Send now Preview",
        ),
        (SENT, "Sent to Pat: today 13:05 (7:05 in New York) · 2 notes Preview"),
        (
            SETTLED,
            "Not sent: feedback notifications were off, or Dana Reed was not connected to Pat. "
            "The next save sends all notes. Preview",
        ),
    ],
)  # fmt: skip
def test_every_state_is_told_in_words(
    fields: dict[str, Any], said: str, done: Workout, delivery: NoteDelivery, client: Client
) -> None:
    stands(delivery, **fields)

    assert strip(client, done) == said


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (SOON, "There are no notes to send."),
        ({**SOON, "delivered_rev": 1}, "All notes are cleared: what Pat has is taken back in 4:30 Send now Hold"),
        ({**LATE, "delivered_rev": 1}, "Sending to Pat now Send now Hold"),
        (SETTLED, "There are no notes to send."),
    ],
)
def test_notes_that_were_all_cleared_are_told_apart(
    fields: dict[str, Any], said: str, done: Workout, delivery: NoteDelivery, client: Client
) -> None:
    clear_notes(done)
    stands(delivery, **fields)

    assert strip(client, done) == said


def test_before_the_first_note_the_page_says_when_it_will_go(done: Workout, client: Client) -> None:
    assert strip(client, done) == (
        "Your notes reach Pat some minutes after the last one is saved. Until then you can change, hold or send them."
    )


def test_where_the_clocks_are_the_same_the_hour_says_it_all(
    done: Workout, delivery: NoteDelivery, dana: User, browse: Browse
) -> None:
    dana.timezone = ""
    dana.save(update_fields=["timezone"])
    client = browse(dana)

    stands(delivery, **SENT)
    today = strip(client, done)
    stands(delivery, delivered_at=NOON - timedelta(days=1))

    assert today == "Sent to Pat at 7:05 · 2 notes Preview"
    assert strip(client, done) == "Sent to Pat: yesterday 8:00 · 2 notes Preview"


def test_with_the_feature_off_nothing_is_offered(
    done: Workout, delivery: NoteDelivery, make: Make, client: Client
) -> None:
    make.clinic.settings.features["feedbackNotifications"] = False
    make.clinic.settings.save(update_fields=["features"])

    for fields in (SOON, {"held_at": Now()}, SENT):
        stands(delivery, **fields)
        off = "Feedback notifications are off: the notes are saved and nothing is sent."
        assert strip(client, done) == off


@pytest.mark.parametrize("who", ["dana", "ada"])
def test_what_an_error_is_called_is_not_told_beside_the_notes(
    who: str, done: Workout, delivery: NoteDelivery, make: Make, dana: User, browse: Browse
) -> None:
    stands(delivery, due_at=Now() + timedelta(hours=1), **FAILED)

    html = shown(browse({"dana": dana, "ada": make.ada}[who]), done)

    assert "Could not be sent in 3 attempts." in html
    assert "LookupError" not in html


def test_only_the_own_notes_are_counted_and_told(
    done: Workout, delivery: NoteDelivery, make: Make, client: Client
) -> None:
    carl = make.doctor("Carl", patients=[make.pat])
    save(done, "I disagree", doctor=carl)

    assert strip(client, done) == "Sending to Pat in 5:00 · 1 note Send now Hold Preview"


@pytest.mark.parametrize("who", ["ada", "operator"])
def test_administrators_see_and_steer_what_every_doctor_sends(
    who: str, done: Workout, delivery: NoteDelivery, make: Make, operator: User, browse: Browse
) -> None:
    carl = make.doctor("Carl", patients=[make.pat])
    theirs = save(done, "I disagree", doctor=carl)
    reader = pick(browse({"ada": make.ada, "operator": operator}[who]), make.clinic)

    html = words(steer(reader, done, "hold", theirs))

    assert strip_in(html) == (
        "Dana Reed: Sending to Pat in 5:00 · 1 note Send now Hold Preview "
        "Carl Test: Held · 1 note Resume Send now Preview"
    )
    heard = html.split('innerHTML:#okta-heard">')[1].split("</div>")[0].replace("\N{NO-BREAK SPACE}", " ")
    assert re.fullmatch(r"Dana Reed: Sending to Pat in (5|4) min.* · 1 note Carl Test: Held · 1 note", heard)


def test_an_administrator_is_told_of_a_doctor_who_has_left(
    done: Workout, delivery: NoteDelivery, make: Make, browse: Browse
) -> None:
    make.pat.links_to_doctors.update(ended_at=NOON)

    assert strip(browse(make.ada), done) == (
        "Dana Reed: Dana Reed is not connected to Pat any more: nothing is sent. · 2 notes Preview"
    )


def test_there_is_no_strip_where_nothing_is_on_its_way_and_nothing_can_be_written(
    done: Workout, make: Make, browse: Browse
) -> None:
    html = shown(browse(make.ada), done)

    assert 'class="okta-strip okta-empty"' in html
    assert strip_in(html) == ""


def test_send_now_ends_the_wait_and_a_worker_sends(done: Workout, delivery: NoteDelivery, client: Client) -> None:
    html = words(steer(client, done, "send-now", delivery))

    assert strip_in(html) == "Sending to Pat now · 2 notes Send now Hold Preview"
    assert 'data-okta-ask="2000"' in html
    assert 'tabindex="-1" data-okta-focus' in html
    assert deliver_notes(delivery_id=delivery.pk) == "sent"
    assert note_cards(done) == [["Good depth", "Slow down"]]
    assert strip(client, done).startswith("Sent to Pat")


def test_hold_keeps_the_notes_and_resume_lets_them_go(done: Workout, delivery: NoteDelivery, client: Client) -> None:
    held = strip_in(words(steer(client, done, "hold", delivery)))
    quiet_period_ends(delivery)
    assert deliver_notes(delivery_id=delivery.pk) == "not due"

    resumed = strip_in(words(steer(client, done, "resume", delivery)))

    assert held == "Held · 2 notes Resume Send now Preview"
    assert resumed == "Sending to Pat in 5:00 · 2 notes Send now Hold Preview"


@pytest.mark.parametrize("verb", ["send-now", "hold", "resume"])
def test_what_came_too_late_is_told_and_changes_nothing(
    verb: str, done: Workout, delivery: NoteDelivery, client: Client
) -> None:
    stands(delivery, **SENT)
    before = list(NoteDelivery.objects.values())

    html = words(steer(client, done, verb, delivery))
    plain = steer(client, done, verb, delivery, HTTP_ACCEPT="text/html")

    assert '<p class="okta-wrong" role="alert">There is nothing waiting to be sent.</p>' in html
    assert plain["Location"] == f"{session_of(done)}#okta-strip"
    assert "There is nothing waiting to be sent." in shown(client, done)
    assert list(NoteDelivery.objects.values()) == before


def test_a_step_without_scripts_leads_back_to_the_page(done: Workout, delivery: NoteDelivery, client: Client) -> None:
    answer = steer(client, done, "hold", delivery, HTTP_ACCEPT="text/html")

    assert answer["Location"] == f"{session_of(done)}#okta-strip"
    assert strip(client, done) == "Held · 2 notes Resume Send now Preview"


@pytest.mark.parametrize("whose", ["a colleague's", "another session's", "nobody's", ""])
def test_nobody_steers_what_is_not_theirs_here(
    whose: str, done: Workout, delivery: NoteDelivery, make: Make, client: Client
) -> None:
    carl = make.doctor("Carl", patients=[make.pat])
    theirs = save(done, "I disagree", doctor=carl)
    elsewhere = save(make.workout(completed_at=NOON), "Elsewhere")
    named = {"a colleague's": theirs.pk, "another session's": elsewhere.pk, "nobody's": 10**30}.get(whose, whose)
    before = list(NoteDelivery.objects.order_by("pk").values())

    for verb in ("send-now", "hold", "resume"):
        assert client.post(session_of(done, verb), {"delivery": named}).status_code == 404
    assert client.get(session_of(done, "preview"), {"delivery": named or "x"}).status_code == 404
    assert list(NoteDelivery.objects.order_by("pk").values()) == before


def ask(client: Client, done: Workout, html: str) -> Any:
    """Ask for the strip as the page in ``html`` does."""
    address = part_of(html, "section", "okta-strip").split('hx-get="')[1].split('"')[0]
    return client.get(address.replace("&amp;", "&"), **HTMX)


def test_while_nothing_changes_only_the_clock_is_told(done: Workout, delivery: NoteDelivery, client: Client) -> None:
    html = shown(client, done)
    stands(delivery, due_at=Now() + timedelta(seconds=77))

    answer = ask(client, done, html)

    assert (answer.status_code, answer.content) == (204, b"")
    left = json.loads(answer["HX-Trigger"])["okta-left"]
    assert list(left) == [str(delivery.pk)]
    assert 47 < left[str(delivery.pk)] < 77


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (LATE, "Sending to Pat now · 2 notes Send now Hold Preview"),
        ({"held_at": Now()}, "Held · 2 notes Resume Send now Preview"),
        ({**SETTLED, "delivered_rev": 1, "delivered_at": NOON}, "Sent to Pat: today 14:00 (8:00 in New York)"),
        ({"rev": 2}, "Sending to Pat in 5:00 · 2 notes Send now Hold Preview"),
    ],
)
def test_whatever_changes_is_told_to_a_page_that_asks(
    fields: dict[str, Any], said: str, done: Workout, delivery: NoteDelivery, client: Client
) -> None:
    html = shown(client, done)
    stands(delivery, **fields)

    told = words(ask(client, done, html))

    assert strip_in(told).startswith(said)
    assert "innerHTML:#okta-heard" in told
    assert ask(client, done, told).status_code == 204


def test_an_exercise_that_was_taken_out_is_told_to_a_page_that_asks(
    done: Workout, delivery: NoteDelivery, client: Client
) -> None:
    html = shown(client, done)
    done.exercises.filter(position=2).delete()

    assert strip_in(words(ask(client, done, html))) == "Sending to Pat in 5:00 · 1 note Send now Hold Preview"


def test_a_switched_flag_is_told_to_a_page_that_asks(
    done: Workout, delivery: NoteDelivery, make: Make, client: Client
) -> None:
    html = shown(client, done)
    make.clinic.settings.features["feedbackNotifications"] = False
    make.clinic.settings.save(update_fields=["features"])

    assert strip_in(words(ask(client, done, html))).startswith("Feedback notifications are off")


def test_a_doctor_who_has_left_takes_the_steps_of_held_notes_with_them_on_a_page_that_asks(
    done: Workout, delivery: NoteDelivery, make: Make, browse: Browse
) -> None:
    stands(delivery, held_at=Now())
    client = browse(make.ada)
    html = shown(client, done)
    make.pat.links_to_doctors.update(ended_at=NOON)

    told = words(ask(client, done, html))

    assert strip_in(html) == "Dana Reed: Held · 2 notes Resume Send now Preview"
    assert strip_in(told) == "Dana Reed: Dana Reed is not connected to Pat any more: nothing is sent. · 2 notes Preview"
    assert ask(client, done, told).status_code == 204


def test_asking_by_itself_is_no_activity_and_no_reading(done: Workout, client: Client) -> None:
    client.get(session_of(done, "delivery"), **HTMX)

    assert is_by_itself(resolve(session_of(done, "delivery")).func)
    assert not is_by_itself(resolve(session_of(done)).func)
    assert not Reading.objects.exists()


def test_the_preview_is_the_card_that_is_sent(done: Workout, delivery: NoteDelivery, client: Client) -> None:
    change(done, 1, doctor_notes_post_exercise="Good <depth>\nkeep it")

    page = client.get(session_of(done, "preview"))
    quiet_period_ends(delivery)
    deliver_notes(delivery_id=delivery.pk)

    message = Message.objects.get()
    preview = page.context["preview"]
    assert (preview.heading, preview.exercises) == (message.content, message.metadata["exercises"])
    assert preview.date.isoformat() == message.metadata["workoutDate"]
    html = words(page)
    assert "Good &lt;depth&gt; keep it</div>" in html
    assert "What Pat will see</h2>" in html
    assert f'<a href="{session_of(done)}" class="okta-button">Back to the session</a>' in html


def test_the_preview_is_in_the_patients_language_and_the_page_in_the_readers(
    done: Workout, delivery: NoteDelivery, make: Make, client: Client
) -> None:
    make.pat.language = "ru"
    make.pat.save(update_fields=["language"])

    html = words(client.get(session_of(done, "preview"), {"delivery": delivery.pk}, **HTMX))

    assert html.startswith('<div class="okta-phone"> <p class="okta-phone-bar">Dana Reed</p>')
    assert '<div class="okta-phone-screen" lang="ru">' in html
    assert "Ваш терапевт просмотрел вашу тренировку · тренировка от 8 апреля 2026" in html
    assert '<span class="okta-note-by">Терапевт</span>Good depth</div>' in html
    assert "<html" not in html


def test_an_administrator_previews_whichever_is_on_its_way(
    done: Workout, delivery: NoteDelivery, make: Make, browse: Browse
) -> None:
    theirs = save(done, "I disagree", doctor=make.doctor("Carl", patients=[make.pat]))
    client = browse(make.ada)

    cards = [
        [row["doctorNotesPostExercise"] for row in client.get(address).context["preview"].exercises]
        for address in (f"{session_of(done, 'preview')}?delivery={pk}" for pk in (delivery.pk, theirs.pk))
    ]

    assert cards == [["Slow down"], ["I disagree"]]


def test_there_is_a_preview_of_notes_that_were_never_on_their_way(done: Workout, client: Client) -> None:
    assert "There are no notes to send." in words(client.get(session_of(done, "preview")))

    change(done, 1, doctor_notes_post_exercise="From before")

    assert "From before</div>" in words(client.get(session_of(done, "preview")))


def test_the_strip_is_in_russian_for_those_who_read_it(done: Workout, delivery: NoteDelivery, client: Client) -> None:
    stands(delivery, **SOON)
    html = words(client.get(session_of(done, "delivery"), HTTP_ACCEPT_LANGUAGE="ru", **HTMX))

    assert strip_in(html).endswith("Отправится через 4:30 (Pat) · 2 заметки Отправить сейчас Задержать Предпросмотр")


@pytest.mark.parametrize(
    ("left", "face"),
    [(-5.0, "0:00"), (0.0, "0:00"), (0.01, "0:01"), (59.0, "0:59"), (60.0, "1:00"), (3600.0, "1:00:00")],
)
def test_a_clock_shows_begun_seconds(left: float, face: str) -> None:
    assert clock_of(timedelta(seconds=left)) == face


@pytest.mark.parametrize("step", ["delivery", "send-now", "preview"])
@pytest.mark.parametrize("who", ["dana", "ada"])
def test_a_part_costs_the_same_for_1_and_40_exercises(
    step: str, who: str, make: Make, dana: User, browse: Browse
) -> None:
    client, costs = browse(dana if who == "dana" else make.ada), []
    for number in (1, 40):
        done = make.workout(completed_at=NOON, exercises=number)
        delivery = save(done, *["Rest"] * number)
        with CaptureQueriesContext(connection) as queries:
            if step == "send-now":
                steer(client, done, step, delivery)
            else:
                client.get(session_of(done, step), **HTMX)
        costs.append(len(queries))

    assert costs[0] == costs[1] <= {"delivery": 7, "send-now": 12, "preview": 8}[step]


def test_more_doctors_cost_an_administrator_nothing(done: Workout, make: Make, browse: Browse) -> None:
    client, costs = browse(make.ada), []
    for number in (1, 4):
        for _doctor in range(number):
            save(done, "I disagree", doctor=make.doctor(f"Carl {number}", patients=[make.pat]))
        with CaptureQueriesContext(connection) as queries:
            client.get(session_of(done, "delivery"), **HTMX)
        costs.append(len(queries))

    assert costs[0] == costs[1]
