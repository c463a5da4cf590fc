"""The app's doors below ``/v2/``."""

from django.urls import URLPattern, URLResolver, path

from accounts import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("auth/login", api.SignIn.as_view(), name="sign-in"),
    path("auth/logout", api.SignOut.as_view(), name="sign-out"),
    path("me", api.Me.as_view(), name="me"),
    path("tenant/features", api.Features.as_view(), name="features"),
]
