"""Who has looked at whose data: recorded before it is shown, and kept."""

import pytest
from django.db import connection
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext

from accounts.models import Reading, User
from accounts.readings import note_reading, note_readings
from tests.make import Make


def recorded() -> list[tuple[int, int | None, int | None, str, str]]:
    return list(Reading.objects.order_by("pk").values_list("reader", "tenant", "patient", "what", "row"))


def test_a_reading_says_who_what_whose_and_when(make: Make) -> None:
    note_reading(reader=make.dana, what="workouts.workout", row=17, patient=make.pat)

    assert recorded() == [(make.dana.pk, make.clinic.pk, make.pat.pk, "workouts.workout", "17")]
    with connection.cursor() as cursor:
        cursor.execute("SELECT at BETWEEN now() AND clock_timestamp() FROM accounts_reading")
        assert cursor.fetchall() == [(True,)], "the database's clock says when"


def test_a_patient_may_be_given_by_key_and_a_page_may_be_about_nobody(make: Make) -> None:
    note_reading(reader=make.dana, what="console.session", row="a1", patient=make.pat.pk)
    note_reading(reader=make.dana, what="console.today", row="2026-04-08", patient=None)

    assert [row[2:] for row in recorded()] == [
        (make.pat.pk, "console.session", "a1"),
        (None, "console.today", "2026-04-08"),
    ]


def test_an_operators_reading_is_told_to_the_patients_clinic(make: Make) -> None:
    olga = User.objects.create_superuser("olga@example.org", first_name="Olga")
    patient = make.pat

    note_reading(reader=olga, what="accounts.user", row=patient.pk, patient=patient)
    note_reading(reader=olga, what="workouts.workout", row=17, patient=patient.pk)
    note_reading(reader=olga, what="console.today", row="2026-04-08", patient=None)

    assert recorded() == [
        (olga.pk, make.clinic.pk, patient.pk, "accounts.user", str(patient.pk)),
        (olga.pk, make.clinic.pk, patient.pk, "workouts.workout", "17"),
        (olga.pk, None, None, "console.today", "2026-04-08"),
    ]


def test_every_look_is_a_row_of_its_own_and_one_insert(make: Make) -> None:
    reader, patient = make.dana, make.pat
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            note_reading(reader=reader, what="workouts.workout", row=17, patient=patient)
        assert [query["sql"].split()[:3] for query in queries] == [["INSERT", "INTO", '"accounts_reading"']]

    assert len(recorded()) == 2


def test_the_log_says_the_same_by_ids_alone(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="accounts.readings"):
        note_reading(reader=make.dana, what="workouts.workout", row=17, patient=make.pat)

    assert caplog.messages == [f"user {make.dana.pk} opened workouts.workout 17"]


def test_a_page_with_several_patients_is_a_row_for_each_and_one_insert(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    olga = User.objects.create_superuser("olga@example.org", first_name="Olga")
    pat, sam = make.pat, make.patient("Sam", tenant=make.other_clinic)

    with CaptureQueriesContext(connection) as queries, caplog.at_level("INFO", logger="accounts.readings"):
        note_readings(reader=olga, what="console.sessions.expanded", patients=[pat, sam])

    assert [query["sql"].split()[:3] for query in queries] == [["INSERT", "INTO", '"accounts_reading"']]
    assert recorded() == [
        (olga.pk, make.clinic.pk, pat.pk, "console.sessions.expanded", str(pat.pk)),
        (olga.pk, make.other_clinic.pk, sam.pk, "console.sessions.expanded", str(sam.pk)),
    ]
    assert caplog.messages == [f"user {olga.pk} opened console.sessions.expanded {one.pk}" for one in (pat, sam)]


@pytest.mark.parametrize("who", ["dana", "pat"])
def test_nobody_leaves_the_record_by_being_deleted(who: str, make: Make) -> None:
    note_reading(reader=make.dana, what="workouts.workout", row=17, patient=make.pat)

    with pytest.raises(ProtectedError):
        getattr(make, who).delete()

    assert len(recorded()) == 1
