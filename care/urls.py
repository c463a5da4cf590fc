"""The app's doors below ``/v2/``."""

from django.urls import URLPattern, URLResolver, path

from care.conversations import Conversations

urlpatterns: list[URLPattern | URLResolver] = [
    path("conversations", Conversations.as_view(), name="conversations"),
]
