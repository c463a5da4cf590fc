"""The table of sessions: which of them, how they were, and what it costs to show them."""

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Reading, User
from accounts.readings import called
from tests.admin.conftest import Browse
from tests.console.sessions import change, words
from tests.make import NOON, TODAY, Make
from workouts.models import Workout

LIST = "/admin/sessions/"


class Cells(HTMLParser):
    """The words in every cell of the table's body, row by row."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._in_cell = False
        self.feed("<tbody" + html.split("<tbody")[1].split("</tbody>")[0] if "<tbody" in html else "")

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        self._in_cell = self._in_cell and tag not in ("th", "td")

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[-1][-1] = " ".join(f"{self.rows[-1][-1]} {data}".split())


def table(client: Client, question: str = "") -> list[list[str]]:
    return Cells(words(client.get(LIST + question))).rows


def days(client: Client, question: str = "") -> list[str]:
    """The days of the sessions that are shown, in their order."""
    return [row[0].split(" 2026")[0] for row in table(client, question)]


@pytest.fixture
def hurt(done: Workout) -> Workout:
    """What Pat did today, and how it was."""
    change(done, 1, pain=8, exertion=6, patient_notes="My <knee>")
    change(done, 2, pain=2, exertion=9, actual_sets=3, actual_reps=8, doctor_notes_post_exercise="Slower")
    return done


@pytest.fixture
def inferred(make: Make) -> Workout:
    """What is believed of yesterday, when Pat only opened the app."""
    yesterday = {"completed_at": NOON - timedelta(days=1), "on": TODAY - timedelta(days=1)}
    return make.workout(exercises=1, completed_via_app_entrance=True, duration_minutes=0, **yesterday)  # type: ignore[arg-type]


def test_a_session_is_one_line(hurt: Workout, make: Make, browse: Browse) -> None:
    assert table(browse(make.ada)) == [
        [
            "8 April 2026 : Pat Lee today 8:00",
            "Pat Lee",
            "Dana Reed",
            "Completed 30 minutes · 2 exercises",
            "pain 8 — high exertion 9 — high",
            "1 from the patient 1 from the therapist",
        ]
    ]


def test_the_day_is_the_patients_and_the_hour_is_told_by_both_clocks(make: Make, dana: User, browse: Browse) -> None:
    make.workout(completed_at=datetime(2026, 4, 8, 2, tzinfo=UTC))

    [[day, *_rest]] = table(browse(dana))

    assert day.startswith("7 April 2026 : Pat Lee")
    assert "today 4:00 (Tue 7 April, 22:00 in New York)" in day
    assert "today 4:00" in day


def test_an_inferred_session_says_so_and_claims_no_hour(inferred: Workout, dana: User, browse: Browse) -> None:
    html = words(browse(dana).get(LIST))

    assert '<span class="okta-badge okta-emerald">App Entrance</span>' in html
    assert table(browse(dana)) == [
        ["7 April 2026 : Pat Lee", "Pat Lee", "Dana Reed", "Completed App Entrance 0 minutes · 1 exercise",
         "–", "none"],
    ]  # fmt: skip


def test_expanded_each_exercise_is_told_as_planned_and_as_done(hurt: Workout, dana: User, browse: Browse) -> None:
    html = words(browse(dana).get(LIST + "?view=expanded"))

    first, second = html.split('<ul class="okta-done">')[1].split("</ul>")[0].split("</li>")[:2]
    assert "Planned 3 × 10 · Done –" in first
    assert '<span class="okta-badge okta-red">pain 8 — high</span>' in first
    assert "My &lt;knee&gt;</div>" in first
    assert "Planned 3 × 10 · Done 3 × 8" in second
    assert '<span class="okta-badge okta-orange">exertion 9 — high</span>' in second
    assert (
        '<div class="okta-note okta-note-therapist"><span class="okta-note-by">Therapist</span>Slower</div>' in second
    )


@pytest.mark.parametrize(
    ("pain", "note", "worst", "from_patient"),
    [
        (9, "Too much", "pain 9 — high exertion 6", "2 from the patient"),
        (7, "", "pain 8 — high exertion 6", "1 from the patient"),
        (None, "Too much", "pain 8 — high exertion 6", "2 from the patient"),
    ],
)
def test_what_was_said_of_the_day_as_a_whole_counts_with_the_exercises(
    pain: int | None, note: str, worst: str, from_patient: str, done: Workout, make: Make, dana: User, browse: Browse
) -> None:
    change(done, 1, pain=8, exertion=6, patient_notes="My knee")
    make.summary(done, pain=pain, note=note)

    [row] = table(browse(dana))

    assert row[4:] == [worst, from_patient]


def test_of_a_check_in_alone_the_table_tells_too(done: Workout, make: Make, dana: User, browse: Browse) -> None:
    make.summary(done, pain=8, note="It <hurts>")

    [row, whole] = table(browse(dana), "?view=expanded")

    assert row[4:] == ["pain 8 — high", "1 from the patient"]
    assert whole[0].startswith("The day as a whole pain 8 — high Patient It <hurts>")


@pytest.mark.parametrize(
    ("kind", "felt", "told"), [("real", "not reported", True), ("inferred", "–", False), ("planned", "–", False)]
)
def test_only_what_a_patient_can_have_told_is_said_to_be_missing(
    kind: str, felt: str, told: bool, done: Workout, inferred: Workout, make: Make, dana: User, browse: Browse
) -> None:
    make.workout(on=TODAY + timedelta(days=1))

    row, whole = table(browse(dana), f"?view=expanded&kind={kind}")

    assert row[4] == felt
    assert ("Done –" in whole[0]) == told


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("", ["8 April", "7 April"]),
        ("?kind=real", ["8 April"]),
        ("?kind=inferred", ["7 April"]),
        ("?kind=planned", ["9 April", "10 April"]),
        ("?flagged=1", ["8 April"]),
        ("?flagged=1&kind=inferred", []),
        ("?q=pat+lee", ["8 April", "7 April"]),
        ("?q=peter", []),
        ("?q=pat+p+a+t+lee+peter", ["8 April", "7 April"]),
        ("?q=pat+p+a+t+peter+lee", []),
        ("?kind=x&view=x&flagged=x&patient=x&page=x", ["8 April", "7 April"]),
        ("?patient=99999999999999999999&page=0&q=%00", ["8 April", "7 April"]),
    ],
)
def test_filters_combine_and_nonsense_filters_nothing(
    question: str, shown: list[str], hurt: Workout, inferred: Workout, make: Make, dana: User, browse: Browse
) -> None:
    for ahead in (2, 1):
        make.workout(on=TODAY + timedelta(days=ahead))

    assert days(browse(dana), question) == shown


def test_the_sessions_of_one_patient_are_read_on_record(hurt: Workout, make: Make, dana: User, browse: Browse) -> None:
    make.workout(patient=make.patient("Peter", doctors=[make.dana]), completed_at=NOON)
    client = browse(dana)

    assert len(table(client)) == 2
    assert [row[1] for row in table(client, f"?patient={make.pat.pk}")] == ["Pat Lee"]
    assert list(Reading.objects.values_list("what", "patient", "row")) == [
        ("console.sessions", make.pat.pk, str(make.pat.pk))
    ]


@pytest.mark.parametrize("of_one", [False, True])
def test_expanded_the_whole_notes_of_everybody_who_is_shown_are_read_on_record(
    of_one: bool, hurt: Workout, inferred: Workout, make: Make, dana: User, browse: Browse
) -> None:
    peter, _unseen = make.patient("Peter", doctors=[dana]), make.patient("Quinn", doctors=[dana])
    make.workout(patient=peter, completed_at=NOON - timedelta(hours=1))

    table(browse(dana), f"?view=expanded{f'&patient={make.pat.pk}' if of_one else ''}")

    readings = Reading.objects.order_by("pk").values_list("reader", "tenant", "patient", "what", "row")
    assert list(readings) == [
        (dana.pk, make.clinic.pk, patient.pk, "console.sessions.expanded", str(patient.pk))
        for patient in ([make.pat] if of_one else [make.pat, peter])
    ]
    assert called("console.sessions.expanded") == "Sessions: expanded"


def test_expanded_nothing_is_shown_that_cannot_be_recorded(hurt: Workout, dana: User, browse: Browse) -> None:
    client = browse(dana)
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_reading ADD CHECK (false) NOT VALID")

    answer = client.get(LIST + "?view=expanded")

    assert (answer.status_code, "knee" in answer.content.decode()) == (500, False)


def test_somebody_elses_patient_is_no_filter_and_no_reading(hurt: Workout, make: Make, browse: Browse) -> None:
    make.omar.is_staff = True
    make.omar.save(update_fields=["is_staff"])

    assert table(browse(make.omar), f"?patient={make.pat.pk}") == []
    assert not Reading.objects.exists()


def test_a_filter_survives_another_width_and_the_next_page(make: Make, dana: User, browse: Browse) -> None:
    for day in range(51):
        make.workout(completed_at=NOON - timedelta(days=day), exercises=1)

    html = words(browse(dana).get(LIST + "?kind=real&q=pat"))

    assert '<a href="?kind=real&amp;q=pat&amp;view=expanded">Expanded</a>' in html
    assert '<a href="?kind=real&amp;q=pat&amp;page=2" class="okta-button" rel="next">Older</a>' in html
    assert len(table(browse(dana), "?kind=real&q=pat&page=2")) == 1


def test_where_nothing_matches_the_way_back_is_shown(hurt: Workout, dana: User, browse: Browse) -> None:
    html = words(browse(dana).get(LIST + "?q=nobody"))

    assert 'No sessions match. <a href="?" class="okta-link">Clear the filters</a>' in html
    assert "No sessions yet." not in html


@pytest.mark.parametrize(
    "question", ["", "?view=expanded", "?flagged=1", "?kind=real&q=pat", "?view=expanded&kind=planned"]
)
def test_it_costs_the_same_for_1_and_50_sessions_of_as_many_patients(
    question: str, make: Make, dana: User, browse: Browse
) -> None:
    client, costs = browse(dana), []
    for number in (1, 9, 40):
        for _row in range(number):
            patient = make.patient("Patty", doctors=[dana])
            done = make.workout(patient=patient, completed_at=NOON, exercises=2)
            change(done, pain=9)
            make.summary(done, pain=8, note="Ow")
            make.workout(patient=patient)
        with CaptureQueriesContext(connection) as queries:
            shown = table(client, question)
        costs.append(len(queries))

    assert len([row for row in shown if len(row) > 1]) == 50
    assert costs[0] == costs[1] == costs[2] <= (6 if "expanded" in question else 5)


def test_among_the_flagged_is_a_session_of_whose_day_alone_something_was_said(
    done: Workout, inferred: Workout, make: Make, dana: User, browse: Browse
) -> None:
    make.summary(done, pain=8)
    make.summary(make.workout(completed_at=NOON - timedelta(days=2), exercises=1), pain=6)

    assert days(browse(dana), "?flagged=1") == ["8 April"]


def test_it_is_in_russian(hurt: Workout, inferred: Workout, make: Make, browse: Browse) -> None:
    html = words(browse(make.ada).get(LIST, HTTP_ACCEPT_LANGUAGE="ru"))

    assert "30 минут · 2 упражнения" in html
    assert "1 от пациента" in html
    assert "боль 8" in html
