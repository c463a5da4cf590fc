"""The product's doors, and beside them the bare ones they are measured against."""

from django.urls import URLPattern, URLResolver, path

from bench.bare import LastMessages, LogVisit, WriteNote
from okta.urls import handler404, handler500  # noqa: F401
from okta.urls import urlpatterns as of_the_product

urlpatterns: list[URLPattern | URLResolver] = [
    *of_the_product,
    path("v2/bare/notes/<int:exercise_in_workout_id>", WriteNote.as_view()),
    path("v2/bare/visits", LogVisit.as_view()),
    path("v2/bare/messages/<uuid:conversation_id>", LastMessages.as_view()),
]
