"""The shapes of this app's requests and answers."""

from rest_framework import serializers

from entrances.states import Answer, Logged, Status
from okta.fields import Key, WireSerializer
from workouts.rules import PATIENT_NOTE_LIMIT, SCALE_MAX


class EntranceWire(WireSerializer):
    """The visits of one local day, and what they became."""

    id = Key()
    local_date = serializers.DateField()
    status = serializers.ChoiceField(choices=Status.choices)
    window_ends_at = serializers.DateTimeField()


class AnsweredEntrance(EntranceWire):
    """A day with what the patient said of it."""

    answer = serializers.CharField(help_text="DONE, PART or NOT_TODAY; blank before the patient answered.")
    answer_pain = serializers.IntegerField(allow_null=True)
    answer_note = serializers.CharField()
    answered_at = serializers.DateTimeField(allow_null=True)


class LoggedVisit(WireSerializer):
    """What logging a visit came to."""

    status = serializers.ChoiceField(choices=Logged.choices)
    entrance = EntranceWire(allow_null=True)


class CheckInInput(WireSerializer):
    """What the patient says about the day."""

    answer = serializers.ChoiceField(choices=Answer.choices)
    pain = serializers.IntegerField(min_value=0, max_value=SCALE_MAX, required=False, allow_null=True)
    note = serializers.CharField(required=False, allow_blank=True, allow_null=True, max_length=PATIENT_NOTE_LIMIT)
