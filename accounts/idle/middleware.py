"""What happens to every request for the admin: is its person still there, and where do strangers go."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

from accounts.idle.activity import is_by_itself, note_activity, time_left
from accounts.idle.sign_in import leads_to_sign_in, to_sign_in
from okta import clock

ADMIN: Final = "/admin/"
"""Where ``okta.urls`` puts it. Not asked of the addresses: most requests are not for it."""


class IdleSignOut:
    """
    Sign out whoever did nothing for ``settings.IDLE_SIGN_OUT``, before a view of the admin runs.

    The view then meets a stranger, and does for them what it does for strangers: nothing of a form
    that was sent too late is executed. No page of the admin is kept by the browser, so that Back shows
    nobody's data to the next person.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not is_in_admin(request):
            return response
        if leads_to_sign_in(response):
            response = to_sign_in(request, response)
        add_never_cache_headers(response)
        return response

    def process_view(self, request: Any, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        if not is_in_admin(request) or not request.user.is_authenticated:
            return
        now = clock.now()
        if time_left(request, now=now).total_seconds() <= 0:
            logout(request)
            request.signed_out_idle = True
        elif not is_by_itself(view):
            note_activity(request, now=now)


def is_in_admin(request: HttpRequest) -> bool:
    """Whether the request is for a page of the admin, the console's among them."""
    # Not the whole path: below a prefix of the server's, such as "/okta/admin/", the admin is still the admin.
    return request.path_info.startswith(ADMIN)
