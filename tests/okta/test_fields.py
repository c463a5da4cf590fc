"""The wire's dialect."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from drf_spectacular.drainage import get_override
from rest_framework import serializers

from okta.fields import Key, WireSerializer, camel


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("id", "id"),
        ("exercise_in_workout_id", "exerciseInWorkoutId"),
        ("doctor_notes_post_exercise_at", "doctorNotesPostExerciseAt"),
        ("top_2_of_3", "top2Of3"),
    ],
)
def test_names_are_respelled(name: str, wire: str) -> None:
    assert camel(name) == wire


class Inner(WireSerializer):
    first_name = serializers.CharField()
    raw_data = serializers.JSONField()


class Outer(WireSerializer):
    user_id = Key(source="pk")
    full_name = serializers.SerializerMethodField()
    named_by_hand = serializers.SerializerMethodField("shout")
    one_row = Inner()
    the_rows = Inner(many=True)
    seen_at = serializers.DateTimeField()
    seen_on = serializers.DateField()

    def get_full_name(self, value: dict[str, Any]) -> str:
        return f"{value['one_row']['first_name']} Lee"

    def shout(self, value: dict[str, Any]) -> str:
        return "PAT"


def test_nested_names_instants_and_days_are_the_wires() -> None:
    row = {"first_name": "Pat", "raw_data": {"left_alone": 1}}
    value = {
        "pk": 7,
        "one_row": row,
        "the_rows": [row],
        "seen_at": datetime(2026, 4, 8, 14, 0, tzinfo=timezone(timedelta(hours=2))),
        "seen_on": date(2026, 4, 8),
    }
    on_the_wire = {"firstName": "Pat", "rawData": {"left_alone": 1}}
    assert Outer(value).data == {
        "userId": 7,
        "fullName": "Pat Lee",
        "namedByHand": "PAT",
        "oneRow": on_the_wire,
        "theRows": [on_the_wire],
        "seenAt": "2026-04-08T12:00:00Z",
        "seenOn": "2026-04-08",
    }


class Input(WireSerializer):
    seen_at = serializers.DateTimeField()
    the_rows = Inner(many=True)


def test_input_is_read_by_the_wires_names_and_given_by_pythons() -> None:
    body = Input(
        data={"seenAt": "2026-04-08T14:00:00+02:00", "theRows": [{"firstName": " Pat ", "rawData": {"aB": 1}}]}
    )
    assert body.is_valid()
    assert body.validated_data == {
        "seen_at": datetime(2026, 4, 8, 12, 0, tzinfo=UTC),
        "the_rows": [{"first_name": "Pat", "raw_data": {"aB": 1}}],
    }


@pytest.mark.parametrize("key", [1, 2**63 - 1, "12"])
def test_a_key_fits_the_column(key: int | str) -> None:
    assert Key().run_validation(key) == int(key)


@pytest.mark.parametrize("key", [0, -1, 2**63, "x", None])
def test_what_fits_no_column_is_no_key(key: object) -> None:
    with pytest.raises(serializers.ValidationError):
        Key().run_validation(key)


class SomeView:
    class Output(Outer):
        pass


def test_openapi_names_a_shape_after_where_it_is_written() -> None:
    assert get_override(Outer, "component_name") == "Outer"
    assert get_override(SomeView.Output, "component_name") == "SomeViewOutput"
