"""The page that says who has read what: each clinic its own, the newest first."""

from datetime import datetime, timedelta
from html.parser import HTMLParser

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Reading, User
from accounts.readings import called
from tests.admin.conftest import Browse, Rows, page
from tests.make import NOON, Make

LIST = page(Reading, "changelist")


class Cells(HTMLParser):
    """What stands in the rows of a page's table, cell by cell."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._inside = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = self._inside or tag == "td"
        if tag == "tr":
            self.rows.append([])
        elif tag == "td":
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "td"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.rows[-1][-1] = " ".join(f"{self.rows[-1][-1]} {data}".split())


def shown(client: Client, question: str = "", **headers: str) -> list[list[str]]:
    answer = client.get(f"{LIST}{question}", **headers)  # type: ignore[arg-type]
    assert answer.status_code == 200
    return [row for row in Cells(answer.content.decode()).rows if row]


def read(
    reader: User, patient: User | None, *, at: datetime = NOON, what: str = "workouts.workout", row: object = 17
) -> Reading:
    clinic = (patient or reader).tenant
    return Reading.objects.create(reader=reader, tenant=clinic, patient=patient, what=what, row=str(row), at=at)


def test_each_look_is_a_line_and_the_newest_comes_first(ada: Client, make: Make) -> None:
    read(make.dana, make.pat)
    read(make.ada, make.pat, what="accounts.user.history", row=make.pat.pk, at=NOON + timedelta(hours=3))
    read(make.dana, None, what="console.today", row="2026-04-08", at=NOON - timedelta(days=1))

    assert shown(ada) == [
        ["8 April 2026, 11:00", "Ada King Clinic administrator", "Pat Lee", f"Person: history {make.pat.pk}"],
        ["8 April 2026, 8:00", "Dana Reed Doctor", "Pat Lee", "Workout 17"],
        ["7 April 2026, 8:00", "Dana Reed Doctor", "–", "console.today 2026-04-08"],
    ]


def test_a_line_leads_to_the_page_that_was_read_where_there_is_one(ada: Client, make: Make) -> None:
    workout = make.workout()
    for what, row in (("workouts.workout", workout.pk), ("console.gone", 1), ("accounts.user.history", make.pat.pk)):
        read(make.dana, make.pat, what=what, row=row)

    answer = ada.get(LIST).context["cl"].lines

    assert [line.address for line in answer] == [
        f"/admin/accounts/user/{make.pat.pk}/change/",
        "",
        f"/admin/workouts/workout/{workout.pk}/change/",
    ]


def test_a_clinic_sees_what_operators_have_read_of_its_patients(
    ada: Client, browse: Browse, operator: User, make: Make
) -> None:
    read(operator, make.pat)
    read(make.dana, make.pat, row=18)

    assert [cells[1] for cells in shown(ada)] == ["Dana Reed Doctor", "Olga Operator Operator"]
    assert [cells[1:] for cells in shown(browse(operator))] == [
        ["Dana Reed Doctor", "Pat Lee", "Workout 18", "Northside Physio"],
        ["Olga Operator Operator", "Pat Lee", "Workout 17", "Northside Physio"],
    ]


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("?role=doctor", ["1", "2"]),
        ("?role=administrator", ["3"]),
        ("?role=operator", ["4"]),
        ("?role=nobody", ["1", "2", "3", "4"]),
        ("?q=reed", ["1", "2"]),
        ("?q=quinn", ["2", "4"]),
        ("?q=dana+lee", ["1"]),
        ("?q=nobody", []),
        ("?patient={quinn}", ["2", "4"]),
        ("?patient={quinn}&role=doctor&q=dana", ["2"]),
        ("?clinic={clinic}", ["1", "2", "3", "4"]),
        ("?q=&role=&clinic=", ["1", "2", "3", "4"]),
        ("?patient=x", ["1", "2", "3", "4"]),
        ("?patient=99999999999999999999", ["1", "2", "3", "4"]),
    ],
)
def test_lines_are_found_by_role_name_and_patient(
    question: str, rows: list[str], browse: Browse, operator: User, make: Make
) -> None:
    quinn = make.patient("Quinn")
    for row, (reader, patient) in enumerate(
        [(make.dana, make.pat), (make.dana, quinn), (make.ada, make.pat), (operator, quinn)], 1
    ):
        read(reader, patient, row=row)

    found = shown(browse(operator), question.format(quinn=quinn.pk, clinic=make.clinic.pk))

    assert [cells[3] for cells in found] == [f"Workout {row}" for row in reversed(rows)]


def test_a_patients_name_leads_to_what_was_read_about_them_and_back(ada: Client, make: Make) -> None:
    read(make.dana, make.pat)

    [line] = ada.get(f"{LIST}?q=dana&p=1").context["cl"].lines
    only = ada.get(f"{LIST}{line.only}")

    assert line.only == f"?patient={make.pat.pk}&q=dana"
    assert "Only what was read about Pat Lee." in only.content.decode()
    assert only.context["cl"].everybody == "?q=dana"


def test_a_foreign_patient_is_neither_found_nor_named(ada: Client, theirs: Rows) -> None:
    foreign = theirs[User]

    answer = ada.get(f"{LIST}?patient={foreign.pk}")

    assert (answer.context["cl"].lines, "Foreign" in answer.content.decode()) == ([], False)
    assert "Nobody has read anything that fits." in answer.content.decode()


def test_fifty_lines_are_a_page(ada: Client, make: Make) -> None:
    for number in range(51):
        read(make.dana, make.pat, row=number)

    assert [cells[3] for cells in shown(ada)] == [f"Workout {number}" for number in range(50, 0, -1)]
    assert [cells[3] for cells in shown(ada, "?p=2")] == ["Workout 0"]


def test_pages_are_called_in_russian(ada: Client, make: Make) -> None:
    read(make.dana, make.pat, what="workouts.workout.history")

    assert shown(ada, HTTP_ACCEPT_LANGUAGE="ru") == [
        ["8 апреля 2026, 8:00", "Dana Reed Врач", "Pat Lee", "Тренировка: история 17"]
    ]


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("accounts.carelink", "Care link"),
        ("accounts.carelink.delete", "Care link: deletion"),
        ("accounts.user.tomorrow", "Person: tomorrow"),
        ("console.session", "Session"),
        ("console.gone", "console.gone"),
        ("nothing", "nothing"),
    ],
)
def test_a_page_is_called_by_its_rows_else_by_its_name(what: str, words: str) -> None:
    assert called(what) == words


@pytest.mark.parametrize(
    ("who", "question", "index"),
    [
        ("ada", "", "reading_newest_in_clinic"),
        ("operator", "", "reading_newest"),
        ("operator", "?patient={pat}", "reading_newest_of_patient"),
    ],
)
def test_the_newest_are_read_from_an_index_in_its_order(
    who: str, question: str, index: str, browse: Browse, operator: User, make: Make
) -> None:
    foreign = make.patient("Foreign", tenant=make.other_clinic)
    pages = [(make.stella, foreign)] * 5000 + [(make.dana, make.pat)] * 100
    Reading.objects.bulk_create(
        Reading(reader=reader, tenant=reader.tenant, patient=patient, what="accounts.user", row="1")
        for reader, patient in pages
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_reading")
    client = browse(make.ada if who == "ada" else operator)

    rows = client.get(f"{LIST}{question.format(pat=make.pat.pk)}").context["cl"].queryset
    plan = rows.select_related(None)[:50].explain()

    assert f"Index Scan using {index} on" in plan
    assert "Sort" not in plan
