"""What its people do in a conversation: they reply, and they read."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event

from accounts.idle.activity import by_itself
from console.conversations.answers import back, changed, on_page
from console.conversations.forms import ReplyForm
from console.conversations.live import live, news_for, part_of_thread
from console.conversations.views import talk_page
from console.doors import step
from console.reader import Reader
from messaging.actions.mark_read import mark_read
from messaging.actions.post_message import post_message
from messaging.models import Conversation
from messaging.queries import seq_in


@step
def reply(request: Any, reader: Reader, conversation_id: UUID) -> Any:
    """Say what the form says, once however often it comes; or show what is wrong with it."""
    shown = reader.own_conversation(conversation_id)
    form = ReplyForm(request.POST)
    if form.is_valid():
        name, words = str(form.cleaned_data["client_message_id"]), form.cleaned_data["content"]
        post_message(conversation=shown, sender=reader.person, content=words, client_message_id=name)
    if request.htmx:
        return _answer(request, reader, shown, form)
    return talk_page(request, reader, shown, reply=form) if form.errors else back(request, shown)


def _answer(request: HttpRequest, reader: Reader, shown: Conversation, form: ReplyForm) -> Any:
    """All that has come since the page asked last, the reply among it."""
    news = live(reader, shown, news_for(request.POST, reader, shown))
    answer = part_of_thread(request, reader, shown, "console/conversations/replied.html", {**news, "reply": form})
    return answer if form.errors else trigger_client_event(answer, "okta:sent", after="swap")


@by_itself
@step
def read(request: Any, reader: Reader, conversation_id: UUID) -> Any:
    """Mark as read what the page shows, up to the ``seq`` it sends in ``after``: what has come since was not seen."""
    shown = reader.own_conversation(conversation_id)
    upto = seq_in(request.POST.get("after", "")) or 0
    newest = shown.messages.filter(seq__lte=upto).order_by("-seq").first()
    if newest is not None:
        mark_read(conversation=shown, user=reader.person, message=newest)
    if request.htmx and on_page(request):
        return HttpResponse(status=204)
    messages.success(request, _("Marked as read."))
    return changed(request, reader, shown) if request.htmx else back(request, shown)
