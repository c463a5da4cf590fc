"""Doctors, their patients and workouts of one exercise, as often as a measure wants them."""

from dataclasses import dataclass
from datetime import timedelta

from knox.models import AuthToken

from accounts.models import CareLink, Tenant, TenantSettings, User
from accounts.states import UserType
from okta import clock
from workouts.models import Exercise, ExerciseInWorkout, Workout

FEATURES = {"feedbackNotifications": True, "appEntranceTracking": True}


@dataclass(frozen=True, slots=True)
class Pair:
    """A doctor and her connected patient."""

    doctor: User
    patient: User


def a_workout(number: int = 0) -> Workout:
    """One more workout of a pair, with one exercise to write notes on."""
    clinic, two = the_clinic(), a_pair(number)
    exercise, _ = Exercise.objects.get_or_create(tenant=clinic, name="Heel raise")
    day = clock.now().date() - timedelta(days=30)
    workout = Workout.objects.create(tenant=clinic, patient=two.patient, doctor=two.doctor, date_scheduled=day)
    ExerciseInWorkout.objects.create(workout=workout, exercise=exercise, position=1, planned_sets=3, planned_reps=10)
    return workout


def a_pair(number: int = 0) -> Pair:
    """The pair of this number, always the same one."""
    clinic = the_clinic()
    doctor, patient = person(clinic, UserType.DOCTOR, number), person(clinic, UserType.PATIENT, number)
    accepted = clock.now() - timedelta(days=30)
    CareLink.objects.get_or_create(tenant=clinic, patient=patient, doctor=doctor, defaults={"accepted_at": accepted})
    return Pair(doctor, patient)


def the_clinic() -> Tenant:
    """The clinic of every measure, with what is measured switched on."""
    clinic, _ = Tenant.objects.get_or_create(name="Measured")
    TenantSettings.objects.get_or_create(tenant=clinic, defaults={"features": FEATURES})
    return clinic


def person(clinic: Tenant, role: UserType, number: int = 0) -> User:
    """The clinic's person of this role and number; nobody signs in, so no password is hashed."""
    name = f"{role.lower()}{number or ''}@measured.example"
    user, _ = User.objects.get_or_create(
        email=name, defaults={"tenant": clinic, "user_type": role, "first_name": "Lee"}
    )
    return user


def token(user: User) -> str:
    """A new bearer token."""
    _row, spelled = AuthToken.objects.create(user=user)
    return str(spelled)
