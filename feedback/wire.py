"""The shapes of this app's requests and answers."""

from typing import Any

from rest_framework import serializers

from accounts.flags import FEEDBACK_NOTIFICATIONS
from accounts.queries import switched_on
from feedback.actions.save_own_note import Saved
from feedback.models import NoteDelivery
from feedback.queries import due_at, state_of
from feedback.states import DeliveryState
from okta.fields import Key, WireSerializer
from workouts.rules import NOTE_LIMIT

NOTES_PER_REQUEST = 200


class Note(serializers.CharField):
    """A therapist's note: trimmed, at most 1000 Unicode code points; empty clears."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=NOTE_LIMIT, allow_blank=True, **kwargs)


class NoteInput(WireSerializer):
    doctor_notes_post_exercise = Note()


class NoteRowInput(NoteInput):
    exercise_in_workout_id = Key()


class NotesInput(WireSerializer):
    notes = NoteRowInput(many=True, allow_empty=False, max_length=NOTES_PER_REQUEST)  # type: ignore[call-arg]


class DeliveryStanding(WireSerializer):
    """Where the notes of a workout stand on their way to the patient."""

    id = Key()
    due_at = serializers.DateTimeField(
        allow_null=True, help_text="When time alone will send them; null when it will not."
    )
    state = serializers.ChoiceField(choices=DeliveryState.choices)


class SavedNote(WireSerializer):
    exercise_in_workout_id = Key(source="pk")
    doctor_notes_post_exercise = serializers.CharField()
    doctor_notes_post_exercise_at = serializers.DateTimeField(allow_null=True)


class SavedNoteAnswer(SavedNote):
    delivery = DeliveryStanding()


class SavedNotesAnswer(WireSerializer):
    workout_id = Key()
    notes = SavedNote(many=True)
    delivery = DeliveryStanding()


class DeliveryRow(DeliveryStanding):
    """One review in the therapist's list of deliveries."""

    workout_id = Key()
    patient_id = Key()
    patient_name = serializers.CharField()
    note_count = serializers.IntegerField()
    attempts = serializers.IntegerField()
    waiting_since = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)


def standing(delivery: NoteDelivery, *, feature_on: bool) -> dict[str, Any]:
    """A delivery in a few words."""
    return {
        "id": delivery.pk,
        "due_at": due_at(delivery, feature_on=feature_on),
        "state": state_of(delivery, feature_on=feature_on),
    }


def delivery_row(delivery: NoteDelivery, *, feature_on: bool) -> dict[str, Any]:
    """A delivery in the therapist's list; it must come from ``deliveries_of``."""
    return {
        **standing(delivery, feature_on=feature_on),
        "workout_id": delivery.workout_id,
        "patient_id": delivery.workout.patient_id,
        "patient_name": delivery.workout.patient.name,
        "note_count": delivery.note_count,  # type: ignore[attr-defined]  # annotated
        "attempts": delivery.attempts,
        "waiting_since": delivery.first_unsent_at,
        "delivered_at": delivery.delivered_at,
    }


# Made once: their fields would otherwise be copied for every save.
_NOTE, _STANDING = SavedNote(), DeliveryStanding()


def saved_note(pk: int, text: str, saved: Saved) -> dict[str, Any]:
    """A note as a save left it, with the standing of its delivery."""
    on = switched_on(saved.switched, FEEDBACK_NOTIFICATIONS)
    note = {"pk": pk, "doctor_notes_post_exercise": text, "doctor_notes_post_exercise_at": saved.at if text else None}
    delivery = _STANDING.to_representation(standing(saved.delivery, feature_on=on))
    return {**_NOTE.to_representation(note), "delivery": delivery}
