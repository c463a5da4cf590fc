"""The app's doors below ``/v2/``."""

from django.urls import URLPattern, URLResolver, path

from messaging.api import Messages, ReadUpTo, Unread

urlpatterns: list[URLPattern | URLResolver] = [
    path("conversations/unread-count", Unread.as_view(), name="unread-count"),
    path("conversations/<uuid:conversation_id>/messages", Messages.as_view(), name="messages"),
    path("conversations/<uuid:conversation_id>/read", ReadUpTo.as_view(), name="read"),
]
