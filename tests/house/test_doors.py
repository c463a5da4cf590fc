"""Every door of the API, asked by everybody; ``test_routes.py`` sees that none is missing in the table."""

import json

import pytest
from django.test import Client

from tests.house.doors import API, ROLES, Door, build_world
from tests.house.routes import View, address, view_of
from tests.make import Make

pytestmark = pytest.mark.django_db

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROUTES = sorted({door.route for door in API})


def said_by(view: View) -> set[str]:
    """The methods a class of views says it answers; a plain function says none."""
    kind = getattr(view, "cls", None) or getattr(view, "view_class", None)
    return {method for method in METHODS if hasattr(kind, method.lower())}


@pytest.mark.parametrize("route", ROUTES)
def test_every_method_of_a_route_is_in_the_table(make: Make, route: str) -> None:
    """Of a view that does not say which it answers, all that are not refused to whoever asks."""
    doors = [door for door in API if door.route == route]
    where = address(route, doors[0].at(build_world(make)))

    answered = said_by(view_of(route)) or {
        method for method in METHODS if Client().generic(method, where).status_code != 405
    }

    assert answered == {door.method for door in doors}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("door", API, ids=lambda door: f"{door.method} {door.route}")
def test_a_door_answers_each_of_the_cast_as_it_should(make: Make, door: Door, role: str) -> None:
    world = build_world(make)
    client = make.api(None if role == "nobody" else getattr(make, role))
    body, where = door.body(world), address(door.route, door.at(world)) + door.query(world)
    answer = client.generic(
        door.method, where, "" if body is None else json.dumps(body), content_type="application/json"
    )
    assert answer.status_code == door.expect[ROLES.index(role)], answer.content[:500]
    if answer.status_code >= 400:
        sentence = "message" if door.route.startswith("/rest/") else "error"
        assert {sentence, "code"} <= set(answer.json())


@pytest.mark.parametrize("role", ["omar", "stella"])
@pytest.mark.parametrize(
    "door", [door for door in API if door.method == "GET" and "<" not in door.route], ids=lambda door: door.route
)
def test_a_list_holds_no_foreign_row(make: Make, door: Door, role: str) -> None:
    answer = make.api(getattr(make, role)).get(door.route + door.query(build_world(make)))
    if answer.status_code == 200 and answer["Content-Type"] == "application/json":
        # The exercises are the clinic's, and Omar works there.
        shared = role == "omar" and door.route == "/v2/exercises"
        assert shared or answer.json().get("results", []) == []


def test_a_path_nobody_serves_answers_json_below_the_api() -> None:
    answer = Client().get("/v2/nowhere")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
