"""The app's doors below ``/v2/``."""

from django.urls import URLPattern, URLResolver, path

from workouts import api, api_streaks

urlpatterns: list[URLPattern | URLResolver] = [
    path("doctor/workout-sessions", api.ListSessions.as_view(), name="doctor-sessions"),
    path("doctor/workout-sessions/<int:workout_id>", api.ShowSession.as_view(), name="doctor-session"),
    path("doctor/workouts", api.PlanWorkout.as_view(), name="plan-workout"),
    path("exercises", api.ListExercises.as_view(), name="exercises"),
    path("streaks", api_streaks.OwnStreaks.as_view(), name="own-streaks"),
    path("doctor/patients/<int:patient_id>/streaks", api_streaks.PatientStreaks.as_view(), name="patient-streaks"),
]
