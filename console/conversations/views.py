"""The list of conversations, the page of one, and what every button there does."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from console.conversations import steps
from console.conversations.forms import ReplyForm, ScheduleForm
from console.conversations.queries import with_follow_up
from console.conversations.rows import offer_in, rows_of
from console.conversations.thread import talk_of
from console.conversations.told import told_lines
from console.doors import page, show, step
from console.paging import cut
from console.reader import Reader
from messaging.models import Conversation, Participant
from messaging.queries import read_position, seq_in
from okta.clock import now as read_clock


@page
def conversations(request: HttpRequest, reader: Reader) -> Any:
    """The conversations, the last active first: all, or those of a tab, or of people with this name."""
    tab, name = request.GET.get("tab", ""), request.GET.get("q", "").strip()
    found = cut(request, _called(name, _in_tab(tab, reader.conversations())).order_by("-last_activity_at", "-pk"))
    context = {
        "rows": rows_of(found.rows, reader=reader.person, now=read_clock()),
        "page": found,
        "name": name,
        "tab": tab,
        "tabs": [("", _("All")), ("follow-ups", _("Follow-ups"))],
        "back": "list",
    }
    return show(request, reader, "console/conversations/list.html", title=_("Conversations"), context=context)


def _in_tab(tab: str, rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    return with_follow_up(rows) if tab == "follow-ups" else rows


def _called(name: str, rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Those whose title or whose people's names hold every word of ``name``."""
    for word in name.replace("\0", "").split():
        people = Participant.objects.filter(
            Q(user__first_name__icontains=word) | Q(user__last_name__icontains=word), conversation__in=rows.values("pk")
        )
        rows = rows.filter(Q(title__icontains=word) | Q(pk__in=people.values("conversation")))
    return rows


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
    now, before = read_clock(), seq_in(request.GET.get("before", ""))
    [row] = rows_of([shown], reader=reader.person, now=now)
    position = read_position(user=reader.person, conversation=shown)
    context = {
        "row": row,
        "talk": talk_of(shown, reader=reader.person, position=position, before=before),
        "at_the_end": before is None,
        "reply": (reply or ReplyForm()) if position is not None else None,
        "offer": offer_in(shown, reader=reader.person, now=now, form=form),
        "told": told_lines(shown, reader=reader.person, now=now),
        "back": "page",
    }
    template = "console/conversations/page.html"
    return show(request, reader, template, title=row.who, context=context, about=shown.patient, row=shown.pk)


@step
def schedule(request: HttpRequest, reader: Reader, conversation_id: UUID) -> Any:
    """Promise what the form says, or show the form again with what is wrong."""
    shown = reader.conversation(conversation_id)
    wrong = steps.schedule_from(request, shown)
    return talk_page(request, reader, shown, form=wrong) if wrong else back(request, shown)


def _step(do: Callable[[HttpRequest, Conversation], None]) -> Any:
    def stepped(request: HttpRequest, reader: Reader, conversation_id: UUID) -> Any:
        shown = reader.conversation(conversation_id)
        do(request, shown)
        return back(request, shown)

    return step(stepped)


cancel = _step(steps.cancel_from)
restore = _step(steps.restore_from)
retry = _step(steps.retry_from)


def back(request: HttpRequest, shown: Conversation) -> HttpResponseRedirect:
    """To where the button was: the page of the conversation, or the list with its search and its tab."""
    if request.POST.get("back") == "page":
        return HttpResponseRedirect(reverse("console:conversation", args=[shown.pk]))
    query = QueryDict(request.POST.get("query", "")).urlencode()
    address = reverse("console:conversations")
    return HttpResponseRedirect(f"{address}?{query}" if query else address)
