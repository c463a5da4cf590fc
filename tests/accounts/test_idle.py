"""Whoever does nothing in the admin for a quarter of an hour is signed out, and comes back to the same page."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib import admin
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from time_machine import Traveller

from accounts.idle.activity import SEEN_AT, by_itself, is_by_itself
from accounts.idle.middleware import ADMIN
from accounts.models import User
from tests.make import NOON, Make

PEOPLE = "/admin/accounts/user/"
HTMX = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{PEOPLE}?q=pat"}
SENTENCE = "You were signed out after 15 minutes without activity."


@pytest.fixture
def clock() -> Iterator[Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ada(make: Make, clock: Traveller) -> Client:
    client = Client(enforce_csrf_checks=False)
    client.force_login(make.ada, backend="django.contrib.auth.backends.ModelBackend")
    return client


def is_signed_in(client: Client) -> bool:
    return SESSION_KEY in client.session


def seen_at(client: Client) -> Any:
    """How many seconds after noon the session says its person was active."""
    return client.session[SEEN_AT] - NOON.timestamp()


# --- The limit ---


def test_a_page_asked_for_just_before_the_limit_is_answered_and_begins_it_anew(ada: Client, clock: Traveller) -> None:
    for _ in range(3):
        clock.shift(timedelta(minutes=14, seconds=59))
        assert ada.get(PEOPLE).status_code == 200


def test_at_the_limit_the_person_is_sent_to_sign_in_and_the_session_is_gone(ada: Client, clock: Traveller) -> None:
    ada.get(PEOPLE)
    clock.shift(timedelta(minutes=15))

    answer = ada.get(f"{PEOPLE}?q=pat")

    assert (answer.status_code, answer["Location"]) == (
        302, "/admin/login/?next=%2Fadmin%2Faccounts%2Fuser%2F%3Fq%3Dpat&idle=1",
    )  # fmt: skip
    assert not is_signed_in(ada)
    assert not Session.objects.exists()


def test_after_signing_in_again_the_person_is_on_the_same_page(make: Make, ada: Client, clock: Traveller) -> None:
    make.ada.set_password("correct horse battery")
    make.ada.save(update_fields=["password"])
    ada.force_login(make.ada, backend="django.contrib.auth.backends.ModelBackend")
    clock.shift(timedelta(hours=1))
    sign_in = ada.get(f"{PEOPLE}?q=pat")["Location"]

    answer = ada.post(sign_in, {"username": "ada@example.org", "password": "correct horse battery"})

    assert answer["Location"] == f"{PEOPLE}?q=pat"
    assert ada.get(answer["Location"]).status_code == 200


def test_the_sign_in_page_says_why_in_the_persons_language(ada: Client, clock: Traveller) -> None:
    clock.shift(timedelta(minutes=15))
    english = ada.get(PEOPLE, follow=True).content.decode()
    russian = Client().get("/admin/login/?idle=1", headers={"Accept-Language": "ru"}).content.decode()
    on_ones_own = Client().get("/admin/login/").content.decode()

    assert SENTENCE in english
    assert "Вы вышли из системы: 15 минут не было никаких действий." in russian
    assert "without activity" not in on_ones_own


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(60, "after 1 minute without"), (90, "after 90 seconds without"), (1, "after 1 second without")],
)
def test_it_says_the_limit_that_is_set(seconds: int, said: str, settings: Any, db: None) -> None:
    settings.IDLE_SIGN_OUT = timedelta(seconds=seconds)

    assert said in Client().get("/admin/login/?idle=1").content.decode()


def test_a_session_that_does_not_say_it_yet_lasts_from_the_sign_in(ada: Client, clock: Traveller) -> None:
    clock.shift(timedelta(minutes=15))

    assert ada.get(PEOPLE).status_code == 302


def test_somebody_of_whom_no_sign_in_is_known_signs_in(ada: Client) -> None:
    User.objects.update(last_login=None)

    assert ada.get(PEOPLE).status_code == 302


# --- What is activity ---


def test_a_busy_persons_session_is_written_every_15_seconds(ada: Client, clock: Traveller) -> None:
    written = []
    for _ in range(4):
        with CaptureQueriesContext(connection) as queries:
            ada.get("/admin/password_change/")
        written.append((sum('UPDATE "django_session"' in query["sql"] for query in queries), seen_at(ada)))
        clock.shift(timedelta(seconds=8))

    assert written == [(1, 0), (0, 0), (1, 16), (0, 16)]


def test_where_the_limit_is_short_it_is_written_more_often(ada: Client, clock: Traveller, settings: Any) -> None:
    settings.IDLE_SIGN_OUT = timedelta(seconds=20)
    ada.get(PEOPLE)
    clock.shift(timedelta(seconds=1))

    ada.get(PEOPLE)

    assert seen_at(ada) == 1


def test_asking_how_long_is_left_is_no_activity(ada: Client, clock: Traveller) -> None:
    ada.get(PEOPLE)
    answers = []
    for seconds in (0, 60, 839.5, 0.4):
        clock.shift(timedelta(seconds=seconds))
        answers.append(ada.get("/admin/idle/").json())

    assert answers == [{"secondsLeft": left} for left in (900, 840, 0, 0)]
    clock.shift(timedelta(seconds=0.1))
    answer = ada.get("/admin/idle/")
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/admin/login/")


def test_saying_that_one_is_still_here_is_activity(ada: Client, clock: Traveller) -> None:
    ada.get(PEOPLE)
    clock.shift(timedelta(minutes=14, seconds=30))

    assert ada.post("/admin/still-here/").json() == {"secondsLeft": 900}
    clock.shift(timedelta(minutes=14, seconds=30))
    assert ada.get(PEOPLE).status_code == 200


def test_it_cannot_be_said_by_following_a_link_or_by_another_site(make: Make, ada: Client, clock: Traveller) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make.ada, backend="django.contrib.auth.backends.ModelBackend")
    clock.shift(timedelta(minutes=14))

    assert ada.get("/admin/still-here/").status_code == 405
    assert strict.post("/admin/still-here/").status_code == 403
    assert SEEN_AT not in strict.session


def test_a_mark_stays_on_a_view_that_is_wrapped() -> None:
    class Page:
        @by_itself
        def feed(self, request: Any) -> None: ...

        def list(self, request: Any) -> None: ...

    assert [is_by_itself(admin.site.admin_view(view)) for view in (Page().feed, Page().list)] == [True, False]


# --- What comes too late ---


def test_a_form_that_is_sent_too_late_changes_nothing_and_leads_back_to_its_page(
    make: Make, ada: Client, clock: Traveller
) -> None:
    clock.shift(timedelta(minutes=15))
    before = User.objects.filter(pk=make.pat.pk).values().get()

    answer = ada.post(
        PEOPLE,
        {"action": "delete_selected", "_selected_action": [make.pat.pk], "post": "yes"},
        headers={"Referer": f"http://testserver{PEOPLE}?q=pat"},
    )

    assert answer["Location"] == "/admin/login/?next=%2Fadmin%2Faccounts%2Fuser%2F%3Fq%3Dpat&idle=1"
    assert User.objects.filter(pk=make.pat.pk).values().get() == before
    assert not is_signed_in(ada)


@pytest.mark.parametrize(
    "referer",
    ["", "http://evil.example.org/admin/okta/", "http://testserver//evil.example.org/", "http://[", "/admin/okta/"],
)
def test_a_form_that_does_not_say_its_page_leads_to_the_first_one(
    referer: str, make: Make, ada: Client, clock: Traveller
) -> None:
    clock.shift(timedelta(minutes=15))

    answer = ada.post(f"{PEOPLE}{make.pat.pk}/delete/", {"post": "yes"}, headers={"Referer": referer})

    assert answer["Location"] == "/admin/login/?next=%2Fadmin%2F&idle=1"
    assert User.objects.filter(pk=make.pat.pk).exists()


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_part_of_a_page_is_not_replaced_by_the_sign_in_page(method: str, ada: Client, clock: Traveller) -> None:
    clock.shift(timedelta(minutes=15))

    answer = getattr(ada, method)("/admin/search/", headers=HTMX)

    assert answer.status_code == 200
    assert answer.content == b""
    assert answer["HX-Redirect"] == "/admin/login/?next=%2Fadmin%2Faccounts%2Fuser%2F%3Fq%3Dpat&idle=1"


def test_htmx_of_somebody_who_signed_out_or_whose_account_was_closed_leaves_the_page(make: Make, ada: Client) -> None:
    User.objects.filter(pk=make.ada.pk).update(is_active=False)

    answers = [client.get("/admin/search/", headers=HTMX) for client in (Client(), ada)]

    to = "/admin/login/?next=%2Fadmin%2Faccounts%2Fuser%2F%3Fq%3Dpat"
    assert [(answer.status_code, answer["HX-Redirect"]) for answer in answers] == [(200, to)] * 2


def test_htmx_on_a_page_of_another_host_leads_to_the_first_page(db: None) -> None:
    answer = Client().get("/admin/search/", headers={**HTMX, "HX-Current-URL": "http://evil.example.org/admin/"})

    assert answer["HX-Redirect"] == "/admin/login/?next=%2Fadmin%2F"


def test_the_sign_in_page_itself_still_lets_in_whoever_was_idle(make: Make, ada: Client, clock: Traveller) -> None:
    make.ada.set_password("correct horse battery")
    make.ada.save(update_fields=["password"])
    clock.shift(timedelta(minutes=15))

    assert ada.get("/admin/login/").status_code == 200
    ada.post("/admin/login/", {"username": "ada@example.org", "password": "correct horse battery"})
    assert is_signed_in(ada)


def test_the_api_knows_nothing_of_it(make: Make, ada: Client, clock: Traveller) -> None:
    clock.shift(timedelta(minutes=15))

    assert ada.get("/livez").status_code == 200
    assert ada.get("/v2/me").status_code == 401
    assert is_signed_in(ada)


def test_it_guards_the_place_where_the_admin_is() -> None:
    assert reverse("admin:index") == ADMIN


# --- What pages bring ---


def test_every_page_brings_the_warning_with_what_is_left(ada: Client, clock: Traveller) -> None:
    for address in ("/admin/", PEOPLE, f"{PEOPLE}add/", "/admin/password_change/", "/admin/accounts/"):
        page = ada.get(address).content.decode()
        assert 'role="alertdialog"' in page, address
        assert 'data-seconds-left="900" data-warn-before="60" data-tell-every="60"' in page, address
        assert "Are you still there?" in page

    assert "Вы ещё здесь?" in ada.get("/admin/", headers={"Accept-Language": "ru"}).content.decode()
    assert "alertdialog" not in Client().get("/admin/login/").content.decode()


@pytest.mark.parametrize(("limit", "warn", "tell"), [(120, 60, 30), (90, 45, 22), (20, 10, 5), (2, 1, 1)])
def test_a_short_limit_warns_at_half(limit: int, warn: int, tell: int, ada: Client, settings: Any) -> None:
    settings.IDLE_SIGN_OUT = timedelta(seconds=limit)

    page = ada.get("/admin/").content.decode()

    assert f'data-seconds-left="{limit}" data-warn-before="{warn}" data-tell-every="{tell}"' in page


def test_no_page_is_kept_by_the_browser(ada: Client) -> None:
    addresses = ["/admin/", PEOPLE, "/admin/password_change/", "/admin/jsi18n/", "/admin/idle/", "/admin/nowhere/"]

    kept = {address: ada.get(address)["Cache-Control"] for address in addresses}

    assert [address for address, said in kept.items() if "no-store" not in said] == []
    # Nor by htmx, which would keep the last ten in the browser's storage.
    assert """<meta name="htmx-config" content='{"historyCacheSize": 0""" in ada.get(PEOPLE).content.decode()
