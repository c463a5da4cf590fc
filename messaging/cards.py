"""The structured cards a message can carry, as the wire describes them."""

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from messaging.states import MessageType
from okta.fields import Key, WireSerializer


class FlaggedExercise(WireSerializer):
    """An exercise that hurt, exhausted, or was commented on; ``flags`` says which."""

    exercise_in_workout_id = Key(allow_null=True, help_text="Null: said of the day as a whole.")
    exercise_name = serializers.CharField(allow_null=True)
    pain = serializers.IntegerField(min_value=0, max_value=10, allow_null=True)
    exertion = serializers.IntegerField(min_value=0, max_value=10, allow_null=True)
    patient_notes = serializers.CharField(allow_blank=True)
    flags = serializers.ListField(child=serializers.ChoiceField(choices=["pain", "exertion", "notes"]))


class PatientFeedbackSummary(WireSerializer):
    """What a patient reported of one workout, or of a day without one, for the therapists."""

    feedback_type = serializers.ChoiceField(choices=[MessageType.PATIENT_FEEDBACK_SUMMARY.value])
    workout_id = Key(allow_null=True, help_text="Null: there was no workout that day.")
    patient_id = Key()
    patient_name = serializers.CharField()
    workout_date = serializers.DateField()
    exercises = FlaggedExercise(many=True)


class NotedExercise(WireSerializer):
    """An exercise and what the therapist wrote about it."""

    exercise_in_workout_id = Key()
    exercise_name = serializers.CharField()
    doctor_notes_post_exercise = serializers.CharField()


class DoctorFeedbackNote(WireSerializer):
    """A therapist's notes on one workout, for the patient; ``version`` grows with every save."""

    feedback_type = serializers.ChoiceField(choices=[MessageType.DOCTOR_FEEDBACK_NOTE.value])
    workout_id = Key()
    doctor_id = Key()
    doctor_name = serializers.CharField()
    workout_date = serializers.DateField()
    version = serializers.IntegerField(min_value=1)
    exercises = NotedExercise(many=True)


class FollowUpCard(WireSerializer):
    """A scheduled follow-up; what it says is the message's text."""

    feedback_type = serializers.CharField(allow_null=True, help_text="Always null: this is not feedback.")
    follow_up_id = serializers.UUIDField()
    urgency = serializers.CharField(help_text="routine or urgent.")


FEEDBACK_CARD = PolymorphicProxySerializer(
    component_name="FeedbackCard",
    serializers={
        MessageType.PATIENT_FEEDBACK_SUMMARY.value: PatientFeedbackSummary,
        MessageType.DOCTOR_FEEDBACK_NOTE.value: DoctorFeedbackNote,
    },
    resource_type_field_name="feedbackType",
)


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="MessageCard", serializers=[FEEDBACK_CARD, FollowUpCard], resource_type_field_name=None
    )
)
class CardField(serializers.JSONField):
    """
    A message's card as it was posted; null for plain text.

    ``feedbackType`` tells cards of feedback apart, and is null on a follow-up's.
    """
