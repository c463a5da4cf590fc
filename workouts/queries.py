"""Reads, and the guarded doors to workouts and their exercises."""

from django.db.models import Prefetch, QuerySet

from accounts.flags import ANY_CONNECTED_DOCTOR_MAY_NOTE
from accounts.models import User
from accounts.queries import CONNECTED_TO_DOCTOR, connected_to_doctor, feature_on
from okta.errors import Forbidden, NotFound
from workouts.models import Exercise, ExerciseInWorkout, Workout
from workouts.states import Status

# The guarded door of ``exercise_for_note`` for the workout's own doctor, as part of a statement.
OWN_WORKOUT_OF = """
    SELECT id FROM workouts_workout AS workout
    WHERE id = (SELECT workout_id FROM workouts_exerciseinworkout WHERE id = %(exercise)s)
        AND doctor_id = %(doctor)s AND tenant_id = %(tenant)s AND {connected}
""".replace("{connected}", CONNECTED_TO_DOCTOR.format(patient="workout.patient_id"))


def with_people(workouts: QuerySet[Workout]) -> QuerySet[Workout]:
    """The same workouts with what ``wire.SessionSummary`` shows, in one query."""
    return workouts.select_related("patient", "doctor")


def with_exercises(workouts: QuerySet[Workout]) -> QuerySet[Workout]:
    """The same workouts with what ``wire.Session`` shows, in two queries however many there are."""
    rows = ExerciseInWorkout.objects.select_related("exercise").order_by("position", "pk")
    return with_people(workouts).prefetch_related(Prefetch("exercises", rows))


def workouts_of_patient(patient: User) -> QuerySet[Workout]:
    """A patient's own workouts."""
    return Workout.objects.filter(tenant=patient.tenant_id, patient=patient)


def workouts_for_doctor(doctor: User) -> QuerySet[Workout]:
    """The workouts of the patients ``doctor`` is connected to now, whoever planned them."""
    return Workout.objects.filter(connected_to_doctor(doctor, "patient"), tenant=doctor.tenant_id)


def sessions_for_doctor(doctor: User) -> QuerySet[Workout]:
    """The completed ones of ``workouts_for_doctor``."""
    return workouts_for_doctor(doctor).filter(status=Status.COMPLETED)


def library_of(doctor: User) -> QuerySet[Exercise]:
    """The exercises of the doctor's clinic."""
    return Exercise.objects.filter(tenant=doctor.tenant_id)


def workout_of_patient(*, patient: User, workout_id: int) -> Workout:
    """
    A patient's own workout, with what ``wire.Session`` shows.

    :raises NotFound: when it is anybody else's.
    """
    return _the_one(with_exercises(workouts_of_patient(patient)), workout_id)


def workout_for_doctor(*, doctor: User, workout_id: int) -> Workout:
    """
    A workout of a patient the doctor is connected to, with what ``wire.Session`` shows.

    :raises NotFound: when the doctor is not connected to the patient now.
    """
    return _the_one(with_exercises(workouts_for_doctor(doctor)), workout_id)


def exercise_for_note(*, doctor: User, exercise_in_workout_id: int) -> ExerciseInWorkout:
    """
    An exercise the doctor may write a note on, with its workout and patient.

    The workout's own doctor may; so may every connected doctor of a clinic that has switched on
    ``anyConnectedDoctorMayNote``.

    :raises NotFound: when the doctor is not connected to the patient now.
    :raises Forbidden: when the workout is another doctor's.
    """
    rows = ExerciseInWorkout.objects.select_related("exercise", "workout__patient")
    visible = rows.filter(
        connected_to_doctor(doctor, "workout__patient"), workout__tenant=doctor.tenant_id, pk=exercise_in_workout_id
    )
    exercise = visible.first()
    if exercise is None:
        raise NotFound
    if not may_write_notes(doctor=doctor, workout=exercise.workout):
        raise Forbidden
    return exercise


def may_write_notes(*, doctor: User, workout: Workout) -> bool:
    """Whether a doctor who is connected to the patient may write notes on a workout, one at a time."""
    return workout.doctor_id == doctor.pk or feature_on(workout.tenant_id, ANY_CONNECTED_DOCTOR_MAY_NOTE)


def workout_for_notes(*, doctor: User, workout_id: int) -> Workout:
    """
    A workout the doctor may write notes on, many at once: only the workout's own doctor may.

    :raises NotFound: when the doctor is not connected to the patient now.
    :raises Forbidden: when the workout is another doctor's.
    """
    workout = _the_one(with_people(workouts_for_doctor(doctor)), workout_id)
    if workout.doctor_id != doctor.pk:
        raise Forbidden
    return workout


def _the_one(workouts: QuerySet[Workout], workout_id: int) -> Workout:
    workout = workouts.filter(pk=workout_id).first()
    if workout is None:
        raise NotFound
    return workout
