"""The app's doors below ``/v2/``."""

from django.urls import URLPattern, URLResolver, path

from rtm import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("doctor/rtm", api.ShowMonitoring.as_view(), name="monitoring"),
    path("doctor/rtm/time-entries", api.RecordTime.as_view(), name="record-time"),
]
