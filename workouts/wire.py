"""What a session looks like on the wire, in every list, detail and answer."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from rest_framework import serializers

from okta.fields import Key, WireSerializer
from workouts.models import ExerciseInWorkout, Workout
from workouts.states import Block, ExerciseType, Status


class ShownNote(Protocol):
    """What somebody may see of a therapist's note, and since when it says so."""

    @property
    def text(self) -> str: ...
    @property
    def at(self) -> datetime | None: ...


ShownNotes = Mapping[int, ShownNote]
"""By exercise-in-workout id: what is shown instead of the note as it stands."""


class SessionExercise(WireSerializer):
    """One exercise of a session: planned, done, felt, and what was written about it."""

    exercise_in_workout_id = Key(source="pk")
    exercise_name = serializers.CharField(source="exercise.name")
    position = serializers.IntegerField()
    exercise_block = serializers.ChoiceField(choices=Block.choices)
    exercise_type = serializers.ChoiceField(choices=ExerciseType.choices)
    planned_sets = serializers.IntegerField(allow_null=True)
    planned_reps = serializers.IntegerField(allow_null=True)
    planned_duration_seconds = serializers.IntegerField(allow_null=True)
    actual_sets = serializers.IntegerField(allow_null=True)
    actual_reps = serializers.IntegerField(allow_null=True)
    actual_duration_seconds = serializers.IntegerField(allow_null=True)
    pain = serializers.IntegerField(allow_null=True, help_text="0–10.")
    exertion = serializers.IntegerField(allow_null=True, help_text="0–10.")
    patient_notes = serializers.CharField()
    doctor_notes_post_exercise = serializers.SerializerMethodField()
    doctor_notes_post_exercise_at = serializers.SerializerMethodField()

    def get_doctor_notes_post_exercise(self, row: ExerciseInWorkout) -> str:
        shown = self._shown(row)
        return shown.text if shown else row.doctor_notes_post_exercise

    def get_doctor_notes_post_exercise_at(self, row: ExerciseInWorkout) -> datetime | None:
        shown = self._shown(row)
        return shown.at if shown else row.doctor_notes_post_exercise_at

    def _shown(self, row: ExerciseInWorkout) -> ShownNote | None:
        instead: ShownNotes = self.context.get("notes", {})
        return instead.get(row.pk)


class SessionSummary(WireSerializer):
    """A session without its exercises; the row comes from ``queries.with_people``."""

    id = Key()
    patient_id = Key()
    patient_name = serializers.CharField(source="patient.name")
    doctor_id = Key()
    doctor_name = serializers.CharField(source="doctor.name")
    status = serializers.ChoiceField(choices=Status.choices)
    date_scheduled = serializers.DateField()
    started_at = serializers.DateTimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    completed_on = serializers.DateField(
        allow_null=True, help_text="The calendar day in the patient's time zone at completion."
    )
    duration_minutes = serializers.IntegerField(allow_null=True)
    completed_via_app_entrance = serializers.BooleanField(help_text="Inferred from an app visit, not reported.")
    mirrored_from_workout_id = Key(source="mirrored_from_id", allow_null=True)
    superseded_at = serializers.DateTimeField(
        allow_null=True, help_text="When a real workout of the same day replaced this inferred one."
    )


class Session(SessionSummary):
    """A session with its exercises; the row comes from ``queries.with_exercises``."""

    exercises = SessionExercise(many=True)


class LibraryExercise(WireSerializer):
    """An exercise of the clinic's library."""

    id = Key()
    name = serializers.CharField()
    exercise_type = serializers.ChoiceField(choices=ExerciseType.choices)


def summaries(workouts: Iterable[Workout]) -> list[dict[str, Any]]:
    """Render rows of ``queries.with_people``."""
    return list(SessionSummary(workouts, many=True).data)


def session(workout: Workout, *, notes: ShownNotes | None = None) -> dict[str, Any]:
    """Render a row of ``queries.with_exercises``; ``notes`` are shown instead of those that stand in it."""
    return dict(Session(workout, context={"notes": notes or {}}).data)


def sessions(workouts: Iterable[Workout], *, notes: ShownNotes | None = None) -> list[dict[str, Any]]:
    """Render rows of ``queries.with_exercises``; ``notes`` as in ``session``."""
    return list(Session(workouts, many=True, context={"notes": notes or {}}).data)
