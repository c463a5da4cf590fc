"""What the page of a session reads, in a constant number of queries."""

from django.db.models import QuerySet

from console.reader import Reader
from messaging.models import Conversation
from workouts.models import ExerciseInWorkout, Workout


def exercises_of(workout: Workout) -> QuerySet[ExerciseInWorkout]:
    """The exercises of a session in their order, each with its name and who wrote the note."""
    rows = ExerciseInWorkout.objects.filter(workout=workout).order_by("position", "pk")
    return rows.select_related("exercise", "doctor_notes_post_exercise_by")


def exercise_of(workout: Workout, exercise_id: int) -> ExerciseInWorkout | None:
    """One of them, which knows its workout and the people in it without asking."""
    row = exercises_of(workout).filter(pk=exercise_id).first()
    if row is not None:
        row.workout = workout
    return row


def real_one_of_the_day(workout: Workout) -> Workout | None:
    """The real session that replaced an inferred one, if one did."""
    if workout.superseded_at is None:
        return None
    same_day = Workout.objects.filter(patient=workout.patient_id, completed_on=workout.completed_on)
    return same_day.filter(completed_via_app_entrance=False).order_by("-completed_at", "-pk").first()


def talk_with(reader: Reader, workout: Workout) -> Conversation | None:
    """The conversation with the patient of a session in which something was said last, if the reader has one."""
    talks = reader.conversations().filter(patient=workout.patient_id)
    return talks.order_by("-last_activity_at", "-pk").first()
