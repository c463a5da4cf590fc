"""The page of a session, read: who and when, planned against done, what hurt, and what was written."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Reading, User
from messaging.models import Conversation
from tests.admin.conftest import Browse
from tests.console.sessions import change, session_of, shown
from tests.console.steps import pick
from tests.make import NOON, Make
from workouts.models import ExerciseInWorkout, Workout


def fact(html: str, name: str) -> str:
    """What stands beside a name at the head of the page."""
    said = html.split(f"<dt>{name}</dt><dd>")[1].split("</dd>")[0]
    return said.split(">")[1].split("<")[0] if said.startswith("<") else said


def measures(html: str, row: ExerciseInWorkout) -> list[list[str]]:
    """The lines of an exercise's table."""
    article = html.split(f'id="exercise-{row.pk}"')[1].split("</article>")[0]
    if "<tbody>" not in article:
        return []
    lines = article.split("<tbody>")[1].split("</tbody>")[0].split("</tr>")[:-1]
    cells = [line.replace('<th scope="row">', "<td>").replace("</th>", "</td>").split("<td>")[1:] for line in lines]
    return [[cell.split("</td>")[0].replace("\N{NO-BREAK SPACE}", " ") for cell in row] for row in cells]


def test_the_head_says_who_and_when_in_the_patients_zone_and_the_readers(
    done: Workout, dana: User, browse: Browse
) -> None:
    html = shown(browse(dana), done)

    assert "Pat Lee · 8 April 2026" in html
    assert fact(html, "Patient") == "Pat Lee"
    assert fact(html, "Doctor") == "Dana Reed"
    assert fact(html, "Day, where the patient is") == "Wednesday, 8 April 2026"
    assert fact(html, "Started") == "today 13:30 (7:30 in New York)"
    assert fact(html, "Completed") == "today 14:00 (8:00 in New York)"
    assert fact(html, "Took") == "30 minutes"
    assert fact(html, "Streak today") == "1 day, 0 full weeks"
    assert '<span class="okta-badge okta-blue">Completed</span>' in html


def test_the_day_is_the_patients_where_the_reader_has_another(make: Make, dana: User, browse: Browse) -> None:
    late = make.workout(completed_at=datetime(2026, 4, 8, 2, tzinfo=UTC))

    html = shown(browse(dana), late)

    assert fact(html, "Day, where the patient is") == "Tuesday, 7 April 2026"
    assert fact(html, "Completed") == "today 4:00 (Tue 7 April, 22:00 in New York)"


def test_one_clock_is_told_once(done: Workout, make: Make, browse: Browse) -> None:
    assert fact(shown(browse(make.ada), done), "Completed") == "today 8:00"


def test_a_planned_session_opens_and_tells_of_nothing_done(make: Make, dana: User, browse: Browse) -> None:
    planned = make.workout(on=date(2026, 4, 10))

    html = shown(browse(dana), planned)

    assert fact(html, "Planned for") == "Friday, 10 April 2026"
    assert '<span class="okta-badge okta-plain">Planned</span>' in html
    assert measures(html, planned.exercises.get(position=1)) == [["Sets", "3"], ["Repetitions", "10"]]
    for absent in ("<dt>Started</dt>", "<dt>Completed</dt>", "<dt>Took</dt>", ">Done<", "not reported"):
        assert absent not in html


def test_planned_and_done_stand_side_by_side(done: Workout, dana: User, browse: Browse) -> None:
    counted = change(done, 1, actual_sets=2, actual_reps=8)
    timed = change(
        done,
        2,
        planned_reps=None,
        planned_duration_seconds=90,
        actual_sets=3,
        actual_duration_seconds=45,
        actual_reps=0,
    )

    html = shown(browse(dana), done)

    assert measures(html, counted) == [["Sets", "3", "2"], ["Repetitions", "10", "8"]]
    assert measures(html, timed) == [["Sets", "3", "3"], ["Repetitions", "–", "0"], ["Duration", "1 min 30 s", "45 s"]]


def test_what_the_patient_did_not_tell_is_said_to_be_missing(done: Workout, dana: User, browse: Browse) -> None:
    html = shown(browse(dana), done)

    row = done.exercises.get(position=1)
    assert measures(html, row) == [["Sets", "3", "not reported"], ["Repetitions", "10", "not reported"]]
    assert html.count("Pain and exertion were not reported.") == 2


def test_an_exercise_nobody_counted_has_no_table(done: Workout, dana: User, browse: Browse) -> None:
    row = change(done, 1, planned_sets=None, planned_reps=None)

    assert measures(shown(browse(dana), done), row) == []


@pytest.mark.parametrize(
    ("pain", "exertion", "badges"),
    [
        (7, 9, ["okta-red>pain 7 — high", "okta-orange>exertion 9 — high"]),
        (6, 8, ["okta-plain>pain 6", "okta-plain>exertion 8"]),
        (10, None, ["okta-red>pain 10 — high"]),
        (None, 0, ["okta-plain>exertion 0"]),
    ],
)
def test_what_is_high_is_said_in_words_and_in_colour(
    pain: int | None, exertion: int | None, badges: list[str], make: Make, dana: User, browse: Browse
) -> None:
    done = make.workout(completed_at=NOON, exercises=1)
    change(done, 1, pain=pain, exertion=exertion)

    exercise = shown(browse(dana), done).split("<article")[1]

    said = [part.split("</span>")[0].replace('">', ">") for part in exercise.split('class="okta-badge ')[1:]]
    assert said == badges
    assert "Pain and exertion were not reported." not in exercise


CHECKED_IN = {"pain": 8, "note": "It <b>hurts</b>"}


@pytest.mark.parametrize(
    ("said", "badges", "words"),
    [
        (CHECKED_IN, ["okta-red>pain 8 — high"], "It &lt;b&gt;hurts&lt;/b&gt;"),
        ({"pain": 0}, ["okta-plain>pain 0"], None),
        ({"note": "Fine"}, [], "Fine"),
    ],
)
def test_what_was_said_of_the_day_as_a_whole_stands_at_the_head(
    said: dict[str, Any], badges: list[str], words: str | None, done: Workout, make: Make, dana: User, browse: Browse
) -> None:
    make.summary(done, settled_at=NOON, **said)

    head = shown(browse(dana), done).split('class="okta-whole"')[1].split("<dl")[0]

    assert ">The day as a whole</h3>" in head
    assert [one.split("</span>")[0].replace('">', ">") for one in head.split('class="okta-badge ')[1:]] == badges
    note = '<div class="okta-note okta-note-patient"><span class="okta-note-by">Patient</span>'
    assert (f"{note}{words}</div>" in head) == ("okta-note" in head) == (words is not None)


def test_where_nothing_was_said_of_the_day_nothing_stands_at_the_head(
    done: Workout, make: Make, dana: User, browse: Browse
) -> None:
    make.summary(make.workout(completed_at=NOON), **CHECKED_IN)
    client = browse(dana)

    assert "The day as a whole" not in shown(client, done)
    make.summary(done, note=" ")
    assert "The day as a whole" not in shown(client, done)


def test_a_check_in_is_read_on_the_page_of_its_session(make: Make, dana: User, browse: Browse) -> None:
    planned, visit = make.workout(), make.entrance(make.pat)

    answered = make.api(make.pat).post(f"/v2/app-entrances/{visit.pk}/check-in", {"answer": "DONE", **CHECKED_IN})

    assert answered.status_code == 200
    head = shown(browse(dana), planned).split('class="okta-whole"')[1].split("<dl")[0]
    assert "pain 8 — high" in head
    assert "It &lt;b&gt;hurts&lt;/b&gt;" in head


def test_both_notes_are_escaped_and_keep_their_lines(done: Workout, dana: User, browse: Browse) -> None:
    change(done, 1, patient_notes="It <b>hurts</b>\nbelow", doctor_notes_post_exercise="Rest & ice\ntwice")

    html = browse(dana).get(session_of(done)).content.decode()

    patient = '<div class="okta-note okta-note-patient"><span class="okta-note-by">Patient</span>'
    assert f"{patient}It &lt;b&gt;hurts&lt;/b&gt;\nbelow</div>" in html
    assert "Rest &amp; ice\ntwice</div>" in html


def test_a_note_bears_the_name_of_whoever_wrote_it(done: Workout, make: Make, dana: User, browse: Browse) -> None:
    rest = {"doctor_notes_post_exercise": "Rest", "doctor_notes_post_exercise_at": NOON - timedelta(hours=13)}
    change(done, 1, **rest, doctor_notes_post_exercise_by=make.omar)
    change(done, 2, doctor_notes_post_exercise="Walk")

    html = shown(browse(dana), done)

    when = "today 1:00 (Tue 7 April, 19:00 in New York)"
    assert f'<span class="okta-note-by">Omar Aziz · {when}</span>Rest</div>' in html
    assert '<span class="okta-note-by">Dana Reed</span>Walk</div>' in html


def test_the_order_is_the_positions_and_a_new_part_begins_a_heading(make: Make, dana: User, browse: Browse) -> None:
    done = make.workout(completed_at=NOON, exercises=4)
    for position, block in ((1, "WARM_UP"), (4, "COOL_DOWN")):
        change(done, position, exercise_block=block)
    names = list(done.exercises.order_by("position").values_list("exercise__name", flat=True))

    html = shown(browse(dana), done)

    page = html.split('class="okta-session"')[1].split("<dialog")[0]
    headings = [part.split("</h")[0].split(">")[-1] for part in page.replace("<h3", "<h2").split("<h2")[1:]]
    assert headings == [
        "About this session",
        "Warm-up", f"1. {names[0]}",
        "Main session", f"2. {names[1]}", f"3. {names[2]}",
        "Cool-down", f"4. {names[3]}",
    ]  # fmt: skip


def test_an_inferred_session_says_what_it_is_and_what_replaced_it(
    make: Make, done: Workout, dana: User, browse: Browse
) -> None:
    inferred = make.workout(completed_at=NOON, completed_via_app_entrance=True, mirrored_from=done, duration_minutes=0)
    client = browse(dana)

    before = shown(client, inferred)
    Workout.objects.filter(pk=inferred.pk).update(superseded_at=NOON)
    after = shown(client, inferred)

    assert '<span class="okta-badge okta-emerald">App Entrance</span>' in before
    assert "Pat opened the app that day and reported no workout." in before
    assert "not reported" not in before
    assert "replaced" not in before
    assert '<span class="okta-badge okta-plain">replaced by a real workout</span>' in after
    assert f'<a href="{session_of(done)}" class="okta-link">A real workout of the same day replaced it.</a>' in after


def test_a_real_session_is_not_explained(done: Workout, dana: User, browse: Browse) -> None:
    assert "opened the app" not in shown(browse(dana), done)


@pytest.mark.parametrize(("who", "leads"), [("dana", True), ("ada", True), ("new doctor", False)])
def test_the_conversation_is_one_step_away_for_those_who_are_in_it(
    who: str, leads: bool, done: Workout, thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    new = make.doctor("Nina", patients=[make.pat], is_staff=True)

    html = shown(browse({"dana": dana, "ada": make.ada, "new doctor": new}[who]), done)

    assert (f'href="/admin/conversations/{thread.pk}/"' in html) == leads


def test_the_patients_other_sessions_are_one_step_away(done: Workout, make: Make, dana: User, browse: Browse) -> None:
    make.workout(patient=make.patient("Peter", doctors=[dana]), completed_at=NOON)
    client = browse(dana)
    html = shown(client, done)

    [address] = [piece.split('"')[0] for piece in html.split('href="')[1:] if ">All sessions of Pat</a>" in piece[:120]]

    listed = client.get(address).content.decode()
    assert session_of(done) in listed
    assert "Peter" not in listed


@pytest.mark.parametrize("number", ["0", "999999", "9" * 30])
def test_there_is_nothing_at_a_number_without_a_session(number: str, dana: User, browse: Browse) -> None:
    assert browse(dana).get(f"/admin/sessions/{number}/").status_code == 404


def test_whose_session_was_read_is_recorded(done: Workout, dana: User, browse: Browse) -> None:
    shown(browse(dana), done)

    reading = Reading.objects.get()
    assert (reading.reader, reading.patient, reading.what, reading.row) == (
        dana, done.patient, "console.session", str(done.pk),
    )  # fmt: skip


@pytest.mark.parametrize("who", ["dana", "ada", "operator"])
def test_a_page_costs_the_same_for_1_and_40_exercises(
    who: str, dana: User, operator: User, make: Make, browse: Browse
) -> None:
    client = pick(browse({"dana": dana, "ada": make.ada, "operator": operator}[who]), make.clinic)
    costs = []
    for number in (1, 40):
        done = make.workout(completed_at=NOON, exercises=number)
        if number > 1:
            make.summary(done, **CHECKED_IN)
        done.exercises.update(patient_notes="Hm", doctor_notes_post_exercise="Rest", doctor_notes_post_exercise_by=dana)
        with CaptureQueriesContext(connection) as queries:
            html = shown(client, done)
        assert html.count('class="okta-exercise"') == number
        costs.append(len(queries))

    assert costs[0] == costs[1] <= 13


def test_the_page_is_in_russian_for_those_who_read_it(done: Workout, dana: User, browse: Browse) -> None:
    change(done, 1, pain=8, actual_sets=2)
    dana.language = "ru"
    dana.save(update_fields=["language"])
    client = browse(dana)
    client.cookies["django_language"] = "ru"

    html = shown(client, done)

    assert fact(html, "Врач") == "Dana Reed"
    assert fact(html, "День у пациента") == "Среда, 8 апреля 2026"
    assert fact(html, "Заняло") == "30 минут"
    assert '<th scope="col">Запланировано</th><th scope="col">Выполнено</th>' in html
    assert measures(html, done.exercises.get(position=1)) == [["Подходы", "3", "2"], ["Повторения", "10", "нет данных"]]
