"""The strip of a session: asking for it again, steering what is on its way, and seeing what the patient will see."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.idle.activity import by_itself
from console.countdown import only_what_is_left
from console.doors import page, part, show, step
from console.reader import Reader
from console.viewer.preview import preview_of
from console.viewer.strip import delivery_shown, strip_of
from feedback.actions import steer
from okta.clock import now as read_clock
from workouts.models import Workout


@by_itself
@page
def delivery(request: HttpRequest, reader: Reader, workout_id: int) -> Any:
    """The strip; or only how long is left, when the page shows the rest already (``?seen=`` its mark)."""
    workout = reader.workout(workout_id)
    strip = strip_of(reader, workout, now=read_clock())
    if request.GET.get("seen") == strip.mark:
        return only_what_is_left(strip.countdowns)
    return _strip(request, reader, workout, strip=strip)


def _strip(request: HttpRequest, reader: Reader, workout: Workout, **told: Any) -> Any:
    context = {"workout": workout, "heard": True, **told}
    return part(request, reader, "console/viewer/strip.html", context=context)


def _steered(action: Callable[..., None]) -> Any:
    def steered(request: Any, reader: Reader, workout_id: int) -> Any:
        workout = reader.workout(workout_id)
        row = delivery_shown(reader, workout, request.POST.get("delivery", ""))
        if row is None:
            raise Http404
        refused = _refusal(action, row.pk)
        if request.htmx:
            strip = strip_of(reader, workout, now=read_clock())
            return _strip(request, reader, workout, strip=strip, steered=row.pk, refused=refused)
        if refused:
            messages.warning(request, refused)
        return HttpResponseRedirect(f"{reverse('console:session', args=[workout.pk])}#okta-strip")

    return step(steered)


def _refusal(action: Callable[..., None], delivery_id: int) -> str:
    """Do it; say why not, if it cannot be done."""
    try:
        action(delivery_id=delivery_id)
    except steer.NothingToSend as refusal:
        return str(refusal.sentence)
    return ""


send_now = _steered(steer.send_now)
hold = _steered(steer.hold)
resume = _steered(steer.resume)


@page
def preview(request: Any, reader: Reader, workout_id: int) -> Any:
    """The card as the patient will see it, in a dialog of the page or as a page of its own."""
    workout = reader.workout(workout_id)
    context = {"workout": workout, "preview": preview_of(reader, workout, request.GET.get("delivery", ""))}
    if request.htmx:
        template = "console/viewer/preview.html"
        return part(request, reader, template, context=context, about=workout.patient, row=workout.pk)
    template = "console/viewer/preview_page.html"
    title = _("Preview")
    return show(request, reader, template, title=title, context=context, about=workout.patient, row=workout.pk)
