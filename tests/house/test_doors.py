"""Every URL, asked by everybody: a new one cannot be forgotten, because it is not in the table."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.house.doors import API, ROLES, Door, World, build_world
from tests.make import Make

pytestmark = pytest.mark.django_db

METHODS = ("get", "post", "put", "patch", "delete")


def routes(resolver: Any = None, prefix: str = "/") -> Iterator[tuple[str, Any]]:
    """Every route the web process serves, with its view."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry, path)
        elif isinstance(entry, URLPattern):
            yield path, entry.callback


def methods_of(view: Any) -> list[str]:
    """What a view answers; a plain function is asked with GET."""
    kind = getattr(view, "cls", None) or getattr(view, "view_class", None)
    return [method.upper() for method in METHODS if kind and hasattr(kind, method)] or ["GET"]


def address(door: Door, world: World) -> str:
    path = door.route
    for name, value in door.at(world).items():
        path = re.sub(rf"<\w+:{name}>", str(value), path)
    assert "<" not in path, f"{door.route}: no value for a part of it"
    return path + door.query(world)


def test_every_url_outside_the_admin_is_in_the_table() -> None:
    served = {
        (method, route) for route, view in routes() if not route.startswith("/admin/") for method in methods_of(view)
    }
    assert served == {(door.method, door.route) for door in API}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("door", API, ids=lambda door: f"{door.method} {door.route}")
def test_a_door_answers_each_of_the_cast_as_it_should(make: Make, door: Door, role: str) -> None:
    world = build_world(make)
    client = make.api(None if role == "nobody" else getattr(make, role))
    body = door.body(world)
    answer = client.generic(
        door.method, address(door, world), "" if body is None else json.dumps(body), content_type="application/json"
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
    answer = make.api(getattr(make, role)).get(address(door, build_world(make)))
    if answer.status_code == 200 and answer["Content-Type"] == "application/json":
        # The exercises are the clinic's, and Omar works there.
        shared = role == "omar" and door.route == "/v2/exercises"
        assert shared or answer.json().get("results", []) == []


def admin_paths() -> list[str]:
    """Every admin URL with something in the place of its parameters."""
    paths = {re.sub(r"<\w+:\w+>", "1", route) for route, _ in routes() if route.startswith("/admin/")}
    return sorted(path for path in paths if "(?P" not in path)


@pytest.mark.parametrize("role", ["nobody", "pat", "dana"])
def test_the_admin_sends_strangers_to_its_sign_in(make: Make, role: str) -> None:
    client = Client()
    if role != "nobody":
        client.force_login(getattr(make, role), backend="django.contrib.auth.backends.ModelBackend")
    open_doors = [path for path in admin_paths() if not sent_to_sign_in(client, path)]
    # Signing out is open to everybody and tells nobody anything.
    assert open_doors == ["/admin/login/", "/admin/logout/"]


def sent_to_sign_in(client: Client, path: str) -> bool:
    answer = client.get(path)
    if answer.status_code == 405:
        answer = client.post(path)
    return answer.status_code == 302 and answer["Location"].startswith("/admin/login/")


def test_a_path_nobody_serves_answers_json_below_the_api() -> None:
    answer = Client().get("/v2/nowhere")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
