"""Below ``/admin/``, before the admin's own; strangers are sent to the sign-in page as they are everywhere there."""

from django.contrib import admin
from django.urls import URLPattern, path

from accounts.idle import views

urlpatterns: list[URLPattern] = [
    path("idle/", admin.site.admin_view(views.idle), name="idle"),
    path("still-here/", admin.site.admin_view(views.still_here), name="still-here"),
]
