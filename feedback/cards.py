"""The structured cards, as they go over the wire in ``Message.metadata``."""

from collections.abc import Sequence
from typing import Any

from accounts.models import User
from feedback import rules
from feedback.rules import Felt
from messaging.states import MessageType
from workouts.models import ExerciseInWorkout, Workout


def summary_key(workout_id: int) -> str:
    """What a summary is about: one card per workout, ever."""
    return f"summary:{workout_id}"


def note_key(workout_id: int, doctor_id: int) -> str:
    """What a note card is about: one card at a time per review."""
    return f"notes:{workout_id}:{doctor_id}"


def flagged_exercises(exercises: Sequence[ExerciseInWorkout]) -> list[dict[str, Any]]:
    """The exercises worth a therapist's attention, each with why."""
    rows = []
    for exercise in exercises:
        felt = Felt(exercise.pain, exercise.exertion, exercise.patient_notes)
        raised = rules.flags(felt)
        if raised:
            rows.append(
                {
                    "exerciseInWorkoutId": exercise.pk,
                    "exerciseName": exercise.exercise.name,
                    "pain": felt.pain,
                    "exertion": felt.exertion,
                    "patientNotes": felt.notes.strip(),
                    "flags": [flag.value for flag in raised],
                }
            )
    return rows


def summary_card(workout: Workout, flagged: list[dict[str, Any]]) -> dict[str, Any]:
    """A patient's flagged workout, for the therapists."""
    return {
        "feedbackType": MessageType.PATIENT_FEEDBACK_SUMMARY.value,
        "workoutId": workout.pk,
        "patientId": workout.patient_id,
        "patientName": workout.patient.name,
        "workoutDate": workout_date(workout),
        "exercises": flagged,
    }


def note_card(workout: Workout, doctor: User, version: int, noted: Sequence[ExerciseInWorkout]) -> dict[str, Any]:
    """A therapist's notes on a workout, for the patient; ``version`` grows with every save."""
    return {
        "feedbackType": MessageType.DOCTOR_FEEDBACK_NOTE.value,
        "workoutId": workout.pk,
        "doctorId": doctor.pk,
        "doctorName": doctor.name,
        "workoutDate": workout_date(workout),
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


def workout_date(workout: Workout) -> str:
    """The day the workout was done in the patient's zone, else the day it is planned for."""
    return (workout.completed_on or workout.date_scheduled).isoformat()
