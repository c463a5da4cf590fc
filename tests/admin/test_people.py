"""Clinics' people, their passwords, and who cares for whom."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from knox.models import AuthToken

from accounts.models import CareLink, Tenant, TenantSettings, User
from accounts.queries import connected_doctors
from accounts.states import UserType
from tests.admin.conftest import Browse, Rows, form_of, page, press
from tests.make import NOON, Make

NEW = {
    "first_name": "Nora",
    "last_name": "New",
    "email": "Nora@Example.org",
    "user_type": "PATIENT",
    "language": "en",
    "timezone": "",
    "usable_password": "true",
    "password1": "a long enough one",
    "password2": "a long enough one",
}


def test_a_person_can_be_added_and_signs_in_with_the_password(ada: Client, make: Make) -> None:
    response = ada.post(page(User, "add"), NEW)

    nora = User.objects.get(email="nora@example.org")
    assert response["Location"] == page(User, "change", nora.pk)
    assert make.api().post("/v2/auth/login", {"email": nora.email, "password": NEW["password1"]}).status_code == 200


def test_a_second_person_with_the_same_e_mail_is_refused_in_words(ada: Client, make: Make) -> None:
    assert make.pat.email == "pat@example.org"

    response = ada.post(page(User, "add"), NEW | {"email": "PAT@example.org"})

    assert response.status_code == 200
    assert response.context["adminform"].form.errors
    assert User.objects.filter(email__iexact="pat@example.org").count() == 1


def test_a_common_password_is_refused(ada: Client) -> None:
    response = ada.post(page(User, "add"), NEW | {"password1": "password12", "password2": "password12"})

    assert "password2" in response.context["adminform"].form.errors
    assert not User.objects.filter(email="nora@example.org").exists()


def test_a_new_password_works_and_signs_the_person_out_elsewhere(ada: Client, make: Make) -> None:
    api = make.api(make.dana)
    address = f"/admin/accounts/user/{make.dana.pk}/password/"
    assert ada.get(address).status_code == 200

    ada.post(address, {"password1": "another long one", "password2": "another long one", "usable_password": "true"})

    dana = User.objects.get(pk=make.dana.pk)
    assert dana.check_password("another long one")
    assert not AuthToken.objects.filter(user=dana).exists()
    assert api.get("/v2/me").status_code == 401


def test_a_doctor_may_be_let_into_the_admin_and_a_patient_may_not(ada: Client, make: Make) -> None:
    answers = {}
    for person in (make.dana, make.pat):
        given = form_of(ada.get(page(User, "change", person.pk))) | {"is_staff": "on"}
        answers[person] = ada.post(page(User, "change", person.pk), given)

    assert answers[make.dana].status_code == 302
    assert "Only clinic administrators and doctors may open the admin." in answers[make.pat].content.decode()
    assert User.objects.get(pk=make.dana.pk).is_staff
    assert not User.objects.get(pk=make.pat.pk).is_staff


@pytest.mark.parametrize(
    ("who", "role", "kept"),
    [("pat", "DOCTOR", "links"), ("dana", "PATIENT", "links"), ("pat", "ADMIN", "workouts"), ("dana", "ADMIN", "both")],
)
def test_who_is_in_the_records_keeps_the_role(ada: Client, make: Make, who: str, role: str, kept: str) -> None:
    make.pat  # noqa: B018  the patient exists
    if kept != "links":
        make.workout()
    if kept == "workouts":
        CareLink.objects.all().delete()
    person = getattr(make, who)
    given = form_of(ada.get(page(User, "change", person.pk)))

    refused = ada.post(page(User, "change", person.pk), given | {"user_type": role, "last_name": "Renamed"})

    assert refused.context["adminform"].form.errors == {
        "user_type": ["The role stays: there are care links, workouts or other records with this person in it."]
    }
    unchanged = User.objects.get(pk=person.pk)
    assert (unchanged.user_type, unchanged.last_name) == (person.user_type, person.last_name)
    assert ada.post(page(User, "change", person.pk), given | {"last_name": "Renamed"}).status_code == 302


def test_who_is_in_no_records_may_change_the_role(ada: Client, make: Make) -> None:
    given = form_of(ada.get(page(User, "change", make.omar.pk)))

    assert ada.post(page(User, "change", make.omar.pk), given | {"user_type": "PATIENT"}).status_code == 302
    assert User.objects.get(pk=make.omar.pk).user_type == UserType.PATIENT


def test_a_page_writes_only_what_was_changed_on_it(ada: Client, make: Make) -> None:
    opened = form_of(ada.get(page(User, "change", make.dana.pk)))
    User.objects.filter(pk=make.dana.pk).update(password="set meanwhile", archived_at=NOON)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        ada.post(page(User, "change", make.dana.pk), opened | {"last_name": "Reed-Okafor"})

    [update] = [query["sql"] for query in queries if query["sql"].startswith('UPDATE "accounts_user"')]
    assert "last_name" in update
    assert "password" not in update.split("WHERE")[0]
    dana = User.objects.get(pk=make.dana.pk)
    assert (dana.last_name, dana.password, dana.archived_at) == ("Reed-Okafor", "set meanwhile", NOON)


def test_an_operator_chooses_the_clinic_of_a_new_person(browse: Browse, operator: User, make: Make) -> None:
    client = browse(operator)

    refused = client.post(page(User, "add"), NEW)
    client.post(page(User, "add"), NEW | {"tenant": make.other_clinic.pk})

    assert "tenant" in refused.context["adminform"].form.errors
    assert User.objects.get(email="nora@example.org").tenant == make.other_clinic


def test_a_new_clinic_has_its_features_page_at_once(browse: Browse, operator: User) -> None:
    client = browse(operator)
    client.post(page(Tenant, "add"), {"name": "Fresh", "timezone": "Europe/Paris", "language": "en", "is_active": "on"})
    fresh = Tenant.objects.get(name="Fresh")

    listed = client.get(page(TenantSettings, "changelist")).context["cl"].result_list

    assert [settings.tenant for settings in listed] == [fresh]
    assert client.get(page(TenantSettings, "change", fresh.pk)).status_code == 200


def test_archiving_a_patient_ends_their_connections_and_can_be_undone(ada: Client, ours: Rows, make: Make) -> None:
    press(ada, User, "archive", make.pat, make.dana)
    make.pat.refresh_from_db()
    make.dana.refresh_from_db()
    archived = (make.pat.archived_at is not None, make.dana.archived_at, list(connected_doctors(make.pat)))

    press(ada, User, "bring_back", make.pat)

    make.pat.refresh_from_db()
    assert archived == (True, None, [])
    assert list(connected_doctors(make.pat)) == [make.dana]


def test_a_link_is_made_accepted_ended_and_made_again(ada: Client, make: Make) -> None:
    make.pat  # noqa: B018  the patient exists
    ada.post(page(CareLink, "add"), {"patient": make.pat.pk, "doctor": make.omar.pk})
    link = CareLink.objects.get(doctor=make.omar)
    told = [_connected(ada, link)]

    for action in ("accept", "end", "connect_again"):
        press(ada, CareLink, action, link)
        told.append(_connected(ada, link))

    assert told == ["no – invited", "yes", "no – ended", "yes"]
    assert link.tenant == make.clinic


def _connected(client: Client, link: CareLink) -> str:
    shown = client.get(page(CareLink, "change", link.pk)).content.decode()
    return next(word for word in ("no – invited", "no – ended", "yes") if f">{word}</span>" in shown)


def test_accepting_twice_keeps_the_first_day(ada: Client, make: Make) -> None:
    link = make.pat.links_to_doctors.get()

    answer = press(ada, CareLink, "accept", link)

    assert "1 was left as it is." in answer.content.decode()
    assert CareLink.objects.get(pk=link.pk).accepted_at == link.accepted_at


def test_the_page_of_a_link_offers_only_what_can_be_done_with_it(ada: Client, make: Make) -> None:
    link = make.pat.links_to_doctors.get()
    offered = ada.get(page(CareLink, "change", link.pk)).context["buttons"]

    back = ada.post(
        page(CareLink, "changelist"),
        {"action": "end", "index": "0", "select_across": "0", "_selected_action": link.pk, "_button": link.pk},
    )

    assert [button["name"] for button in offered] == ["end"]
    assert back["Location"] == page(CareLink, "change", link.pk)
    assert [row["name"] for row in ada.get(back["Location"]).context["buttons"]] == ["connect_again"]


def test_the_same_pair_is_linked_once(ada: Client, make: Make) -> None:
    response = ada.post(page(CareLink, "add"), {"patient": make.pat.pk, "doctor": make.dana.pk})

    assert response.status_code == 200
    assert CareLink.objects.filter(patient=make.pat).count() == 1


def test_a_link_without_people_is_refused_in_words(ada: Client) -> None:
    response = ada.post(page(CareLink, "add"), {})

    assert set(response.context["adminform"].form.errors) == {"patient", "doctor"}


def test_deleting_a_sign_in_signs_the_person_out(ada: Client, make: Make) -> None:
    api = make.api(make.dana)
    token = AuthToken.objects.get(user=make.dana)

    ada.post(page(AuthToken, "delete", token.pk), {"post": "yes"})

    assert api.get("/v2/me").status_code == 401


def test_people_are_never_deleted(ada: Client, browse: Browse, operator: User, make: Make) -> None:
    for client in (ada, browse(operator)):
        assert client.post(page(User, "delete", make.dana.pk), {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=make.dana.pk, user_type=UserType.DOCTOR).exists()
