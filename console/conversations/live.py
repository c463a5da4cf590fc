"""What an open conversation asks by itself, without its reader doing anything."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from accounts.idle.activity import by_itself
from console.conversations.forms import ScheduleForm
from console.conversations.news import News, news_in
from console.conversations.rows import rows_of
from console.conversations.told import told_lines
from console.doors import page, part
from console.reader import Reader
from messaging.models import Conversation
from messaging.queries import seq_in
from okta.clock import now as read_clock

MOST_CARDS = 200
THREAD: Final = "conversation"
"""The page of a conversation, as the record of readings knows it, whatever address has led there."""


@by_itself
@page
def since(request: HttpRequest, reader: Reader, conversation_id: UUID) -> Any:
    """What was said after ``?after=``, and which of the cards in ``?card=`` are gone; 204 when neither."""
    shown = reader.conversation(conversation_id)
    news = news_for(request.GET, reader, shown)
    if not news.said and not news.gone:
        return HttpResponse(status=204)
    return part_of_thread(request, reader, shown, "console/conversations/since.html", live(reader, shown, news))


def part_of_thread(
    request: HttpRequest, reader: Reader, shown: Conversation, template: str, context: Mapping[str, Any]
) -> Any:
    """A part of the page of a conversation: whoever is brought more of it reads that page."""
    return part(request, reader, template, context=context, about=shown.patient, row=shown.pk, page=THREAD)


def news_for(asked: Any, reader: Reader, shown: Conversation) -> News:
    """The news for the page that sends these fields."""
    cards = [number for text in asked.getlist("card")[-MOST_CARDS:] if (number := seq_in(text)) is not None]
    after = seq_in(asked.get("after", "")) or 0
    return news_in(shown, reader=reader.person, after=after, cards=cards, now=read_clock())


def live(reader: Reader, shown: Conversation, news: News) -> dict[str, Any]:
    """What the template of the news needs; what is promised only if that changed."""
    return {"talk": news, **(around(reader, shown) if news.of_a_follow_up else {})}


def around(reader: Reader, shown: Conversation, *, form: ScheduleForm | None = None) -> dict[str, Any]:
    """
    What stands around the thread: the badge above it, and the follow-ups beside it.

    ``form`` is the one that was sent and has errors.
    """
    now = read_clock()
    [row] = rows_of([shown], reader=reader.person, now=now, wrong=(shown.pk, form) if form else None)
    return {"row": row, "told": told_lines(shown, reader=reader.person, now=now), "back": "page"}
