"""What the script of a page asks: how long is left, and "somebody is still here"."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST, require_safe

from accounts.idle import activity
from okta import clock


@activity.by_itself
@require_safe
def idle(request: HttpRequest) -> JsonResponse:
    """How many seconds are left; asking changes nothing."""
    return _left(request)


@require_POST
def still_here(request: HttpRequest) -> JsonResponse:
    """Somebody pressed a key or moved a pointer: that this was asked is the activity."""
    return _left(request)


def _left(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"secondsLeft": activity.seconds_left(request, now=clock.now())})
