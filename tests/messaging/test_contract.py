"""The contract tells the kinds of cards apart."""

from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator


@pytest.fixture(scope="module")
def components() -> dict[str, Any]:
    schema: dict[str, Any] = SchemaGenerator().get_schema(public=True)
    return dict(schema["components"]["schemas"])


def test_a_message_carries_a_card_or_nothing(components: dict[str, Any]) -> None:
    assert components["MessageRow"]["properties"]["metadata"] == {
        "allOf": [{"$ref": "#/components/schemas/MessageCard"}],
        "nullable": True,
    }


def test_a_card_is_one_of_feedback_or_a_follow_up(components: dict[str, Any]) -> None:
    choices = [choice["$ref"].rpartition("/")[2] for choice in components["MessageCard"]["oneOf"]]
    assert choices == ["FeedbackCard", "FollowUpCard"]
    assert set(components["FollowUpCard"]["properties"]) == {"feedbackType", "followUpId", "urgency"}
    assert components["FollowUpCard"]["properties"]["feedbackType"]["nullable"] is True


def test_cards_of_feedback_are_told_apart_by_their_feedback_type(components: dict[str, Any]) -> None:
    card = components["FeedbackCard"]

    assert card["discriminator"] == {
        "propertyName": "feedbackType",
        "mapping": {
            "PATIENT_FEEDBACK_SUMMARY": "#/components/schemas/PatientFeedbackSummary",
            "DOCTOR_FEEDBACK_NOTE": "#/components/schemas/DoctorFeedbackNote",
        },
    }
    assert [choice["$ref"] for choice in card["oneOf"]] == list(card["discriminator"]["mapping"].values())


def test_the_cards_have_the_fields_of_the_contract(components: dict[str, Any]) -> None:
    def fields(name: str) -> set[str]:
        return set(components[name]["properties"])

    assert fields("PatientFeedbackSummary") == {
        "feedbackType",
        "workoutId",
        "patientId",
        "patientName",
        "workoutDate",
        "exercises",
    }
    assert fields("FlaggedExercise") == {
        "exerciseInWorkoutId",
        "exerciseName",
        "pain",
        "exertion",
        "patientNotes",
        "flags",
    }
    assert fields("DoctorFeedbackNote") == {
        "feedbackType",
        "workoutId",
        "doctorId",
        "doctorName",
        "workoutDate",
        "version",
        "exercises",
    }
    assert fields("NotedExercise") == {"exerciseInWorkoutId", "exerciseName", "doctorNotesPostExercise"}
