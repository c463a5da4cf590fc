"""Who finds which conversation, and may do what there; on refusals nothing is written."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from accounts.models import CareLink, Tenant, User
from accounts.states import UserType
from console.conversations.undo import note_of
from followups.models import FollowUpRequest
from messaging.actions.open_conversation import open_conversation
from messaging.models import Conversation
from tests.admin.conftest import Browse
from tests.console.conftest import let_in, promised
from tests.console.steps import LIST, at, listed, page_of, pick
from tests.make import NOON, Make

VERBS = ("schedule", "cancel", "restore", "retry")
PROMISE = {"display_text": "How is it going?", "urgency": "routine", "when": "in_1_hour"}

PEOPLE: dict[str, Callable[[Make], User]] = {
    "pat": lambda make: make.pat,
    "dana without a way in": lambda make: make.dana,
    "dana": lambda make: let_in(make.dana),
    "omar": lambda make: let_in(make.omar),
    "stella": lambda make: let_in(make.stella),
    "ada": lambda make: make.ada,
    "ada of the other clinic": lambda make: make.user(UserType.ADMIN, "Adele", tenant=make.other_clinic, is_staff=True),
    "operator": lambda make: User.objects.create_superuser("olga@example.org", first_name="Olga"),
}
SEEING = {"dana", "ada", "operator"}
SPEAKING = {"dana"}
SENT_TO_SIGN_IN = {"pat", "dana without a way in"}
who = pytest.mark.parametrize("name", list(PEOPLE))


@who
def test_the_list_and_the_page_show_a_conversation_to_those_it_concerns(
    name: str, browse: Browse, make: Make, thread: Conversation
) -> None:
    client = pick(browse(PEOPLE[name](make)), make.clinic)

    listed, shown = client.get(LIST), client.get(page_of(thread))

    if name in SENT_TO_SIGN_IN:
        assert {answer["Location"].split("?")[0] for answer in (listed, shown)} == {"/admin/login/"}
        return
    assert (str(thread.pk) in listed.content.decode()) == (name in SEEING)
    assert ("Dana Reed, Pat Lee" in listed.content.decode()) == (name in SEEING)
    assert shown.status_code == (200 if name in SEEING else 404)


@who
@pytest.mark.parametrize("verb", VERBS)
def test_a_button_works_for_those_it_is_shown_to_and_for_nobody_else(
    name: str, verb: str, browse: Browse, make: Make, thread: Conversation
) -> None:
    person = PEOPLE[name](make)
    row = promised(thread, status={"restore": "cancelled", "retry": "failed"}.get(verb, "scheduled"))
    note = note_of([row.pk], conversation_id=thread.pk, user_id=person.pk)
    before = list(FollowUpRequest.objects.values())

    client = pick(browse(person), make.clinic)
    answer = client.post(at(thread, verb), {**PROMISE, "follow_up": str(row.pk), "note": note})

    seeing, sign_in = name in SEEING, name in SENT_TO_SIGN_IN
    pressing = name in (SPEAKING if verb == "schedule" else SEEING)
    refusal = 403 if seeing else 404
    assert answer.status_code == (302 if pressing or sign_in else refusal)
    assert answer.headers.get("Location", "").startswith("/admin/login/") == sign_in
    assert (list(FollowUpRequest.objects.values()) != before) == pressing


@pytest.mark.parametrize("verb", VERBS)
def test_a_stranger_is_asked_to_sign_in(verb: str, thread: Conversation) -> None:
    answer = Client().post(at(thread, verb), PROMISE)

    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/")
    assert not FollowUpRequest.objects.exists()


@pytest.mark.parametrize("verb", VERBS)
def test_nothing_happens_without_the_token_of_the_form(verb: str, thread: Conversation, dana: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(dana, backend="django.contrib.auth.backends.ModelBackend")

    assert client.post(at(thread, verb), PROMISE).status_code == 403
    assert not FollowUpRequest.objects.exists()


@pytest.mark.parametrize("verb", VERBS)
def test_reading_the_address_of_a_button_changes_nothing(
    verb: str, thread: Conversation, dana: User, browse: Browse
) -> None:
    promised(thread)

    assert browse(dana).get(at(thread, verb)).status_code == 405
    assert FollowUpRequest.objects.get().status == "scheduled"


def test_a_doctor_of_a_closed_clinic_gets_nothing(thread: Conversation, dana: User, browse: Browse) -> None:
    Tenant.objects.filter(pk=dana.tenant_id).update(is_active=False)

    assert browse(dana).get(LIST).status_code == 403
    assert browse(dana).post(at(thread, "schedule"), PROMISE).status_code == 403
    assert not FollowUpRequest.objects.exists()


def test_a_doctor_who_is_not_connected_any_more_sees_no_row(thread: Conversation, dana: User, browse: Browse) -> None:
    CareLink.objects.update(ended_at=NOON)

    assert str(thread.pk) not in browse(dana).get(LIST).content.decode()
    assert browse(dana).post(at(thread, "schedule"), PROMISE).status_code == 404
    assert not FollowUpRequest.objects.exists()


@pytest.mark.parametrize("verb", ["cancel", "retry", "restore"])
def test_a_follow_up_of_another_conversation_is_not_found_in_this_one(
    verb: str, thread: Conversation, make: Make, browse: Browse
) -> None:
    other, _ = open_conversation(people=[make.patient("Peter", doctors=[make.omar]), make.omar])
    status = {"cancel": "scheduled", "retry": "failed", "restore": "cancelled"}[verb]
    own, foreign = promised(thread, status=status), promised(other, status=status)
    ada = make.ada
    given: dict[str, Any] = {
        "follow_up": f"{own.pk},{foreign.pk}" if verb == "cancel" else str(foreign.pk),
        "note": note_of([foreign.pk], conversation_id=thread.pk, user_id=ada.pk),
    }

    assert browse(ada).post(at(thread, verb), given).status_code == 404
    assert set(FollowUpRequest.objects.values_list("pk", "status")) == {(own.pk, status), (foreign.pk, status)}


@pytest.mark.parametrize("forged", ["", "x", "another person's", "another conversation's"])
def test_a_note_that_is_not_ones_own_brings_nothing_back(
    forged: str, thread: Conversation, dana: User, make: Make, browse: Browse
) -> None:
    row = promised(thread, status="cancelled", scheduled_by=make.omar)
    note = {
        "another person's": note_of([row.pk], conversation_id=thread.pk, user_id=make.omar.pk),
        "another conversation's": note_of([row.pk], conversation_id=row.pk, user_id=dana.pk),
    }.get(forged, forged)

    assert browse(dana).post(at(thread, "restore"), {"note": note}).status_code == 404
    assert FollowUpRequest.objects.get().status == "cancelled"


def test_what_is_too_old_to_be_undone_is_told_so(thread: Conversation, dana: User, browse: Browse) -> None:
    row = promised(thread, status="cancelled")
    with time_machine.travel(NOON - timedelta(seconds=901), tick=False):
        note = note_of([row.pk], conversation_id=thread.pk, user_id=dana.pk)

    html = browse(dana).post(at(thread, "restore"), {"note": note}, follow=True).content.decode()

    assert "It is too late to undo this: schedule the follow-up anew." in html
    assert FollowUpRequest.objects.get().status == "cancelled"


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_page_of_a_clinic_that_was_left_in_another_window_is_loaded_anew(
    method: str, thread: Conversation, make: Make, browse: Browse
) -> None:
    promised(thread)
    operator = PEOPLE["operator"](make)
    client = pick(browse(operator), make.clinic)
    shown = str(make.clinic.pk)
    headers = {"HTTP_HX_REQUEST": "true", "HTTP_OKTA_CLINIC": shown}
    assert f'"Okta-Clinic": "{shown}"' in client.get(LIST).content.decode()
    address = at(thread, "cancel") if method == "post" else f"{LIST}rows/"
    pick(client, make.other_clinic)

    answer = getattr(client, method)(address, **headers)

    assert (answer.status_code, answer["HX-Refresh"], answer.content) == (200, "true", b"")
    assert FollowUpRequest.objects.get().status == "scheduled"
    assert "HX-Refresh" not in pick(client, make.clinic).get(f"{LIST}rows/", **headers)


def test_from_the_page_of_a_row_another_clinic_is_chosen_without_coming_back_to_it(
    thread: Conversation, make: Make, browse: Browse
) -> None:
    client = pick(browse(PEOPLE["operator"](make)), make.clinic)

    assert 'href="/admin/clinic/?next=/admin/conversations/%3Ftab%3Dfollow-ups"' in listed(client, "?tab=follow-ups")
    assert 'href="/admin/clinic/"' in client.get(page_of(thread)).content.decode()


@pytest.mark.parametrize("named", ["x", "1,2", "00000000-0000-0000-0000-000000000000"])
@pytest.mark.parametrize("verb", ["cancel", "retry"])
def test_a_name_that_is_none_is_not_found(
    verb: str, named: str, thread: Conversation, dana: User, browse: Browse
) -> None:
    promised(thread)

    assert browse(dana).post(at(thread, verb), {"follow_up": named}).status_code == 404
    assert FollowUpRequest.objects.get().status == "scheduled"


def test_only_one_is_tried_again_at_a_time(thread: Conversation, dana: User, browse: Browse) -> None:
    rows = [promised(thread, status="failed") for _ in range(2)]

    named = ",".join(str(row.pk) for row in rows)
    assert browse(dana).post(at(thread, "retry"), {"follow_up": named}).status_code == 404
    assert {row.status for row in FollowUpRequest.objects.all()} == {"failed"}


def test_the_page_of_a_conversation_saves_nothing(thread: Conversation, dana: User, browse: Browse) -> None:
    assert browse(dana).post(page_of(thread), {"title": "taken over"}).status_code == 405
    assert Conversation.objects.get().title == ""


@pytest.mark.parametrize("address", ["//evil.example.org", "https://evil.example.org", "x\r\nSet-Cookie: a=b"])
def test_a_button_leads_back_to_our_own_list_alone(
    address: str, thread: Conversation, dana: User, browse: Browse
) -> None:
    answer = browse(dana).post(at(thread, "cancel"), {"back": address, "query": address})

    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{LIST}?")
