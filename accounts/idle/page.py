"""What pages of the admin know about being idle; django-unfold asks for it with every page."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import ngettext

from accounts.idle.activity import seconds_left, tell_every, warn_before
from accounts.idle.sign_in import IDLE
from okta import clock


def context(request: HttpRequest) -> dict[str, Any]:
    """For a signed-in person when they will be warned; for a stranger why they are one."""
    if request.user.is_authenticated:
        return {"okta_idle": _warning(request)}
    return {"okta_signed_out": signed_out_after(settings.IDLE_SIGN_OUT) if IDLE in request.GET else ""}


def _warning(request: HttpRequest) -> dict[str, Any]:
    return {
        "seconds_left": seconds_left(request, now=clock.now()),
        "warn_before": int(warn_before().total_seconds()),
        "tell_every": int(tell_every().total_seconds()),
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "word": IDLE,
    }


def signed_out_after(limit: timedelta) -> str:
    """In minutes, or in seconds where these are no whole minutes."""
    seconds = int(limit.total_seconds())
    if seconds % 60:
        return (
            ngettext(
                "You were signed out after %d second without activity.",
                "You were signed out after %d seconds without activity.",
                seconds,
            )
            % seconds
        )
    minutes = seconds // 60
    return (
        ngettext(
            "You were signed out after %d minute without activity.",
            "You were signed out after %d minutes without activity.",
            minutes,
        )
        % minutes
    )
