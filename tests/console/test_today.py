"""The first page of a doctor's day: what needs them, what does not, and how the page looks again by itself."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve

from accounts.idle.activity import is_by_itself
from accounts.models import Reading, User
from entrances.states import Status
from feedback.models import NoteDelivery
from messaging.actions.open_conversation import open_conversation
from tests.admin.conftest import Browse
from tests.console.conftest import promised
from tests.console.needs import NOW, TODAY_PAGE, needs, reported
from tests.console.steps import pick
from tests.feedback.steps import save
from tests.make import NOON, Make
from workouts.models import ExerciseInWorkout

KINDS = ("feedback", "follow-ups", "notes", "missed")


def everything(make: Make, doctor: User, number: int) -> None:
    """One of everything that needs a doctor, of each of so many patients."""
    for count in range(number):
        patient = make.patient(f"P{count}", doctors=[doctor])
        message = reported(make, {"pain": 8, "patient_notes": "Ow"}, patient=patient)
        save(make.workout(patient=patient, completed_at=NOON - timedelta(days=9)), "Good")
        promised(message.conversation, status="failed", failed_at=NOON, scheduled_by=doctor)
        day = NOON.date() - timedelta(days=1)
        make.entrance(patient, day, status=Status.SKIPPED_NO_SOURCE_WORKOUT, settled_at=NOON, answer="NOT_TODAY")


def page(client: Client, question: str = "") -> str:
    return str(client.get(TODAY_PAGE + question).content.decode())


def ask(client: Client, html: str) -> Any:
    """What the page asks for by itself."""
    return client.get(html.split('hx-get="')[1].split('"')[0])


def test_a_doctors_day_begins_here(make: Make, dana: User, browse: Browse, operator: User) -> None:
    assert browse(dana).get("/admin/")["Location"] == TODAY_PAGE
    assert browse(make.ada).get("/admin/").status_code == 200
    picked = browse(operator).post("/admin/clinic/", {"clinic": make.clinic.pk})
    assert picked["Location"] == TODAY_PAGE


@pytest.mark.parametrize(
    ("instant", "english", "russian"),
    [
        (datetime(2026, 4, 8, 21, 59, tzinfo=UTC), "Wednesday, 8 April 2026", "Среда, 8 апреля 2026"),
        (datetime(2026, 4, 8, 22, 0, tzinfo=UTC), "Thursday, 9 April 2026", "Четверг, 9 апреля 2026"),
        # The night before the clocks in Berlin are put forward, and the one in which they are.
        (datetime(2026, 3, 28, 22, 30, tzinfo=UTC), "Saturday, 28 March 2026", "Суббота, 28 марта 2026"),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), "Monday, 30 March 2026", "Понедельник, 30 марта 2026"),
    ],
)
def test_the_day_is_the_readers(instant: datetime, english: str, russian: str, dana: User, browse: Browse) -> None:
    with time_machine.travel(instant, tick=False):
        client = browse(dana)
        in_english = page(client)
        in_russian = client.get(TODAY_PAGE, headers={"Accept-Language": "ru"}).content.decode()

    assert f">{english}</time>" in in_english
    assert f">{russian}</time>" in in_russian


def test_on_a_good_day_nothing_needs_anybody(dana: User, browse: Browse) -> None:
    html = page(browse(dana))

    assert "Nothing needs you now." in html
    assert "<section" not in html.split('id="okta-today"')[1]


def test_the_sections_come_in_the_order_of_their_risk_each_with_its_count(
    make: Make, dana: User, browse: Browse
) -> None:
    everything(make, dana, 2)
    NoteDelivery.objects.all().delete()

    html = page(browse(dana)).split('id="okta-today"')[1].split("okta-idle")[0]

    heads = [part.split("</h2>")[0].split(">")[-1] for part in html.split("<h2 ")[1:]]
    assert heads == ["Feedback to read", "Failed follow-ups", "Notes on their way", "Opened the app, did not train"]
    counts = [part.split("<")[0] for part in html.split('<span class="okta-badge">')[1:]]
    assert counts == ["2 messages", "2 follow-ups", "2 patients"]
    assert "No notes are waiting to be sent." in html
    jumps = html.split('class="okta-jumps"')[1].split("</nav>")[0]
    led_to = [part.split('"')[0] for part in jumps.split('href="')[1:]]
    assert led_to == ["#okta-feedback", "#okta-follow-ups", "#okta-missed"]


@pytest.mark.parametrize("kind", KINDS)
def test_of_many_the_first_twenty_are_shown_and_the_rest_in_full(
    kind: str, make: Make, dana: User, browse: Browse
) -> None:
    everything(make, dana, 33)
    client = browse(dana)

    assert {name: len(lines) for name, lines in needs(client).items() if name in KINDS} == dict.fromkeys(KINDS, 20)
    assert page(client).count(">and 13 more</a>") == 4
    [lines] = needs(client, f"?only={kind}").values()
    assert len(lines) == 33
    assert "okta-today" not in page(client, f"?only={kind}")


def test_a_full_list_goes_on_over_pages(make: Make, dana: User, browse: Browse) -> None:
    thread, _ = open_conversation(people=[make.pat, dana])
    for number in range(51):
        promised(thread, status="failed", failed_at=NOON - timedelta(hours=number), display_text=f"Number {number}.")
    client = browse(dana)

    first, second = page(client, "?only=follow-ups"), page(client, "?only=follow-ups&page=2")

    assert 'href="?only=follow-ups&amp;page=2"' in first
    assert ("Number 50." in first, "Number 49." in first, "Number 50." in second) == (False, True, True)
    assert "Back to today" in second


@pytest.mark.parametrize("question", ["?only=", "?only=nothing", "?only=feedback%00", "?page=-1", "?only=notes&page=9"])
def test_an_odd_address_is_answered_all_the_same(question: str, dana: User, browse: Browse) -> None:
    assert browse(dana).get(TODAY_PAGE + question).status_code == 200


def test_the_page_asks_again_by_itself_and_that_is_no_activity(make: Make, dana: User, browse: Browse) -> None:
    html = page(browse(dana))

    assert 'data-okta-ask="15000" data-okta-lost="okta-lost"' in html
    assert 'hx-trigger="okta:ask, okta:due"' in html
    assert f'hx-get="{NOW}?seen=' in html
    assert is_by_itself(resolve(NOW).func)
    assert not is_by_itself(resolve(TODAY_PAGE).func)


def test_while_nothing_changes_nothing_is_put_in_place_of_what_is_read(make: Make, dana: User, browse: Browse) -> None:
    everything(make, dana, 1)
    client = browse(dana)
    html = page(client)

    # The countdown has gone on meanwhile: the page knows by itself.
    same = ask(client, html)
    assert (same.status_code, same.content) == (204, b"")

    NoteDelivery.objects.update(held_at=Now())
    later = ask(client, html)
    assert later.status_code == 200
    assert ask(client, later.content.decode()).status_code == 204
    assert later.content.decode().lstrip().startswith('<div id="okta-today"')
    assert "okta-day" not in later.content.decode()


def test_a_page_that_knows_the_rest_is_told_how_long_is_left_by_the_databases_clock(
    make: Make, dana: User, browse: Browse
) -> None:
    everything(make, dana, 2)
    client = browse(dana)
    html = page(client)
    later, sooner = NoteDelivery.objects.order_by("-due_at")
    NoteDelivery.objects.filter(pk=later.pk).update(due_at=Now() + timedelta(seconds=77))
    NoteDelivery.objects.filter(pk=sooner.pk).update(due_at=Now() - timedelta(seconds=3))

    answer = ask(client, html)

    assert (answer.status_code, answer.content) == (204, b"")
    left = json.loads(answer["HX-Trigger"])["okta-left"]
    assert sorted(left) == sorted([str(later.pk), str(sooner.pk)])
    assert 70 < left[str(later.pk)] < 77
    assert -10 < left[str(sooner.pk)] < -3


def test_every_link_is_known_by_a_name_of_its_own_so_that_the_focus_is_found_again(
    make: Make, dana: User, browse: Browse
) -> None:
    everything(make, dana, 21)

    links = page(browse(dana)).split('id="okta-today"')[1].split("okta-idle")[0].split("<a ")[1:]

    names = [link.split(' id="')[1].split('"')[0] for link in links if 'id="' in link.split(">")[0]]
    # To jump to a section, to both pages of a report and to those of each of the others, and to the rest of each.
    assert len(names) == len(set(names)) == len([link for link in links if "okta-" in link]) == 4 + 6 * 20 + 4


@pytest.mark.parametrize("who", ["dana", "ada", "operator"])
def test_as_many_questions_are_asked_on_a_bad_day_as_on_a_good_one(
    who: str, make: Make, dana: User, browse: Browse, operator: User
) -> None:
    client = browse({"dana": dana, "ada": make.ada, "operator": operator}[who])
    if who == "operator":
        pick(client, make.clinic)
    addresses = [TODAY_PAGE, NOW, *(f"{TODAY_PAGE}?only={kind}" for kind in KINDS)]
    asked = []
    for more in (2, 38):
        everything(make, dana, more)
        asked.append([_questions(client, address) for address in addresses])

    assert asked[0] == asked[1]
    assert asked[0][1] <= 20


def _questions(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_who_looks_at_a_list_of_many_is_not_recorded_as_a_reader_of_each(
    make: Make, dana: User, browse: Browse
) -> None:
    everything(make, dana, 1)

    page(browse(dana))

    assert not Reading.objects.exists()


def test_the_page_is_in_russian_for_who_reads_russian(make: Make, dana: User, browse: Browse) -> None:
    everything(make, dana, 3)
    ExerciseInWorkout.objects.update(exertion=9)
    NoteDelivery.objects.update(due_at=Now() + timedelta(minutes=4))
    client = browse(dana)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"

    html, said = page(client), needs(client)

    assert "<strong>3 сообщения</strong>" in html
    assert said["feedback"][0].startswith("P0 Test сегодня в 14:00 (8:00, New York) Занятие: Ср 8 апреля")
    assert "боль 8 — сильная" in said["feedback"][0]
    assert said["notes"][0].startswith("P0 Test Отправка через 4:00 Занятие: Пн 30 марта · 1 заметка")
    assert said["missed"][0].startswith("P0 Test 1 день: Вт 7 апреля Вт 7 апреля: «Не сегодня»")
