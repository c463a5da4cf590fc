"""A list that was narrowed to one patient is that patient's page: who is shown it is recorded before it is."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.db.models import Model
from django.template.response import TemplateResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from knox.models import AuthToken

from accounts.models import CareLink, Reading, User
from entrances.models import AppEntrance
from feedback.models import FeedbackSummary, NoteDelivery
from followups.models import FollowUpArchive, FollowUpAttempt, FollowUpMessage, FollowUpRequest, ProviderReviewRequest
from messaging.models import Conversation
from notifications.models import Device, Notification, Push
from rtm.models import CertifiedMonth, EvidenceDay, TimeEntry
from tests.admin.conftest import Browse, Rows, clinic_pages, one_of_everything, page
from tests.admin.test_readings import ABOUT_THE_PATIENT, STRANGERS, name_nobody, path_of, recorded
from tests.make import Make
from workouts.models import Workout

OF_ONE_PATIENT: tuple[tuple[type[Model], str], ...] = (
    (Workout, "patient__id__exact={pat}"),
    (Workout, "patient={pat}"),
    (Workout, "patient_id__in={pat}&status__exact=COMPLETED&q=Pat&o=-1"),
    (Workout, "patient__gte={pat}&patient__lte={pat}"),
    (Workout, "id={row}"),
    (Workout, "doctor__id__exact={dana}"),
    (User, "id__exact={pat}"),
    (User, "email__startswith=pat@"),
    *((model, "patient={pat}") for model in (CareLink, Conversation, AppEntrance, FeedbackSummary)),
    *((model, "patient={pat}") for model in (EvidenceDay, TimeEntry, CertifiedMonth)),
    (NoteDelivery, "workout={workout}"),
    *((model, "user_id={pat}") for model in (FollowUpRequest, FollowUpArchive, FollowUpMessage, ProviderReviewRequest)),
    (FollowUpMessage, "conversation_id={conversation}"),
    (FollowUpAttempt, "follow_up_id={follow_up}"),
    (Notification, "recipient={dana}"),
    (Push, "notification={told}"),
)
LEFT_ALONE = (
    "",
    "?all=",
    "?o=1&p=1",
    "?q=Pat+Lee",
    "?status__exact=PLANNED",
    "?date_scheduled__year=2026&date_scheduled__month=4&date_scheduled__day=20",
    "?patient__in={pat},{quinn}",
    "?id__gt=0",
    "?patient={dana}",
    "?patient={foreign}",
    "?patient=x",
    "?nothing=1",
)


@pytest.fixture
def quinn(make: Make) -> User:
    """Another patient of the clinic, with a row of everything: no list is Pat's alone by itself."""
    oscar = make.doctor("Oscar")
    patient = make.patient("Quinn", doctors=[oscar])
    one_of_everything(make, doctor=oscar, patient=patient, mark="Quinn")
    return patient


def asked(query: str, make: Make, ours: Rows, **more: Any) -> str:
    named = {"pat": make.pat.pk, "dana": make.dana.pk, "workout": ours[Workout].pk}
    named |= {"conversation": ours[Conversation].pk, "follow_up": ours[FollowUpRequest].pk}
    named |= {"told": ours[Notification].pk}
    return query.format(**named, **more)


@pytest.mark.parametrize(("model", "query"), OF_ONE_PATIENT, ids=lambda given: getattr(given, "__name__", given))
def test_a_list_narrowed_to_one_patient_is_recorded_once(
    model: type[Model], query: str, ada: Client, make: Make, ours: Rows, quinn: User
) -> None:
    answer = ada.get(f"{page(model, 'changelist')}?{asked(query, make, ours, row=ours[model].pk)}")

    assert answer.status_code == 200
    assert ours[model].pk in {row.pk for row in answer.context["cl"].result_list}
    what = f"{model._meta.label_lower}.list"
    assert recorded() == [(make.ada.pk, make.clinic.pk, make.pat.pk, what, str(make.pat.pk))]


def test_no_list_of_patients_rows_is_forgotten_here() -> None:
    # Where people can be reached and are signed in is below: not all of those rows are patients'.
    assert {model for model in clinic_pages() if path_of(model)} == ABOUT_THE_PATIENT | {Device, AuthToken}
    assert {model for model, _query in OF_ONE_PATIENT} == ABOUT_THE_PATIENT


@pytest.mark.parametrize("query", LEFT_ALONE)
def test_a_list_as_it_is_and_one_of_several_patients_is_not(
    query: str, ada: Client, make: Make, ours: Rows, theirs: Rows, quinn: User
) -> None:
    make.workout(on=date(2026, 4, 20))  # Pat's, and the only one that is planned, and that day's.

    ada.get(f"{page(Workout, 'changelist')}{asked(query, make, ours, quinn=quinn.pk, foreign=theirs[User].pk)}")

    assert recorded() == []


def test_what_is_left_of_a_patients_among_other_peoples_is_the_patients(ada: Client, make: Make, ours: Rows) -> None:
    Device.objects.create(user=make.pat, platform="EXPO", token="ExponentPushToken[pat]")
    AuthToken.objects.create(user=make.pat)

    ada.get(f"{page(Device, 'changelist')}?user={make.dana.pk}")
    assert recorded() == []

    for model in (Device, AuthToken):
        ada.get(f"{page(model, 'changelist')}?user__in={make.pat.pk},{make.dana.pk}")
    assert [row[2:4] for row in recorded()] == [
        (make.pat.pk, "notifications.device.list"),
        (make.pat.pk, "knox.authtoken.list"),
    ]


@pytest.mark.parametrize("model", STRANGERS, ids=lambda model: model.__name__)
def test_a_list_of_somebody_we_do_not_know_is_recorded_for_the_clinics_of_its_rows(
    model: type[Model], browse: Browse, operator: User, make: Make, ours: Rows, theirs: Rows, quinn: User
) -> None:
    strangers = [rows[one] for rows in (ours, theirs) for one in STRANGERS]
    name_nobody(*(row for row in strangers if not isinstance(row, FollowUpAttempt)))
    query = f"?id__in={ours[model].pk},{theirs[model].pk}"

    browse(make.ada).get(f"{page(model, 'changelist')}{query}")
    browse(operator).get(f"{page(model, 'changelist')}{query}")

    what = f"{model._meta.label_lower}.list"
    own = (make.ada.pk, make.clinic.pk, None, what, "")
    clinics = sorted([make.clinic.pk, theirs[User].tenant_id])
    assert [recorded()[0], *sorted(recorded()[1:])] == [
        own,
        *((operator.pk, clinic, None, what, "") for clinic in clinics),
    ]


def test_the_record_of_a_list_costs_one_insert_and_a_list_as_it_is_nothing(ada: Client, make: Make, ours: Rows) -> None:
    def statements(query: str) -> list[str]:
        with CaptureQueriesContext(connection) as queries:
            assert ada.get(f"{page(Workout, 'changelist')}{query}").status_code == 200
        return [query["sql"].partition(" ")[0] for query in queries]

    statements("")
    plain = statements("")

    assert sorted(statements(f"?patient={make.pat.pk}")) == sorted([*plain, "INSERT"])


def test_the_record_of_a_list_stays_when_the_page_fails_after_it(
    browse: Browse, make: Make, ours: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browse(make.ada)
    client.raise_request_exception = False

    def broken(answer: Any) -> Any:
        raise RuntimeError("a template that does not work")

    monkeypatch.setattr(TemplateResponse, "render", broken)

    assert client.get(f"{page(Workout, 'changelist')}?patient={make.pat.pk}").status_code == 500
    assert [row[3] for row in recorded()] == ["workouts.workout.list"]


def test_a_list_that_cannot_be_recorded_is_not_shown(browse: Browse, make: Make) -> None:
    _workout, client = make.workout(), browse(make.ada)
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_reading ADD CHECK (false) NOT VALID")

    answer = client.get(f"{page(Workout, 'changelist')}?patient={make.pat.pk}")

    assert (answer.status_code, "Pat" in answer.content.decode()) == (500, False)


def test_one_patients_rows_that_are_ticked_to_be_deleted_are_read(ada: Client, make: Make, quinn: User) -> None:
    first, second, foreign = make.workout(), make.workout(), make.workout(patient=quinn)

    for rows in ([first, second], [first, foreign]):
        given = {"action": "delete_selected", "index": "0", "_selected_action": [row.pk for row in rows]}
        assert ada.post(page(Workout, "changelist"), given).status_code == 200

    assert [row[2:] for row in recorded()] == [(make.pat.pk, "workouts.workout.list", str(make.pat.pk))]


@pytest.mark.parametrize(("language", "words"), [("en", "Workout: list"), ("ru", "Тренировка: список")])
def test_who_read_a_list_is_told_in_words(language: str, words: str, ada: Client, make: Make, ours: Rows) -> None:
    Reading.objects.all().delete()
    ada.get(f"{page(Workout, 'changelist')}?patient={make.pat.pk}")

    answer = ada.get(page(Reading, "changelist"), HTTP_ACCEPT_LANGUAGE=language)

    [line] = answer.context["cl"].lines
    # No workout has the patient's key, or quite another one has.
    assert (line.page, line.key, line.address) == (words, str(make.pat.pk), "")
    assert words in answer.content.decode()
