"""Whoever looks at a page of the admin reads its times, and writes them, in their own zone."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.idle.middleware import is_in_admin
from accounts.models import User


class ReadersZone:
    """
    Put the zone of a page's reader in force from before its view runs until its template is rendered.

    Every page of the admin, the console's and those of libraries among them: none has to remember it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_in_admin(request) or not isinstance(request.user, User):
            return self.get_response(request)
        with timezone.override(request.user.zone):
            return self.get_response(request)
