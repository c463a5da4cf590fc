"""The list of conversations, the page of one, and the doors to what every button there does."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.idle.activity import by_itself
from console.conversations import steps
from console.conversations.answers import back, changed
from console.conversations.forms import ReplyForm, ScheduleForm
from console.conversations.listing import listing_of
from console.conversations.live import THREAD, around
from console.conversations.thread import talk_of
from console.doors import page, part, show, step
from console.reader import Reader
from messaging.models import Conversation
from messaging.queries import read_position, seq_in


@page
def conversations(request: HttpRequest, reader: Reader) -> Any:
    """The conversations, the last active first: all, or those of a tab, or of people with this name."""
    context = listing_of(request, reader)
    return show(request, reader, "console/conversations/list.html", title=_("Conversations"), context=context)


@by_itself
@page
def rows(request: HttpRequest, reader: Reader) -> Any:
    """The list as it is now, for the page that shows it; 204 while that shows the same."""
    context = listing_of(request, reader)
    if request.headers.get("Okta-Seen") == context["seen"]:
        return HttpResponse(status=204)
    return part(request, reader, "console/conversations/rows.html", context={**context, "in_place": True})


@page
def conversation(request: HttpRequest, reader: Reader, conversation_id: UUID) -> Any:
    """What was said in one conversation, the newest at its end, and every follow-up in it."""
    return talk_page(request, reader, reader.conversation(conversation_id))


def talk_page(
    request: HttpRequest,
    reader: Reader,
    shown: Conversation,
    *,
    form: ScheduleForm | None = None,
    reply: ReplyForm | None = None,
) -> Any:
    """The page of a conversation; the forms are those that were sent and have errors."""
    before = seq_in(request.GET.get("before", ""))
    position = read_position(user=reader.person, conversation=shown)
    context = {
        **around(reader, shown, form=form),
        "talk": talk_of(shown, reader=reader.person, position=position, before=before),
        "at_the_end": before is None,
        "reply": (reply or ReplyForm()) if position is not None else None,
    }
    template, title = "console/conversations/page.html", context["row"].who
    return show(request, reader, template, title=title, context=context, about=shown.patient, row=shown.pk, page=THREAD)


@step
def schedule(request: Any, reader: Reader, conversation_id: UUID) -> Any:
    """Promise what the form says, in the reader's name, or show the form again with what is wrong."""
    shown = reader.own_conversation(conversation_id)
    wrong = steps.schedule_from(request, shown)
    if request.htmx:
        return changed(request, reader, shown, form=wrong)
    return talk_page(request, reader, shown, form=wrong) if wrong else back(request, shown)


def _step(do: Callable[[HttpRequest, Conversation], None]) -> Any:
    def stepped(request: Any, reader: Reader, conversation_id: UUID) -> Any:
        shown = reader.conversation(conversation_id)
        do(request, shown)
        return changed(request, reader, shown) if request.htmx else back(request, shown)

    return step(stepped)


cancel = _step(steps.cancel_from)
restore = _step(steps.restore_from)
retry = _step(steps.retry_from)
