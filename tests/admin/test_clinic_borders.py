"""What a clinic's administrator cannot reach by typing addresses and forms by hand."""

from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from knox.models import AuthToken

from accounts.models import CareLink, Tenant, User
from accounts.states import UserType
from feedback.models import NoteDelivery
from followups.models import (
    ApiKey,
    FollowUpArchive,
    FollowUpAttempt,
    FollowUpRequest,
    Provider,
    ProviderReviewRequest,
)
from notifications.models import Device, Push
from tests.admin.conftest import Rows, form_of, page, press
from tests.admin.test_doors import by_name
from tests.make import Make
from workouts.models import Exercise, ExerciseInWorkout, Workout


def suggestions(client: Client, model: str, field: str, term: str = "") -> set[str]:
    app = "accounts" if model == "carelink" else "workouts"
    asked = {"app_label": app, "model_name": model, "field_name": field, "term": term}
    answer: dict[str, Any] = client.get("/admin/autocomplete/", asked).json()
    return {row["text"] for row in answer["results"]}


def test_suggestions_are_people_of_the_own_clinic_in_the_right_role(
    ada: Client, ours: Rows, theirs: Rows, make: Make
) -> None:
    assert make.omar.tenant == make.clinic

    assert suggestions(ada, "carelink", "patient") == {"Pat Lee"}
    assert suggestions(ada, "carelink", "doctor") == {"Dana Reed", "Omar Aziz"}
    assert suggestions(ada, "workout", "patient", "Foreign") == set()
    assert "Foreign slide" not in suggestions(ada, "exerciseinworkout", "exercise")
    assert "Northside slide" in suggestions(ada, "exerciseinworkout", "exercise")


def test_a_link_to_a_patient_of_another_clinic_is_refused(ada: Client, theirs: Rows, make: Make) -> None:
    given = {"patient": theirs[User].pk, "doctor": make.dana.pk}

    response = ada.post(page(CareLink, "add"), given)

    assert response.status_code == 200
    assert "patient" in response.context["adminform"].form.errors
    assert not CareLink.objects.filter(doctor=make.dana).exists()


def test_a_workout_for_a_patient_of_another_clinic_is_refused(ada: Client, theirs: Rows, make: Make) -> None:
    given = form_of(ada.get(page(Workout, "add")))
    given |= {"patient": theirs[User].pk, "doctor": make.dana.pk, "date_scheduled": "2026-04-09"}

    response = ada.post(page(Workout, "add"), given)

    assert "patient" in response.context["adminform"].form.errors
    assert not Workout.objects.filter(doctor=make.dana).exists()


def test_an_exercise_of_another_clinic_is_not_put_into_a_workout(ada: Client, theirs: Rows, make: Make) -> None:
    workout = make.workout()
    before = list(workout.exercises.values_list("exercise", flat=True))
    given = form_of(ada.get(page(Workout, "change", workout.pk)))

    response = ada.post(page(Workout, "change", workout.pk), given | {"exercises-0-exercise": theirs[Exercise].pk})

    assert response.status_code == 200
    assert list(workout.exercises.values_list("exercise", flat=True)) == before


def test_an_exercise_row_of_another_workout_is_not_moved_into_this_one(ada: Client, theirs: Rows, make: Make) -> None:
    workout = make.workout()
    foreign = theirs[Workout].exercises.get(position=1)
    given = form_of(ada.get(page(Workout, "change", workout.pk)))

    ada.post(page(Workout, "change", workout.pk), given | {"exercises-0-id": foreign.pk, "exercises-0-planned_sets": 9})

    kept = ExerciseInWorkout.objects.get(pk=foreign.pk)
    assert (kept.workout_id, kept.planned_sets) == (theirs[Workout].pk, 3)


def test_an_action_on_a_row_of_another_clinic_does_nothing(ada: Client, ours: Rows, theirs: Rows) -> None:
    press(ada, CareLink, "end", theirs[CareLink], ours[CareLink])
    press(ada, NoteDelivery, "hold", theirs[NoteDelivery], ours[NoteDelivery])
    press(ada, User, "archive", theirs[User], ours[User])

    assert CareLink.objects.get(pk=theirs[CareLink].pk).ended_at is None
    assert NoteDelivery.objects.get(pk=theirs[NoteDelivery].pk).held_at is None
    assert User.objects.get(pk=theirs[User].pk).archived_at is None
    assert CareLink.objects.get(pk=ours[CareLink].pk).ended_at is not None
    assert NoteDelivery.objects.get(pk=ours[NoteDelivery].pk).held_at is not None
    assert User.objects.get(pk=ours[User].pk).archived_at is not None


@by_name
def test_no_action_of_any_page_reaches_a_row_of_another_clinic(model: type[Model], ada: Client, theirs: Rows) -> None:
    foreign = model._default_manager.filter(pk=theirs[model].pk)
    before = foreign.values().get()
    form = ada.get(page(model, "changelist")).context["action_form"]
    offered = [name for name, _ in form.fields["action"].choices if name] if form else []

    for action in offered:
        given = {"action": action, "index": "0", "post": "yes", "_selected_action": [foreign.get().pk]}
        ada.post(page(model, "changelist"), given)

    assert foreign.values().get() == before


def test_select_all_does_not_reach_beyond_the_clinic(ada: Client, ours: Rows, theirs: Rows) -> None:
    given = {"action": "end", "index": "0", "select_across": "1", "_selected_action": [theirs[CareLink].pk]}

    ada.post(page(CareLink, "changelist"), given)

    assert CareLink.objects.get(pk=theirs[CareLink].pk).ended_at is None


@pytest.mark.parametrize(
    ("model", "way"),
    [
        (User, "password"),
        (User, "tenant__users__password"),
        (CareLink, "doctor__password"),
        (AuthToken, "digest"),
        (AuthToken, "pk"),
        (AuthToken, "token_key"),
        (Device, "token"),
        (Device, "keys__auth"),
        (Push, "device__token"),
        (FollowUpRequest, "device_token"),
        (FollowUpArchive, "device_token"),
        (ProviderReviewRequest, "device_token"),
        (FollowUpAttempt, "token"),
        (Provider, "device_token"),
        (ApiKey, "digest"),
    ],
)
@pytest.mark.parametrize("who", ["ada", "operator"])
def test_no_secret_is_found_out_by_asking_how_it_begins(
    who: str, model: type[Model], way: str, browse: Any, operator: User, make: Make, ours: Rows
) -> None:
    client = browse(make.ada if who == "ada" else operator)

    for question in (way, f"{way}__startswith", f"{way}__gte", f"{way}__isnull"):
        assert client.get(page(model, "changelist"), {question: "0"}).status_code == 400


def test_an_administrator_makes_nobody_an_operator(ada: Client, make: Make) -> None:
    given = form_of(ada.get(page(User, "change", make.dana.pk)))

    response = ada.post(page(User, "change", make.dana.pk), given | {"is_superuser": "on", "tenant": "", "groups": "1"})

    dana = User.objects.get(pk=make.dana.pk)
    assert response.status_code == 302
    assert (dana.is_superuser, dana.tenant_id) == (False, make.clinic.pk)


def test_an_administrator_moves_nobody_to_another_clinic(ada: Client, make: Make) -> None:
    given = form_of(ada.get(page(User, "change", make.dana.pk)))

    ada.post(page(User, "change", make.dana.pk), given | {"tenant": make.other_clinic.pk, "first_name": "Dania"})

    dana = User.objects.get(pk=make.dana.pk)
    assert (dana.first_name, dana.tenant_id) == ("Dania", make.clinic.pk)


def test_a_new_person_joins_the_administrators_clinic_whatever_the_form_says(ada: Client, make: Make) -> None:
    given = {
        "tenant": make.other_clinic.pk,
        "first_name": "Nora",
        "last_name": "New",
        "email": "nora@example.org",
        "user_type": "DOCTOR",
        "language": "en",
        "usable_password": "true",
        "password1": "a long enough one",
        "password2": "a long enough one",
        "is_superuser": "on",
    }

    ada.post(page(User, "add"), given)

    nora = User.objects.get(email="nora@example.org")
    assert (nora.tenant_id, nora.is_superuser, nora.is_staff) == (make.clinic.pk, False, False)
    assert nora.check_password("a long enough one")


def test_operators_are_not_shown_to_administrators(ada: Client, operator: User, make: Make) -> None:
    inside = make.user(UserType.ADMIN, "Olaf", is_superuser=True)

    names = {person.first_name for person in ada.get(page(User, "changelist")).context["cl"].result_list}

    assert names == {"Ada"}
    for hidden in (operator, inside):
        assert ada.get(page(User, "change", hidden.pk)).status_code == 404
        assert ada.get(f"/admin/accounts/user/{hidden.pk}/password/").status_code == 404


def test_the_password_of_somebody_in_another_clinic_cannot_be_set(ada: Client, theirs: Rows) -> None:
    foreign = theirs[User]
    given = {"password1": "a long enough one", "password2": "a long enough one"}

    response = ada.post(f"/admin/accounts/user/{foreign.pk}/password/", given)

    assert response.status_code == 404
    assert User.objects.get(pk=foreign.pk).password == foreign.password


def test_an_administrator_neither_opens_nor_closes_a_clinic(ada: Client, make: Make) -> None:
    given = {"name": "Northside Physio and Sports", "timezone": "America/New_York", "language": "en"}

    ada.post(page(Tenant, "change", make.clinic.pk), given)

    clinic = Tenant.objects.get(pk=make.clinic.pk)
    assert (clinic.name, clinic.is_active) == ("Northside Physio and Sports", True)
    assert ada.post(page(Tenant, "add"), given).status_code == 403


def test_a_time_zone_nobody_knows_is_refused_in_words(ada: Client, make: Make) -> None:
    given = {"name": "Northside Physio", "timezone": "Mars/Olympus", "language": "en"}

    response = ada.post(page(Tenant, "change", make.clinic.pk), given)

    assert "Use an IANA time zone name such as Europe/Berlin." in response.content.decode()
    assert Tenant.objects.get(pk=make.clinic.pk).timezone == "America/New_York"


def test_an_operator_cannot_join_people_of_two_clinics(
    browse: Any, operator: User, ours: Rows, theirs: Rows, make: Make
) -> None:
    client = browse(operator)
    given = form_of(client.get(page(Workout, "add")))
    given |= {"patient": theirs[User].pk, "doctor": make.dana.pk, "date_scheduled": "2026-04-09"}

    workout = client.post(page(Workout, "add"), given)
    link = client.post(page(CareLink, "add"), {"patient": theirs[User].pk, "doctor": make.dana.pk})

    assert "Patient and doctor must belong to one clinic." in workout.content.decode()
    assert "Patient and doctor must belong to this clinic." in link.content.decode()
    assert CareLink.objects.filter(doctor=make.dana).count() == 1
