"""Every address of the console, asked by everybody; ``test_routes.py`` sees that none is missing in the table."""

import pytest
from django.contrib.auth.backends import ModelBackend
from django.test import Client

from accounts.idle.activity import is_by_itself
from accounts.models import Reading
from accounts.readings import called
from console.doors import PICKED
from tests.house import browsers
from tests.house.browsers import Answer, browser, person
from tests.house.console_doors import CONSOLE, ROLES, ConsoleDoor
from tests.house.doors import World, build_world
from tests.house.routes import address, view_of
from tests.make import Make

pytestmark = pytest.mark.django_db


def methods_of(door: ConsoleDoor) -> set[str]:
    """What a door's view answers, as the view itself says: one that does not say is no door of the console."""
    return set(view_of(door.route).methods) - {"HEAD"}  # type: ignore[attr-defined]


def ask(client: Client, door: ConsoleDoor, world: World) -> Answer:
    return browsers.ask(client, door.method, address(door.route, door.at(world)), door.form(world))


def test_every_method_of_the_console_is_in_the_table() -> None:
    for route in {door.route for door in CONSOLE}:
        doors = [door for door in CONSOLE if door.route == route]
        assert sorted(door.method for door in doors) == sorted(methods_of(doors[0])), route


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
    answer = browser(make, role).get(address(door.route, door.at(world)), follow=True)
    assert "Pat Lee" not in answer.content.decode()


def test_what_a_page_asks_for_by_itself_is_no_activity_and_what_people_ask_for_is() -> None:
    """Or whoever left a page open would never be signed out, or who reads one would be."""
    asked = [door for door in CONSOLE if door.method == "GET"]
    assert {door.route for door in asked if door.part} == {d.route for d in asked if is_by_itself(view_of(d.route))}


# It brings when something will be sent, and of the patient a first name.
STRIP = "/admin/sessions/<int:workout_id>/delivery/"


def test_the_one_part_of_a_patients_page_that_is_not_recorded_says_a_first_name_alone(make: Make) -> None:
    world = build_world(make)

    strip = browser(make, "dana").get(address(STRIP, {"workout_id": world.done.pk})).content.decode()

    assert "Sending to Pat in" in strip
    assert [word for word in ("Lee", "Good depth", world.exercise.exercise.name) if word in strip] == []


@pytest.mark.parametrize(
    "door",
    [door for door in CONSOLE if door.method == "GET" and "<" in door.route and door.route != STRIP],
    ids=lambda door: door.route,
)
def test_a_page_of_a_patient_is_not_shown_without_a_record_of_it(make: Make, door: ConsoleDoor) -> None:
    world = build_world(make)

    browser(make, "dana").get(address(door.route, door.at(world)))
    browser(make, "omar").get(address(door.route, door.at(world)))

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
    where = address(door.route, door.at(world))

    answer = client.post(where, door.form(world)) if door.method == "POST" else client.get(where)

    if door.route in ("/admin/", "/admin/clinic/", "/admin/status/", "/admin/status/now/"):
        # The first page, the choice itself, and what tells of all clinics together.
        assert answer.status_code in (200, 302)
    else:
        assert answer["Location"].startswith("/admin/clinic/?")


@pytest.mark.parametrize("door", CONSOLE, ids=lambda door: f"{door.method} {door.route}")
def test_a_door_opens_with_its_own_method_alone(make: Make, door: ConsoleDoor) -> None:
    world = build_world(make)
    client = browser(make, "operator")
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - methods_of(door):
        assert client.generic(method, address(door.route, door.at(world))).status_code == 405, method


@pytest.mark.parametrize(
    "door", [door for door in CONSOLE if door.method == "POST"], ids=lambda door: f"{door.method} {door.route}"
)
def test_nothing_is_changed_without_the_token_of_a_form(make: Make, door: ConsoleDoor) -> None:
    world = build_world(make)
    client = Client(enforce_csrf_checks=True)
    somebody = person(make, "operator" if door.route == "/admin/clinic/" else "ada")
    assert somebody is not None
    client.force_login(somebody, backend=f"{ModelBackend.__module__}.{ModelBackend.__qualname__}")

    assert client.post(address(door.route, door.at(world)), door.form(world)).status_code == 403
