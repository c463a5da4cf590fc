"""The app's doors below ``/v2/``."""

from django.urls import URLPattern, URLResolver, path

from care.conversations import Conversations
from care.sessions import CompleteWorkout, ListCompleted, ListUpcoming
from care.visits import CheckIn

urlpatterns: list[URLPattern | URLResolver] = [
    path("workouts/<int:workout_id>/complete", CompleteWorkout.as_view(), name="complete-workout"),
    path("workouts/patient/completed", ListCompleted.as_view(), name="own-completed"),
    path("workouts/patient/upcoming", ListUpcoming.as_view(), name="own-upcoming"),
    path("app-entrances/<int:entrance_id>/check-in", CheckIn.as_view(), name="check-in"),
    path("conversations", Conversations.as_view(), name="conversations"),
]
