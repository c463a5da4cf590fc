"""Addresses that take the place of the admin's own."""

from django.contrib import admin
from django.urls import path

from accounts.admin.own_password import change_own_password

urlpatterns = [
    path("password_change/", admin.site.admin_view(change_own_password, cacheable=True), name="password_change"),
]
