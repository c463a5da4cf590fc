"""A Russian reader finds no English in what the pages of the admin call things."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

from axes.models import AccessAttempt, AccessFailureLog
from django.db.models import Model
from django.test import Client
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from accounts.models import Tenant, User
from okta.models import Alert, SweepRun
from tests.admin.conftest import Browse, Rows, page
from tests.admin.test_doors import ADDED_BY_ADA, by_name, operations
from tests.make import Make

LATIN = re.compile(r"[A-Za-z]{2,}")
NAMES = {"API", "IP", "Okta", "Push", "RTM", "SMS", "UTC"}
"""What a Russian sentence writes in Latin letters too."""
OF_THE_ROWS = ("Pat Lee", "New York")
"""Data inside labels: whom a message is for, and in whose time."""


class Called(HTMLParser):
    """
    What a page calls things: the heads of its tables, the labels of its fields, its filters, the way to it.

    Links to rows stand among them, and are what the rows are called, not what the page calls things.
    """

    NAMING = ("th", "label", "h1", "h3")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self._inside: list[str] = []
        self._silent: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        icon = tag == "span" and "material-symbols-outlined" in given.get("class", "")
        row = tag == "a" and given.get("href", "").split("?")[0].endswith("/change/")
        if tag in self.NAMING:
            self._inside.append(tag)
        elif icon or row:
            self._silent.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._silent and tag == self._silent[-1]:
            self._silent.pop()
        elif self._inside and tag == self._inside[-1]:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if self._inside and not self._silent and data.strip():
            self.words.append(" ".join(data.split()))


def read_in_latin_letters(client: Client, addresses: list[str]) -> set[tuple[str, str]]:
    """Each page with what it calls something, where a Russian reader would stumble over it."""
    return {
        (address, words)
        for address in addresses
        for words in called_in_russian(client, address)
        if set(LATIN.findall(re.sub("|".join(OF_THE_ROWS), "", words))) - NAMES
    }


def called_in_russian(client: Client, address: str) -> list[str]:
    response = client.get(address, HTTP_ACCEPT_LANGUAGE="ru")
    assert (response.status_code, response["Content-Language"]) == (200, "ru")
    words = Called(response.content.decode()).words
    assert len(words) > 2, "the way to the page, and something on it"
    return words


@by_name
def test_an_administrator_reads_no_english(model: type[Model], ada: Client, ours: Rows) -> None:
    addresses = [page(model, "changelist"), page(model, "change", ours[model].pk)]
    addresses += [page(model, "add")] if model in ADDED_BY_ADA else []

    assert read_in_latin_letters(ada, addresses) == set()


@by_name
def test_an_operator_reads_no_english(model: type[Model], browse: Browse, operator: User, ours: Rows) -> None:
    client = browse(operator)
    addresses = [page(model, "changelist"), page(model, "change", ours[model].pk)]
    addresses += [page(model, "add")] if model in ADDED_BY_ADA | {Tenant} else []

    assert read_in_latin_letters(client, addresses) == set()


def a_periodic_task() -> PeriodicTask:
    minute = IntervalSchedule.objects.create(every=60, period="seconds")
    return PeriodicTask.objects.create(name="okta.heartbeat", task="okta.heartbeat", interval=minute)


MADE: dict[type[Model], Callable[[], Model]] = {
    Alert: lambda: Alert.objects.create(kind="late", detail="9"),
    SweepRun: lambda: SweepRun.objects.create(kind="okta.heartbeat"),
    PeriodicTask: a_periodic_task,
    AccessAttempt: lambda: AccessAttempt.objects.create(username="pat@example.org", failures_since_start=1),
    AccessFailureLog: lambda: AccessFailureLog.objects.create(username="pat@example.org"),
}


@operations
def test_operations_are_in_russian_too(model: type[Model], browse: Browse, operator: User) -> None:
    client = browse(operator)
    addresses = [page(model, "changelist"), page(model, "change", MADE[model]().pk)]

    assert read_in_latin_letters(client, addresses) == set()


def test_the_sidebar_begins_its_entries_with_a_capital_in_russian_too(browse: Browse, operator: User) -> None:
    groups = browse(operator).get("/admin/", HTTP_ACCEPT_LANGUAGE="ru").context["groups"]

    entries = [item["title"] for group in groups for item in group["items"]]
    assert [entry for entry in entries if not entry[0].isupper()] == []
    assert {"Ключи API", "Запросы на разбор"} <= set(entries)


def test_english_labels_read_as_words_of_a_sentence(browse: Browse, operator: User, make: Make, ours: Rows) -> None:
    client = browse(operator)
    SweepRun.objects.create(kind="okta.heartbeat")

    signed_in = Called(client.get("/admin/knox/authtoken/").content.decode()).words
    sweeps = Called(client.get("/admin/okta/sweeprun/").content.decode()).words

    assert {"What people are told", "Sign-ins", "Person", "Signed in at", "Valid until", "Clinic"} <= set(signed_in)
    assert {"Okta", "Sweeps", "Kind", "Started at", "Outcome", "Rows found", "Delay"} <= set(sweeps)
