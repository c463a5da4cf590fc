"""A doctor, her patient and a workout of one exercise, as often as a measure wants them."""

from datetime import timedelta

from accounts.models import CareLink, Tenant, TenantSettings, User
from accounts.states import UserType
from okta import clock
from workouts.models import Exercise, ExerciseInWorkout, Workout


def a_workout() -> Workout:
    """One more workout, with one exercise to write notes on."""
    clinic, made = Tenant.objects.get_or_create(name="Measured")
    if made or not TenantSettings.objects.filter(tenant=clinic).exists():
        TenantSettings.objects.create(tenant=clinic, features={"feedbackNotifications": True})
    doctor, patient = person(clinic, UserType.DOCTOR), person(clinic, UserType.PATIENT)
    accepted = clock.now() - timedelta(days=30)
    CareLink.objects.get_or_create(tenant=clinic, patient=patient, doctor=doctor, defaults={"accepted_at": accepted})
    exercise, _ = Exercise.objects.get_or_create(tenant=clinic, name="Heel raise")
    workout = Workout.objects.create(tenant=clinic, patient=patient, doctor=doctor, date_scheduled=accepted.date())
    ExerciseInWorkout.objects.create(workout=workout, exercise=exercise, position=1, planned_sets=3, planned_reps=10)
    return workout


def person(clinic: Tenant, role: UserType) -> User:
    """The clinic's one person of this role; nobody signs in, so no password is hashed."""
    user, _ = User.objects.get_or_create(
        email=f"{role.lower()}@measured.example", defaults={"tenant": clinic, "user_type": role, "first_name": "Lee"}
    )
    return user
