"""The app's doors below ``/v2/``."""

from django.urls import URLPattern, URLResolver, path

from entrances.api import LogVisit

urlpatterns: list[URLPattern | URLResolver] = [
    path("app-entrances/log", LogVisit.as_view(), name="log-visit"),
]
