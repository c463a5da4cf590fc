"""The structured cards, as they go over the wire in ``Message.metadata``."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from feedback import rules
from feedback.rules import Felt
from messaging.states import MessageType
from workouts.models import ExerciseInWorkout, Workout


def summary_key(workout_id: int) -> str:
    """What a summary is about: one card per workout, ever."""
    return f"summary:{workout_id}"


def answer_key(entrance_id: int) -> str:
    """What a patient's words about a day without a workout are about."""
    return f"answer:{entrance_id}"


def note_key(workout_id: int, doctor_id: int) -> str:
    """What a note card is about: one card at a time per review."""
    return f"notes:{workout_id}:{doctor_id}"


def flagged_exercises(exercises: Sequence[ExerciseInWorkout]) -> list[dict[str, Any]]:
    """The exercises worth a therapist's attention, each with why."""
    rows = []
    for exercise in exercises:
        felt = Felt(exercise.pain, exercise.exertion, exercise.patient_notes)
        rows += _flagged(felt, exercise.pk, exercise.exercise.name)
    return rows


def flagged_words(pain: int | None, note: str) -> list[dict[str, Any]]:
    """What a patient said of the day as a whole, as an exercise without a name; empty when unremarkable."""
    return _flagged(Felt(pain, None, note), None, None)


def _flagged(felt: Felt, exercise_in_workout_id: int | None, name: str | None) -> list[dict[str, Any]]:
    raised = rules.flags(felt)
    if not raised:
        return []
    return [
        {
            "exerciseInWorkoutId": exercise_in_workout_id,
            "exerciseName": name,
            "pain": felt.pain,
            "exertion": felt.exertion,
            "patientNotes": felt.notes.strip(),
            "flags": [flag.value for flag in raised],
        }
    ]


def summary_card(patient: User, workout_id: int | None, day: date, flagged: list[dict[str, Any]]) -> dict[str, Any]:
    """What a patient reported of a workout, or of a day without one, for the therapists."""
    return {
        "feedbackType": MessageType.PATIENT_FEEDBACK_SUMMARY.value,
        "workoutId": workout_id,
        "patientId": patient.pk,
        "patientName": patient.name,
        "workoutDate": day.isoformat(),
        "exercises": flagged,
    }


def note_card(workout: Workout, doctor: User, version: int, noted: Sequence[ExerciseInWorkout]) -> dict[str, Any]:
    """A therapist's notes on a workout, for the patient; ``version`` grows with every save."""
    return {
        "feedbackType": MessageType.DOCTOR_FEEDBACK_NOTE.value,
        "workoutId": workout.pk,
        "doctorId": doctor.pk,
        "doctorName": doctor.name,
        "workoutDate": workout.day.isoformat(),
        "version": version,
        "exercises": [
            {
                "exerciseInWorkoutId": exercise.pk,
                "exerciseName": exercise.exercise.name,
                "doctorNotesPostExercise": exercise.doctor_notes_post_exercise,
            }
            for exercise in noted
        ],
    }


def note_heading() -> str:
    """What a note card says, and the push of it, in the language in force (feedback messages, 2026-04-09)."""
    return _("Your therapist reviewed your session")
