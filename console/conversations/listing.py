"""The list of conversations: its tabs, its search and its pages, and a mark that tells whether any of it changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from console.conversations.forms import ScheduleForm
from console.conversations.rows import Row, rows_of
from console.paging import cut
from console.reader import Reader
from console.searching import words_in
from followups.queries import with_follow_up
from messaging.models import Conversation, Participant
from messaging.queries import with_unread
from okta.clock import now as read_clock

UNREAD, FOLLOW_UPS = "unread", "follow-ups"
Wrong = tuple[UUID, ScheduleForm]
"""A form that was sent and has errors, and the conversation it is about."""


@dataclass(frozen=True, slots=True)
class Tab:
    """Some of the conversations; ``count`` is None where counting them would read a whole clinic."""

    key: str
    label: str
    question: str
    chosen: bool
    count: int | None


def listing_of(request: HttpRequest, reader: Reader, *, wrong: Wrong | None = None) -> dict[str, Any]:
    """What the template of the list needs, for the search, the tab and the page that the address asks for."""
    now, chosen, name = read_clock(), request.GET.get("tab", ""), request.GET.get("q", "").strip()
    called = _called(name, reader.conversations())
    found = cut(request, _in_tab(chosen, called, reader).order_by("-last_activity_at", "-pk"))
    rows = rows_of(found.rows, reader=reader.person, now=now, wrong=wrong)
    tabs = [_tab(key, label, called, reader, chosen=chosen, name=name) for key, label in _tabs(reader)]
    return {
        "rows": rows,
        "page": found,
        "name": name,
        "tab": chosen,
        "tabs": tabs,
        "query": request.GET.urlencode(),
        "back": "list",
        "seen": seen_mark(rows, tabs, now=now),
    }


def seen_mark(rows: Sequence[Row], tabs: Sequence[Tab], *, now: datetime) -> str:
    """
    A word that stays the same as long as nobody would see a change.

    It changes with every minute: the times on offer are counted from now.
    """
    shown = [
        (str(row.conversation.pk), row.who, row.last_message and row.last_message.pk, row.unread, row.badge)
        for row in rows
    ]
    counts = [tab.count for tab in tabs]
    return blake2b(repr((shown, counts, get_language(), f"{now:%H:%M}")).encode(), digest_size=12).hexdigest()


def _tabs(reader: Reader) -> list[tuple[str, str]]:
    """An operator takes part in no conversation: there is nothing for them to have read."""
    unread = [(UNREAD, _("Unread"))] if reader.person.tenant_id else []
    return [("", _("All")), *unread, (FOLLOW_UPS, _("Follow-ups"))]


def _tab(key: str, label: str, called: QuerySet[Any], reader: Reader, *, chosen: str, name: str) -> Tab:
    question = urlencode({field: value for field, value in (("tab", key), ("q", name)) if value})
    counted = key == UNREAD or (key == FOLLOW_UPS and reader.is_doctor)
    count = _in_tab(key, called, reader).count() if counted else None
    return Tab(key=key, label=label, question=f"?{question}", chosen=key == chosen, count=count)


def _in_tab(tab: str, rows: QuerySet[Conversation], reader: Reader) -> QuerySet[Conversation]:
    if tab == UNREAD:
        return with_unread(rows, user=reader.person)
    return with_follow_up(rows) if tab == FOLLOW_UPS else rows


def _called(name: str, rows: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """Those whose title or whose people's names hold every word of ``name``."""
    there = rows.values("pk")
    for word in words_in(name):
        called = Q(user__first_name__icontains=word) | Q(user__last_name__icontains=word)
        people = Participant.objects.filter(called, conversation__in=there)
        rows = rows.filter(Q(title__icontains=word) | Q(pk__in=people.values("conversation")))
    return rows
