"""The admin's pages of monitoring: certifying is looking twice, and everything else is looking."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.backends import ModelBackend
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Reading, User
from rtm.actions.certify_month import certify_month, what_would_be_certified
from rtm.actions.recalculate import recalculate
from rtm.actions.record_time import record_time
from rtm.models import CertifiedMonth, EvidenceDay, TimeEntry
from rtm.proposals import digest
from tests.make import NOON, Make

DAY = timedelta(days=1)
MARCH = date(2026, 3, 1)
ADD = reverse("admin:rtm_certifiedmonth_add")


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=f"{ModelBackend.__module__}.{ModelBackend.__qualname__}")
    return client


@pytest.fixture
def ada(make: Make) -> Client:
    return browser(make.ada)


def spend(patient: User, doctor: User, seconds: int = 690) -> TimeEntry:
    return record_time(
        patient=patient,
        doctor=doctor,
        started_at=NOON - 20 * DAY,
        seconds=seconds,
        live_contact=True,
        note="Called about the knee.",
        now=NOON,
    )


@pytest.fixture
def march(make: Make) -> User:
    for days in (37, 36):
        make.workout(completed_at=NOON - days * DAY, exercises=1).exercises.update(pain=2)
    recalculate(patient=make.pat, now=NOON)
    spend(make.pat, make.dana)
    return make.pat


def given(patient: User, doctor: User, **changes: Any) -> dict[str, Any]:
    return {"patient": patient.pk, "month": "2026-03-15", "certified_by": doctor.pk, "looked_at": "", **changes}


def said(response: Any) -> list[str]:
    return list(response.context["adminform"].form.non_field_errors())


def looked_at(response: Any) -> str:
    return str(response.context["adminform"].form["looked_at"].value())


def test_certifying_is_looking_and_saving_again(ada: Client, march: User, make: Make) -> None:
    first = ada.post(ADD, given(march, make.dana))
    assert said(first) == [
        "This is what would be certified. Save again to certify it.",
        "Management time 0:11:30, 1 live contact → 98979: enough management time, and live contact",
        "Window March 2, 2026 – March 31, 2026, 2 days of data → 98985: enough days of data for this code",
        "Set-up, once per episode → 98975",
        "Days of this month that count: 2; that do not: 0",
    ]
    assert not CertifiedMonth.objects.exists()
    assert f'value="{looked_at(first)}"' in first.content.decode()

    second = ada.post(ADD, given(march, make.dana, looked_at=looked_at(first)))

    assert second.status_code == 302
    row = CertifiedMonth.objects.get()
    assert (row.patient, row.month, row.locked_at) == (march, MARCH, NOON)
    assert (row.certified_by, row.recorded_by) == (make.dana, make.ada)
    assert row.snapshot["codes"] == ["98979"]


def test_what_has_changed_since_is_shown_before_it_is_certified(ada: Client, march: User, make: Make) -> None:
    first = ada.post(ADD, given(march, make.dana))
    spend(march, make.dana, 600)
    second = ada.post(ADD, given(march, make.dana, looked_at=looked_at(first)))
    assert "0:21:30" in said(second)[1]
    assert not CertifiedMonth.objects.exists()
    assert ada.post(ADD, given(march, make.dana, looked_at=looked_at(second))).status_code == 302
    assert CertifiedMonth.objects.get().snapshot["codes"] == ["98980"]


def proposals_read() -> list[tuple[Any, ...]]:
    rows = Reading.objects.order_by("pk").values_list("reader", "tenant", "patient", "what", "row")
    return [row for row in rows if row[3] == "rtm.certifiedmonth.proposal"]


def test_every_look_at_what_would_be_certified_is_recorded(ada: Client, march: User, make: Make) -> None:
    first = ada.post(ADD, given(march, make.dana))
    look = (make.ada.pk, make.clinic.pk, march.pk, "rtm.certifiedmonth.proposal", "2026-03")
    assert proposals_read() == [look]

    spend(march, make.dana, 600)
    second = ada.post(ADD, given(march, make.dana, looked_at=looked_at(first)))
    assert proposals_read() == [look, look]

    assert ada.post(ADD, given(march, make.dana, looked_at=looked_at(second))).status_code == 302
    assert proposals_read() == [look, look], "what was certified was not shown once more"


def test_an_operators_look_is_told_to_the_patients_clinic(march: User, make: Make) -> None:
    olga = User.objects.create_superuser("olga@example.org", first_name="Olga")

    browser(olga).post(ADD, given(march, make.dana))

    assert proposals_read() == [(olga.pk, make.clinic.pk, march.pk, "rtm.certifiedmonth.proposal", "2026-03")]


def test_a_form_that_shows_nothing_of_the_patient_is_no_look(ada: Client, march: User, make: Make) -> None:
    ada.get(ADD)
    ada.post(ADD, given(march, make.dana, month="2026-04-01"))
    ada.post(ADD, given(march, make.dana, month="soon"))

    assert proposals_read() == []


def test_what_would_be_certified_is_not_shown_unrecorded(march: User, make: Make) -> None:
    client = browser(make.ada)
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_reading ADD CHECK (false) NOT VALID")

    answer = client.post(ADD, given(march, make.dana))

    assert (answer.status_code, "0:11:30" in answer.content.decode()) == (500, False)


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Certified month: proposal"), ("ru", "Подтверждённый месяц: предложение")]
)
def test_who_read_a_proposal_is_told_in_words(ada: Client, march: User, make: Make, language: str, words: str) -> None:
    ada.post(ADD, given(march, make.dana))

    answer = ada.get(reverse("admin:accounts_reading_changelist"), HTTP_ACCEPT_LANGUAGE=language)

    [line] = answer.context["cl"].lines
    assert (line.page, line.key, line.address) == (words, "2026-03", "")


@pytest.mark.parametrize(
    ("month", "doctor", "sentence"),
    [
        ("2026-04-01", "dana", "This month is not over yet."),
        ("2026-03-01", "omar", "Choose a doctor who is connected to this patient."),
    ],
)
def test_what_cannot_be_certified_is_refused_in_words(
    ada: Client, march: User, make: Make, month: str, doctor: str, sentence: str
) -> None:
    response = ada.post(ADD, given(march, getattr(make, doctor), month=month))
    assert (response.status_code, said(response)) == (200, [sentence])
    assert not CertifiedMonth.objects.exists()


@pytest.mark.parametrize("who", ["ada", "stella", "pat"])
def test_only_a_doctor_of_the_clinic_can_be_chosen(ada: Client, march: User, make: Make, who: str) -> None:
    response = ada.post(ADD, given(march, getattr(make, who)))
    assert set(response.context["adminform"].form.errors) == {"certified_by"}
    assert not CertifiedMonth.objects.exists()


def test_a_patient_of_another_clinic_cannot_be_chosen(ada: Client, make: Make) -> None:
    foreign = make.patient("Sam", tenant=make.other_clinic, doctors=[make.stella])
    response = ada.post(ADD, given(foreign, make.dana))
    assert "patient" in response.context["adminform"].form.errors
    assert not CertifiedMonth.objects.exists()


def certified(patient: User, doctor: User) -> CertifiedMonth:
    return certify_month(
        patient=patient,
        month=MARCH,
        certified_by=doctor,
        recorded_by=doctor,
        looked_at=digest(what_would_be_certified(patient=patient, month=MARCH)),
        now=NOON,
    )


def test_a_certified_month_cannot_be_certified_again_nor_changed(ada: Client, march: User, make: Make) -> None:
    row = certified(march, make.dana)
    before = CertifiedMonth.objects.values().get()
    page = reverse("admin:rtm_certifiedmonth_change", args=[row.pk])
    assert said(ada.post(ADD, given(march, make.dana))) == ["This month is certified already."]
    assert ada.post(page, given(march, make.dana, month="2026-01-01")).status_code == 403
    assert ada.post(reverse("admin:rtm_certifiedmonth_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert CertifiedMonth.objects.values().get() == before


def test_somebody_who_was_faster_is_told_of_in_words(
    ada: Client, march: User, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ada.post(ADD, given(march, make.dana))
    monkeypatch.setattr("rtm.forms.CertifyForm._refuse_or_show", lambda form: certified(march, make.dana))
    response = ada.post(ADD, given(march, make.dana, looked_at=looked_at(first)), follow=True)
    assert [str(message) for message in response.context["messages"]] == ["This month is certified already."]


def test_the_page_of_a_month_says_what_was_certified_and_what_came_later(ada: Client, march: User, make: Make) -> None:
    row = certified(march, make.dana)
    spend(march, make.dana, 600)
    page = ada.get(reverse("admin:rtm_certifiedmonth_change", args=[row.pk])).content.decode()
    assert "Management time 0:11:30, 1 live contact → 98979" in page
    assert "Management time 0:21:30, 2 live contacts → 98980" in page
    listed = ada.get(reverse("admin:rtm_certifiedmonth_changelist")).content.decode()
    assert "98975 + 98979 + 98985" in listed
    assert "amended" in listed


@pytest.mark.parametrize("model", [EvidenceDay, TimeEntry, CertifiedMonth], ids=lambda model: model.__name__)
def test_rows_of_another_clinic_are_not_there(ada: Client, make: Make, model: Any) -> None:
    foreign = make.patient("Sam", last_name="Foreign", tenant=make.other_clinic, doctors=[make.stella])
    make.workout(patient=foreign, doctor=make.stella, completed_at=NOON)
    recalculate(patient=foreign, now=NOON)
    spend(foreign, make.stella)
    certified(foreign, make.stella)
    name = f"admin:rtm_{model._meta.model_name}"
    assert "Foreign" not in ada.get(reverse(f"{name}_changelist")).content.decode()
    assert ada.get(reverse(f"{name}_change", args=[model.objects.get().pk])).status_code == 404
    operator = browser(User.objects.create_superuser("olga@example.org", first_name="Olga"))
    assert "Foreign" in operator.get(reverse(f"{name}_changelist")).content.decode()
    assert operator.get(reverse(f"{name}_change", args=[model.objects.get().pk])).status_code == 200


@pytest.mark.parametrize("name", ["evidenceday", "timeentry"])
def test_what_is_derived_or_recorded_is_only_looked_at(ada: Client, march: User, name: str) -> None:
    assert ada.get(reverse(f"admin:rtm_{name}_changelist")).status_code == 200
    assert ada.get(reverse(f"admin:rtm_{name}_add")).status_code == 403
    row = EvidenceDay.objects.first() if name == "evidenceday" else TimeEntry.objects.first()
    assert row is not None
    page = reverse(f"admin:rtm_{name}_change", args=[row.pk])
    assert ada.get(page).status_code == 200
    assert ada.post(page, {}).status_code == 403


@pytest.mark.parametrize("rows", [2, 30])
def test_a_list_of_months_costs_the_same_however_long(
    ada: Client, march: User, make: Make, rows: int, django_assert_num_queries: Any
) -> None:
    row = certified(march, make.dana)
    CertifiedMonth.objects.bulk_create(
        CertifiedMonth(
            patient=march,
            month=date(2020 + number // 12, number % 12 + 1, 1),
            certified_by=make.dana,
            recorded_by=make.dana,
            locked_at=NOON,
            snapshot=row.snapshot,
        )
        for number in range(rows)
    )
    page = reverse("admin:rtm_certifiedmonth_changelist")
    ada.get(page)
    with django_assert_num_queries(7):
        ada.get(page)
