"""Whoever is shown one row of a patient's data is recorded, before it is shown."""

from typing import Any
from unittest.mock import patch

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.template.response import TemplateResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from knox.models import AuthToken

from accounts.models import CareLink, Reading, User
from accounts.noted_pages import NotedPages
from accounts.states import UserType
from entrances.models import AppEntrance
from feedback.models import FeedbackSummary, NoteDelivery
from followups.models import (
    ApiKey,
    FollowUpArchive,
    FollowUpAttempt,
    FollowUpMessage,
    FollowUpRequest,
    Provider,
    ProviderReviewRequest,
)
from messaging.models import Conversation
from notifications.models import Device, Notification, Push
from rtm.models import CertifiedMonth, EvidenceDay, TimeEntry
from tests.admin.conftest import Browse, Rows, form_of, page
from tests.admin.test_doors import by_name
from tests.make import Make
from workouts.models import Workout

ABOUT_THE_PATIENT = {
    User, CareLink, Workout, Conversation, AppEntrance, FeedbackSummary, NoteDelivery,
    EvidenceDay, TimeEntry, CertifiedMonth, Notification, Push,
    FollowUpRequest, FollowUpArchive, FollowUpAttempt, FollowUpMessage, ProviderReviewRequest,
}  # fmt: skip
"""Of the rows the tests have of everything; devices and sign-ins among them are the doctor's."""
SHOWN = ("change", "history")


def recorded() -> list[tuple[int, int | None, int | None, str, str]]:
    """But what a doctor has read: one such row is among those the tests have of everything."""
    rows = Reading.objects.exclude(reader__user_type=UserType.DOCTOR).order_by("pk")
    return list(rows.values_list("reader", "tenant", "patient", "what", "row"))


@by_name
@pytest.mark.parametrize("view", SHOWN)
def test_an_administrator_who_opens_a_patients_row_is_recorded_once(
    view: str, model: type[Model], ada: Client, make: Make, ours: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    row = ours[model]

    with caplog.at_level("INFO", logger="accounts.readings"):
        assert ada.get(page(model, view, row.pk)).status_code == 200

    what = model._meta.label_lower + (".history" if view == "history" else "")
    kept = [(make.ada.pk, make.clinic.pk, make.pat.pk, what, str(row.pk))]
    assert recorded() == (kept if model in ABOUT_THE_PATIENT else [])
    assert caplog.messages == [f"user {make.ada.pk} opened {what} {row.pk}"]


def test_no_page_over_rows_that_lead_to_a_person_forgets_to_say_where_the_patient_is() -> None:
    forgotten = {model for model in admin.site._registry if leads_to_people(model) and not path_of(model)}

    # Who has read what is no reading; keys are made by administrators, and providers are no patients.
    assert forgotten == {Reading, ApiKey, Provider}


def path_of(model: type[Model]) -> str:
    return getattr(admin.site.get_model_admin(model), "patient_path", "")


def leads_to_people(model: type[Model], through: frozenset[type[Model]] = frozenset()) -> bool:
    """Whether a row is a person, or says one, or belongs to a row that does."""
    if model is User or any(field.name in ("user_id", "patient_id") for field in model._meta.concrete_fields):
        return True
    related = {field.related_model for field in model._meta.concrete_fields if field.is_relation} - through
    return any(leads_to_people(further, through | {model}) for further in related)


@by_name
def test_the_record_costs_one_insert_and_nothing_else(model: type[Model], ada: Client, ours: Rows) -> None:
    for view in SHOWN:
        address = page(model, view, ours[model].pk)
        ada.get(address)  # Django remembers a model's content type from here on.
        with CaptureQueriesContext(connection) as queries:
            ada.get(address)
        with patch.object(NotedPages, "_note_reading"), CaptureQueriesContext(connection) as unrecorded:
            ada.get(address)

        inserts = [query["sql"] for query in queries if query["sql"].startswith('INSERT INTO "accounts_reading"')]
        assert (len(queries) - len(unrecorded), len(inserts)) == ((1, 1) if model in ABOUT_THE_PATIENT else (0, 0))


@by_name
def test_a_row_that_was_not_shown_was_not_read(
    model: type[Model], ada: Client, theirs: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", logger="accounts.readings"):
        for view in SHOWN:
            assert ada.get(page(model, view, theirs[model].pk)).status_code == 404

    assert recorded() == []
    assert {record.name for record in caplog.records} == {"django.request"}, "which says that it was not found"


def test_what_belongs_to_a_patient_is_the_patients_whatever_the_row_is(ada: Client, make: Make) -> None:
    device = Device.objects.create(user=make.pat, platform="EXPO", token="ExponentPushToken[pat]")
    told = Notification.objects.create(recipient=make.pat, type="DOCTOR_FEEDBACK", key="k", title="t", body="b")
    push = Push.objects.create(notification=told, device=device, platform="EXPO", title="t", body="b", collapse_id="c")
    AuthToken.objects.create(user=make.pat)
    rows = [device, told, push, AuthToken.objects.get(user=make.pat)]

    for row in rows:
        ada.get(page(type(row), "change", row.pk))

    assert recorded() == [
        (make.ada.pk, make.clinic.pk, make.pat.pk, row._meta.label_lower, str(row.pk)) for row in rows
    ]


def what_dana_was_told(make: Make, data: dict[str, Any]) -> tuple[Notification, Push]:
    told = Notification.objects.create(
        recipient=make.dana, type="PATIENT_FEEDBACK", key="k", title="Northside", body="Pat left feedback", data=data
    )
    device = Device.objects.create(user=make.dana, platform="EXPO", token="ExponentPushToken[dana]")
    return told, Push.objects.create(notification=told, device=device, platform="EXPO", title="t", body="b")


@pytest.mark.parametrize("named", ["workout", "conversation"])
def test_what_a_doctor_is_told_of_a_patient_is_the_patients(named: str, ada: Client, make: Make, ours: Rows) -> None:
    # A check-in without a workout names the conversation alone.
    workout, conversation = ours[Workout].pk, str(ours[Conversation].pk)
    data = {"workoutId": workout} if named == "workout" else {"workoutId": None, "conversationId": conversation}
    rows = what_dana_was_told(make, data)

    for row in rows:
        assert ada.get(page(type(row), "change", row.pk)).status_code == 200

    assert recorded() == [
        (make.ada.pk, make.clinic.pk, make.pat.pk, row._meta.label_lower, str(row.pk)) for row in rows
    ]


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"workoutId": None, "conversationId": None},
        {"workoutId": "x", "conversationId": "x"},
        {"workoutId": 10**30, "conversationId": 7},
        {"workoutId": [1], "conversationId": {}},
        {"workoutId": 404, "conversationId": "00000000-0000-0000-0000-000000000001"},
        "foreign",
    ],
    ids=str,
)
def test_what_a_doctor_is_told_of_nobody_of_the_clinic_is_said_in_the_log_alone(
    data: Any, ada: Client, make: Make, theirs: Rows
) -> None:
    foreign = {"workoutId": theirs[Workout].pk, "conversationId": str(theirs[Conversation].pk)}

    for row in what_dana_was_told(make, foreign if data == "foreign" else data):
        assert ada.get(page(type(row), "change", row.pk)).status_code == 200

    assert recorded() == []


def test_an_operators_reading_is_told_to_the_clinic(browse: Browse, operator: User, make: Make, ours: Rows) -> None:
    workout = ours[Workout]

    browse(operator).get(page(Workout, "change", workout.pk))

    assert recorded() == [(operator.pk, make.clinic.pk, make.pat.pk, "workouts.workout", str(workout.pk))]


def test_colleagues_pages_are_no_patients_data(ada: Client, make: Make) -> None:
    ada.get(page(User, "change", make.dana.pk))

    assert recorded() == []


def test_pages_that_ask_before_they_write_are_read_too(ada: Client, make: Make) -> None:
    workout = make.workout()

    ada.get(page(Workout, "delete", workout.pk))
    ada.get(f"/admin/accounts/user/{make.pat.pk}/password/")

    assert [row[2:] for row in recorded()] == [
        (make.pat.pk, "workouts.workout.delete", str(workout.pk)),
        (make.pat.pk, "accounts.user.password", str(make.pat.pk)),
    ]


def test_saving_is_not_reading_but_a_form_that_comes_back_is_read_again(ada: Client, make: Make) -> None:
    address = page(Workout, "change", make.workout().pk)
    opened = form_of(ada.get(address))
    Reading.objects.all().delete()

    assert ada.post(address, opened).status_code == 302
    assert recorded() == []

    assert ada.post(address, opened | {"date_scheduled": "never"}).status_code == 200
    assert [row[3] for row in recorded()] == ["workouts.workout"]


@by_name
def test_the_record_stays_when_the_page_fails_after_it(
    model: type[Model], browse: Browse, make: Make, ours: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browse(make.ada)
    client.raise_request_exception = False

    def broken(answer: Any) -> Any:
        raise RuntimeError("a template that does not work")

    monkeypatch.setattr(TemplateResponse, "render", broken)

    for view in SHOWN:
        assert client.get(page(model, view, ours[model].pk)).status_code == 500
    assert len(recorded()) == (2 if model in ABOUT_THE_PATIENT else 0)


def test_what_cannot_be_recorded_is_not_shown(browse: Browse, make: Make) -> None:
    workout, client = make.workout(), browse(make.ada)
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_reading ADD CHECK (false) NOT VALID")

    answer = client.get(page(Workout, "change", workout.pk))

    assert (answer.status_code, "Pat" in answer.content.decode()) == (500, False)


@pytest.mark.parametrize(
    ("user_id", "about"),
    [("patient", "pat"), ("doctor", "pat"), ("a stranger", "pat"), ("another patient", "quinn"), ("foreign", "pat")],
)
def test_a_follow_up_is_about_whom_it_names_else_about_the_patient_of_its_conversation(
    user_id: str, about: str, ada: Client, make: Make, ours: Rows
) -> None:
    quinn, foreign = make.patient("Quinn"), make.patient("Foreign", tenant=make.other_clinic)
    people = {"patient": make.pat, "doctor": make.dana, "another patient": quinn, "foreign": foreign}
    named = str(people[user_id].pk) if user_id in people else user_id
    row = ours[FollowUpRequest]
    FollowUpRequest.objects.filter(pk=row.pk).update(user_id=named)

    ada.get(page(FollowUpRequest, "change", row.pk))
    ada.get(page(FollowUpAttempt, "change", ours[FollowUpAttempt].pk))

    patient = {"pat": make.pat, "quinn": quinn}[about]
    assert [(patient_id, what) for _, _, patient_id, what, _ in recorded()] == [
        (patient.pk, "followups.followuprequest"),
        (patient.pk, "followups.followupattempt"),
    ]


def name_nobody(*rows: Any) -> None:
    """As the mobile client may: a parent and a conversation that are none of ours."""
    for row in rows:
        nobody = {"user_id": "ext-77", "conversation_id": "00000000-0000-0000-0000-000000000001"}
        type(row).objects.filter(pk=row.pk).update(**nobody)


STRANGERS = (FollowUpRequest, FollowUpArchive, FollowUpAttempt, FollowUpMessage, ProviderReviewRequest)


@pytest.mark.parametrize("model", STRANGERS, ids=lambda model: model.__name__)
@pytest.mark.parametrize("who", ["ada", "operator"])
def test_a_row_that_names_nobody_we_know_is_about_a_patient_all_the_same(
    who: str, model: type[Model], browse: Browse, operator: User, make: Make, ours: Rows
) -> None:
    reader, row = make.ada if who == "ada" else operator, ours[model]
    name_nobody(*(ours[one] for one in STRANGERS if one is not FollowUpAttempt))

    for view in SHOWN:
        assert browse(reader).get(page(model, view, row.pk)).status_code == 200

    what = model._meta.label_lower
    assert recorded() == [
        (reader.pk, make.clinic.pk, None, what, str(row.pk)),
        (reader.pk, make.clinic.pk, None, f"{what}.history", str(row.pk)),
    ]


def test_a_row_that_no_clinic_has_yet_is_recorded_for_none(browse: Browse, operator: User, ours: Rows) -> None:
    row = ours[ProviderReviewRequest]
    name_nobody(row)
    ProviderReviewRequest.objects.filter(pk=row.pk).update(tenant=None)

    browse(operator).get(page(ProviderReviewRequest, "change", row.pk))

    assert recorded() == [(operator.pk, None, None, "followups.providerreviewrequest", str(row.pk))]
