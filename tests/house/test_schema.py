"""The OpenAPI document is complete: no request gets a 5xx, or an answer the document leaves out."""

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import status_code_conformance

from tests.house.doors import World, build_world
from tests.make import Make

EXAMPLES = 10


def document() -> dict[str, Any]:
    generated: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return generated


def test_the_document_is_valid_and_without_warnings(capsys: Any) -> None:
    validate_schema(document())
    assert capsys.readouterr().err == ""


def test_the_cards_are_a_union_told_apart_by_their_feedback_type() -> None:
    schemas = document()["components"]["schemas"]
    unions = [
        schema for schema in schemas.values() if schema.get("discriminator", {}).get("propertyName") == "feedbackType"
    ]
    assert [set(union["discriminator"]["mapping"]) for union in unions] == [
        {"PATIENT_FEEDBACK_SUMMARY", "DOCTOR_FEEDBACK_NOTE"}
    ]


@pytest.mark.parametrize(
    ("method", "path", "statuses"),
    [
        ("post", "/v2/auth/login", "200 400 401 429"),
        ("post", "/v2/app-entrances/{entrance_id}/check-in", "200 400 401 403 404 409"),
        ("post", "/v2/doctor/feedback-deliveries/{delivery_id}/send-now", "200 400 401 403 404 409"),
        ("post", "/v2/doctor/feedback-deliveries/{delivery_id}/hold", "200 400 401 403 404 409"),
        ("post", "/v2/doctor/feedback-deliveries/{delivery_id}/resume", "200 400 401 403 404 409"),
        ("get", "/v2/doctor/rtm", "200 400 401 403 404"),
        ("post", "/v2/doctor/workouts", "201 400 401 403 404"),
        ("get", "/v2/doctor/patients/{patient_id}/streaks", "200 400 401 403 404"),
        ("get", "/v2/notifications", "200 400 401 403"),
    ],
)
def test_the_document_says_what_a_door_refuses(method: str, path: str, statuses: str) -> None:
    assert sorted(document()["paths"][path][method]["responses"]) == statuses.split()


@pytest.fixture
def world(make: Make) -> World:
    """Rows for the fuzzer's requests to lead to."""
    return build_world(make)


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """Keep requests inside the test's transaction, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def operations() -> list[Any]:
    """Every operation of the document; signing out has no input, and would end the fuzzer's session."""
    schema = schemathesis.openapi.from_dict(document())
    schema.app = WSGIHandler()
    found = [result.ok() for result in schema.get_all_operations()]
    return [operation for operation in found if operation.path != "/v2/auth/logout"]


@pytest.mark.django_db
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "misfit"])
@pytest.mark.parametrize("role", ["dana", "pat"])
@pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.label)
def test_no_request_makes_a_server_error_or_an_undocumented_answer(
    world: World, operation: Any, role: str, mode: GenerationMode
) -> None:
    token = world.make.token(getattr(world.make, role))

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        ask_twice(case, world, token)

    with contextlib.suppress(Unsatisfiable):  # An operation without input has no misfit.
        ask()


def ask_twice(case: Any, world: World, token: str) -> None:
    """Send the request where the fuzzer likes, and then to a real row."""
    known = {
        "patient_id": world.make.pat.pk,
        "workout_id": world.done.pk,
        "exercise_in_workout_id": world.exercise.pk,
        "conversation_id": str(world.conversation.pk),
        "delivery_id": world.delivery.pk,
        "device_id": world.device.pk,
        "entrance_id": world.entrance.pk,
        "notification_id": world.notification.pk,
    }
    real = {name: known[name] for name in case.path_parameters if name in known}
    for parameters in (case.path_parameters, {**case.path_parameters, **real}):
        case.path_parameters = parameters
        response = case.call(headers={"Authorization": f"Bearer {token}"})
        case.validate_response(response, checks=[not_a_server_error, status_code_conformance])
        assert connection.is_usable()
