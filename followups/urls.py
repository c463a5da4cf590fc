"""The app's doors below ``/v2/``."""

from django.urls import URLPattern, URLResolver, path

from followups.api import CancelFollowUp, ChangeFollowUp, FollowUps, RetryFollowUp

urlpatterns: list[URLPattern | URLResolver] = [
    path("follow-ups", FollowUps.as_view(), name="follow-ups"),
    path("follow-ups/<uuid:follow_up_id>", ChangeFollowUp.as_view(), name="change-follow-up"),
    path("follow-ups/<uuid:follow_up_id>/cancel", CancelFollowUp.as_view(), name="cancel-follow-up"),
    path("follow-ups/<uuid:follow_up_id>/retry", RetryFollowUp.as_view(), name="retry-follow-up"),
]
