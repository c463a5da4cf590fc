"""Every address of the console, asked by everybody: a new one cannot be forgotten, because it is not in the table."""

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.backends import ModelBackend
from django.test import Client

from accounts.models import Reading, User
from accounts.readings import called
from accounts.states import UserType
from console import urls
from console.doors import PICKED
from tests.console.steps import pick
from tests.house.console_doors import CONSOLE, ROLES, SIGN_IN, Answer, ConsoleDoor
from tests.house.doors import World, build_world
from tests.make import Make

pytestmark = pytest.mark.django_db


def served() -> Iterator[tuple[str, str]]:
    """Every method of every route of the console."""
    for entry in urls.urlpatterns:
        for method in getattr(entry.callback, "methods", ("GET",)):
            if method != "HEAD":
                yield method, f"/admin/{entry.pattern}"


def person(make: Make, role: str) -> User | None:
    """The person of this role; only some are let into the admin."""
    if role == "nobody":
        return None
    if role == "ada of the other clinic":
        return make.user(UserType.ADMIN, "Adele", tenant=make.other_clinic, is_staff=True)
    if role.startswith("operator"):
        return User.objects.create_superuser("olga@example.org", first_name="Olga")
    somebody: User = getattr(make, role.split()[0])
    somebody.is_staff = role in ("dana", "omar", "stella", "ada")
    somebody.save(update_fields=["is_staff"])
    return somebody


def browser(make: Make, role: str) -> Client:
    """A browser in which that person is signed in; an operator has picked a clinic."""
    client, somebody = Client(), person(make, role)
    if somebody is not None:
        client.force_login(somebody, backend=f"{ModelBackend.__module__}.{ModelBackend.__qualname__}")
    if role.startswith("operator"):
        return pick(client, make.other_clinic if "other" in role else make.clinic)
    return client


def address(door: ConsoleDoor, world: World) -> str:
    path = door.route
    for name, value in door.at(world).items():
        path = re.sub(rf"<\w+:{name}>", str(value), path)
    assert "<" not in path, f"{door.route}: no value for a part of it"
    return path


def ask(client: Client, door: ConsoleDoor, world: World) -> Answer:
    where = address(door, world)
    answer = client.post(where, door.form(world)) if door.method == "POST" else client.get(where)
    sent_away = answer.status_code == 302 and answer["Location"].startswith("/admin/login/")
    return SIGN_IN if sent_away else answer.status_code


def test_every_address_of_the_console_is_in_the_table() -> None:
    assert sorted(served()) == sorted((door.method, door.route) for door in CONSOLE)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("door", CONSOLE, ids=lambda door: f"{door.method} {door.route}")
def test_a_door_answers_each_of_the_staff_and_strangers_as_it_should(make: Make, door: ConsoleDoor, role: str) -> None:
    world = build_world(make)
    assert ask(browser(make, role), door, world) == door.expect[ROLES.index(role)]


@pytest.mark.parametrize("role", ["omar", "stella", "ada of the other clinic", "operator at the other clinic"])
@pytest.mark.parametrize(
    "door", [door for door in CONSOLE if door.method == "GET" and "<" not in door.route], ids=lambda door: door.route
)
def test_a_page_shows_nothing_of_somebody_elses_patient(make: Make, door: ConsoleDoor, role: str) -> None:
    world = build_world(make)
    answer = browser(make, role).get(address(door, world), follow=True)
    assert "Pat Lee" not in answer.content.decode()


@pytest.mark.parametrize(
    "door",
    [door for door in CONSOLE if door.method == "GET" and "<" in door.route and not door.part],
    ids=lambda door: door.route,
)
def test_a_page_of_a_patient_is_not_shown_without_a_record_of_it(make: Make, door: ConsoleDoor) -> None:
    world = build_world(make)

    browser(make, "dana").get(address(door, world))
    browser(make, "omar").get(address(door, world))

    [reading] = Reading.objects.select_related("reader", "patient")
    assert (reading.reader, reading.patient) == (world.make.dana, world.make.pat)
    assert called(reading.what) != reading.what, "what the page is called, for those who read the record"


@pytest.mark.parametrize("door", CONSOLE, ids=lambda door: f"{door.method} {door.route}")
def test_an_operator_picks_a_clinic_before_anything_else(make: Make, door: ConsoleDoor) -> None:
    world = build_world(make)
    client = browser(make, "operator")
    session = client.session
    del session[PICKED]
    session.save()
    where = address(door, world)

    answer = client.post(where, door.form(world)) if door.method == "POST" else client.get(where)

    if door.route in ("/admin/", "/admin/clinic/", "/admin/status/", "/admin/status/now/"):
        # The first page, the choice itself, and what tells of all clinics together.
        assert answer.status_code in (200, 302)
    else:
        assert answer["Location"].startswith("/admin/clinic/?")


@pytest.mark.parametrize("door", CONSOLE, ids=lambda door: f"{door.method} {door.route}")
def test_a_door_opens_with_its_own_method_alone(make: Make, door: ConsoleDoor) -> None:
    world = build_world(make)
    allowed = {method for method, route in served() if route == door.route}
    client = browser(make, "operator")
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - allowed:
        assert client.generic(method, address(door, world)).status_code == 405, method


@pytest.mark.parametrize(
    "door", [door for door in CONSOLE if door.method == "POST"], ids=lambda door: f"{door.method} {door.route}"
)
def test_nothing_is_changed_without_the_token_of_a_form(make: Make, door: ConsoleDoor) -> None:
    world = build_world(make)
    client = Client(enforce_csrf_checks=True)
    somebody = person(make, "operator" if door.route == "/admin/clinic/" else "ada")
    assert somebody is not None
    client.force_login(somebody, backend=f"{ModelBackend.__module__}.{ModelBackend.__qualname__}")

    assert client.post(address(door, world), door.form(world)).status_code == 403
