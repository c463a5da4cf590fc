"""Who may open which page of the admin."""

from uuid import UUID

import pytest
from axes.models import AccessAttempt, AccessFailureLog
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django_celery_beat.models import PeriodicTask
from knox.models import AuthToken

from accounts.models import CareLink, Reading, Tenant, TenantSettings, User
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
from okta.models import Alert, SweepRun
from rtm.models import CertifiedMonth, EvidenceDay, TimeEntry
from tests.admin.conftest import Browse, Rows, clinic_pages, page
from tests.make import Make
from workouts.models import Exercise, Workout

CLINICS = {
    Tenant, TenantSettings, User, CareLink, Reading, AuthToken, Exercise, Workout, Conversation,
    AppEntrance, FeedbackSummary, NoteDelivery, Notification, Push, Device,
    EvidenceDay, TimeEntry, CertifiedMonth,
    FollowUpRequest, FollowUpArchive, FollowUpAttempt, FollowUpMessage,
    ProviderReviewRequest, Provider, ApiKey,
}  # fmt: skip
OPERATIONS = {Alert, SweepRun, PeriodicTask, AccessAttempt, AccessFailureLog}
ADDED_BY_ADA = {User, CareLink, Exercise, Workout, CertifiedMonth, Device, ApiKey}

by_name = pytest.mark.parametrize("model", sorted(CLINICS, key=lambda model: model.__name__), ids=lambda m: m.__name__)
operations = pytest.mark.parametrize("model", sorted(OPERATIONS, key=lambda model: model.__name__))


def test_every_page_of_the_admin_is_known_here() -> None:
    assert set(clinic_pages()) == CLINICS
    assert set(admin.site._registry) == CLINICS | OPERATIONS


@by_name
def test_an_administrator_opens_the_pages_of_the_own_clinic(model: type[Model], ada: Client, ours: Rows) -> None:
    row = ours[model]

    assert ada.get(page(model, "changelist")).status_code == 200
    assert ada.get(page(model, "change", row.pk)).status_code == 200
    assert ada.get(page(model, "history", row.pk)).status_code == 200
    assert ada.get(page(model, "add")).status_code == (200 if model in ADDED_BY_ADA else 403)


@by_name
def test_an_operator_opens_the_pages_of_all_clinics(
    model: type[Model], browse: Browse, operator: User, ours: Rows, theirs: Rows
) -> None:
    client = browse(operator)

    assert client.get(page(model, "changelist")).status_code == 200
    assert client.get(page(model, "change", ours[model].pk)).status_code == 200
    assert client.get(page(model, "change", theirs[model].pk)).status_code == 200
    assert client.get(page(model, "add")).status_code == (200 if model in ADDED_BY_ADA | {Tenant} else 403)


@by_name
def test_a_row_of_another_clinic_does_not_exist_for_an_administrator(
    model: type[Model], ada: Client, ours: Rows, theirs: Rows
) -> None:
    foreign = theirs[model]

    for view in ("change", "history"):
        assert ada.get(page(model, view, foreign.pk)).status_code == 404
    assert ada.get(page(model, "delete", foreign.pk)).status_code in (403, 404)
    assert ada.post(page(model, "change", foreign.pk), {"name": "taken over"}).status_code in (403, 404)
    before = model._default_manager.filter(pk=foreign.pk).values().get()
    assert ada.post(page(model, "delete", foreign.pk), {"post": "yes"}).status_code in (403, 404)
    assert model._default_manager.filter(pk=foreign.pk).values().get() == before


@by_name
def test_a_row_of_another_clinic_looks_like_one_that_never_was(model: type[Model], ada: Client, theirs: Rows) -> None:
    foreign = theirs[model].pk
    never = {int: 2**31 - 1, UUID: UUID(int=0), str: "0" * 128}[type(foreign)]

    for view in ("change", "history", "delete"):
        hidden, missing = ada.get(page(model, view, foreign)), ada.get(page(model, view, never))
        assert (hidden.status_code, hidden.content) == (missing.status_code, missing.content)


@pytest.mark.parametrize("view", ["change", "history"])
def test_what_never_was_is_not_there_for_operators_either(view: str, browse: Browse, operator: User) -> None:
    client = browse(operator)

    answers = {model: client.get(page(model, view, 2**31 - 1)).status_code for model in CLINICS | OPERATIONS}

    assert answers == dict.fromkeys(CLINICS | OPERATIONS, 404)


@by_name
def test_nothing_of_another_clinic_is_on_any_page(model: type[Model], ada: Client, ours: Rows, theirs: Rows) -> None:
    shown = [ada.get(page(model, "changelist")), ada.get(page(model, "change", ours[model].pk))]
    if model in ADDED_BY_ADA:
        shown.append(ada.get(page(model, "add")))

    listed = {row.pk for row in shown[0].context["cl"].result_list}
    assert (ours[model].pk in listed, theirs[model].pk in listed) == (True, False)
    assert all("Foreign" not in response.content.decode() for response in shown)


@by_name
@pytest.mark.parametrize("who", ["pat", "dana", "omar"])
def test_patients_and_doctors_are_asked_to_sign_in(model: type[Model], who: str, browse: Browse, make: Make) -> None:
    response = browse(getattr(make, who)).get(page(model, "changelist"))

    assert (response.status_code, response["Location"].split("?")[0]) == (302, "/admin/login/")


@pytest.mark.parametrize("who", ["pat", "dana"])
def test_staff_doctors_and_patients_get_none_of_the_pages_of_administrators(
    who: str, browse: Browse, make: Make, ours: Rows
) -> None:
    person = getattr(make, who)
    person.is_staff = True
    person.save(update_fields=["is_staff"])
    client = browse(person)

    lists = {client.get(page(model, "changelist")).status_code for model in CLINICS | OPERATIONS}
    views = ("change", "history", "delete")
    rows = {client.get(page(model, view, ours[model].pk)).status_code for model in CLINICS for view in views}

    assert (lists, rows) == ({403}, {403})


def test_a_patient_whom_somebody_let_into_the_admin_finds_nothing_there(browse: Browse, make: Make) -> None:
    make.pat.is_staff = True
    make.pat.save(update_fields=["is_staff"])

    front = browse(make.pat).get("/admin/")

    assert front.context["groups"] == []
    assert "There is nothing here that you may open." in front.content.decode()


@pytest.mark.django_db
def test_a_stranger_is_asked_to_sign_in() -> None:
    for model in CLINICS | OPERATIONS:
        for view in ("changelist", "add"):
            response = Client().get(page(model, view))
            assert (response.status_code, response["Location"].split("?")[0]) == (302, "/admin/login/")


def test_an_administrator_of_a_closed_clinic_gets_nothing(browse: Browse, make: Make, ours: Rows) -> None:
    Tenant.objects.filter(pk=make.clinic.pk).update(is_active=False)

    assert browse(make.ada).get(page(Workout, "changelist")).status_code == 403


def test_the_superuser_mark_gives_somebody_of_a_clinic_no_other_clinic(
    browse: Browse, make: Make, ours: Rows, theirs: Rows
) -> None:
    make.ada.is_superuser = True
    make.ada.save(update_fields=["is_superuser"])
    client = browse(make.ada)

    assert client.get(page(Workout, "change", theirs[Workout].pk)).status_code == 404
    assert client.get(page(SweepRun, "changelist")).status_code == 403


@operations
def test_operations_are_for_operators_alone(model: type[Model], ada: Client, browse: Browse, operator: User) -> None:
    assert ada.get(page(model, "changelist")).status_code == 403
    assert browse(operator).get(page(model, "changelist")).status_code == 200
    assert browse(operator).get(page(model, "add")).status_code == 403


def test_signing_in_by_password_works_as_it_does_elsewhere(make: Make) -> None:
    make.ada.set_password("correct horse battery")
    make.ada.save(update_fields=["password"])

    given = {"username": "ADA@example.org", "password": "correct horse battery", "next": "/admin/"}
    response = Client().post("/admin/login/", given)

    assert (response.status_code, response["Location"]) == (302, "/admin/")


@pytest.mark.parametrize(("staff", "status"), [(True, 302), (False, 200)])
def test_a_doctor_signs_in_once_the_clinic_lets_them(staff: bool, status: int, make: Make) -> None:
    make.dana.is_staff = staff
    make.dana.set_password("correct horse battery")
    make.dana.save(update_fields=["password", "is_staff"])

    given = {"username": make.dana.email, "password": "correct horse battery", "next": "/admin/"}

    assert Client().post("/admin/login/", given).status_code == status


def test_the_first_page_and_the_sidebar_speak_of_what_a_clinic_does(ada: Client, make: Make) -> None:
    page_ = ada.get("/admin/")

    groups = {str(group["title"]): [str(item["title"]) for item in group["items"]] for group in page_.context["groups"]}
    assert groups == {
        "The day": ["Today", "Sessions", "Conversations"],
        "The clinic": ["Clinics", "Features", "People", "Who cares for whom", "Who read what"],
        "Sessions": ["Workouts", "App visits", "Exercises"],
        "Feedback": ["Threads", "From patients", "From therapists"],
        "Follow-ups": [
            "Follow-ups",
            "Archived follow-ups",
            "Attempts",
            "Delivered messages",
            "Review requests",
            "Providers' devices",
            "API keys",
        ],
        "Remote monitoring": ["Days of evidence", "Time spent", "Certified months"],
        "What people are told": ["Notifications", "Pushes", "Devices", "Signed in"],
        "Operations": ["Status"],
    }
    assert f"/admin/accounts/tenantsettings/{make.clinic.pk}/change/" in page_.content.decode()


def test_an_operator_also_finds_what_runs(browse: Browse, operator: User) -> None:
    groups = browse(operator).get("/admin/").context["groups"]

    assert [str(item["title"]) for item in groups[-1]["items"]] == [
        "Status",
        "Alerts",
        "Sweeps",
        "Schedule",
        "Failing sign-ins",
        "Refused sign-ins",
    ]
