"""The app's doors below ``/v2/``."""

from django.urls import URLPattern, URLResolver, path

from feedback import api

urlpatterns: list[URLPattern | URLResolver] = [
    path(
        "exercises/exercises-in-workout/<int:exercise_in_workout_id>/doctor-post-notes",
        api.SaveNote.as_view(),
        name="doctor-post-notes",
    ),
    path(
        "exercises/workouts/<int:workout_id>/exercises/doctor-post-notes",
        api.SaveNotes.as_view(),
        name="doctor-post-notes-bulk",
    ),
    path("doctor/feedback-deliveries", api.ListDeliveries.as_view(), name="feedback-deliveries"),
    path("doctor/feedback-deliveries/<int:delivery_id>/send-now", api.SendNow.as_view(), name="feedback-send-now"),
    path("doctor/feedback-deliveries/<int:delivery_id>/hold", api.Hold.as_view(), name="feedback-hold"),
    path("doctor/feedback-deliveries/<int:delivery_id>/resume", api.Resume.as_view(), name="feedback-resume"),
]
