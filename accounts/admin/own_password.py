"""One's own new password."""

from django.contrib import admin
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse

from accounts.forms import OwnPasswordForm


def change_own_password(request: HttpRequest) -> HttpResponseBase:
    """The admin's own page with another form: the admin's takes no other, and leaves apps signed in."""
    request.current_app = admin.site.name
    page = PasswordChangeView.as_view(
        form_class=OwnPasswordForm,
        success_url=reverse("admin:password_change_done"),
        extra_context=admin.site.each_context(request),
    )
    return page(request)
