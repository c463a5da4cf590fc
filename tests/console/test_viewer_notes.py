"""Writing a note in its place: by whom, how long, over what, and that nothing is ever lost."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Reading, User
from feedback.actions.deliver_notes import deliver_notes
from feedback.models import NoteDelivery
from feedback.rules import fingerprint
from okta import wakeups
from okta.devstack.processes import free_port
from tests.admin.conftest import Browse
from tests.console.sessions import HTMX, change, note_of, part_of, session_of, shown, strip_in, text_of, words, write
from tests.console.steps import pick
from tests.feedback.steps import note_cards, quiet_period_ends, save
from tests.make import NOON, Make
from workouts.models import ExerciseInWorkout, Workout

FAMILY = "👨‍👩‍👧‍👦"  # seven code points, one grapheme


@pytest.fixture
def row(done: Workout) -> ExerciseInWorkout:
    """The first exercise of Pat's session, without a note."""
    return done.exercises.get(position=1)


@pytest.fixture
def client(dana: User, browse: Browse) -> Client:
    """Dana's browser."""
    return browse(dana)


@pytest.fixture
def colleague(make: Make) -> User:
    """Carl, who cares for Pat as well; the session is Dana's."""
    return make.doctor("Carl", patients=[make.pat], is_staff=True)


def any_doctor_may_note(make: Make) -> None:
    make.clinic.settings.features["anyConnectedDoctorMayNote"] = True
    make.clinic.settings.save(update_fields=["features"])


def test_a_blank_note_invites_and_a_written_one_can_be_edited(
    done: Workout, row: ExerciseInWorkout, client: Client
) -> None:
    change(done, 2, doctor_notes_post_exercise="Walk")

    html = shown(client, done)

    blank, written = (part_of(html, "div", f"note-{pk}") for pk in (row.pk, done.exercises.get(position=2).pk))
    assert f'href="{note_of(row)}#exercise-{row.pk}"' in blank
    assert f'Add note for this exercise<span class="okta-unseen">: {row.exercise}</span></a>' in blank
    assert html.count("Edit note") == 1
    assert "Walk" in written


def test_the_editor_comes_with_the_note_as_it_stands(done: Workout, client: Client) -> None:
    row = change(done, 1, doctor_notes_post_exercise="<b>Rest</b>\nand ice")

    answer = client.get(note_of(row), **HTMX)

    html = answer.content.decode()
    assert "\n&lt;b&gt;Rest&lt;/b&gt;\nand ice</textarea>" in html
    assert f'<input type="hidden" name="begun" value="{fingerprint(row.doctor_notes_post_exercise)}">' in html
    assert f'data-okta-counted="count-{row.pk}" data-okta-most="1000" data-okta-count-by="code points"' in html
    assert f'<label for="text-{row.pk}">Note for Pat: {row.exercise}</label>' in html
    assert "<html" not in html


def test_without_scripts_the_editor_is_open_in_the_whole_page(
    done: Workout, row: ExerciseInWorkout, client: Client
) -> None:
    html = words(client.get(note_of(row)))

    assert html.count("<textarea") == 1
    assert f'<form class="okta-editor okta-field" id="note-{row.pk}" method="post" action="{note_of(row)}"' in html
    assert html.count("Add note for this exercise") == 1


def test_a_saved_note_stands_in_its_place_and_is_on_its_way(row: ExerciseInWorkout, client: Client, dana: User) -> None:
    html = words(write(client, row, "  Good <depth>\r\nkeep it "))

    assert text_of(row) == "Good <depth>\nkeep it"
    assert row.doctor_notes_post_exercise_by == dana
    assert "Good &lt;depth&gt; keep it</div>" in part_of(html, "a", f"note-{row.pk}")
    assert strip_in(html) == "Sending to Pat in 5:00 · 1 note Send now Hold Preview"
    assert 'hx-swap-oob="true"' in html.split('id="okta-strip"')[1].split(">")[0]
    heard = html.split('hx-swap-oob="innerHTML:#okta-heard">')[1].replace("\N{NO-BREAK SPACE}", " ")
    assert re.match(r"The note was saved. Sending to Pat in (5|4) min.* · 1 note</div>", heard)
    assert NoteDelivery.objects.get().doctor == dana


def test_without_scripts_a_save_leads_back_to_the_exercise(row: ExerciseInWorkout, client: Client) -> None:
    answer = write(client, row, "Good depth", HTTP_ACCEPT="text/html")

    assert answer["Location"] == f"{session_of(row.workout)}#exercise-{row.pk}"
    assert text_of(row) == "Good depth"
    assert "The note was saved." in shown(client, row.workout)


def test_leaving_the_editor_brings_the_note_and_the_focus_back(row: ExerciseInWorkout, client: Client) -> None:
    part = words(client.get(f"{note_of(row)}?shown", **HTMX))

    assert part.startswith(f'<div class="okta-written" id="note-{row.pk}">')
    assert "data-okta-focus" in part
    assert client.get(f"{note_of(row)}?shown")["Location"] == f"{session_of(row.workout)}#exercise-{row.pk}"


def test_an_empty_save_clears_the_note(done: Workout, client: Client) -> None:
    save(done, "Good depth")
    row = done.exercises.get(position=1)

    html = words(write(client, row, " \r\n ", begun="Good depth"))

    assert (text_of(row), row.doctor_notes_post_exercise_at) == ("", None)
    assert "Add note for this exercise" in html
    assert strip_in(html) == "There are no notes to send."


def test_nothing_saved_over_nothing_owes_nothing(row: ExerciseInWorkout, client: Client) -> None:
    html = words(write(client, row, ""))

    assert "Add note for this exercise" in html
    assert not NoteDelivery.objects.exists()


def sent(done: Workout, text: str, **fields: Any) -> ExerciseInWorkout:
    """A note on the first exercise which the patient has; ``fields`` are what else is true of it."""
    delivery = save(done, text)
    quiet_period_ends(delivery)
    assert deliver_notes(delivery_id=delivery.pk) == "sent"
    return change(done, 1, **{"doctor_notes_post_exercise": text, **fields})


def rows() -> list[dict[str, Any]]:
    return [row for model in (ExerciseInWorkout, NoteDelivery) for row in model.objects.order_by("pk").values()]


@pytest.mark.parametrize(
    ("stands", "fields"),
    [("Good depth", {}), ("One\r\ntwo", {}), ("From before", {"doctor_notes_post_exercise_by": None})],
    ids=["as saved", "with the lines of another program", "of the session's doctor"],
)
def test_a_note_the_patient_has_is_not_saved_again_unchanged(
    stands: str, fields: dict[str, Any], done: Workout, client: Client
) -> None:
    row = sent(done, stands, **fields)
    before = rows()

    html = words(write(client, row, f" {stands} ", begun=stands))

    assert rows() == before
    assert strip_in(html).startswith("Sent to Pat")
    assert "Edit note" in html


@pytest.mark.parametrize("why", ["it is on its way", "the feature is off", "the feature was off", "a colleague's"])
def test_a_note_the_patient_does_not_have_of_this_doctor_is_saved_again_unchanged(
    why: str, done: Workout, client: Client, make: Make, colleague: User
) -> None:
    features = make.clinic.settings.features
    features["feedbackNotifications"] = why != "the feature was off"
    make.clinic.settings.save(update_fields=["features"])
    delivery, row = save(done, "Good depth"), done.exercises.get(position=1)
    if why != "it is on its way":
        quiet_period_ends(delivery)
        deliver_notes(delivery_id=delivery.pk)
    features["feedbackNotifications"] = why != "the feature is off"
    make.clinic.settings.save(update_fields=["features"])
    if why == "a colleague's":
        change(done, 1, doctor_notes_post_exercise_by=colleague)

    write(client, row, "Good depth", begun="Good depth")

    delivery.refresh_from_db()
    assert (delivery.rev, delivery.due_at is not None) == (2, True)
    row.refresh_from_db()
    assert row.doctor_notes_post_exercise_by == make.dana


@pytest.mark.parametrize(
    "text",
    ["a" * 1000, FAMILY * 142 + "abcdef", "  " + "a" * 1000 + "\r\n", "a\r\n" * 499 + "aa"],
    ids=["letters", "emoji", "spaces around", "lines"],
)
def test_a_thousand_code_points_are_saved(text: str, row: ExerciseInWorkout, client: Client) -> None:
    write(client, row, text)

    assert text_of(row) == text.replace("\r\n", "\n").strip()
    assert len(text_of(row)) == 1000


@pytest.mark.parametrize("text", ["a" * 1001, FAMILY * 143], ids=["letters", "emoji"])
def test_one_more_is_told_at_the_field_and_the_words_are_kept(
    text: str, row: ExerciseInWorkout, client: Client
) -> None:
    assert len(text) == 1001

    for headers in (HTMX, {"HTTP_ACCEPT": "text/html"}):
        html = words(write(client, row, text, **headers))

        assert f">{text}</textarea>" in html.replace("> ", ">")
        assert 'aria-invalid="true"' in html
        wrong = f'<p class="okta-wrong" id="wrong-{row.pk}" role="alert">'
        assert f"{wrong}Ensure this field has no more than 1000 characters.</p>" in html
        assert f'value="{fingerprint("")}"' in html
    assert text_of(row) == ""
    assert not NoteDelivery.objects.exists()


@pytest.mark.parametrize("form", [{"begun": fingerprint("Rest")}, {"text": "a\0b", "begun": fingerprint("Rest")}])
def test_what_is_no_note_changes_nothing(form: dict[str, str], done: Workout, client: Client) -> None:
    row = change(done, 1, doctor_notes_post_exercise="Rest")

    html = words(client.post(note_of(row), form, **HTMX))

    assert 'aria-invalid="true"' in html
    assert text_of(row) == "Rest"


def test_a_note_that_was_changed_meanwhile_is_shown_beside_the_own_words(
    row: ExerciseInWorkout, client: Client
) -> None:
    write(client, row, "From the first window")
    before = list(NoteDelivery.objects.values())

    html = words(write(client, row, "From the second window"))

    assert text_of(row) == "From the first window"
    assert list(NoteDelivery.objects.values()) == before
    assert "Meanwhile this note was changed. Yours is not saved yet." in html
    assert '<span class="okta-note-by">Dana Reed</span>From the first window</div>' in html
    assert "From the second window</textarea>" in html
    assert ("Save mine instead" in html, "Keep the other" in html, "data-okta-unsaved" in html) == (True, True, True)

    words(write(client, row, "From the second window", begun="From the first window"))

    assert f'value="{fingerprint("From the first window")}"' in html
    assert text_of(row) == "From the second window"


def test_a_note_that_was_cleared_meanwhile_is_not_brought_back_unseen(done: Workout, client: Client) -> None:
    row = change(done, 1, doctor_notes_post_exercise="")

    html = words(write(client, row, "Better depth", begun="Good depth"))

    assert "It was cleared." in html
    assert text_of(row) == ""


def test_a_line_end_is_no_change(done: Workout, client: Client) -> None:
    row = change(done, 1, doctor_notes_post_exercise="One\r\ntwo")

    html = client.get(note_of(row), **HTMX).content.decode()
    begun = html.split('name="begun" value="')[1].split('"')[0]
    client.post(note_of(row), {"text": "One\r\ntwo\r\nthree", "begun": begun}, **HTMX)

    assert text_of(row) == "One\ntwo\nthree"


def test_a_delivery_that_goes_out_while_a_note_is_written_loses_nothing(done: Workout, client: Client) -> None:
    delivery = save(done, "Good depth")
    row = done.exercises.get(position=1)
    client.get(note_of(row), **HTMX)
    quiet_period_ends(delivery)
    assert deliver_notes(delivery_id=delivery.pk) == "sent"

    html = words(write(client, row, "Better depth", begun="Good depth"))

    assert strip_in(html).startswith("Sending to Pat in 5:00 · 1 note")
    assert note_cards(done) == [["Good depth"]]
    quiet_period_ends(delivery)
    deliver_notes(delivery_id=delivery.pk)
    assert note_cards(done) == [["Better depth"]]


def test_a_colleague_reads_and_is_told_who_writes(row: ExerciseInWorkout, colleague: User, browse: Browse) -> None:
    carl = browse(colleague)

    html = shown(carl, row.workout)

    assert "Notes on this session are written by Dana Reed, whose session it is. You can read them." in html
    assert "Add note for this exercise" not in html
    assert 'class="okta-strip okta-empty"' in html
    assert (carl.get(note_of(row)).status_code, write(carl, row, "Mine").status_code) == (403, 403)
    assert text_of(row) == ""


def test_where_any_connected_doctor_may_note_a_colleagues_note_becomes_the_writers(
    done: Workout, make: Make, colleague: User, browse: Browse
) -> None:
    any_doctor_may_note(make)
    save(done, "Good depth")
    row, carl = done.exercises.get(position=1), browse(colleague)

    editor = words(carl.get(note_of(row), **HTMX))
    html = words(write(carl, row, "I disagree", begun="Good depth"))

    assert "Dana Reed wrote this note. Once you save it, it is yours." in editor
    assert text_of(row) == "I disagree"
    assert row.doctor_notes_post_exercise_by == colleague
    assert "Carl Test ·" in html
    assert strip_in(html) == "Sending to Pat in 5:00 · 1 note Send now Hold Preview"
    assert NoteDelivery.objects.count() == 2


@pytest.mark.parametrize("who", ["ada", "operator"])
def test_administrators_and_operators_read(who: str, done: Workout, make: Make, operator: User, browse: Browse) -> None:
    save(done, "Good depth")
    row = done.exercises.get(position=1)
    reader = pick(browse({"ada": make.ada, "operator": operator}[who]), make.clinic)

    html = shown(reader, done)

    assert "Good depth</div>" in html
    assert "Notes are written by the patient's doctors. You can read them." in html
    assert "Edit note" not in html
    assert write(reader, row, "Mine", begun="Good depth").status_code == 403
    assert text_of(row) == "Good depth"


@pytest.mark.parametrize(("lost", "status"), [("the patient", 404), ("the session", 403)])
def test_whoever_may_not_write_any_more_changes_nothing(
    lost: str, status: int, row: ExerciseInWorkout, client: Client, make: Make
) -> None:
    client.get(note_of(row), **HTMX)
    if lost == "the patient":
        make.pat.links_to_doctors.update(ended_at=NOON)
    else:
        Workout.objects.filter(pk=row.workout_id).update(doctor=make.omar)

    assert write(client, row, "Too late").status_code == status
    assert text_of(row) == ""


def test_an_exercise_of_another_session_is_not_there(row: ExerciseInWorkout, make: Make, client: Client) -> None:
    elsewhere = make.workout(completed_at=NOON).exercises.get(position=1)

    for exercise in (elsewhere.pk, 0, 10**30):
        address = session_of(row.workout, "notes", exercise)
        assert client.get(address).status_code == 404
        assert client.post(address, {"text": "x", "begun": fingerprint("")}).status_code == 404
    assert text_of(elsewhere) == ""


def test_a_planned_session_takes_notes_too(make: Make, client: Client) -> None:
    row = make.workout().exercises.get(position=1)

    write(client, row, "Mind the knee")

    assert text_of(row) == "Mind the knee"


def test_with_the_feature_off_the_note_is_saved_and_that_is_said(
    row: ExerciseInWorkout, make: Make, client: Client
) -> None:
    make.clinic.settings.features["feedbackNotifications"] = False
    make.clinic.settings.save(update_fields=["features"])
    off = "Feedback notifications are off: the notes are saved and nothing is sent."

    before = strip_in(shown(client, row.workout))
    after = strip_in(words(write(client, row, "Good depth")))

    assert (before, after) == (off, off)
    assert text_of(row) == "Good depth"


def test_with_the_broker_down_the_note_is_saved(
    row: ExerciseInWorkout, client: Client, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    wakeups._redis.cache_clear()
    lost = wakeups.breaker.lost
    try:
        with django_capture_on_commit_callbacks(execute=True):
            html = words(write(client, row, "Good depth"))
    finally:
        wakeups.breaker.close()
        wakeups._redis.cache_clear()

    assert wakeups.breaker.lost == lost + 1
    assert text_of(row) == "Good depth"
    assert strip_in(html).startswith("Sending to Pat in 5:00")


def test_whose_note_was_opened_is_recorded(row: ExerciseInWorkout, client: Client, dana: User) -> None:
    client.get(note_of(row), **HTMX)

    reading = Reading.objects.get()
    assert (reading.reader, reading.patient_id, reading.what, reading.row) == (
        dana, row.workout.patient_id, "console.note", str(row.workout_id),
    )  # fmt: skip


def test_what_is_wrong_is_said_in_the_readers_language(row: ExerciseInWorkout, client: Client) -> None:
    html = words(write(client, row, "a" * 1001, HTTP_ACCEPT_LANGUAGE="ru", **HTMX))

    assert "Убедитесь, что это значение содержит не более 1000 символов." in html
    assert ">Сохранить</button>" in html


@pytest.mark.parametrize("step", ["open", "save", "leave"])
def test_a_part_costs_the_same_for_1_and_40_exercises(step: str, make: Make, dana: User, browse: Browse) -> None:
    client, costs = browse(dana), []
    for number in (1, 40):
        done = make.workout(completed_at=NOON, exercises=number)
        done.exercises.update(doctor_notes_post_exercise="Rest", doctor_notes_post_exercise_by=dana)
        row = done.exercises.get(position=1)
        with CaptureQueriesContext(connection) as queries:
            if step == "save":
                write(client, row, "Walk", begun="Rest")
            else:
                client.get(f"{note_of(row)}{'?shown' if step == 'leave' else ''}", **HTMX)
        costs.append(len(queries))

    assert costs[0] == costs[1] <= {"open": 8, "save": 16, "leave": 7}[step]
