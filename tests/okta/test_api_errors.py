"""Every error has one shape."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import RequestFactory
from django.urls import include, path
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from okta.api_errors import server_error
from okta.errors import FeatureDisabled, Forbidden, InvalidInput, NotFound, Refusal
from okta.fields import Key, WireSerializer

pytestmark = pytest.mark.urls(__name__)


class Impossible(Refusal):
    code = "impossible"
    status = 409
    sentence = gettext_lazy("Not now.")

    def __init__(self) -> None:
        super().__init__()
        self.retry_after = timedelta(seconds=1.2)


class WhoAreYou(Refusal):
    code = "who_are_you"
    status = 401
    sentence = "Who are you?"


class Row(WireSerializer):
    exercise_in_workout_id = Key()
    pain = serializers.IntegerField(required=False, max_value=10)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("pain") == 5:
            raise serializers.ValidationError("Not five.")
        return attrs


class Body(WireSerializer):
    duration_minutes = serializers.IntegerField(required=False)
    exercises = Row(many=True, allow_empty=False, max_length=3)
    participant_ids = serializers.ListField(child=serializers.IntegerField(), required=False)


class Parse(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]

    def post(self, request: Request) -> Response:
        body = Body(data=request.data)
        body.is_valid(raise_exception=True)
        return Response(body.validated_data)


RAISED: dict[str, Exception] = {
    "refusal": Impossible(),
    "not-found": NotFound(),
    "forbidden": Forbidden(),
    "feature": FeatureDisabled(),
    "input": InvalidInput({"notes.1.exerciseInWorkoutId": [gettext_lazy("This exercise is listed twice.")]}),  # type: ignore[list-item]
    "sign-in": WhoAreYou(),
    "bug": RuntimeError("Pat Lee, pain 8"),
}


class Raise(APIView):
    authentication_classes = []
    permission_classes = [AllowAny]

    def get(self, request: Request, name: str) -> Response:
        raise RAISED[name]


urlpatterns = [
    path("v2/", include([path("parse", Parse.as_view()), path("raise/<name>", Raise.as_view())])),
]
handler404 = "okta.api_errors.not_found"
handler500 = "okta.api_errors.server_error"


def parse(body: Any) -> Any:
    return APIClient().post("/v2/parse", body)


def fields_of(body: Any) -> dict[str, list[str]]:
    answer = parse(body)
    assert answer.status_code == 400
    assert answer.json()["error"] == "The request has invalid fields."
    assert answer.json()["code"] == "invalid"
    fields: dict[str, list[str]] = answer.json()["fields"]
    return fields


OK_ROW = {"exerciseInWorkoutId": 1}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"exercises": ["This field is required."]}),
        (
            {"durationMinutes": "x", "exercises": []},
            {"durationMinutes": ["A valid integer is required."], "exercises": ["This list may not be empty."]},
        ),
        (
            {"exercises": [OK_ROW, {"pain": 11}]},
            {
                "exercises.1.exerciseInWorkoutId": ["This field is required."],
                "exercises.1.pain": ["Ensure this value is less than or equal to 10."],
            },
        ),
        ({"exercises": [OK_ROW, OK_ROW, {"exerciseInWorkoutId": 1, "pain": 5}]}, {"exercises.2": ["Not five."]}),
        (
            {"exercises": [OK_ROW, 7]},
            {"exercises.1": ["Invalid data. Expected a dictionary, but got int."]},
        ),
        ({"exercises": {}}, {"exercises": ['Expected a list of items but got type "dict".']}),
        ({"exercises": [OK_ROW] * 4}, {"exercises": ["Ensure this field has no more than 3 elements."]}),
        (
            {"exercises": [OK_ROW], "participantIds": [1, "x"]},
            {"participantIds.1": ["A valid integer is required."]},
        ),
        ([], {"body": ["Invalid data. Expected a dictionary, but got list."]}),
        (None, {"exercises": ["This field is required."]}),
    ],
)
def test_wrong_input_is_named_by_the_wires_own_paths(body: Any, fields: dict[str, list[str]]) -> None:
    assert fields_of(body) == fields


def test_python_names_are_not_the_wires_names() -> None:
    assert fields_of({"exercises": [{"exercise_in_workout_id": 1}]}) == {
        "exercises.0.exerciseInWorkoutId": ["This field is required."]
    }


@pytest.mark.parametrize("key", [0, -1, 2**63, 10**400, 1.5, True, None, "", "one", [], {}])
def test_what_cannot_be_a_key_is_refused(key: Any) -> None:
    assert set(fields_of({"exercises": [{"exerciseInWorkoutId": key}]})) == {"exercises.0.exerciseInWorkoutId"}


@pytest.mark.parametrize(
    ("name", "status", "body"),
    [
        ("refusal", 409, {"error": "Not now.", "code": "impossible"}),
        ("not-found", 404, {"error": "Not found.", "code": "not_found"}),
        ("forbidden", 403, {"error": "You may see this, but not change it.", "code": "permission_denied"}),
        ("feature", 403, {"error": "Feature not enabled for this tenant", "code": "feature_disabled"}),
        (
            "input",
            400,
            {
                "error": "The request has invalid fields.",
                "code": "invalid",
                "fields": {"notes.1.exerciseInWorkoutId": ["This exercise is listed twice."]},
            },
        ),
        ("sign-in", 401, {"error": "Who are you?", "code": "who_are_you"}),
    ],
)
def test_a_refusal_is_rendered(name: str, status: int, body: dict[str, Any]) -> None:
    answer = APIClient().get(f"/v2/raise/{name}")
    assert (answer.status_code, answer.json()) == (status, body)


def test_a_refusal_tells_when_to_come_back_in_whole_seconds() -> None:
    assert APIClient().get("/v2/raise/refusal")["Retry-After"] == "2"
    assert "Retry-After" not in APIClient().get("/v2/raise/forbidden")


def test_a_refusal_that_asks_to_sign_in_says_how() -> None:
    assert APIClient().get("/v2/raise/sign-in")["WWW-Authenticate"] == "Bearer"


def test_a_bug_tells_nothing_but_that_it_happened() -> None:
    answer = APIClient(raise_request_exception=False).get("/v2/raise/bug")
    assert answer.status_code == 500
    assert answer.json() == {"error": "Something went wrong on our side.", "code": "error"}


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"nonsense", b'{"exercises": NaN}', b"9" * 5000, b"[" * 100_000])
def test_what_is_not_json_is_told_so(body: bytes) -> None:
    answer = APIClient().post("/v2/parse", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "parse_error")
    assert set(answer.json()) == {"error", "code"}


def test_other_refusals_of_the_framework_have_the_same_shape() -> None:
    wrong_method = APIClient().put("/v2/parse", {})
    assert (wrong_method.status_code, wrong_method.json()["code"]) == (405, "method_not_allowed")
    wrong_type = APIClient().post("/v2/parse", "a=1", content_type="application/x-www-form-urlencoded")
    assert (wrong_type.status_code, wrong_type.json()["code"]) == (415, "unsupported_media_type")
    for answer in (wrong_method, wrong_type):
        assert set(answer.json()) == {"error", "code"}


@pytest.mark.parametrize("url", ["/v2/nope", "/v2/parse/", "/v2/", "/v2/parse/1?x=1"])
def test_an_unknown_url_below_the_api_is_json(url: str) -> None:
    answer = APIClient().get(url)
    assert answer.status_code == 404
    assert answer.json() == {"error": "Not found.", "code": "not_found"}


def test_an_unknown_url_elsewhere_is_a_page() -> None:
    answer = APIClient().get("/nope")
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")


@pytest.mark.urls("okta.urls")
def test_the_product_itself_answers_so() -> None:
    assert APIClient().get("/v2/nope").json() == {"error": "Not found.", "code": "not_found"}
    assert APIClient().get("/nope")["Content-Type"].startswith("text/html")


def test_a_failure_outside_every_view_has_the_same_shape_below_the_api() -> None:
    below = server_error(RequestFactory().get("/v2/me"))
    assert below.status_code == 500
    assert json.loads(below.content) == {"error": "Something went wrong on our side.", "code": "error"}
    elsewhere = server_error(RequestFactory().get("/admin/"))
    assert (elsewhere.status_code, elsewhere["Content-Type"].partition(";")[0]) == (500, "text/html")
